"""SQL of people and their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.errors import NotFoundError

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

CALLERS: Final = "labelloop_callers"
"""The channel on which PostgreSQL tells every process that a key has ended."""

ADD_USER = """
INSERT INTO user_account (created_at, name, is_operator, is_active) VALUES (:now, :name,
    :is_operator, :is_active)
RETURNING id
"""
GET_USER = """
SELECT id, created_at, name, email, is_operator, is_active, erased_at,
    password IS NOT NULL AS has_password
FROM user_account WHERE id = :user_id
"""
LIST_USERS = """
SELECT id, created_at, name, email, is_operator, is_active, erased_at,
    password IS NOT NULL AS has_password
FROM user_account WHERE id > :after ORDER BY id LIMIT :limit
"""
SET_NAME = "UPDATE user_account SET name = :name, login = :login WHERE id = :user_id"
SET_LOGIN = "UPDATE user_account SET login = :login WHERE id = :user_id"
EMAIL_TAKEN = "SELECT id FROM user_account WHERE email = :email AND id <> :user_id"
SET_EMAIL = "UPDATE user_account SET email = :email WHERE id = :user_id"
ADD_CREDENTIAL = """
INSERT INTO credential (created_at, user_id, kind, digest, name, next_page, expires_at, prefix,
    scopes, project_id, made_by)
VALUES (:now, :user_id, :kind, :digest, :name, :next_page, :expires_at, :prefix, :scopes,
    :project_id, :made_by)
RETURNING id
"""
FIND = """
SELECT c.id, c.user_id, c.kind, c.next_page, c.expires_at, c.used_at, c.scopes, c.project_id,
    c.last_seen_at,
    u.name, u.is_operator, u.is_active
FROM credential c JOIN user_account u ON u.id = c.user_id WHERE c.digest = :digest
"""
USE = "UPDATE credential SET used_at = :now WHERE id = :credential_id AND used_at IS NULL"
END = "UPDATE credential SET expires_at = :now WHERE id = :credential_id AND expires_at > :now"
END_KIND = """
UPDATE credential SET expires_at = :now
WHERE user_id = :user_id AND kind = :kind AND expires_at > :now AND id <> :but
"""
SEE = """
UPDATE credential SET last_seen_at = :now
WHERE id = :credential_id AND (last_seen_at IS NULL OR last_seen_at < :before)
"""
# Heard by every process on PostgreSQL once this commits; on SQLite there is one process.
ANNOUNCE_POSTGRES = f"SELECT pg_notify('{CALLERS}', '')"
LIST_TOKENS = """
SELECT c.id, c.user_id, c.created_at, c.name, c.prefix, c.scopes, p.slug, c.expires_at,
    c.last_seen_at
FROM credential c LEFT JOIN project p ON p.id = c.project_id
WHERE c.user_id = :user_id AND c.kind = 'token' AND c.id > :after ORDER BY c.id LIMIT :limit
"""
GET_CREDENTIAL = (
    "SELECT id, user_id, kind, name, expires_at FROM credential WHERE id = :credential_id"
)
REMOVE_MEMBER = "DELETE FROM member WHERE project_id = :project_id AND user_id = :user_id"
LIST_MEMBERS = """
SELECT m.id, m.user_id, m.role, m.created_at, u.name, u.email, u.is_active, u.is_operator,
    a.id AS annotator_id, a.pseudonym, a.state, w.name AS workforce
FROM member m JOIN user_account u ON u.id = m.user_id
LEFT JOIN annotator a ON a.project_id = m.project_id AND a.user_id = m.user_id
LEFT JOIN workforce w ON w.id = a.workforce_id
WHERE m.project_id = :project_id AND m.id > :after ORDER BY m.id LIMIT :limit
"""
ROLES_OF = """
SELECT m.project_id, m.role FROM member m JOIN project p ON p.id = m.project_id
WHERE m.user_id = :user_id AND p.deleted_at IS NULL ORDER BY m.project_id
"""
SET_ACTIVE = "UPDATE user_account SET is_active = :is_active WHERE id = :user_id"
ACTIVE_OPERATORS = """
SELECT id FROM user_account WHERE is_operator AND is_active ORDER BY id FOR NO KEY UPDATE
"""
ERASE_USER = """
UPDATE user_account
SET name = :name, login = NULL, email = NULL, password = NULL, erased_at = :now
WHERE id = :user_id
"""
ERASE_KEYS = "UPDATE credential SET name = '', prefix = NULL WHERE user_id = :user_id"
ERASE_LETTERS = "DELETE FROM mail WHERE user_id = :user_id"
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
SELECT p.id AS project_id, p.slug, p.title, m.role, a.id AS annotator_id, a.state AS seat
FROM member m JOIN project p ON p.id = m.project_id
LEFT JOIN annotator a ON a.project_id = m.project_id AND a.user_id = m.user_id
WHERE m.user_id = :user_id AND p.deleted_at IS NULL ORDER BY p.id
"""


