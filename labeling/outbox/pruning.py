"""Remove what every consumer has read and nobody needs any more: the outbox's one way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.outbox import store

if TYPE_CHECKING:
    from labeling.database import Transaction

ROWS_A_TURN: Final = 1_000


def prune(tx: Transaction, older_than: int, limit: int = ROWS_A_TURN) -> int:
    """Remove the oldest events that all consumers have read and return how many.

    Parameters
    ----------
    older_than
        Only events written before this time, in UTC microseconds.

    """
    ids = store.list_read_by_all(tx, older_than, limit)
    if ids:
        store.drop(tx, ids)
        audit.record(tx, None, "outbox.prune", "outbox", ids[-1], n=len(ids), first=ids[0])
    return len(ids)
