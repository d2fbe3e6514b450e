"""The verbs of an answer: submit it, take it back.

The order of locks is task → assignment → consensus → skill → budget, everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.annotations import store
from labeling.annotations.settle import settle_item
from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.errors import ConflictError, InvalidAnswerError, NotFoundError
from labeling.failpoints import failpoint
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.schema import store as schema_store
from labeling.schema.answers import SKIP_REASONS, read_answer
from labeling.tasks import store as tasks
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache

MOST_ACTIVE_MS: Final = 3_600_000
"""Longer times at one item are cut: somebody left the page open."""
FLAG_REASON_CHARACTERS: Final = 1_000
ANSWERED_ELSEWHERE: Final = "answered already, perhaps in another tab; kept, not counted"
BEYOND_ORDER: Final = "beyond what was ordered; kept, not counted, not paid"
UNPAID: Final = "stored, not paid: the budget is spent"


@dataclass(frozen=True, slots=True)
class Submission:
    """One answer as it comes from a client; `client_key` makes a repeat harmless.

    `work_order_id` is set where a vendor's file brought it: then it is paid from what the order
    reserved and takes a slot that the order holds, never one of the queue.
    """

    lease_n: int
    client_key: str
    kind: Literal["answer", "skip", "flag"] = "answer"
    reason: str | None = None
    result: list[Any] = field(default_factory=list)
    active_ms: int = 0
    work_order_id: int | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a submission; the same for every repeat of it."""

    handle: str
    revision: int
    counted: bool
    surplus: bool
    paid_micros: int
    note: str | None


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
        The caller's own assignment (`tasks.service.own_assignment`).
    submission
        The answer.

    Raises
    ------
    NotFoundError
        The lease number was never held: a foreign lease.
    InvalidAnswerError
        The result does not fit the schema version it was asked under.

    """
    task = tasks.lock(tx, assignment.task_id)
    assignment = tasks.lock_assignment(tx, assignment.id)
    repeated = store.by_client_key(tx, assignment.id, submission.client_key)
    if repeated is not None:
        return _receipt(assignment, repeated)
    if not 1 <= submission.lease_n <= assignment.lease_n:
        raise NotFoundError("This lease was never yours.", lease_n=assignment.lease_n)
    classes = _read(tx, task, submission)
    receipt = _Submit(tx, truth, task, assignment, submission).run(classes)
    failpoint("submit.before_commit")
    return receipt


def _receipt(assignment: Row, annotation: Row) -> Receipt:
    surplus = bool(annotation.is_surplus)
    counted = annotation.kind == "answer" and not surplus
    return Receipt(
        assignment.handle,
        annotation.revision,
        counted,
        surplus,
        annotation.paid_micros,
        annotation.note,
    )


def _read(tx: Transaction, task: Row, submission: Submission) -> dict[str, int]:
    """Return the class id of each question, or nothing for a skip or a flag."""
    if submission.kind == "skip" and submission.reason not in SKIP_REASONS:
        raise InvalidAnswerError(f"A skip gives one of {', '.join(SKIP_REASONS)}.", place="reason")
    if submission.kind == "flag" and not 0 < len(submission.reason or "") <= FLAG_REASON_CHARACTERS:
        raise InvalidAnswerError(
            f"Say what is wrong in 1 to {FLAG_REASON_CHARACTERS} characters.", place="reason"
        )
    if submission.kind != "answer":
        return {}
    keys = read_answer(
        schema_store.get_schema(tx, task.project_id, task.schema_version), submission.result
    )
    return {
        question: schema_store.class_ids(tx, task.project_id, question).by_key[key]
        for question, key in keys.items()
    }


class _Submit:
    """One submission on its way: which case it is, what it earns, what it changes."""

    def __init__(
        self, tx: Transaction, truth: TruthCache, task: Row, assignment: Row, sent: Submission
    ) -> None:
        self.tx, self.truth, self.task, self.assignment, self.sent = (
            tx,
            truth,
            task,
            assignment,
            sent,
        )
        self.project = projects.get_or_raise(tx, assignment.project_id)
        self.policy = projects.policy_of(self.project)
        self.annotator = workforces.get_annotator(tx, assignment.annotator_id)

    def run(self, classes: dict[str, int]) -> Receipt:
        """Store the submission as what it is: in time, late, surplus, a skip or a flag."""
        live = self.assignment.state == "leased"
        if self.assignment.state in {"submitted", "skipped"}:
            return self._store("late", surplus=True, paid=0, note=ANSWERED_ELSEWHERE)[1]
        if self.sent.kind != "answer":
            return self._skip(live=live)
        if live:
            return self._count(classes, "lease")
        if self.sent.work_order_id is None and tasks.take_slot(self.tx, self.task.id):
            return self._count(classes, "late")
        paid, note = self._pay_late()
        annotation_id, receipt = self._store("late", surplus=True, paid=paid, note=note)
        tasks.mark_submitted(
            self.tx,
            self.assignment.id,
            annotation_id,
            state="submitted",
            active_ms=self._active_ms(),
        )
        self._enter(annotation_id, receipt)
        return receipt

    def _active_ms(self) -> int:
        return min(max(self.sent.active_ms, 0), MOST_ACTIVE_MS)

    def _pay_late(self) -> tuple[int, str | None]:
        """Return what a late answer earns: its kept reservation, else one that the cap allows."""
        if self.sent.work_order_id is not None:
            return 0, BEYOND_ORDER
        price = self.annotator.price_micros
        kept = self.assignment.reserved_micros
        if not self.policy.pay_late:
            projects.return_reservation(self.tx, self.project.id, kept)
            return 0, "stored, not paid: the policy pays no late answers"
        if kept:
            return kept, None
        return (price, None) if projects.reserve(self.tx, self.project.id, price) else (0, UNPAID)

    def _count(self, classes: dict[str, int], source: str) -> Receipt:
        paid, note = (
            (self.assignment.reserved_micros, None) if source == "lease" else self._pay_late()
        )
        annotation_id, receipt = self._store(source, surplus=False, paid=paid, note=note)
        quality.add_votes(
            self.tx,
            project_id=self.project.id,
            annotation_id=annotation_id,
            item_id=self.task.item_id,
            annotator_id=self.annotator.id,
            classes=classes,
        )
        tasks.mark_submitted(
            self.tx,
            self.assignment.id,
            annotation_id,
            state="submitted",
            active_ms=self._active_ms(),
        )
        settle_item(
            self.tx, self.truth, self.project, self.task, cause=f"annotation {annotation_id}"
        )
        self._enter(annotation_id, receipt)
        projects.count(self.tx, self.project.id, "answers")
        outbox.add(
            self.tx,
            self.project.id,
            "annotation",
            item_id=self.task.item_id,
            annotation_id=annotation_id,
        )
        return receipt

    def _skip(self, *, live: bool) -> Receipt:
        """Store a skip or a flag; the slot and the reservation return."""
        annotation_id, receipt = self._store(
            "lease" if live else "late", surplus=False, paid=0, note=None
        )
        projects.return_reservation(self.tx, self.project.id, self.assignment.reserved_micros)
        if live:
            tasks.return_slot(self.tx, self.task.id)
        tasks.mark_submitted(
            self.tx, self.assignment.id, annotation_id, state="skipped", active_ms=self._active_ms()
        )
        name = f"{self.sent.kind}.{self.sent.reason}" if self.sent.kind == "skip" else "flag"
        projects.count(self.tx, self.project.id, name)
        return receipt

    def _store(
        self, source: str, *, surplus: bool, paid: int, note: str | None
    ) -> tuple[int, Receipt]:
        revision = store.last_revision(self.tx, self.assignment.id) + 1
        annotation_id = store.add(
            self.tx,
            {
                "project_id": self.project.id,
                "assignment_id": self.assignment.id,
                "item_id": self.task.item_id,
                "annotator_id": self.annotator.id,
                "revision": revision,
                "lease_n": self.sent.lease_n,
                "client_key": self.sent.client_key,
                "kind": self.sent.kind,
                "reason": self.sent.reason,
                "result": self.sent.result,
                "schema_version": self.task.schema_version,
                "source": source if self.sent.work_order_id is None else "vendor",
                "is_surplus": surplus,
                "paid_micros": paid,
                "note": note,
            },
        )
        audit.record(
            self.tx, self.project.id, f"annotation.{self.sent.kind}", "annotation", annotation_id
        )
        counted = self.sent.kind == "answer" and not surplus
        return annotation_id, Receipt(
            self.assignment.handle, revision, counted, surplus, paid, note
        )

    def _enter(self, annotation_id: int, receipt: Receipt) -> None:
        """Enter what the answer earned in the ledger and in the annotator's totals."""
        workforces.add_work(self.tx, self.annotator.id, 1, self._active_ms())
        if receipt.paid_micros:
            projects.earn(
                self.tx,
                project_id=self.project.id,
                amount=receipt.paid_micros,
                workforce_id=self.annotator.workforce_id,
                annotator_id=self.annotator.id,
                assignment_id=self.assignment.id,
                dedupe_key=_ledger_key(annotation_id),
                work_order_id=self.sent.work_order_id,
            )


