"""SQL of sign-in by password and of its throttle."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

# Counted before it is known whether it fails: of many that come at once, each counts.
COUNT = """
INSERT INTO throttle (key, failures, blocked_until, updated_at) VALUES (:key, 1, 0, :now)
ON CONFLICT (key) DO UPDATE
SET failures = CASE WHEN throttle.updated_at < :forgotten THEN 1 ELSE throttle.failures + 1 END,
    updated_at = excluded.updated_at
WHERE throttle.blocked_until <= :now
RETURNING failures
"""
BLOCK = "UPDATE throttle SET blocked_until = :until WHERE key = :key"
BLOCKED = "SELECT blocked_until FROM throttle WHERE key = :key"
CLEAR = "DELETE FROM throttle WHERE key = :key"
TAKE_BACK = """
UPDATE throttle SET failures = failures - 1, blocked_until = 0 WHERE key = :key AND failures > 0
"""
FORGET = """
DELETE FROM throttle WHERE key IN (
    SELECT key FROM throttle WHERE updated_at < :before ORDER BY updated_at LIMIT 1000
)
"""
BY_LOGIN = """
SELECT id, name, email, password FROM user_account
WHERE (email = :login OR login = :login) AND is_active AND password IS NOT NULL LIMIT 3
"""
BY_EMAIL = "SELECT id FROM user_account WHERE email = :email AND is_active"
PASSWORD = "SELECT id, name, email, password, is_active FROM user_account WHERE id = :user_id"  # noqa: S105
LOCK_PASSWORD = PASSWORD + " FOR NO KEY UPDATE"
SET_PASSWORD = "UPDATE user_account SET password = :password WHERE id = :user_id"  # noqa: S105


def count_attempt(tx: Transaction, key: str, forgotten: int) -> int | None:
    """Count an attempt and return how many there were of late; None while they are blocked."""
    found = tx.value(COUNT, key=key, now=tx.now, forgotten=forgotten)
    return None if found is None else int(found)


def block(tx: Transaction, key: str, until: int) -> None:
    """Refuse further attempts until a time."""
    tx.run(BLOCK, key=key, until=until)


def blocked_until(tx: Transaction, key: str) -> int:
    """Return when a blocked key is heard again."""
    return int(tx.value(BLOCKED, key=key) or 0)


def clear(tx: Transaction, key: str) -> None:
    """Forget the attempts of a key."""
    tx.run(CLEAR, key=key)


def take_back(tx: Transaction, key: str) -> None:
    """Take one attempt back: it was no failure."""
    tx.run(TAKE_BACK, key=key)


def forget(tx: Transaction, before: int) -> int:
    """Remove keys that were last heard of before a time, at most 1,000; returns how many."""
    return tx.run(FORGET, before=before)


def find_by_login(tx: Transaction, login: str) -> Row | None:
    """Return the one active account with a password of this e-mail address or this name."""
    found = tx.rows(BY_LOGIN, login=login)
    by_email = [row for row in found if row.email == login]
    one = by_email or found
    return one[0] if len(one) == 1 else None


def find_by_email(tx: Transaction, email: str) -> int | None:
    """Return the active account of an e-mail address."""
    found = tx.value(BY_EMAIL, email=email)
    return None if found is None else int(found)


def lock_password(tx: Transaction, user_id: int) -> Row | None:
    """Return an account with its kept password, which nobody else changes until the end."""
    return tx.row(LOCK_PASSWORD, user_id=user_id)


def get_password(tx: Transaction, user_id: int) -> Row:
    """Return an account with its kept password."""
    return tx.rows(PASSWORD, user_id=user_id)[0]


def set_password(tx: Transaction, user_id: int, password: str | None) -> None:
    """Keep another password."""
    tx.run(SET_PASSWORD, user_id=user_id, password=password)
