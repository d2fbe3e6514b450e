"""SQL of people and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

ADD_USER = """
INSERT INTO user_account (created_at, name, is_operator, is_active) VALUES (:now, :name,
    :is_operator, :is_active)
RETURNING id
"""
GET_USER = "SELECT id, name, is_operator, is_active FROM user_account WHERE id = :user_id"
ADD_CREDENTIAL = """
INSERT INTO credential (created_at, user_id, kind, digest, name, next_page, expires_at)
VALUES (:now, :user_id, :kind, :digest, :name, :next_page, :expires_at) RETURNING id
"""
FIND = """
SELECT c.id, c.user_id, c.kind, c.next_page, c.expires_at, c.used_at, u.name, u.is_operator,
    u.is_active
FROM credential c JOIN user_account u ON u.id = c.user_id WHERE c.digest = :digest
"""
USE = "UPDATE credential SET used_at = :now WHERE id = :credential_id AND used_at IS NULL"
END = "UPDATE credential SET expires_at = :now WHERE id = :credential_id AND expires_at > :now"
GET_CREDENTIAL = (
    "SELECT id, user_id, kind, name, expires_at FROM credential WHERE id = :credential_id"
)
SET_MEMBER = """
INSERT INTO member (project_id, user_id, created_at, role) VALUES (:project_id, :user_id, :now,
    :role)
ON CONFLICT (project_id, user_id) DO UPDATE SET role = excluded.role
"""
ROLE = "SELECT role FROM member WHERE project_id = :project_id AND user_id = :user_id"
LOCK_OWNERS = """
SELECT m.user_id FROM member m JOIN user_account u ON u.id = m.user_id
WHERE m.project_id = :project_id AND m.role = 'owner' AND u.is_active ORDER BY m.user_id
FOR NO KEY UPDATE OF m
"""
MEMBERSHIPS = """
SELECT p.id AS project_id, p.slug, p.title, m.role, a.id AS annotator_id
FROM member m JOIN project p ON p.id = m.project_id
LEFT JOIN annotator a ON a.project_id = m.project_id AND a.user_id = m.user_id
WHERE m.user_id = :user_id ORDER BY p.id
"""


def add_user(tx: Transaction, name: str, *, is_operator: bool) -> int:
    """Add a user and return the id."""
    return int(tx.value(ADD_USER, now=tx.now, name=name, is_operator=is_operator, is_active=True))


def get_user(tx: Transaction, user_id: int) -> Row | None:
    """Return a user."""
    return tx.row(GET_USER, user_id=user_id)


def add_credential(
    tx: Transaction,
    *,
    user_id: int,
    kind: str,
    digest: str,
    name: str,
    next_page: str,
    expires_at: int,
) -> int:
    """Add a hashed secret and return its id."""
    return int(
        tx.value(
            ADD_CREDENTIAL,
            now=tx.now,
            user_id=user_id,
            kind=kind,
            digest=digest,
            name=name,
            next_page=next_page,
            expires_at=expires_at,
        )
    )


def find_credential(tx: Transaction, digest: str) -> Row | None:
    """Return the credential of a digest together with its user."""
    return tx.row(FIND, digest=digest)


def use_once(tx: Transaction, credential_id: int) -> bool:
    """Mark a credential used; False where it was used before."""
    return tx.run(USE, credential_id=credential_id, now=tx.now) == 1


def end_credential(tx: Transaction, credential_id: int) -> None:
    """Let a credential expire now."""
    tx.run(END, credential_id=credential_id, now=tx.now)


def get_credential(tx: Transaction, credential_id: int) -> Row | None:
    """Return a credential by id."""
    return tx.row(GET_CREDENTIAL, credential_id=credential_id)


def set_member(tx: Transaction, project_id: int, user_id: int, role: str) -> None:
    """Give a user a role in a project."""
    tx.run(SET_MEMBER, project_id=project_id, user_id=user_id, role=role, now=tx.now)


def role_in(tx: Transaction, project_id: int, user_id: int) -> str | None:
    """Return a user's role in a project."""
    role: str | None = tx.value(ROLE, project_id=project_id, user_id=user_id)
    return role


def lock_owners(tx: Transaction, project_id: int) -> list[Row]:
    """Return the active owners of a project, whose roles nobody else changes until the end."""
    return tx.rows(LOCK_OWNERS, project_id=project_id)


def memberships(tx: Transaction, user_id: int) -> list[Row]:
    """Return a user's projects with role and seat."""
    return tx.rows(MEMBERSHIPS, user_id=user_id)
