"""SQL of invitations, and of seats that are left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

ADD = """
INSERT INTO invitation (project_id, created_at, created_by, role, workforce_id, name, email, digest,
    expires_at, most_uses, uses)
VALUES (:project_id, :now, :created_by, :role, :workforce_id, :name, :email, :digest, :expires_at,
    :most_uses, 0)
RETURNING id
"""
INVITATION = """
SELECT i.id, i.project_id, i.created_at, i.created_by, i.role, i.workforce_id, i.name, i.email,
    i.expires_at, i.most_uses, i.uses, i.revoked_at, w.name AS workforce, p.slug, p.title,
    u.is_active AS maker_is_active, u.is_operator AS maker_is_operator
FROM invitation i JOIN project p ON p.id = i.project_id JOIN user_account u ON u.id = i.created_by
LEFT JOIN workforce w ON w.id = i.workforce_id
"""
FIND = INVITATION + "WHERE i.digest = :digest AND p.deleted_at IS NULL"
GET = INVITATION + "WHERE i.project_id = :project_id AND i.id = :invitation_id"
GET_ANY = INVITATION + "WHERE i.id = :invitation_id AND p.deleted_at IS NULL"
LIST = INVITATION + "WHERE i.project_id = :project_id AND i.id > :after ORDER BY i.id LIMIT :limit"
USE = """
UPDATE invitation SET uses = uses + 1
WHERE id = :invitation_id AND uses < most_uses AND revoked_at IS NULL AND expires_at > :now
"""
REVOKE = """
UPDATE invitation SET revoked_at = :now WHERE id = :invitation_id AND revoked_at IS NULL
"""
REVOKE_OF = """
UPDATE invitation SET revoked_at = :now
WHERE created_by = :user_id AND project_id = :project_id AND revoked_at IS NULL
"""
SET_DIGEST = "UPDATE invitation SET digest = :digest WHERE id = :invitation_id"
ERASE = "UPDATE invitation SET name = '', email = NULL WHERE email = :email"
PERSONAL = """
SELECT e.id FROM audit_event e JOIN audit_payload p ON p.event_id = e.id
WHERE p.content IS NOT NULL AND e.object_kind = :kind AND e.object_id = :object_id
    AND e.action <> :but
ORDER BY e.id LIMIT 500
"""
SET_STATE = "UPDATE annotator SET state = :state WHERE id = :annotator_id AND state <> :state"
SEATS = "SELECT id, project_id, state FROM annotator WHERE user_id = :user_id ORDER BY id"
SEAT = """
SELECT a.id, a.project_id, a.user_id, a.external_ref, a.pseudonym FROM annotator a
WHERE a.project_id = :project_id AND a.id = :annotator_id
"""
SET_EXTERNAL = "UPDATE annotator SET external_ref = :external_ref WHERE id = :annotator_id"


def add(tx: Transaction, **values: Any) -> int:
    """Add an invitation and return its id; the values are the columns of `invitation`."""
    return int(tx.value(ADD, now=tx.now, **values))


def find(tx: Transaction, digest: str) -> Row | None:
    """Return the invitation of a secret's digest, with project, workforce and maker."""
    return tx.row(FIND, digest=digest)


def get(tx: Transaction, project_id: int, invitation_id: int) -> Row | None:
    """Return an invitation of a project."""
    return tx.row(GET, project_id=project_id, invitation_id=invitation_id)


def get_any(tx: Transaction, invitation_id: int) -> Row | None:
    """Return an invitation, of whichever project."""
    return tx.row(GET_ANY, invitation_id=invitation_id)


def list_by_project(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return invitations with an id above `after`."""
    return tx.rows(LIST, project_id=project_id, after=after, limit=limit)


def use(tx: Transaction, invitation_id: int) -> bool:
    """Count a use; False where it is used up, revoked or too late."""
    return tx.run(USE, invitation_id=invitation_id, now=tx.now) == 1


def revoke(tx: Transaction, invitation_id: int) -> None:
    """Let an invitation open nothing any more."""
    tx.run(REVOKE, invitation_id=invitation_id, now=tx.now)


def revoke_of(tx: Transaction, project_id: int, user_id: int) -> None:
    """Revoke what a person has invited to a project."""
    tx.run(REVOKE_OF, project_id=project_id, user_id=user_id, now=tx.now)


def set_digest(tx: Transaction, invitation_id: int, digest: str) -> None:
    """Give an invitation another secret."""
    tx.run(SET_DIGEST, invitation_id=invitation_id, digest=digest)


def erase(tx: Transaction, email: str) -> None:
    """Take a person's name and address out of the invitations that were sent there."""
    tx.run(ERASE, email=email)


def seats(tx: Transaction, user_id: int) -> list[Row]:
    """Return a person's seats in all projects."""
    return tx.rows(SEATS, user_id=user_id)


def get_seat(tx: Transaction, project_id: int, annotator_id: int) -> Row | None:
    """Return an annotator of a project."""
    return tx.row(SEAT, project_id=project_id, annotator_id=annotator_id)


def set_state(tx: Transaction, annotator_id: int, state: str) -> bool:
    """Set a seat's state; False where it was so before."""
    return tx.run(SET_STATE, annotator_id=annotator_id, state=state) == 1


def set_external_ref(tx: Transaction, annotator_id: int, external_ref: str) -> None:
    """Set the name by which a vendor knows an annotator."""
    tx.run(SET_EXTERNAL, annotator_id=annotator_id, external_ref=external_ref)


def personal_events(tx: Transaction, kind: str, object_id: int, but: str) -> list[int]:
    """Return events about a person that still say what changed, at most 500."""
    rows = tx.rows(PERSONAL, kind=kind, object_id=object_id, but=but)
    return [int(row.id) for row in rows]