def _ledger_key(annotation_id: int) -> str:
    return f"annotation:{annotation_id}"


def undo_annotation(tx: Transaction, truth: TruthCache, assignment: Row, client_key: str) -> Row:
    """Take an answer or a skip back: it is leased again; consensus and money follow by new rows.

    Returns
    -------
    Row
        The assignment, leased with the next number; `current_annotation_id` names the old answer.

    Raises
    ------
    ConflictError
        The answer is too old, was never given, did not count, or its slot went to somebody else.

    """
    task = tasks.lock(tx, assignment.task_id)
    assignment = tasks.lock_assignment(tx, assignment.id)
    if store.by_client_key(tx, assignment.id, client_key) is not None:
        return assignment
    project = projects.get_or_raise(tx, assignment.project_id)
    current = _undoable(tx, project, assignment)
    reserved = _take_back(tx, truth, project, task, assignment, current)
    _retract(tx, task, assignment, current, client_key)
    expires_at = tx.now + projects.policy_of(project).lease_seconds * MICROS
    tasks.lease_back(tx, assignment.id, expires_at, reserved)
    return tasks.lock_assignment(tx, assignment.id)


def _undoable(tx: Transaction, project: Row, assignment: Row) -> Row:
    policy = projects.policy_of(project)
    if assignment.state not in {"submitted", "skipped"} or assignment.current_annotation_id is None:
        raise ConflictError("There is no answer to take back.")
    recent = assignment.submitted_at >= tx.now - policy.undo_seconds * MICROS
    newer = tasks.count_newer(
        tx, assignment.annotator_id, assignment.submitted_at, policy.undo_last
    )
    if not recent and newer >= policy.undo_last:
        raise ConflictError(
            f"Undo reaches {policy.undo_last} answers or {policy.undo_seconds // 60} minutes back."
        )
    current = store.get(tx, assignment.current_annotation_id)
    if current.is_surplus:
        raise ConflictError("This answer did not count, so there is nothing to take back.")
    return current


