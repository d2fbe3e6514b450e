"""Answers: submit with the next question in the same turn, undo, one's own recent ones."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from api.annotations.schemas import (
    AnswerOut,
    AnswersOut,
    EditIn,
    EditOut,
    FeedbackOut,
    RejectedOut,
    SubmitIn,
    SubmitOut,
    UndoIn,
)
from api.gold.feedback import feedback_of
from api.problems import problems
from api.security import RuntimeDep, WorkerDep, WorkScope
from api.tasks.desk import assignment_out, leases_out, shown_data
from api.tasks.schemas import AssignmentOut, LeasesOut
from labeling.annotations import sending, service
from labeling.annotations import store as answers
from labeling.annotations.edit import Correction, edit_annotation
from labeling.annotations.undo import undo_annotation
from labeling.clock import MICROS
from labeling.database import Actor
from labeling.errors import ConflictError
from labeling.failpoints import failpoint
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.review import store as reviews
from labeling.tasks import holding, leasing
from labeling.tasks.leases import store as lease_store
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1", tags=["annotations"])


@router.post("/assignments/{handle}/submit", responses=problems(401, 403, 404, 422))
async def submit(handle: str, body: SubmitIn, caller: WorkerDep, runtime: RuntimeDep) -> SubmitOut:
    """Store an answer durably; with `lease_next` also return what one holds next."""
    sent = sending.Submission(
        lease_n=body.lease_n,
        client_key=str(body.client_key),
        kind=body.kind,
        reason=body.reason,
        result=body.result,
        active_ms=body.active_ms,
    )

    def write(tx: Transaction) -> SubmitOut:
        seat = holding.own_seat(tx, handle, caller.user_id)
        receipt, leases = service.submit_and_lease(tx, runtime.truth, seat, sent, body.lease_next)
        following = leases_out(tx, seat.project.id, leases) if body.lease_next else None
        is_taught = seat.assignment.kind == "training"
        taught = feedback_of(tx, handle, caller.user_id) if is_taught else None
        return submit_out(receipt, following, taught)

    stored = await runtime.hub.write(write, Actor("user", caller.user_id))
    failpoint("submit.after_commit")
    return stored


@router.post("/assignments/{handle}/undo", responses=problems(401, 403, 404, 409, 422))
async def undo(handle: str, body: UndoIn, caller: WorkerDep, runtime: RuntimeDep) -> AssignmentOut:
    """Take one of the last answers back; it is asked again with the old answer beside."""

    def write(tx: Transaction) -> AssignmentOut:
        assignment = holding.own_assignment(tx, handle, caller.user_id)
        undo_annotation(tx, runtime.truth, assignment, str(body.client_key))
        mine = lease_store.held(tx, assignment.annotator_id)
        held = {row.handle: row for row in mine if row.expires_at > tx.now}.get(assignment.handle)
        if held is None:
            raise ConflictError(
                "It was taken back before, and is no longer held; see what you hold."
            )
        annotator = workforce_store.get_annotator(tx, assignment.annotator_id)
        assigned = leasing.assigned_of(tx, annotator).get(held.id)
        visible = items.visible_fields(tx, assignment.project_id)
        return assignment_out(tx, held, visible, assigned)

    return await runtime.hub.write(write, Actor("user", caller.user_id))


@router.post("/assignments/{handle}/edit", responses=problems(401, 403, 404, 409, 422))
async def edit(handle: str, body: EditIn, caller: WorkerDep, runtime: RuntimeDep) -> EditOut:
    """Correct one of the last answers in one step, also where its item is settled."""
    sent = Correction(str(body.client_key), body.result)

    def write(tx: Transaction) -> EditOut:
        assignment = holding.own_assignment(tx, handle, caller.user_id)
        return EditOut(**asdict(edit_annotation(tx, runtime.truth, assignment, sent)))

    return await runtime.hub.write(write, Actor("user", caller.user_id))


@router.get("/projects/{slug}/my/answers", responses=problems(401, 403, 404, 422))
async def my_answers(
    scope: WorkScope, runtime: RuntimeDep, limit: Annotated[int, Query(ge=1, le=100)] = 20
) -> AnswersOut:
    """Return one's own recent answers, newest first."""

    def read(tx: Transaction) -> AnswersOut:
        annotator = workforces.annotator_of(tx, scope.project.id, scope.caller.user_id)
        visible = items.visible_fields(tx, scope.project.id)
        policy = projects.policy_of(scope.project)
        since = tx.now - policy.undo_seconds * MICROS
        rows = lease_store.recent(tx, annotator.id, limit)
        return AnswersOut(
            answers=[
                _answer(
                    tx,
                    row,
                    visible,
                    can_undo=position < policy.undo_last or row.submitted_at >= since,
                )
                for position, row in enumerate(rows)
            ]
        )

    return await runtime.hub.read(read)


def submit_out(
    receipt: sending.Receipt, following: LeasesOut | None, taught: FeedbackOut | None
) -> SubmitOut:
    """Return what became of an answer, with what it taught and what is held next."""
    return SubmitOut(
        handle=receipt.handle,
        revision=receipt.revision,
        counted=receipt.counted,
        surplus=receipt.surplus,
        paid_micros=receipt.paid_micros,
        note=receipt.note,
        feedback=taught,
        next=following,
    )


def _answer(tx: Transaction, row: Row, visible: frozenset[str], *, can_undo: bool) -> AnswerOut:
    annotation = answers.get(tx, row.current_annotation_id)
    settled = row.state in {"submitted", "skipped"} and not annotation.is_surplus
    return AnswerOut(
        handle=row.handle,
        submitted_at=row.submitted_at,
        kind=annotation.kind,
        result=json.loads(annotation.result),
        data=shown_data(json.loads(row.data), visible, row.handle),
        can_undo=can_undo and settled,
        rejected=_rejected(tx, row) if row.state == "rejected" else None,
    )


def _rejected(tx: Transaction, row: Row) -> RejectedOut | None:
    found = reviews.rejection_of(tx, row.id)
    if found is None:
        return None
    return RejectedOut(reason=found.reason, counts=bool(found.counts), why=found.why)
