"""Accepted answers that are likely wrong, and their way to a review."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from active_learning.doubts.service import LikelyErrors, SentToReview, send_to_review
from api.problems import problems
from api.quality.endpoints import EvidenceScope
from api.security import ManageScope, RuntimeDep

if TYPE_CHECKING:
    from api.quality.measuring import Kept

router = APIRouter(prefix="/v1/projects/{slug}/quality", tags=["quality"])
MOST_SENT: Final = 100


class ReviewWish(BaseModel):
    """Which doubted items to review: those named, else the most doubtful."""

    most: int = Field(20, ge=1, le=MOST_SENT)
    item_ids: list[int] | None = Field(None, max_length=MOST_SENT)


@router.get("/likely-errors", responses=problems(401, 403, 404, 500, 503))
async def get_likely_errors(scope: EvidenceScope, request: Request) -> LikelyErrors:
    """Return accepted answers that a model and the neighbours are against, most doubtful first.

    The model that doubts an answer was not trained on it. This may take seconds the first time.
    """
    doubts: Kept[LikelyErrors] = request.app.state.doubts
    return await doubts.get(scope.project)


@router.post("/likely-errors/review", responses=problems(401, 403, 404, 422, 500, 503))
async def review_likely_errors(
    scope: ManageScope, body: ReviewWish, request: Request, runtime: RuntimeDep
) -> SentToReview:
    """Open reviews on doubted items, as far as the queue of reviews has room."""
    doubts: Kept[LikelyErrors] = request.app.state.doubts
    found = (await doubts.get(scope.project)).items
    wanted = None if body.item_ids is None else set(body.item_ids)
    chosen = [
        (one.item_id, one.doubt)
        for one in found
        if (not one.in_review if wanted is None else one.item_id in wanted)
    ][: body.most if wanted is None else MOST_SENT]
    project = scope.project
    sent = await runtime.hub.write(lambda tx: send_to_review(tx, project, chosen), scope.actor)
    doubts.drop(project)
    return sent
