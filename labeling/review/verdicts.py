"""Take a reviewer's verdict: count it, pay it, and let it take effect once it is decided."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from labeling.annotations.submitting import MOST_ACTIVE_MS, UNPAID
from labeling.audit import store as audit
from labeling.errors import ConflictError, InvalidInputError
from labeling.failpoints import failpoint
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.structured.values import parse_value, value_result
from labeling.review import store
from labeling.review.decisions import decide
from labeling.review.queue import store as queue
from labeling.review.sending import VerdictReceipt, VerdictSent, receipt_of
from labeling.review.service import open_assignment, read_class, shown
from labeling.schema import store as schema_store
from labeling.tasks import store as tasks
from labeling.workforces import store as workforces
from labeling.workforces.work import store as work

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache
    from labeling.review.service import Shown

REASON_CHARACTERS: Final = 1_000
OVER: Final = "the review was decided meanwhile; kept, not counted"
ASKED_AGAIN: Final = "the item is being asked again; kept, not counted"
CHANGED: Final = "What you judge has changed since you saw it; look at it again."


def give_verdict(
    tx: Transaction, truth: TruthCache, assignment: Row, sent: VerdictSent
) -> VerdictReceipt:
    """Store a verdict, pay it, and let it take effect where it is the one that decides.

    A review that two people do takes effect when both are in and agree; where they differ, a
    third is asked and decides.

    Raises
    ------
    ConflictError
        The reviewer has not answered first, or what they judge has changed since they saw it.
    InvalidInputError
        The verdict lacks what it needs, or names an answer that was not shown.

    """
    task, assignment = _locked(tx, assignment, sent.lease_n)
    known = store.review_of(tx, assignment.id)
    if known is not None:
        if known.client_key != sent.client_key:
            raise ConflictError("You have given your verdict on this one.")
        return receipt_of(assignment, known)
    state = shown(tx, assignment)
    receipt = _Verdict(tx, truth, task, assignment, sent, state).run()
    failpoint("verdict.before_commit")
    return receipt


def _locked(tx: Transaction, assignment: Row, lease_n: int) -> tuple[Row, Row]:
    """Lock a review and the item's answer tasks, tasks before assignments."""
    tasks.lock(tx, assignment.task_id)
    store.lock_answer_tasks(tx, assignment.item_id)
    return open_assignment(tx, assignment, lease_n)


