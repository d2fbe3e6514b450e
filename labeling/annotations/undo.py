"""Take an answer or a skip back; what it changed is changed back by new rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.annotations import reasked, store
from labeling.annotations.consequences import take_back
from labeling.annotations.service import lock_with_task
from labeling.annotations.settle import FIRST_PASS, settle_item
from labeling.annotations.submitting import ledger_key, skip_counter, tell_of_vote
from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.errors import ConflictError
from labeling.gold import results as gold
from labeling.projects import store as projects
from labeling.projects.policies.queue import SkipConsequence
from labeling.quality import store as quality
from labeling.tasks import routing
from labeling.tasks import store as tasks
from labeling.tasks.gold import price_of
from labeling.tasks.leases import store as leases
from labeling.workforces import store as workforces
from labeling.workforces.service import take_answer_back

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache

WENT_ON: Final = "This question went to somebody else meanwhile."


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
    task, assignment = lock_with_task(tx, assignment)
    if store.by_client_key(tx, assignment.id, client_key) is not None:
        return assignment
    project = projects.get_or_raise(tx, assignment.project_id)
    current = changeable(tx, project, assignment)
    closed = routing.closed_door(project, workforces.get_annotator(tx, assignment.annotator_id))
    if closed is not None:
        raise ConflictError(f"{closed.text} So nothing is given back to you now.")
    reserved = _take_back(tx, truth, project, task, assignment, current)
    retraction = _retract(tx, task, assignment, current, client_key)
    if assignment.kind in gold.KNOWN_KINDS:
        annotator = workforces.get_annotator(tx, assignment.annotator_id)
        how = gold.Scoring(truth, project, annotator, assignment)
        gold.withdraw(tx, how, retraction, current.id)
    expires_at = tx.now + projects.policy_of(project).lease_seconds * MICROS
    leases.lease_back(tx, assignment.id, expires_at, reserved)
    return leases.lock_assignment(tx, assignment.id)


def send_back(
    tx: Transaction, truth: TruthCache, assignment: Row, review_id: int, reason: str, seconds: int
) -> None:
    """Give an author's answer back to them with a reviewer's reason; exact as an undo.

    The assignment is leased for `seconds` with the next number, its price reserved again; the old
    answer counts no more, and the item waits for its author.
    """
    task, assignment = lock_with_task(tx, assignment)
    current = store.get(tx, assignment.current_annotation_id)
    project = projects.get_or_raise(tx, assignment.project_id)
    reserved = _take_back(tx, truth, project, task, assignment, current)
    _retract(tx, task, assignment, current, f"review {review_id}", note=reason)
    leases.lease_back(tx, assignment.id, tx.now + seconds * MICROS, reserved)


def changeable(tx: Transaction, project: Row, assignment: Row) -> Row:
    """Return the current answer of an assignment, where its author may still change it.

    Raises
    ------
    ConflictError
        It is too old, was never given, or did not count.

    """
    policy = projects.policy_of(project)
    if assignment.state not in {"submitted", "skipped"} or assignment.current_annotation_id is None:
        raise ConflictError("There is no answer to take back.")
    recent = assignment.submitted_at >= tx.now - policy.undo_seconds * MICROS
    newer = leases.count_newer(
        tx, assignment.annotator_id, assignment.submitted_at, policy.undo_last
    )
    if not recent and newer >= policy.undo_last:
        raise ConflictError(
            f"Undo reaches {policy.undo_last} answers or {policy.undo_seconds // 60} minutes back."
        )
    current = store.get(tx, assignment.current_annotation_id)
    final = gold.why_final(tx, assignment)
    if final is not None:
        raise ConflictError(final)
    if current.is_surplus or assignment.discount_id is not None:
        raise ConflictError("This answer did not count, so there is nothing to take back.")
    return current


def _take_back(
    tx: Transaction, truth: TruthCache, project: Row, task: Row, assignment: Row, current: Row
) -> int:
    """Undo what the answer changed and return the amount that is reserved for the next one."""
    if current.kind != "answer":
        task = take_back(tx, truth, project, task, current)
        projects.count(tx, project.id, skip_counter(current.kind, current.reason), -1)
        if current.consequence != SkipConsequence.COUNTS:
            if gold.went_to_others(tx, project, assignment):
                raise ConflictError(WENT_ON)
            _take_slot_again(tx, task)
            return _money_again(tx, project, assignment, current, may_lack=False)
        tasks.count_skip(tx, task.id, -1)
    if current.kind == "answer":
        annotator = workforces.get_annotator(tx, assignment.annotator_id)
        is_vote = assignment.kind not in gold.KNOWN_KINDS and task.pass_n == FIRST_PASS
        take_answer_back(tx, project, annotator, assignment.submitted_at, is_counted=is_vote)
    if assignment.kind not in gold.KNOWN_KINDS:
        reasked.forget(tx, assignment)
        _take_vote_back(tx, truth, project, task, current, assignment.workforce_id)
    return _money_again(tx, project, assignment, current, may_lack=True)


def _take_vote_back(
    tx: Transaction, truth: TruthCache, project: Row, task: Row, current: Row, workforce_id: int
) -> None:
    """Undo what the answer changed in what is believed of the item."""
    quality.drop_votes(tx, current.id)
    _open_again(tx, truth, project, task, current)
    if current.kind == "answer" and task.pass_n == FIRST_PASS:
        tell_of_vote(tx, task, workforce_id, current.id, -1)


def _take_slot_again(tx: Transaction, task: Row) -> None:
    if not tasks.take_slot(tx, task.id):
        raise ConflictError(
            "This question was set aside meanwhile." if task.state == "set_aside" else WENT_ON
        )


def _open_again(tx: Transaction, truth: TruthCache, project: Row, task: Row, current: Row) -> None:
    """Leave the slot of what was taken back to its author, in an open task."""
    if task.state == "closed" and not tasks.reopen(tx, task.id):
        raise ConflictError("This item is being asked anew; correct your answer instead.")
    settle_item(
        tx,
        truth,
        project,
        tasks.lock(tx, task.id),
        cause=f"retraction of {current.id}",
        open_again=True,
    )


def _money_again(
    tx: Transaction, project: Row, assignment: Row, current: Row, *, may_lack: bool
) -> int:
    """Return what is reserved for the next answer: what is reversed, else a price under the cap."""
    reversed_micros = projects.reverse(
        tx,
        project_id=project.id,
        workforce_id=assignment.workforce_id,
        annotator_id=assignment.annotator_id,
        assignment_id=assignment.id,
        dedupe_key=ledger_key(current.id),
    )
    if reversed_micros:
        return reversed_micros
    annotator = workforces.get_annotator(tx, assignment.annotator_id)
    price = price_of(projects.policy_of(project), annotator, assignment.kind)
    if may_lack:
        return price if projects.reserve(tx, project.id, price) else 0
    projects.reserve_or_raise(tx, project.id, price)
    return price


def _retract(
    tx: Transaction,
    task: Row,
    assignment: Row,
    current: Row,
    client_key: str,
    note: str | None = None,
) -> int:
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
            "note": note,
        },
    )
    audit.record(
        tx, assignment.project_id, "annotation.retract", "annotation", annotation_id, of=current.id
    )
    return annotation_id