def add_user(tx: Transaction, name: str, *, is_operator: bool) -> int:
    """Add a user and return the id."""
    return int(tx.value(ADD_USER, now=tx.now, name=name, is_operator=is_operator, is_active=True))


def get_user(tx: Transaction, user_id: int) -> Row | None:
    """Return a user."""
    return tx.row(GET_USER, user_id=user_id)


def get_user_or_raise(tx: Transaction, user_id: int) -> Row:
    """Return a user or raise :class:`NotFoundError`."""
    found = get_user(tx, user_id)
    if found is None:
        raise NotFoundError("There is no such user.")
    return found


def list_users(tx: Transaction, after: int, limit: int) -> list[Row]:
    """Return users with an id above `after`."""
    return tx.rows(LIST_USERS, after=after, limit=limit)


def set_name(tx: Transaction, user_id: int, name: str, login: str) -> None:
    """Call a user by another name."""
    tx.run(SET_NAME, user_id=user_id, name=name, login=login)


def set_login(tx: Transaction, user_id: int, login: str) -> None:
    """Set the name as sign-in compares it."""
    tx.run(SET_LOGIN, user_id=user_id, login=login)


def is_email_taken(tx: Transaction, email: str, user_id: int) -> bool:
    """Return whether another user has an address."""
    return tx.value(EMAIL_TAKEN, email=email, user_id=user_id) is not None


def set_email(tx: Transaction, user_id: int, email: str | None) -> None:
    """Set a user's address."""
    tx.run(SET_EMAIL, user_id=user_id, email=email)


def add_credential(tx: Transaction, **values: Any) -> int:
    """Add a hashed secret and return its id; the values are the columns of `credential`."""
    maker = tx.actor.id if tx.actor.kind == "user" else None
    return int(tx.value(ADD_CREDENTIAL, now=tx.now, made_by=maker, **values))


def find_credential(tx: Transaction, digest: str) -> Row | None:
    """Return the credential of a digest together with its user."""
    return tx.row(FIND, digest=digest)


def use_once(tx: Transaction, credential_id: int) -> bool:
    """Mark a credential used; False where it was used before."""
    return tx.run(USE, credential_id=credential_id, now=tx.now) == 1


def end_credential(tx: Transaction, credential_id: int) -> None:
    """Let a credential expire now."""
    tx.run(END, credential_id=credential_id, now=tx.now)


def end_kind(tx: Transaction, user_id: int, kind: str, but: int) -> int:
    """Let a user's credentials of a kind expire now, but for one; returns how many."""
    return tx.run(END_KIND, user_id=user_id, kind=kind, but=but, now=tx.now)


def see_credential(tx: Transaction, credential_id: int, before: int) -> None:
    """Write down a credential's use, unless one is written down since `before`."""
    tx.run(SEE, credential_id=credential_id, before=before, now=tx.now)


def announce(tx: Transaction) -> None:
    """Let every process look up its callers again once this is committed."""
    if tx.dialect == "postgresql":
        tx.rows(ANNOUNCE_POSTGRES)


def list_tokens(tx: Transaction, user_id: int, after: int, limit: int) -> list[Row]:
    """Return a user's tokens with an id above `after`, ended ones too."""
    return tx.rows(LIST_TOKENS, user_id=user_id, after=after, limit=limit)


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


def remove_member(tx: Transaction, project_id: int, user_id: int) -> bool:
    """Take a user's role in a project away; False where there was none."""
    return tx.run(REMOVE_MEMBER, project_id=project_id, user_id=user_id) == 1


def list_members(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return members with an id above `after`, with name and seat."""
    return tx.rows(LIST_MEMBERS, project_id=project_id, after=after, limit=limit)


def roles_of(tx: Transaction, user_id: int) -> dict[int, str]:
    """Return a user's role in each project."""
    return {row.project_id: row.role for row in tx.rows(ROLES_OF, user_id=user_id)}


def set_active(tx: Transaction, user_id: int, *, is_active: bool) -> None:
    """Let a user in, or no longer."""
    tx.run(SET_ACTIVE, user_id=user_id, is_active=is_active)


def lock_operators(tx: Transaction) -> list[Row]:
    """Return the active operators of the installation, whom nobody else changes until the end."""
    return tx.rows(ACTIVE_OPERATORS)


def erase_user(tx: Transaction, user_id: int, name: str) -> None:
    """Replace all that says who a user was by a name that does not."""
    tx.run(ERASE_USER, user_id=user_id, name=name, now=tx.now)
    tx.run(ERASE_KEYS, user_id=user_id)
    tx.run(ERASE_LETTERS, user_id=user_id)
