"""Seal events in the hash chain, off the hot path: read and hash first, then one short write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.audit.seals import store
from labeling.audit.seals.chain import GENESIS, Mark, link_digest, pack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Actor, Hub, Row, Transaction

EVENTS_A_TURN: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Batch:
    """Events to seal, as a reading transaction found them."""

    position: tuple[int, int]
    last: tuple[int, int]
    head: Row | None
    marks: dict[int | None, list[Mark]]
    n: int


def seal_next(hub: Hub, actor: Actor) -> int:
    """Seal the next events and return how many; blocking.

    Of several processes one wins each turn, and the others' work is thrown away. On PostgreSQL no
    event of a transaction that is still open is passed over: it is sealed when that has ended.
    """
    batch = hub.read_now(lambda tx: _collect(tx, EVENTS_A_TURN))
    if batch is None:
        return 0
    return batch.n if hub.write_now(lambda tx: _seal(tx, batch), actor) else 0


def _collect(tx: Transaction, limit: int) -> _Batch | None:
    position = store.position(tx)
    events = store.unsealed(tx, position, limit)
    if not events:
        return None
    by_project: dict[int | None, list[Mark]] = {}
    for event, mark in zip(events, store.marks_of(tx, events), strict=True):
        by_project.setdefault(event.project_id, []).append(mark)
    last = (events[-1].transaction_id, events[-1].id)
    return _Batch(position, last, store.head(tx), by_project, len(events))


def _seal(tx: Transaction, batch: _Batch) -> bool:
    """Write the links; False where another process sealed these events meanwhile."""
    if not store.move(tx, batch.position, batch.last):
        return False
    n, previous = (batch.head.n, batch.head.digest) if batch.head else (0, GENESIS)
    for project_id, marks in batch.marks.items():
        n += 1
        previous = _add(tx, n, project_id, marks, previous)
    return True


def _add(
    tx: Transaction, n: int, project_id: int | None, marks: Sequence[Mark], previous: str
) -> str:
    link = {
        "n": n,
        "created_at": tx.now,
        "project_id": project_id,
        "n_events": len(marks),
        "marks": pack(marks),
        "previous": previous,
    }
    digest = link_digest(**link)  # type: ignore[arg-type]
    store.add(tx, {**link, "digest": digest})
    return digest