class _Verdict:
    """One verdict on its way: whether it counts, what it earns, whether it decides."""

    def __init__(
        self,
        tx: Transaction,
        truth: TruthCache,
        task: Row,
        assignment: Row,
        sent: VerdictSent,
        state: Shown,
    ) -> None:
        self.tx, self.truth, self.task, self.assignment = tx, truth, task, assignment
        self.sent, self.state = sent, state
        self.project = projects.get_or_raise(tx, assignment.project_id)
        self.annotator = workforces.get_annotator(tx, assignment.annotator_id)

    def run(self) -> VerdictReceipt:
        """Store it as what it is, and decide where it is the last one that was wanted."""
        self._check()
        class_id, result = self._class_after(), self._result_after()
        note = self._surplus_note()
        if note is None and self.sent.seen != self.state.seen:
            raise ConflictError(CHANGED, seen=self.state.seen)
        paid, unpaid = self._pay()
        review_id = self._store(
            class_id, result, paid=paid, note=note or unpaid, surplus=note is not None
        )
        self._enter(review_id, paid)
        if note is None:
            self._count()
        review = store.review_of(self.tx, self.assignment.id)
        assert review is not None, "it was stored in this transaction"  # noqa: S101
        return receipt_of(self.assignment, review)

    def _check(self) -> None:
        """Refuse a verdict that lacks what it needs."""
        sent, n_targets = self.sent, len(self.sent.targets)
        wanted = {"reject": range(1, 1_000), "send_back": range(1, 2)}.get(sent.verdict, range(1))
        if n_targets not in wanted:
            raise InvalidInputError(
                "reject names the answers it rejects, send_back names one, the others none.",
                place="targets",
            )
        numbers = [target.answer for target in sent.targets]
        known = range(1, len(self.state.answers) + 1)
        if len(set(numbers)) != n_targets or any(number not in known for number in numbers):
            raise InvalidInputError(
                f"Name each answer once, by its number from 1 to {len(known)}.", place="targets"
            )
        reasons = [target.reason for target in sent.targets]
        if sent.verdict == "reopen" or sent.reason is not None:
            reasons.append(sent.reason or "")
        if any(not 0 < len(reason.strip()) <= REASON_CHARACTERS for reason in reasons):
            raise InvalidInputError(
                f"Give each reason in 1 to {REASON_CHARACTERS:,} characters.", place="reason"
            )
        if sent.result and sent.verdict != "correct":
            raise InvalidInputError(
                "correct brings the right answer; no other verdict does.", place="result"
            )
        if sent.verdict == "send_back":
            self._check_author(self.state.answers[numbers[0] - 1].annotator_id)

    def _check_author(self, annotator_id: int) -> None:
        author = workforces.get_annotator(self.tx, annotator_id)
        if author.user_id is None or author.state != "active":
            raise ConflictError(
                "Its author cannot be asked any more; reject it or reopen the item."
            )

    def _class_after(self) -> int | None:
        """Return the class that holds after this verdict; None where people are asked again."""
        if self.sent.verdict == "accept":
            if self.state.present_class_id is None:
                raise InvalidInputError("There is no answer to accept.", place="verdict")
            return self.state.present_class_id
        if self.sent.verdict != "correct":
            return None
        return read_class(self.tx, self.task, self.sent.result)

    def _result_after(self) -> str | None:
        """Return what `correct` says to a question that is no single choice, where it is another.

        In one order of its parts, so that two reviewers who say the same agree.
        """
        schema = schema_store.get_schema(self.tx, self.project.id, self.task.schema_version)
        question = schema.question(self.project.target_question)
        if question.is_choice or self.sent.verdict != "correct":
            return None
        value = parse_value(question, self.sent.result)
        present = self.state.present_answer
        if present is not None and value == parse_value(question, json.loads(present)["result"]):
            return None
        return json.dumps(value_result(question, value), ensure_ascii=False)

    def _surplus_note(self) -> str | None:
        """Return why this verdict no longer counts, None where it does."""
        if self.task.state != "open":
            return OVER
        believed = quality.get(self.tx, self.task.item_id, self.project.target_question)
        if believed is None or believed.state == "pending":
            tasks.withdraw_one(self.tx, self.task.id, "the item is being asked again")
            return ASKED_AGAIN
        live = self.assignment.state == "leased"
        return None if live or queue.take_slot(self.tx, self.task.id) else OVER

    def _pay(self) -> tuple[int, str | None]:
        """Return what the verdict earns: its reservation, late ones as late answers."""
        kept, price = self.assignment.reserved_micros, self.annotator.price_micros
        if self.assignment.state == "leased" or kept:
            return kept, None
        if not projects.policy_of(self.project).pay_late:
            return 0, "stored, not paid: the policy pays no late answers"
        return (price, None) if projects.reserve(self.tx, self.project.id, price) else (0, UNPAID)

    def _store(
        self,
        class_id: int | None,
        result: str | None,
        *,
        paid: int,
        note: str | None,
        surplus: bool,
    ) -> int:
        answers = self.state.answers
        targets = [
            {"annotation_id": answers[target.answer - 1].annotation_id, "reason": target.reason}
            for target in self.sent.targets
        ]
        review_id = store.add_review(
            self.tx,
            {
                "project_id": self.project.id,
                "task_id": self.task.id,
                "assignment_id": self.assignment.id,
                "item_id": self.task.item_id,
                "question": self.project.target_question,
                "annotator_id": self.annotator.id,
                "client_key": self.sent.client_key,
                "verdict": self.sent.verdict,
                "present_class_id": self.state.present_class_id,
                "class_id": class_id,
                "result": result,
                "consensus_version": self.state.consensus_version,
                "targets": json.dumps(targets, ensure_ascii=False),
                "reason": self.sent.reason,
                "is_surplus": surplus,
                "paid_micros": paid,
                "note": note,
            },
        )
        audit.record(
            self.tx,
            self.project.id,
            f"review.{self.sent.verdict}",
            "review",
            review_id,
            self.sent.reason,
            item_id=self.task.item_id,
            targets=targets,
        )
        return review_id

    def _enter(self, review_id: int, paid: int) -> None:
        """Enter what it earned in the ledger; the reviewer's lease is over."""
        active_ms = min(max(self.sent.active_ms, 0), MOST_ACTIVE_MS)
        queue.end_assignment(self.tx, self.assignment.id, active_ms)
        work.add_time(self.tx, self.annotator.id, active_ms)
        if paid:
            projects.earn(
                self.tx,
                project_id=self.project.id,
                amount=paid,
                workforce_id=self.annotator.workforce_id,
                annotator_id=self.annotator.id,
                assignment_id=self.assignment.id,
                dedupe_key=f"review:{review_id}",
            )

    def _count(self) -> None:
        """Count the verdict; the last one wanted decides, unless two differ."""
        verdicts = store.list_counted(self.tx, self.task.id)
        if len(verdicts) < self.task.wanted:
            return
        agreed = None if len(verdicts) == 1 else outcome(verdicts[0]) == outcome(verdicts[1])
        if len(verdicts) == 2 and not agreed:  # noqa: PLR2004 - the first two
            queue.ask_another(self.tx, self.task.id)
            projects.count(self.tx, self.project.id, "review.second.differed")
            return
        if len(verdicts) == 2:  # noqa: PLR2004 - the first two
            projects.count(self.tx, self.project.id, "review.second.agreed")
        decide(self.tx, self.truth, self.project, self.task, verdicts[-1], len(verdicts), agreed)


def outcome(review: Row) -> tuple[str, object]:
    """Return what a verdict leads to; two that lead to the same agree, whatever they are called."""
    if review.class_id is not None:
        return "class", (review.class_id, review.result)
    targets = sorted(target["annotation_id"] for target in json.loads(review.targets))
    return review.verdict, tuple(targets)
