"""Lease reviews: what a reviewer holds, topped up with the most valuable they may do."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.errors import ConflictError, InvalidInputError
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.review import opening
from labeling.review.queue import store as queue
from labeling.tasks import holding, routing
from labeling.tasks import store as tasks
from labeling.tasks.leases import store as leases
from labeling.tasks.leasing import ENDED_UNANSWERED, Leases
from labeling.tasks.routing import NoWork
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

MOST: Final = 20

EMPTY: Final = NoWork("queue_empty", "Nothing is left for you to review now.", 30)
SPENT: Final = NoWork("budget_spent", "The budget of this project is spent.", 60)


def lease_reviews(tx: Transaction, project: Row, annotator: Row, count: int) -> Leases:
    """Return the reviews that a person holds, topped up to `count`.

    Every new lease takes a slot and reserves the price of the reviewer's workforce. Nobody is
    given an item that they answered themselves, nor the same review twice.
    """
    if not 1 <= count <= MOST:
        raise InvalidInputError(f"Between 1 and {MOST} reviews can be held.", place="count")
    annotator = workforces.lock(tx, annotator.id)
    for lease in leases.held(tx, annotator.id, "review"):
        if lease.expires_at <= tx.now:
            holding.expire(tx, lease)
    held = queue.held_by(tx, annotator.id)
    if len(held) >= count:
        return Leases(held[:count], None)
    reason = routing.closed_door(project, annotator)
    if reason is None:
        reason = _take(tx, project, annotator, count - len(held))
    return Leases(queue.held_by(tx, annotator.id)[:count], reason)


def _take(tx: Transaction, project: Row, annotator: Row, count: int) -> NoWork | None:
    opening.open_due(tx)
    refilled = False
    while count:
        found = queue.candidates(tx, annotator, count)
        if not found and not refilled:
            refilled = True
            if opening.refill(tx, project):
                continue
        if not found:
            return EMPTY
        for task in found:
            if _is_asked_again(tx, project, task.item_id):
                tasks.withdraw_one(tx, task.id, "the item is being asked again")
                continue
            kept = _kept(tx, task)
            if kept is None:
                continue  # a late verdict of the same person came in between
            if not kept and not projects.reserve(tx, project.id, annotator.price_micros):
                return SPENT
            _lease(tx, project, annotator, task, kept or annotator.price_micros)
            count -= 1
    return None


def _kept(tx: Transaction, task: Row) -> int | None:
    """Return what is still reserved for an earlier lease of the same review; None if it is done."""
    if task.previous_id is None:
        return 0
    previous = leases.lock_assignment(tx, task.previous_id)
    return int(previous.reserved_micros) if previous.state in ENDED_UNANSWERED else None


def _is_asked_again(tx: Transaction, project: Row, item_id: int) -> bool:
    """Whether an item's present answer is no longer one that could be judged."""
    believed = quality.get(tx, item_id, project.target_question)
    return believed is None or believed.state == "pending"


def _lease(tx: Transaction, project: Row, annotator: Row, task: Row, reserved: int) -> None:
    if not queue.take_slot(tx, task.id):  # pragma: no cover - locked since it was read
        raise ConflictError("The review was taken meanwhile.")
    seconds = projects.policy_of(project).review.lease_seconds
    leases.lease(
        tx,
        annotator,
        task,
        handle=str(uuid.uuid4()),
        expires_at=tx.now + seconds * MICROS,
        guideline_version=project.guideline_version,
        reserved=reserved,
    )


def heartbeat(tx: Transaction, assignment: Row, lease_n: int) -> int:
    """Extend a live review and return its new end; an old lease number is refused."""
    project = projects.get_or_raise(tx, assignment.project_id)
    expires_at = tx.now + projects.policy_of(project).review.lease_seconds * MICROS
    if not leases.extend(tx, assignment.id, lease_n, expires_at):
        raise ConflictError(
            "This lease has ended; ask for what you hold.", lease_n=assignment.lease_n
        )
    return int(expires_at)
