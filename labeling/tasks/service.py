"""The verbs of the queue: open, lease, keep alive, release, expire."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.items import store as items
from labeling.items.hashing import SPLIT_SHARES
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.tasks import store
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

MOST_LEASES: Final = 20
FALLBACK_PRIORITY: Final = 0
ENDED_UNANSWERED: Final = ("expired", "released")
"""States of an assignment that its annotator may be leased again."""


@dataclass(frozen=True, slots=True)
class TaskWish:
    """One task that a planner wants open; a higher priority is served first."""

    item_id: int
    priority: int
    least: int
    most: int
    reason: dict[str, Any] = field(default_factory=dict)
    workforce_id: int | None = None


@dataclass(frozen=True, slots=True)
class NoWork:
    """Why there is nothing to lease now, and when to ask again."""

    code: str
    text: str
    retry_after_s: int


@dataclass(frozen=True, slots=True)
class Leases:
    """What an annotator holds now; `reason` where it is less than was asked for."""

    held: list[Row]
    reason: NoWork | None


def open_tasks(tx: Transaction, project: Row, wishes: Sequence[TaskWish]) -> dict[int, int]:
    """Open tasks up to the cap of the queue; an item that has an open task is passed over.

    Returns
    -------
    dict of int to int
        The new task of each item that got one.

    """
    policy = projects.policy_of(project)
    room = policy.queue_cap - store.count_open(tx, project.id, policy.queue_cap)
    return _open(tx, project, wishes[: max(room, 0)])


def open_held_tasks(
    tx: Transaction, project: Row, wishes: Sequence[TaskWish], slots: int
) -> dict[int, int]:
    """Open tasks of which a work order holds `slots` slots each; only the rest is in the queue.

    Returns
    -------
    dict of int to int
        The new task of each item that got one.

    """
    opened = _open(tx, project, wishes)
    for task_id in opened.values():
        store.hold_slots(tx, task_id, slots)
    return opened


def return_held_slots(tx: Transaction, task: Row, slots: int) -> None:
    """Give back slots that a work order held and did not use.

    They go to the queue; a task that nobody ever answered or held is withdrawn, and its item is
    untouched again.
    """
    untouched = task.open_slots + slots == task.wanted and not store.was_held(tx, task.id)
    store.return_slots(tx, task.id, slots)
    if untouched and task.state == "open":
        store.withdraw_one(tx, task.id, "its work order was closed")
        items.set_state(tx, task.item_id, "new")


def _open(tx: Transaction, project: Row, wishes: Sequence[TaskWish]) -> dict[int, int]:
    opened: dict[int, int] = {}
    for wish in wishes:
        task_id = store.add(
            tx,
            project_id=project.id,
            item_id=wish.item_id,
            schema_version=project.schema_version,
            reason=json.dumps(wish.reason, ensure_ascii=False),
            priority=wish.priority,
            wanted=wish.least,
            wanted_most=max(wish.least, wish.most),
            workforce_id=wish.workforce_id,
        )
        if task_id is not None:
            items.set_state(tx, wish.item_id, "queued")
            opened[wish.item_id] = task_id
    return opened


def open_next(
    tx: Transaction, project: Row, split: str, limit: int, reason: dict[str, Any]
) -> dict[int, int]:
    """Open the next untouched items of a split in random order; return the new tasks by item."""
    policy = projects.policy_of(project)
    overlap = (
        (policy.test_overlap,) * 2
        if split == "test"
        else (policy.overlap_least, policy.overlap_most)
    )
    wishes = [
        TaskWish(row.id, FALLBACK_PRIORITY, *overlap, reason=reason)
        for row in items.take_new(tx, project.id, split, limit)
    ]
    opened = open_tasks(tx, project, wishes)
    if split == "test":
        projects.count(tx, project.id, "test_tasks", len(opened))
    return opened


def withdraw_tasks(tx: Transaction, project: Row, limit: int, reason: str) -> int:
    """Withdraw training tasks that nobody ever held, so that better ones can be opened."""
    withdrawn = store.withdraw(tx, project.id, limit, reason)
    for item_id in withdrawn:
        items.set_state(tx, item_id, "new")
    return len(withdrawn)


def lease_tasks(tx: Transaction, project: Row, annotator: Row, count: int) -> Leases:
    """Return what an annotator holds, topped up to `count` leases.

    Every new lease takes a slot and reserves its price in this transaction. Where nothing in the
    queue is for this annotator, the next item of the pool is opened by its random place.
    """
    if not 1 <= count <= MOST_LEASES:
        raise InvalidInputError(f"Between 1 and {MOST_LEASES} leases can be held.", place="count")
    workforces.lock(tx, annotator.id)
    for overdue in store.overdue_of(tx, annotator.id):
        _expire(tx, overdue)
    held = store.held(tx, annotator.id)
    if len(held) >= count:
        return Leases(held[:count], None)
    closed = _closed_door(project, annotator)
    if closed is None:
        closed = _take(tx, project, annotator, count - len(held))
    return Leases(store.held(tx, annotator.id)[:count], closed)


def _closed_door(project: Row, annotator: Row) -> NoWork | None:
    if project.state != "active":
        return NoWork("project_finished", "This project is closed.", 3_600)
    if annotator.paused_at is not None:
        return NoWork("paused", "Your workforce is paused by the project's owner.", 300)
    return None


def _take(tx: Transaction, project: Row, annotator: Row, count: int) -> NoWork | None:
    policy = projects.policy_of(project)
    found = store.candidates(tx, annotator, count)
    if len(found) < count and _open_for(tx, project, count - len(found)):
        found = store.candidates(tx, annotator, count)
    expires_at = tx.now + policy.lease_seconds * MICROS
    for task in found:
        kept = 0
        if task.previous_id is not None:
            previous = store.lock_assignment(tx, task.previous_id)
            if previous.state not in ENDED_UNANSWERED:
                continue  # a late answer of the same person came in between
            kept = previous.reserved_micros
        if not kept and not projects.reserve(tx, project.id, annotator.price_micros):
            return NoWork("budget_spent", "The budget of this project is spent.", 60)
        if not store.take_slot(tx, task.id):  # pragma: no cover - locked since it was read
            raise ConflictError("The task was taken meanwhile.")
        store.lease(
            tx,
            annotator,
            task,
            handle=str(uuid.uuid4()),
            expires_at=expires_at,
            guideline_version=project.guideline_version,
            reserved=kept or annotator.price_micros,
        )
    if len(found) < count:
        return NoWork(
            "queue_empty", "Nothing is left for you now; new questions come as answers do.", 5
        )
    return None


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


def own_assignment(tx: Transaction, handle: str, user_id: int) -> Row:
    """Return an assignment of this person; somebody else's is as unknown as a missing one."""
    found = store.by_handle(tx, handle)
    if found is not None:
        annotator = workforces.get_annotator(tx, found.annotator_id)
        if annotator.user_id == user_id:
            return found
    raise NotFoundError("You hold no such assignment.")


