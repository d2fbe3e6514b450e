"""Submit an answer, a skip or a flag.

The order of locks is task → assignment → consensus → skill → budget, everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.annotations import store
from labeling.annotations.reading import read_classes
from labeling.annotations.sending import Receipt, Submission, receipt_of
from labeling.annotations.submitting import Submit
from labeling.errors import NotFoundError
from labeling.failpoints import failpoint
from labeling.projects import store as projects
from labeling.tasks import leasing
from labeling.tasks import store as tasks
from labeling.tasks.leases import store as leases
from labeling.tasks.seats.store import Seat
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache
    from labeling.tasks.leasing import Leases


def submit_and_lease(
    tx: Transaction, truth: TruthCache, seat: Seat, submission: Submission, count: int
) -> tuple[Receipt, Leases]:
    """Store an answer (`submit_annotation`) and lease what comes next, in one transaction.

    With a count of 0 nothing is leased. The seat is the caller's own (`tasks.holding.own_seat`).
    """
    receipt = _submit(tx, truth, seat, submission)
    if not count:
        return receipt, leasing.NOTHING
    return receipt, leasing.lease_at(tx, seat.project, seat.annotator.id, count)


def submit_annotation(
    tx: Transaction, truth: TruthCache, assignment: Row, submission: Submission
) -> Receipt:
    """Store an answer, count it where its slot is still its own, pay it, and settle the item.

    Parameters
    ----------
    tx
        The write this belongs to.
    truth
        The confusions that votes are weighed with.
    assignment
        The caller's own assignment (`tasks.holding.own_assignment`).
    submission
        The answer.

    Raises
    ------
    NotFoundError
        The lease number was never held: a foreign lease.
    InvalidAnswerError
        The result does not fit the schema version it was asked under.

    """
    project = projects.get_or_raise(tx, assignment.project_id)
    annotator = workforces.get_annotator(tx, assignment.annotator_id)
    task, assignment = lock_with_task(tx, assignment)
    return _submit(tx, truth, Seat(project, annotator, task, assignment), submission)


def _submit(tx: Transaction, truth: TruthCache, seat: Seat, sent: Submission) -> Receipt:
    assignment = seat.assignment
    # Whoever leases again gets a higher number: under the first, nothing can have been sent.
    is_first = assignment.state == "leased" and assignment.lease_n == 1
    newest = None if is_first else store.newest_and_sent(tx, assignment.id, sent.client_key)
    if newest is not None and newest.sent is not None:
        return receipt_of(assignment, newest.sent)
    if not 1 <= sent.lease_n <= assignment.lease_n:
        raise NotFoundError("This lease was never yours.", lease_n=assignment.lease_n)
    classes = read_classes(tx, seat.project, seat.task, sent.kind, sent.reason, sent.result)
    revision = 1 if newest is None else newest.revision + 1
    receipt = Submit(tx, truth, seat, sent, revision).run(classes)
    failpoint("submit.before_commit")
    return receipt


def lock_with_task(tx: Transaction, assignment: Row) -> tuple[Row, Row]:
    """Return an assignment and its task, both locked and as they are now."""
    task = tasks.lock(tx, assignment.task_id)
    assignment = leases.lock_assignment(tx, assignment.id)
    if assignment.task_id != task.id:  # leased again, on the item's next task, since it was read
        task = tasks.lock(tx, assignment.task_id)
    return task, assignment
