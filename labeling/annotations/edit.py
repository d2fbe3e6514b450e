"""Correct an answer in one step: the next revision supersedes it; consensus and ledger follow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labeling.annotations import reasked, store
from labeling.annotations.reading import read_classes
from labeling.annotations.sending import Receipt, receipt_of
from labeling.annotations.service import lock_with_task
from labeling.annotations.settle import FIRST_PASS, settle_item
from labeling.annotations.submitting import ledger_key
from labeling.annotations.undo import changeable
from labeling.audit import store as audit
from labeling.errors import ConflictError
from labeling.gold import results as gold
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.tasks.leases import store as leases
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache

EDIT = "edit"


@dataclass(frozen=True, slots=True)
class Correction:
    """A corrected answer as it comes from a client; `client_key` makes a repeat harmless."""

    client_key: str
    result: list[Any]


def edit_annotation(
    tx: Transaction, truth: TruthCache, assignment: Row, sent: Correction
) -> Receipt:
    """Replace a counted answer by a corrected one, also where its item is settled.

    It reaches as far as undo. The assignment, its time and its place among one's own answers stay;
    what was paid is reversed and paid again, so that every amount names its revision.

    Raises
    ------
    ConflictError
        There is no counted answer that can still be changed; a skip is taken back instead.
    InvalidAnswerError
        The result does not fit the schema version it was asked under.

    """
    task, assignment = lock_with_task(tx, assignment)
    repeated = store.by_client_key(tx, assignment.id, sent.client_key)
    if repeated is not None:
        return receipt_of(assignment, repeated)
    project = projects.get_or_raise(tx, assignment.project_id)
    current = changeable(tx, project, assignment)
    if current.kind != "answer":
        raise ConflictError("This was not answered; take it back to answer it.")
    classes = read_classes(tx, project, task, "answer", None, sent.result)
    corrected = store.get(tx, _add(tx, task, assignment, current, sent))
    leases.set_current(tx, assignment.id, corrected.id)
    if assignment.kind in gold.KNOWN_KINDS:
        annotator = workforces.get_annotator(tx, assignment.annotator_id)
        how = gold.Scoring(truth, project, annotator, assignment)
        gold.score_again(tx, how, corrected.id, classes, current.id)
    else:
        _recount(tx, truth, project, task, assignment, current, corrected, classes)
    _pay_again(tx, project, assignment, current, corrected)
    return receipt_of(assignment, corrected)


def _add(tx: Transaction, task: Row, assignment: Row, current: Row, sent: Correction) -> int:
    annotation_id = store.add(
        tx,
        {
            "project_id": assignment.project_id,
            "assignment_id": assignment.id,
            "item_id": assignment.item_id,
            "annotator_id": assignment.annotator_id,
            "revision": store.last_revision(tx, assignment.id) + 1,
            "lease_n": assignment.lease_n,
            "client_key": sent.client_key,
            "kind": "answer",
            "reason": f"revision {current.revision}",
            "result": sent.result,
            "schema_version": task.schema_version,
            "source": EDIT,
            "is_surplus": False,
            "paid_micros": current.paid_micros,
            "note": None,
        },
    )
    audit.record(
        tx, assignment.project_id, "annotation.edit", "annotation", annotation_id, of=current.id
    )
    return annotation_id


def _recount(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    task: Row,
    assignment: Row,
    current: Row,
    corrected: Row,
    classes: dict[str, int],
) -> None:
    """Let the corrected answer vote, or be compared, in the old one's place."""
    if task.pass_n > FIRST_PASS:
        reasked.forget(tx, assignment)
        reasked.compare(tx, project, assignment, corrected.id, classes)
        return
    quality.drop_votes(tx, current.id)
    quality.add_votes(
        tx,
        project_id=project.id,
        annotation_id=corrected.id,
        item_id=task.item_id,
        annotator_id=corrected.annotator_id,
        classes=classes,
    )
    settle_item(tx, truth, project, task, cause=f"edit {corrected.id}")
    outbox.add(tx, project.id, "annotation", item_id=task.item_id, annotation_id=corrected.id)


def _pay_again(
    tx: Transaction, project: Row, assignment: Row, current: Row, corrected: Row
) -> None:
    paid = projects.reverse(
        tx,
        project_id=project.id,
        workforce_id=assignment.workforce_id,
        annotator_id=assignment.annotator_id,
        assignment_id=assignment.id,
        dedupe_key=ledger_key(current.id),
    )
    if paid:
        projects.earn(
            tx,
            project_id=project.id,
            amount=paid,
            workforce_id=assignment.workforce_id,
            annotator_id=assignment.annotator_id,
            assignment_id=assignment.id,
            dedupe_key=ledger_key(corrected.id),
        )
