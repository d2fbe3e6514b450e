"""Reviews: lease, answer first, give the verdict; what was decided, and the figures."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from api.media import picture_response
from api.pagination import Cursor, Limit, after_cursor, next_cursor
from api.problems import problems
from api.reviews.schemas import (
    DecidedReview,
    Rate,
    RejectionOut,
    RejectionsOut,
    ReviewAnswerIn,
    ReviewFiguresOut,
    ReviewOut,
    ReviewsHeld,
    ReviewsOut,
    VerdictIn,
    VerdictOut,
)
from api.reviews.sheet import held_out, review_out, visible_fields
from api.security import (
    CallerDep,
    Permission,
    ReadScope,
    ReviewerDep,
    ReviewScope,
    RuntimeDep,
    WorkScope,
    authorised_project,
)
from api.tasks.desk import shown_data
from api.tasks.schemas import Extended, LeaseNumber, LeaseRequest
from labeling.database import Actor
from labeling.failpoints import failpoint
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.review import leasing, service, store
from labeling.review.figures import review_figures
from labeling.review.queue import store as queue
from labeling.review.sending import Target, VerdictSent
from labeling.review.verdicts import give_verdict
from labeling.tasks import holding
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.people.service import Caller
    from labeling.quality.skill import Skill

router = APIRouter(prefix="/v1", tags=["reviews"])


def _own(tx: Transaction, handle: str, caller: Caller) -> Row:
    """Return a review that the caller holds and still may do."""
    own = holding.own_assignment(tx, handle, caller.user_id, "review")
    project = projects.get_or_raise(tx, own.project_id)
    authorised_project(tx, caller, project.slug, Permission.REVIEW)
    workforces.annotator_of(tx, project.id, caller.user_id)
    return own


@router.post("/projects/{slug}/reviews/lease", responses=problems(401, 403, 404, 422))
async def lease_reviews(
    slug: str, body: LeaseRequest, caller: CallerDep, runtime: RuntimeDep
) -> ReviewsHeld:
    """Return the reviews one holds, topped up to `count`, the most valuable first."""

    def write(tx: Transaction) -> ReviewsHeld:
        project = authorised_project(tx, caller, slug, Permission.REVIEW)
        annotator = workforces.annotator_of(tx, project.id, caller.user_id)
        return held_out(tx, leasing.lease_reviews(tx, project, annotator, body.count))

    return await runtime.hub.write(write, Actor("user", caller.user_id))


@router.get("/projects/{slug}/reviews", responses=problems(401, 403, 404, 422))
async def list_reviews(
    scope: ReviewScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> ReviewsOut:
    """Return the reviews that took effect, and how many wait.

    A verdict that another reviewer is still to give on the same item blindly is not in the list.
    """
    after = after_cursor(cursor)

    def read(tx: Transaction) -> ReviewsOut:
        cap = projects.policy_of(scope.project).review.queue_cap
        rows = store.list_decisions(tx, scope.project.id, after, limit)
        return ReviewsOut(
            items=[_decided(row) for row in rows],
            next=next_cursor([row.id for row in rows], limit),
            open_reviews=queue.count_open(tx, scope.project.id, cap),
        )

    return await runtime.hub.read(read)


def _decided(row: Row) -> DecidedReview:
    return DecidedReview(
        id=row.id,
        decided_at=row.created_at,
        key=row.key,
        why=row.why,
        verdict=row.verdict,
        present=row.present,
        decided=row.decided,
        reason=row.reason,
        reviewer=row.pseudonym,
        n_reviews=row.n_reviews,
        agreed=None if row.agreed is None else bool(row.agreed),
    )


@router.get("/reviews/{handle}", responses=problems(401, 403, 404))
async def get_review(handle: str, caller: ReviewerDep, runtime: RuntimeDep) -> ReviewOut:
    """Return a review one holds; after one's own answer with the others' as they are now."""

    def read(tx: Transaction) -> ReviewOut:
        return review_out(tx, queue.held_one(tx, _own(tx, handle, caller).id))

    return await runtime.hub.read(read)


@router.post("/reviews/{handle}/answer", responses=problems(401, 403, 404, 409, 422))
async def answer_first(
    handle: str, body: ReviewAnswerIn, caller: ReviewerDep, runtime: RuntimeDep
) -> ReviewOut:
    """Keep one's own answer for good and return what the others said."""

    def write(tx: Transaction) -> ReviewOut:
        own = _own(tx, handle, caller)
        service.answer_first(
            tx,
            own,
            lease_n=body.lease_n,
            client_key=str(body.client_key),
            result=body.result,
            reason=body.reason,
        )
        return review_out(tx, queue.held_one(tx, own.id))

    return await runtime.hub.write(write, Actor("user", caller.user_id))


