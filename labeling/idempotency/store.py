"""SQL of kept replies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    from labeling.database import Transaction

KEPT_SECONDS: Final = 86_400
"""How long a reply is kept; a key means nothing afterwards."""
# An insert that meets a row of another open transaction waits for its end, on both stores: of two
# requests at once, one has the effect and the other reads its reply.
CLAIM: Final = """
INSERT INTO kept_reply (user_id, key, created_at, expires_at, request_digest)
VALUES (:user_id, :key, :now, :expires_at, :request_digest)
ON CONFLICT (user_id, key) DO NOTHING
"""
GET: Final = """
SELECT expires_at, request_digest, reply FROM kept_reply WHERE user_id = :user_id AND key = :key
"""
KEEP: Final = "UPDATE kept_reply SET reply = :reply WHERE user_id = :user_id AND key = :key"
DROP: Final = "DELETE FROM kept_reply WHERE user_id = :user_id AND key = :key"
EXPIRED: Final = """
DELETE FROM kept_reply WHERE (user_id, key) IN (
    SELECT user_id, key FROM kept_reply WHERE expires_at <= :now LIMIT :limit)
"""


class KeyReusedError(InvalidInputError):
    """The key was used for another request; send a new key with every new request."""

    code = "idempotency-key-reused"
    title = "The key belongs to another request"


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks under which key, and the digest of what is asked."""

    user_id: int
    key: str
    digest: str


def once(tx: Transaction, request: Request, act: Callable[[Transaction], str]) -> tuple[str, bool]:
    """Return the reply of an act that is done once under its key, and whether it was kept.

    Parameters
    ----------
    tx
        The act's own transaction: effect and reply share their fate.
    request
        Whose request it is.
    act
        Does it and returns the reply as JSON.

    Raises
    ------
    KeyReusedError
        The same key came with another request.

    """
    kept = _claim(tx, request)
    if kept is not None:
        return kept, True
    reply = act(tx)
    tx.run(KEEP, user_id=request.user_id, key=request.key, reply=reply)
    return reply, False


def _claim(tx: Transaction, request: Request) -> str | None:
    """Claim a key; return the reply that is kept under it where somebody did before."""
    names = {"user_id": request.user_id, "key": request.key}
    expires_at = tx.now + KEPT_SECONDS * MICROS
    claim = {**names, "now": tx.now, "expires_at": expires_at, "request_digest": request.digest}
    if tx.run(CLAIM, **claim):
        return None
    found = tx.rows(GET, **names)[0]
    if found.expires_at <= tx.now:
        tx.run(DROP, **names)
        tx.run(CLAIM, **claim)
        return None
    if found.request_digest != request.digest:
        raise KeyReusedError(
            "This Idempotency-Key came with another request before; send a new one.",
            place="Idempotency-Key",
        )
    reply: str = found.reply
    return reply


def drop_expired(tx: Transaction, limit: int = 1_000) -> int:
    """Drop replies that are no longer kept and return how many."""
    return tx.run(EXPIRED, now=tx.now, limit=limit)
