"""SQL of letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

ADD = """
INSERT INTO mail (created_at, kind, user_id, invitation_id, tries, next_try_at)
VALUES (:now, :kind, :user_id, :invitation_id, 0, :now)
"""
CLAIM = """
SELECT m.id, m.kind, m.user_id, m.invitation_id, m.tries, u.name, u.email, u.is_active
FROM mail m LEFT JOIN user_account u ON u.id = m.user_id
WHERE m.next_try_at <= :now ORDER BY m.next_try_at LIMIT 1
FOR NO KEY UPDATE OF m SKIP LOCKED
"""
DUE = "SELECT id FROM mail WHERE next_try_at <= :now ORDER BY next_try_at LIMIT 1"
TRY = "UPDATE mail SET tries = tries + 1, next_try_at = :next_try_at WHERE id = :mail_id"
END = "UPDATE mail SET next_try_at = NULL, sent_at = :sent_at, error = :error WHERE id = :mail_id"
FAIL = "UPDATE mail SET error = :error WHERE id = :mail_id"
FORGET = """
DELETE FROM mail WHERE id IN (
    SELECT id FROM mail WHERE next_try_at IS NULL AND created_at < :before ORDER BY id LIMIT 1000
)
"""


def add(tx: Transaction, kind: str, *, user_id: int | None, invitation_id: int | None) -> None:
    """Add a letter that is due at once."""
    tx.run(ADD, now=tx.now, kind=kind, user_id=user_id, invitation_id=invitation_id)


def is_due(tx: Transaction) -> bool:
    """Return whether a letter is due."""
    return tx.value(DUE, now=tx.now) is not None


def claim(tx: Transaction) -> Row | None:
    """Return the letter that is due first and that no other process has in hand."""
    return tx.row(CLAIM, now=tx.now)


def begin_try(tx: Transaction, mail_id: int, next_try_at: int) -> None:
    """Count a try and say when the next would be, if this one ends in nothing."""
    tx.run(TRY, mail_id=mail_id, next_try_at=next_try_at)


def end(tx: Transaction, mail_id: int, *, sent: bool, error: str | None = None) -> None:
    """Try no more: the letter is sent, or it never will be."""
    tx.run(END, mail_id=mail_id, sent_at=tx.now if sent else None, error=error)


def fail(tx: Transaction, mail_id: int, error: str) -> None:
    """Keep why a try failed."""
    tx.run(FAIL, mail_id=mail_id, error=error)


def forget(tx: Transaction, before: int) -> int:
    """Remove letters that ended before a time, at most 1,000; returns how many."""
    return tx.run(FORGET, before=before)