@router.post("/reviews/{handle}/verdict", responses=problems(401, 403, 404, 409, 422))
async def verdict(
    handle: str, body: VerdictIn, caller: ReviewerDep, runtime: RuntimeDep
) -> VerdictOut:
    """Store a verdict durably; it takes effect in the same write where it decides."""
    sent = VerdictSent(
        lease_n=body.lease_n,
        client_key=str(body.client_key),
        verdict=body.verdict,
        seen=body.seen,
        result=body.result,
        targets=tuple(Target(target.answer, target.reason) for target in body.targets),
        reason=body.reason,
        active_ms=body.active_ms,
    )

    def write(tx: Transaction) -> VerdictOut:
        receipt = give_verdict(tx, runtime.truth, _own(tx, handle, caller), sent)
        return VerdictOut.model_validate(asdict(receipt))

    stored = await runtime.hub.write(write, Actor("user", caller.user_id))
    failpoint("verdict.after_commit")
    return stored


@router.post("/reviews/{handle}/heartbeat", responses=problems(401, 403, 404, 409, 422))
async def heartbeat(
    handle: str, body: LeaseNumber, caller: ReviewerDep, runtime: RuntimeDep
) -> Extended:
    """Extend a review that is still live."""
    expires_at = await runtime.hub.write(
        lambda tx: leasing.heartbeat(tx, _own(tx, handle, caller), body.lease_n),
        Actor("user", caller.user_id),
    )
    return Extended(expires_at=expires_at)


@router.post(
    "/reviews/{handle}/release", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
async def release(handle: str, body: LeaseNumber, caller: ReviewerDep, runtime: RuntimeDep) -> None:
    """Give a review back."""
    await runtime.hub.write(
        lambda tx: holding.release(tx, _own(tx, handle, caller), body.lease_n),
        Actor("user", caller.user_id),
    )


@router.get(
    "/reviews/{handle}/media/{field}", responses=problems(401, 403, 404), response_class=Response
)
async def get_media(handle: str, field: str, caller: ReviewerDep, runtime: RuntimeDep) -> Response:
    """Return the bytes of a picture of an item that one reviews."""

    def read(tx: Transaction) -> tuple[dict[str, object], frozenset[str]]:
        row = queue.held_one(tx, _own(tx, handle, caller).id)
        return items.read_data(row), visible_fields(tx, row)

    data, visible = await runtime.hub.read(read)
    return await picture_response(runtime, data, visible, field)


@router.get("/projects/{slug}/review-figures", responses=problems(401, 403, 404))
async def get_figures(scope: ReadScope, runtime: RuntimeDep) -> ReviewFiguresOut:
    """Return what the reviews say of the answers; the headline from the random sample alone."""
    found = await runtime.hub.read(lambda tx: review_figures(tx, scope.project))
    return ReviewFiguresOut(
        decided=found.decided,
        verdicts=found.verdicts,
        verdict_shares={
            name: count / found.decided if found.decided else 0.0
            for name, count in found.verdicts.items()
        },
        open_reviews=found.open_reviews,
        open_capped=found.open_capped,
        error_rate=_rate(found.error_rate, "random_sample"),
        disputed_kept=_rate(found.disputed_kept, "chosen_items"),
        second_agreement=_rate(found.second_agreement, "chosen_items"),
        rejections_counted=found.rejections_counted,
        rejections_excused=found.rejections_excused,
    )


def _rate(skill: Skill, basis: str) -> Rate:
    return Rate.model_validate({**asdict(skill), "basis": basis})


@router.get("/projects/{slug}/my/rejections", responses=problems(401, 403, 404, 422))
async def my_rejections(
    scope: WorkScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> RejectionsOut:
    """Return one's own rejected answers with the reasons, oldest first."""
    after = after_cursor(cursor)

    def read(tx: Transaction) -> RejectionsOut:
        annotator = workforces.annotator_of(tx, scope.project.id, scope.caller.user_id)
        visible = items.visible_fields(tx, scope.project.id)
        rows = store.list_rejections(tx, annotator.id, after, limit)
        record = store.record_of(tx, annotator.id)
        return RejectionsOut(
            items=[_rejection(row, visible) for row in rows],
            next=next_cursor([row.id for row in rows], limit),
            rejected=record.rejected,
            counting=record.counting,
        )

    return await runtime.hub.read(read)


def _rejection(row: Row, visible: frozenset[str]) -> RejectionOut:
    return RejectionOut(
        handle=row.handle,
        rejected_at=row.created_at,
        data=shown_data(json.loads(row.data), visible, row.handle),
        result=json.loads(row.result),
        reason=row.reason,
        counts=bool(row.counts),
        why=row.why,
        reversed_micros=row.reversed_micros,
    )
