"""Seal events and rows in the hash chain, off the hot path: read and hash, then a short write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from labeling.audit.seals import store
from labeling.audit.seals.chain import GENESIS, Mark, link_digest, pack
from labeling.audit.seals.rows import sealing as rows
from labeling.audit.seals.rows import store as row_store

if TYPE_CHECKING:
    from labeling.audit.seals.rows.sealing import RowBatch
    from labeling.database import Actor, Hub, Transaction

EVENTS_A_TURN: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Batch:
    """Events to seal, as a reading transaction found them."""

    position: tuple[int, int]
    last: tuple[int, int]
    marks: dict[int | None, list[Mark]]
    n: int


def seal_next(hub: Hub, actor: Actor) -> int:
    """Seal the next events and rows and return how many; blocking.

    Of several processes one wins each turn, and the others' work is thrown away. On PostgreSQL
    nothing of a transaction that is still open is passed over: it is sealed when that has ended.
    """
    return _seal_events(hub, actor) + _seal_rows(hub, actor)


def _seal_events(hub: Hub, actor: Actor) -> int:
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
    return _Batch(position, last, by_project, len(events))


def _seal(tx: Transaction, batch: _Batch) -> bool:
    """Write the links; False where another process sealed these events meanwhile."""
    if not store.move(tx, batch.position, batch.last):
        return False
    for project_id, marks in batch.marks.items():
        _add(tx, project_id, len(marks), pack(marks))
    return True


def _seal_rows(hub: Hub, actor: Actor) -> int:
    seen = hub.read_now(rows.look)
    if not seen.has_news:
        return 0
    batch = hub.read_now(lambda tx: rows.collect(tx, seen))
    if not batch.after:
        return 0
    return batch.n if hub.write_now(lambda tx: _seal_row_batch(tx, batch), actor) else 0


def _seal_row_batch(tx: Transaction, batch: RowBatch) -> bool:
    row_store.lock(tx)
    if not rows.move(tx, batch):
        return False
    if batch.parts:
        # It seals no events; each mark names its own project.
        _add(tx, None, 0, batch.text)
    return True


def _add(tx: Transaction, project_id: int | None, n_events: int, marks: str) -> None:
    """Add a link; whoever calls it has locked the sealer, so that nobody else adds one now."""
    head = store.head(tx)
    link: dict[str, Any] = {
        "n": head.n + 1 if head else 1,
        "created_at": tx.now,
        "project_id": project_id,
        "n_events": n_events,
        "marks": marks,
        "previous": head.digest if head else GENESIS,
    }
    store.add(tx, {**link, "digest": link_digest(**link)})
