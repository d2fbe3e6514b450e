"""Take a vendor's returned file: every judgment once, a report for every row.

A file is known by its digest, a judgment by (order, line, the vendor's id). A run that was killed
is finished by giving the file again: what it had taken is reported as if it had not been killed.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.annotations import store as annotation_store
from labeling.annotations.sending import Submission
from labeling.annotations.service import submit_annotation
from labeling.audit import store as audit
from labeling.errors import ConflictError
from labeling.exchange.work_orders import store
from labeling.exchange.work_orders.return_files import read_return
from labeling.failpoints import failpoint
from labeling.schema import store as schema_store
from labeling.schema.answers import choices_result
from labeling.tasks.leases import store as leases
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Actor, Hub, Row, Transaction
    from labeling.exchange.work_orders.return_files import ReturnedRow
    from labeling.quality.service import TruthCache
    from labeling.schema.questions import Question

Kind = Literal[
    "accepted", "repeated", "changed", "surplus", "unknown_line", "unknown_label", "malformed"
]
KINDS: Final[tuple[Kind, ...]] = (
    "accepted",
    "repeated",
    "changed",
    "surplus",
    "unknown_line",
    "unknown_label",
    "malformed",
)
"""What becomes of a row.

accepted: counted and paid. repeated: known already. changed: known with another label or worker;
the first one stays. surplus: kept, neither counted nor paid. The others are refused.
"""
ROWS_PER_WRITE: Final = 50


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one row of the file, and why where it did not count."""

    file_line: int
    kind: Kind
    reason: str | None = None
    paid_micros: int = 0


def import_return(  # the parts of one import
    hub: Hub, truth: TruthCache, project: Row, n: int, payload: bytes, actor: Actor
) -> dict[str, Any]:
    """Import a returned file and report on every row.

    Parameters
    ----------
    hub, truth
        The store, and the confusions that votes are weighed with. Blocks: call it from a thread.
    project, n
        The project's row and the order's number in it.
    payload
        A CSV file with the columns line, worker, label, judgment_id.
    actor
        Who brings it.

    Returns
    -------
    dict
        `rows`; each of `KINDS` with `count` and `lines` (they add up to `rows`); `problems` with
        line, kind and reason; `paid_micros`; `repeated_file` where the same file came before.

    Raises
    ------
    InvalidReturnError
        The file is refused as a whole; nothing was taken.
    ConflictError
        The order is closed.

    """
    digest = hashlib.sha256(payload).hexdigest()
    order = hub.read_now(lambda tx: store.get_or_raise(tx, project.id, n))
    known = hub.read_now(lambda tx: store.get_return(tx, order.id, digest))
    if known is not None:
        return {**known, "repeated_file": True}
    rows = read_return(payload, n)
    outcomes: list[Outcome] = []
    for start in range(0, len(rows), ROWS_PER_WRITE):
        part = _Part(truth, project, order, digest, rows[start : start + ROWS_PER_WRITE])
        outcomes += hub.write_now(part.take, actor)
        failpoint("return.part_taken")
    report = _report(n, digest, outcomes)

    def keep(tx: Transaction) -> None:
        store.add_return(tx, project.id, order.id, digest, report)
        counts = {kind: report[kind]["count"] for kind in KINDS}
        audit.record(tx, project.id, "work_order.return", "work_order", order.id, **counts)

    hub.write_now(keep, actor)
    return report


def _report(n: int, digest: str, outcomes: Sequence[Outcome]) -> dict[str, Any]:
    lines: dict[Kind, list[int]] = {kind: [] for kind in KINDS}
    for outcome in outcomes:
        lines[outcome.kind].append(outcome.file_line)
    return {
        "order": n,
        "file_digest": digest,
        "repeated_file": False,
        "rows": len(outcomes),
        **{kind: {"count": len(found), "lines": found} for kind, found in lines.items()},
        "problems": [
            {"line": found.file_line, "kind": found.kind, "reason": found.reason}
            for found in outcomes
            if found.reason is not None
        ],
        "paid_micros": sum(found.paid_micros for found in outcomes),
    }


