"""How good the answers are, and whose: each figure as it is shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request

from api.problems import problems
from api.security import ReadScope
from labeling.quality.figures import AgreementFigures, AnnotatorFigures, ConfusionFigures

if TYPE_CHECKING:
    from api.quality.measuring import FigureCache
    from api.security import Scope
    from labeling.quality.figures.report import QualityReport

router = APIRouter(prefix="/v1/projects/{slug}/quality", tags=["quality"])


async def _figures(request: Request, scope: Scope) -> QualityReport:
    cache: FigureCache = request.app.state.figures
    return await cache.get(scope.project)


@router.get("/agreement", responses=problems(401, 403, 404))
async def get_agreement(scope: ReadScope, request: Request) -> AgreementFigures:
    """Return how far people agree: by coefficient, class, slice, pair of people, and over time.

    The headline rests on the random sample and first answers; the rest says what it rests on.
    """
    return (await _figures(request, scope)).agreement


@router.get("/annotators", responses=problems(401, 403, 404))
async def get_annotators(scope: ReadScope, request: Request) -> AnnotatorFigures:
    """Return what each annotator's answers are worth, in the order of their pseudonyms."""
    return (await _figures(request, scope)).annotators


@router.get("/confusions", responses=problems(401, 403, 404))
async def get_confusions(scope: ReadScope, request: Request) -> ConfusionFigures:
    """Return which classes are given for which, against known truth and against the consensus."""
    return (await _figures(request, scope)).confusions