def heartbeat(tx: Transaction, assignment: Row, lease_n: int) -> int:
    """Extend a live lease and return its new end; an old lease number is refused."""
    project = projects.get_or_raise(tx, assignment.project_id)
    expires_at = tx.now + projects.policy_of(project).lease_seconds * MICROS
    if not store.extend(tx, assignment.id, lease_n, expires_at):
        raise ConflictError(
            "This lease has ended; ask for what you hold.", lease_n=assignment.lease_n
        )
    return int(expires_at)


def release(tx: Transaction, assignment: Row, lease_n: int) -> None:
    """Give a lease back unanswered: the slot and the reservation return at once."""
    if lease_n != assignment.lease_n or not _give_back(tx, assignment):
        raise ConflictError(
            "This lease has ended; ask for what you hold.", lease_n=assignment.lease_n
        )


def _give_back(tx: Transaction, assignment: Row) -> bool:
    """End a live lease unanswered; False where it has ended meanwhile."""
    store.lock(tx, assignment.task_id)
    if not store.end_lease(tx, assignment, "released", reserved=0):
        return False
    store.return_slot(tx, assignment.task_id)
    projects.return_reservation(tx, assignment.project_id, assignment.reserved_micros)
    return True


def release_all(tx: Transaction, user_id: int, project_ids: Sequence[int]) -> int:
    """Release whatever a person holds (sign-out) and return how many leases that were."""
    released = 0
    for project_id in project_ids:
        annotator = workforces.get_by_user(tx, project_id, user_id)
        for found in store.held_of(tx, annotator.id) if annotator is not None else ():
            released += _give_back(tx, found)
    return released


def _expire(tx: Transaction, assignment: Row) -> bool:
    """End one overdue lease; its reservation is kept for a late answer."""
    store.lock(tx, assignment.task_id)
    if not store.end_lease(tx, assignment, "expired", reserved=assignment.reserved_micros):
        return False
    store.return_slot(tx, assignment.task_id)
    return True


def expire_overdue(tx: Transaction, limit: int = 200) -> int:
    """Return the slots of leases that have run out; returns how many there were."""
    return sum(_expire(tx, found) for found in store.overdue(tx, limit))


def close_late_windows(tx: Transaction, limit: int = 200) -> int:
    """Return the reservations of expired leases whose window for a late answer has closed."""
    closed = 0
    for found in store.late_reservations(tx, tx.now, limit):
        policy = projects.policy_of(projects.get_or_raise(tx, found.project_id))
        over = found.expires_at + policy.late_window_seconds * MICROS <= tx.now
        if over and store.drop_reservation(tx, found.id):
            projects.return_reservation(tx, found.project_id, found.reserved_micros)
            closed += 1
    return closed


def open_test_tasks(tx: Transaction, project: Row, n: int, why: str) -> int:
    """Open tasks on up to `n` more items of the random test sample; return how many."""
    opened = open_next(tx, project, "test", n, {"why": why})
    if opened:
        audit.record(
            tx, project.id, "task.open_test", "project", project.id, n=len(opened), why=why
        )
        outbox.add(tx, project.id, "tasks", opened=len(opened))
    return len(opened)
