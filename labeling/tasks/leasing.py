"""Lease tasks to an annotator: what is held, topped up from the queue, else from the pool."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.errors import ConflictError, InvalidInputError
from labeling.items.hashing import SPLIT_SHARES
from labeling.projects import store as projects
from labeling.tasks import gold, holding, routing, store
from labeling.tasks.routing import NoWork
from labeling.tasks.service import open_next
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

MOST_LEASES: Final = 20
ENDED_UNANSWERED: Final = ("expired", "released")
"""States of an assignment that its annotator may be leased again."""


QUEUE_EMPTY: Final = NoWork(
    "queue_empty", "Nothing is left for you now; new questions come as answers do.", 5
)


@dataclass(frozen=True, slots=True)
class Leases:
    """What an annotator holds now; `reason` where it is less than was asked for."""

    held: list[Row]
    reason: NoWork | None


def lease_tasks(tx: Transaction, project: Row, annotator: Row, count: int) -> Leases:
    """Return what an annotator holds, topped up to `count` leases.

    Every new lease takes a slot and reserves its price in this transaction. Where nothing in the
    queue is for this annotator, the next item of the pool is opened by its random place.
    """
    if not 1 <= count <= MOST_LEASES:
        raise InvalidInputError(f"Between 1 and {MOST_LEASES} leases can be held.", place="count")
    annotator = workforces.lock(tx, annotator.id)
    held = _live(tx, annotator)
    if len(held) >= count:
        return Leases(held[:count], None)
    room = routing.room(tx, project, annotator, len(held))
    more, closed = min(count - len(held), room.most), None
    if more > 0:
        taken, closed = _take(tx, project, annotator, more)
        held += taken
    if closed is None and more < count - len(held):
        closed = room.reason
    return Leases(held, closed)


def _live(tx: Transaction, annotator: Row) -> list[Row]:
    """Return what an annotator holds, oldest first; what is overdue expires here."""
    live = []
    for lease in store.held(tx, annotator.id):
        if lease.expires_at > tx.now:
            live.append(lease)
        else:
            holding.expire(tx, lease)
    return live


def _take(
    tx: Transaction, project: Row, annotator: Row, count: int
) -> tuple[list[Row], NoWork | None]:
    """Take up to `count` leases; return them, and why there are fewer."""
    policy = projects.policy_of(project)
    taken: list[Row] = []
    found, shut = gold.choose_tasks(
        tx, project, annotator, count, lambda most: _from_queue(tx, project, annotator, most)
    )
    expires_at = tx.now + policy.lease_seconds * MICROS
    for task in found:
        kept = 0
        if task.previous_id is not None:
            previous = store.lock_assignment(tx, task.previous_id)
            if previous.state not in ENDED_UNANSWERED:
                continue  # a late answer of the same person came in between
            kept = previous.reserved_micros
        price = gold.price_of(policy, annotator, task.kind)
        if not kept and not projects.reserve(tx, project.id, price):
            return taken, NoWork("budget_spent", "The budget of this project is spent.", 60)
        if not gold.take_slot(tx, task):  # pragma: no cover - locked since it was read
            raise ConflictError("The task was taken meanwhile.")
        lease = store.lease(
            tx,
            annotator,
            task,
            handle=str(uuid.uuid4()),
            expires_at=expires_at,
            guideline_version=project.guideline_version,
            reserved=kept or price,
        )
        taken.append(lease)
    if shut is not None:
        return taken, NoWork(shut.code, shut.text, shut.retry_after_s)
    return taken, QUEUE_EMPTY if len(found) < count else None


def _from_queue(tx: Transaction, project: Row, annotator: Row, count: int) -> list[Row]:
    """Return up to `count` tasks of the queue for somebody, else of the pool, locked."""
    found = store.candidates(tx, annotator, count)
    if len(found) < count and _open_for(tx, project, count - len(found)):
        found = store.candidates(tx, annotator, count)
    return found


def _open_for(tx: Transaction, project: Row, count: int) -> int:
    """Open up to `count` further items where the queue has nothing for somebody.

    Training items first; the other splits when those are used up, so that whoever labels the whole
    file gets to its end.
    """
    opened = 0
    for split, _ in SPLIT_SHARES:
        if opened < count:
            why = {"why": "nothing else for this annotator"}
            opened += len(open_next(tx, project, split, count - opened, why))
    return opened
