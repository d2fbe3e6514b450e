"""What becomes of a lease: kept alive, given back, expired."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.errors import ConflictError, NotFoundError
from labeling.projects import store as projects
from labeling.tasks import store
from labeling.tasks.leases import store as leases
from labeling.tasks.personal import service as personal
from labeling.tasks.seats import store as seats
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction
    from labeling.tasks.seats.store import Seat


def own_assignment(tx: Transaction, handle: str, user_id: int, family: str = "answer") -> Row:
    """Return an assignment of this person; somebody else's is as unknown as a missing one.

    What is held for review has another door (`family`), and is unknown at this one.
    """
    found = leases.by_handle(tx, handle, user_id)
    if found is None or found.family != family:
        raise NotFoundError("You hold no such assignment.")
    return found


def own_seat(tx: Transaction, handle: str, user_id: int) -> Seat:
    """Return an assignment of this person with its task, project and annotator, locked.

    Somebody else's is as unknown as a missing one.
    """
    found = seats.take_seat(tx, handle, user_id)
    if found is None:
        raise NotFoundError("You hold no such assignment.")
    return found


def heartbeat(tx: Transaction, assignment: Row, lease_n: int) -> int:
    """Extend a live lease and return its new end; an old lease number is refused."""
    project = projects.get_or_raise(tx, assignment.project_id)
    expires_at = tx.now + projects.policy_of(project).lease_seconds * MICROS
    # What was sent back to its author is held for days; a sign of life does not shorten that.
    expires_at = max(expires_at, assignment.expires_at)
    if not leases.extend(tx, assignment.id, lease_n, expires_at):
        raise ConflictError(
            "This lease has ended; ask for what you hold.", lease_n=assignment.lease_n
        )
    return int(expires_at)


def release(tx: Transaction, assignment: Row, lease_n: int) -> None:
    """Give a lease back unanswered: the slot and the reservation return at once."""
    if lease_n != assignment.lease_n or not give_back(tx, assignment):
        raise ConflictError(
            "This lease has ended; ask for what you hold.", lease_n=assignment.lease_n
        )


def give_back(tx: Transaction, assignment: Row) -> bool:
    """End a live lease unanswered; False where it has ended meanwhile."""
    store.lock(tx, assignment.task_id)
    if not leases.end_lease(tx, assignment, "released", reserved=0):
        return False
    if not personal.keep(tx, assignment):
        store.return_slot(tx, assignment.task_id)
    projects.return_reservation(tx, assignment.project_id, assignment.reserved_micros)
    audit.record(tx, assignment.project_id, "assignment.release", "assignment", assignment.id)
    return True


def release_all(tx: Transaction, user_id: int, project_ids: Sequence[int]) -> int:
    """Release whatever a person holds (sign-out) and return how many leases that were."""
    released = 0
    for project_id in project_ids:
        annotator = workforces.get_by_user(tx, project_id, user_id)
        if annotator is not None:
            released += release_held(tx, annotator.id)
    return released


def release_held(tx: Transaction, annotator_id: int) -> int:
    """Release whatever an annotator holds and return how many leases that were."""
    held = leases.held(tx, annotator_id) + leases.held(tx, annotator_id, "review")
    return sum(give_back(tx, found) for found in held)


def expire(tx: Transaction, assignment: Row) -> bool:
    """End one overdue lease; its reservation is kept for a late answer."""
    store.lock(tx, assignment.task_id)
    if not leases.end_lease(tx, assignment, "expired", reserved=assignment.reserved_micros):
        return False
    if not personal.keep(tx, assignment):
        store.return_slot(tx, assignment.task_id)
    audit.record(tx, assignment.project_id, "assignment.expire", "assignment", assignment.id)
    return True


def expire_overdue(tx: Transaction, limit: int = 200) -> int:
    """Return the slots of leases that have run out; returns how many there were."""
    return sum(expire(tx, found) for found in leases.overdue(tx, limit))


def close_late_windows(tx: Transaction, limit: int = 200) -> int:
    """Return the reservations of expired leases whose window for a late answer has closed."""
    closed = 0
    for found in leases.late_reservations(tx, tx.now, limit):
        policy = projects.policy_of(projects.get_or_raise(tx, found.project_id))
        over = found.expires_at + policy.late_window_seconds * MICROS <= tx.now
        if over and leases.drop_reservation(tx, found.id):
            projects.return_reservation(tx, found.project_id, found.reserved_micros)
            audit.record(tx, found.project_id, "assignment.close_late", "assignment", found.id)
            closed += 1
    return closed
