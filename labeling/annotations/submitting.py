"""One submission on its way: in time, late, surplus, a skip or a flag."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.annotations import reasked, store
from labeling.annotations.consequences import consequence_of, take_effect
from labeling.annotations.sending import Receipt, Submission
from labeling.annotations.settle import FIRST_PASS, settle_item
from labeling.audit import store as audit
from labeling.gold import results as gold
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.projects.policies.queue import SkipConsequence
from labeling.quality import store as quality
from labeling.tasks import routing
from labeling.tasks import store as tasks
from labeling.tasks.gold import price_of
from labeling.tasks.leases import store as leases
from labeling.tasks.personal import store as personal
from labeling.tasks.seats.store import Seat
from labeling.workforces.service import enter_answer

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache
    from labeling.quality.store import Heard

MOST_ACTIVE_MS: Final = 3_600_000
"""Longer times at one item are cut: somebody left the page open."""
ANSWERED_ELSEWHERE: Final = "answered already, perhaps in another tab; kept, not counted"
BEYOND_ORDER: Final = "beyond what was ordered; kept, not counted, not paid"
UNPAID: Final = "stored, not paid: the budget is spent"


class Submit:
    """One submission on its way: which case it is, what it earns, what it changes."""

    def __init__(
        self, tx: Transaction, truth: TruthCache, seat: Seat, sent: Submission, revision: int
    ) -> None:
        self.tx, self.truth, self.sent, self.revision = tx, truth, sent, revision
        self.project, self.annotator = seat.project, seat.annotator
        self.task, self.assignment = seat.task, seat.assignment
        self.policy = projects.policy_of(seat.project)
        self.is_known = self.assignment.kind in gold.KNOWN_KINDS
        self.price = price_of(self.policy, self.annotator, self.assignment.kind)

    def run(self, classes: dict[str, int]) -> Receipt:
        """Store the submission as what it is: in time, late, surplus, a skip or a flag."""
        live = self.assignment.state == "leased"
        if self.assignment.state in {"submitted", "skipped", "rejected"}:
            return self._store("late", surplus=True, paid=0, note=ANSWERED_ELSEWHERE)[1]
        kept = not live and self._may_still_count() and self._take_kept()
        if self.sent.kind != "answer":
            return self._skip("lease" if live else "late", has_slot=live or kept)
        if live:
            return self._count(classes, "lease")
        if kept or (self._may_still_count() and tasks.take_slot(self.tx, self.task.id)):
            return self._count(classes, "late")
        paid, note = self._pay_late()
        annotation_id, receipt = self._store("late", surplus=True, paid=paid, note=note)
        leases.mark_submitted(
            self.tx,
            self.assignment.id,
            annotation_id,
            state="submitted",
            active_ms=self._active_ms(),
        )
        self._enter(annotation_id, receipt)
        return receipt

    def _may_still_count(self) -> bool:
        """Whether a late answer counts where a slot is free: no vendor's, no blocked person's."""
        is_blocked = routing.is_blocked(self.annotator) and not self.policy.routing.count_blocked
        return self.sent.work_order_id is None and not is_blocked

    def _take_kept(self) -> bool:
        """Take the slot that is kept for this person, though their lease has run out."""
        return personal.take_kept(self.tx, self.assignment.id)

    def _active_ms(self) -> int:
        return min(max(self.sent.active_ms, 0), MOST_ACTIVE_MS)

    def _pay_in_time(self) -> tuple[int, str | None]:
        """Return what was reserved; nothing was where an unpaid answer had been taken back."""
        reserved = self.assignment.reserved_micros
        unpaid = not reserved and self.price and self.sent.work_order_id is None
        return reserved, UNPAID if unpaid else None

    def _pay_late(self) -> tuple[int, str | None]:
        """Return what a late answer earns: its kept reservation, else one that the cap allows."""
        if self.sent.work_order_id is not None:
            return 0, BEYOND_ORDER
        price = self.price
        kept = self.assignment.reserved_micros
        if not self.policy.pay_late:
            projects.return_reservation(self.tx, self.project.id, kept)
            return 0, "stored, not paid: the policy pays no late answers"
        if kept:
            return kept, None
        return (price, None) if projects.reserve(self.tx, self.project.id, price) else (0, UNPAID)

    def _count(self, classes: dict[str, int], source: str) -> Receipt:
        # What is read comes first, what is written after: PostgreSQL takes the writes in one call.
        votes = not self.is_known and self.task.pass_n == FIRST_PASS
        heard = self._hear(classes) if votes else None
        if heard is None:  # the same work for an answer that is no vote: its time must not tell
            quality.hold(self.tx, self.task.item_id, self.project.target_question)
        paid, note = self._pay_in_time() if source == "lease" else self._pay_late()
        known = gold.look_up(self.tx, self._scoring()) if self.is_known else None
        annotation_id, receipt = self._store(source, surplus=False, paid=paid, note=note)
        leases.mark_submitted(
            self.tx,
            self.assignment.id,
            annotation_id,
            state="submitted",
            active_ms=self._active_ms(),
        )
        if known is not None:
            gold.score_answer(self.tx, self._scoring(), known, annotation_id, classes)
        elif heard is not None:
            self._vote(annotation_id, classes, heard)
        else:
            reasked.compare(self.tx, self.project, self.assignment, annotation_id, classes)
            self._settle(annotation_id)
        self._enter(annotation_id, receipt)
        return receipt

    def _hear(self, classes: dict[str, int]) -> Heard:
        """Return what was said of the item, and this answer."""
        question = self.project.target_question
        heard = quality.hear(self.tx, self.project.id, question, self.task.item_id)
        return heard.and_vote(self.annotator.id, classes.get(question))

    def _vote(self, annotation_id: int, classes: dict[str, int], heard: Heard) -> None:
        """Let the answer count towards what is believed of the item."""
        quality.add_votes(
            self.tx,
            project_id=self.project.id,
            annotation_id=annotation_id,
            item_id=self.task.item_id,
            annotator_id=self.annotator.id,
            classes=classes,
        )
        self._settle(annotation_id, heard)
        tell_of_vote(self.tx, self.task, self.annotator.workforce_id, annotation_id, 1)

    def _settle(self, annotation_id: int, heard: Heard | None = None) -> None:
        cause = f"annotation {annotation_id}"
        settle_item(self.tx, self.truth, self.project, self.task, cause=cause, heard=heard)

    def _skip(self, source: str, *, has_slot: bool) -> Receipt:
        """Store a skip or a flag and let it do what the policy says of it."""
        found = consequence_of(self.project, self.task, self.sent.kind, self.sent.reason)
        what = found.what
        if what == SkipConsequence.COUNTS and not has_slot:
            what = SkipConsequence.SOMEONE_ELSE  # its slot went back when the lease ran out
        kept = self.assignment.reserved_micros
        paid = kept if found.is_paid else 0
        projects.return_reservation(self.tx, self.project.id, kept - paid)
        annotation_id, receipt = self._store(
            source, surplus=False, paid=paid, note=None, consequence=what
        )
        if has_slot and what != SkipConsequence.COUNTS:
            tasks.return_slot(self.tx, self.task.id)
        leases.mark_submitted(
            self.tx, self.assignment.id, annotation_id, state="skipped", active_ms=self._active_ms()
        )
        projects.count(self.tx, self.project.id, skip_counter(self.sent.kind, self.sent.reason))
        self._earn(annotation_id, paid)
        annotation = store.get(self.tx, annotation_id)
        take_effect(self.tx, self.truth, self.project, self.task, annotation, what)
        if self.is_known:
            gold.score_skip(self.tx, self._scoring(), annotation_id)
        return receipt

    def _scoring(self) -> gold.Scoring:
        return gold.Scoring(self.truth, self.project, self.annotator, self.assignment)

    def _store(
        self,
        source: str,
        *,
        surplus: bool,
        paid: int,
        note: str | None,
        consequence: str | None = None,
    ) -> tuple[int, Receipt]:
        annotation_id = store.add(
            self.tx,
            {
                "project_id": self.project.id,
                "assignment_id": self.assignment.id,
                "item_id": self.task.item_id,
                "annotator_id": self.annotator.id,
                "revision": self.revision,
                "lease_n": self.sent.lease_n,
                "client_key": self.sent.client_key,
                "kind": self.sent.kind,
                "reason": self.sent.reason,
                "result": self.sent.result if self.sent.kind == "answer" else [],
                "schema_version": self.task.schema_version,
                "source": self._source(source),
                "is_surplus": surplus,
                "paid_micros": paid,
                "note": note,
                "consequence": consequence,
            },
        )
        audit.record(
            self.tx, self.project.id, f"annotation.{self.sent.kind}", "annotation", annotation_id
        )
        counted = self.sent.kind == "answer" and not surplus
        return annotation_id, Receipt(
            self.assignment.handle, self.revision, counted, surplus, paid, note
        )

    def _source(self, source: str) -> str:
        if self.sent.work_order_id is not None:
            return "vendor"
        return self.sent.source or source

    def _enter(self, annotation_id: int, receipt: Receipt) -> None:
        """Enter what the answer earned in the ledger and in the annotator's totals."""
        enter_answer(
            self.tx,
            self.project,
            self.annotator,
            is_counted=receipt.counted and not self.is_known and self.task.pass_n == FIRST_PASS,
            active_ms=self._active_ms(),
        )
        self._earn(annotation_id, receipt.paid_micros)

    def _earn(self, annotation_id: int, amount: int) -> None:
        if amount:
            projects.earn(
                self.tx,
                project_id=self.project.id,
                amount=amount,
                workforce_id=self.annotator.workforce_id,
                annotator_id=self.annotator.id,
                assignment_id=self.assignment.id,
                dedupe_key=ledger_key(annotation_id),
                work_order_id=self.sent.work_order_id,
                is_first=True,
            )


def tell_of_vote(
    tx: Transaction, task: Row, workforce_id: int, annotation_id: int, step: int
) -> None:
    """Count a vote that came or went, and let the skills and the planner follow."""
    projects.count_answer(tx, task.project_id, workforce_id, step)
    outbox.add(tx, task.project_id, "annotation", item_id=task.item_id, annotation_id=annotation_id)


def skip_counter(kind: str, reason: str | None) -> str:
    """Return the name of the count of a kind of skip."""
    return f"skip.{reason}" if kind == "skip" else "flag"


def ledger_key(annotation_id: int) -> str:
    """Return the key under which an annotation is paid, once."""
    return f"annotation:{annotation_id}"
