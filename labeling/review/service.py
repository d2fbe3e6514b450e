"""The verbs of a reviewer: answer first, see what the others said, give the verdict.

The order of locks is the review's task → the item's answer tasks → assignments → consensus →
budget; everywhere else it is task → assignment → consensus → skill → budget.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from labeling.annotations.reading import read_classes
from labeling.audit import store as audit
from labeling.errors import ConflictError, InvalidAnswerError, NotFoundError
from labeling.failpoints import failpoint
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.review import store
from labeling.review.queue import store as queue
from labeling.schema import store as schema_store
from labeling.schema.answers import SKIP_REASONS
from labeling.tasks import store as tasks
from labeling.tasks.leases import store as leases

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

Verdict = Literal["accept", "correct", "reject", "send_back", "reopen"]


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reviewer is shown after their own answer.

    Attributes
    ----------
    seen
        Names this very state; a verdict sends it back, so that nobody judges what has changed.
    present
        Key of the present answer, None where there is none.
    present_answer
        To a question that is no single choice: what the answers come to (`consensus.answer`).
    confidence
        How sure the hub is of it.
    answers
        The others' answers that count, in an order drawn for this review, without names.
    verdicts
        Where two reviewers disagreed: what they said, without names.
    """

    seen: str
    why: str
    present: str | None
    present_class_id: int | None
    confidence: float
    consensus_version: int
    answers: list[Row]
    verdicts: list[Row] = field(default_factory=list)
    present_answer: str | None = None


def open_assignment(tx: Transaction, assignment: Row, lease_n: int) -> tuple[Row, Row]:
    """Return a review's task and assignment, locked; refuse a lease that was never held."""
    task = tasks.lock(tx, assignment.task_id)
    assignment = leases.lock_assignment(tx, assignment.id)
    if not 1 <= lease_n <= assignment.lease_n:
        raise NotFoundError("This lease was never yours.", lease_n=assignment.lease_n)
    return task, assignment


def answer_first(
    tx: Transaction,
    assignment: Row,
    *,
    lease_n: int,
    client_key: str,
    result: list[Any],
    reason: str | None = None,
) -> Shown:
    """Keep a reviewer's own answer and return what the others said.

    Parameters
    ----------
    tx
        The write this belongs to.
    assignment
        The caller's own review (`tasks.holding.own_assignment` with the family `review`).
    lease_n
        The number of the lease.
    client_key
        Makes a repeat harmless.
    result, reason
        The answer as Label Studio writes it, or, without one, the reason as of a skip.

    Raises
    ------
    ConflictError
        Another answer was given before; it was made without knowing the others', this one is not.
    InvalidAnswerError
        The answer does not fit the schema version it was asked under.

    """
    task, assignment = open_assignment(tx, assignment, lease_n)
    known = store.answer_of(tx, assignment.id)
    if known is None:
        if assignment.state != "leased":
            raise ConflictError("This lease has ended; ask for what you hold.")
        class_id = None
        if reason is None:
            class_id = read_class(tx, task, result)
        elif reason not in SKIP_REASONS or result:
            raise InvalidAnswerError(
                f"Give an answer, or one of {', '.join(SKIP_REASONS)}.", place="reason"
            )
        store.add_answer(
            tx, assignment, client_key=client_key, class_id=class_id, reason=reason, result=result
        )
        audit.record(tx, assignment.project_id, "review.answer", "assignment", assignment.id)
    elif known.client_key != client_key:
        raise ConflictError("You have answered this one; give your verdict.")
    failpoint("review_answer.before_commit")
    return shown(tx, assignment)


def read_class(tx: Transaction, task: Row, result: list[Any]) -> int:
    """Return the class id that a result gives to the project's question."""
    project = projects.get_or_raise(tx, task.project_id)
    return read_classes(tx, project, task, "answer", None, result)[project.target_question]


def shown(tx: Transaction, assignment: Row) -> Shown:
    """Return what a reviewer who has answered is shown.

    Raises
    ------
    ConflictError
        They have not answered yet.

    """
    if store.answer_of(tx, assignment.id) is None:
        raise ConflictError("Answer first; then you see what the others said.")
    project = projects.get_or_raise(tx, assignment.project_id)
    believed = quality.get(tx, assignment.item_id, project.target_question)
    task = queue.get_task(tx, assignment.task_id)
    votes = store.list_voted(tx, project.id, project.target_question, assignment.item_id)
    verdicts = store.list_counted(tx, assignment.task_id)
    others = [row for row in verdicts if row.assignment_id != assignment.id]
    class_id = None if believed is None else believed.class_id
    keys = schema_store.class_ids(tx, project.id, project.target_question).by_id
    return Shown(
        seen=_seen(class_id, votes, None if believed is None else believed.answer),
        why="disagreement" if len(others) > 1 else json.loads(task.reason)["why"],
        present=None if class_id is None else keys[class_id],
        present_class_id=class_id,
        confidence=0.0 if believed is None else believed.confidence,
        consensus_version=0 if believed is None else believed.version,
        answers=sorted(votes, key=lambda row: _place(assignment.handle, row.annotation_id)),
        # Whoever comes second must not learn that there was a first.
        verdicts=sorted(others, key=lambda row: _place(assignment.handle, row.id))
        if len(others) > 1
        else [],
        present_answer=None if believed is None else believed.answer,
    )


def _place(handle: str, row_id: int) -> str:
    """Return where a row comes in the order drawn for one review."""
    return hashlib.sha256(f"{handle}:{row_id}".encode()).hexdigest()


def _seen(class_id: int | None, votes: list[Row], answer: str | None) -> str:
    text = json.dumps([class_id, [(row.annotation_id, row.class_id) for row in votes], answer])
    return hashlib.sha256(text.encode()).hexdigest()[:16]