def _take_back(
    tx: Transaction, truth: TruthCache, project: Row, task: Row, assignment: Row, current: Row
) -> int:
    """Undo what the answer changed and return the amount that is reserved for the next one."""
    if current.kind != "answer":
        price = workforces.get_annotator(tx, assignment.annotator_id).price_micros
        if not tasks.take_slot(tx, task.id) or not projects.reserve(tx, project.id, price):
            raise ConflictError("This question went to somebody else meanwhile.")
        return int(price)
    quality.drop_votes(tx, current.id)
    if task.state == "closed":
        tasks.reopen(tx, task.id)
    settle_item(
        tx,
        truth,
        project,
        tasks.lock(tx, task.id),
        cause=f"retraction of {current.id}",
        open_again=True,
    )
    workforces.add_work(tx, assignment.annotator_id, -1, 0)
    projects.count(tx, project.id, "answers", -1)
    outbox.add(tx, project.id, "annotation", item_id=task.item_id, annotation_id=current.id)
    return projects.reverse(
        tx,
        project_id=project.id,
        workforce_id=assignment.workforce_id,
        annotator_id=assignment.annotator_id,
        assignment_id=assignment.id,
        dedupe_key=_ledger_key(current.id),
    )


def _retract(tx: Transaction, task: Row, assignment: Row, current: Row, client_key: str) -> None:
    revision = store.last_revision(tx, assignment.id) + 1
    annotation_id = store.add(
        tx,
        {
            "project_id": assignment.project_id,
            "assignment_id": assignment.id,
            "item_id": assignment.item_id,
            "annotator_id": assignment.annotator_id,
            "revision": revision,
            "lease_n": assignment.lease_n,
            "client_key": client_key,
            "kind": "retract",
            "reason": f"revision {current.revision}",
            "result": [],
            "schema_version": task.schema_version,
            "source": "lease",
            "is_surplus": False,
            "paid_micros": 0,
            "note": None,
        },
    )
    audit.record(
        tx, assignment.project_id, "annotation.retract", "annotation", annotation_id, of=current.id
    )