@dataclass(frozen=True, slots=True)
class _Part:
    """Some rows of a file, taken in one write."""

    truth: TruthCache
    project: Row
    order: Row
    digest: str
    rows: Sequence[ReturnedRow]

    def take(self, tx: Transaction) -> list[Outcome]:
        """Take each row for what it is."""
        if store.lock(tx, self.order.id) != "sent":
            raise ConflictError(f"Work order {self.order.n} is closed; its returns are over.")
        schema = schema_store.get_schema(tx, self.project.id, self.project.schema_version)
        question = schema.question(self.project.target_question)
        return [self._take(tx, question, row) for row in self.rows]

    def _take(self, tx: Transaction, question: Question, row: ReturnedRow) -> Outcome:
        if row.problem is not None:
            return Outcome(row.file_line, "malformed", row.problem)
        line = store.find_line(tx, self.order.id, row.line)
        if line is None:
            reason = f"{row.line!r} is no line of order {self.order.n}"
            return Outcome(row.file_line, "unknown_line", reason)
        if row.label not in question.class_keys():
            reason = f"{row.label!r} is not a class of {question.name!r}"
            return Outcome(row.file_line, "unknown_label", reason)
        result = choices_result(question, row.label)
        known = store.find_judgment(tx, line.id, row.judgment)
        if known is not None:
            return self._known(row, known, result)
        return self._count(tx, line, row, result)

    def _known(self, row: ReturnedRow, known: Row, result: list[dict[str, Any]]) -> Outcome:
        if (known.file_digest, known.file_line) == (self.digest, row.file_line):
            # A run before this one took this very row and was killed before its report.
            if known.is_counted:
                return Outcome(row.file_line, "accepted", paid_micros=self.order.price_micros)
            return Outcome(row.file_line, "surplus", "taken before the import was interrupted")
        if json.loads(known.result) != result or known.worker != row.worker:
            reason = f"judgment {row.judgment!r} is known with another label or worker"
            return Outcome(row.file_line, "changed", reason)
        return Outcome(row.file_line, "repeated")

    def _count(
        self, tx: Transaction, line: Row, row: ReturnedRow, result: list[dict[str, Any]]
    ) -> Outcome:
        assignment = self._lease(tx, line, row.worker)
        key = f"order {self.order.id}, line {line.id}, {row.judgment}"
        sent = Submission(
            lease_n=assignment.lease_n,
            client_key=key,
            result=result,
            work_order_id=self.order.id,
        )
        receipt = submit_annotation(tx, self.truth, assignment, sent)
        annotation = annotation_store.by_client_key(tx, assignment.id, key)
        assert annotation is not None, "it was stored in this transaction"  # noqa: S101
        store.add_judgment(
            tx,
            {
                "line_id": line.id,
                "judgment": row.judgment,
                "order_id": self.order.id,
                "annotation_id": annotation.id,
                "is_counted": receipt.counted,
                "file_digest": self.digest,
                "file_line": row.file_line,
            },
        )
        kind: Kind = "accepted" if receipt.counted else "surplus"
        return Outcome(row.file_line, kind, receipt.note, receipt.paid_micros)

    def _lease(self, tx: Transaction, line: Row, worker: str) -> Row:
        """Return the worker's assignment on a line's item, leased where the order has a slot."""
        vendor = _Vendor(self.order.workforce_id, self.project.id, self.order.workforce)
        annotator_id = workforces.vendor_worker(tx, vendor, worker)
        task = store.lock_task_for(tx, line.task_id, annotator_id)
        if task.previous_id is None:
            has_slot = line.used < line.slots
            leases.lease(
                tx,
                _Worker(annotator_id, self.project.id, self.order.workforce_id),
                task,
                handle=str(uuid.uuid4()),
                expires_at=tx.now,
                guideline_version=self.project.guideline_version,
                reserved=self.order.price_micros if has_slot else 0,
            )
            if not has_slot:
                assignment = store.assignment_of(tx, annotator_id, task)
                leases.end_lease(tx, assignment, "expired", reserved=0)
        return store.assignment_of(tx, annotator_id, task)


@dataclass(frozen=True, slots=True)
class _Vendor:
    """What makes a vendor's worker: the workforce's row, in short."""

    id: int
    project_id: int
    name: str


@dataclass(frozen=True, slots=True)
class _Worker:
    """Who a lease goes to: the annotator's row, in short."""

    id: int
    project_id: int
    workforce_id: int
