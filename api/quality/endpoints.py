"""How good the answers are, and whose: each figure as it is shown, and the report in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import HTMLResponse

from api.problems import problems
from api.quality.report.page import report_page
from api.security import CallerDep, Permission, ReadScope, RuntimeDep, Scope, authorised_project
from labeling.errors import ForbiddenError
from labeling.quality.figures import (
    AgreementFigures,
    AnnotatorFigures,
    ConfusionFigures,
    EvidenceFigures,
    GuidelineFigures,
    ItemFigures,
)
from labeling.quality.figures.report import QualityReport

if TYPE_CHECKING:
    from api.quality.measuring import Kept
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}/quality", tags=["quality"])
Language = Annotated[Literal["en", "zh"], Query(description="Of the report's words.")]
REPORT_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


async def evidence_scope(slug: str, caller: CallerDep, runtime: RuntimeDep) -> Scope:
    """Return the scope of one who manages people or reviews answers: others see no evidence."""

    def read(tx: Transaction) -> Row:
        try:
            return authorised_project(tx, caller, slug, Permission.MANAGE)
        except ForbiddenError:
            return authorised_project(tx, caller, slug, Permission.REVIEW)

    return Scope(caller, await runtime.hub.read(read))


EvidenceScope = Annotated[Scope, Depends(evidence_scope)]


async def _figures(request: Request, scope: Scope) -> QualityReport:
    cache: Kept[QualityReport] = request.app.state.figures
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


@router.get("/evidence", responses=problems(401, 403, 404))
async def get_evidence(scope: EvidenceScope, request: Request) -> EvidenceFigures:
    """Return what deserves a look at an annotator's answers, each with what to do next.

    For those who manage people or review answers. Nothing here pauses or rejects anybody.
    """
    return (await _figures(request, scope)).evidence


@router.get("/confusions", responses=problems(401, 403, 404))
async def get_confusions(scope: ReadScope, request: Request) -> ConfusionFigures:
    """Return which classes are given for which, against known truth and against the consensus."""
    return (await _figures(request, scope)).confusions


@router.get("/guideline", responses=problems(401, 403, 404))
async def get_guideline(scope: EvidenceScope, request: Request) -> GuidelineFigures:
    """Return the classes that good annotators confuse, and what a change of rule would do."""
    return (await _figures(request, scope)).guideline


@router.get("/hard-items", responses=problems(401, 403, 404))
async def get_items(scope: EvidenceScope, request: Request) -> ItemFigures:
    """Return the items on which people differ most, hardest first."""
    return (await _figures(request, scope)).items


@router.get("/report", responses=problems(401, 403, 404))
async def get_figures(scope: EvidenceScope, request: Request) -> QualityReport:
    """Return all figures at once."""
    return await _figures(request, scope)


@router.get("/report.html", responses=problems(401, 403, 404, 422), response_class=HTMLResponse)
async def get_report(scope: EvidenceScope, request: Request, lang: Language = "en") -> HTMLResponse:
    """Return all figures as one HTML file that needs nothing else: to keep, send or print."""
    page = report_page(await _figures(request, scope), scope.project.title, lang)
    return HTMLResponse(page, headers=REPORT_HEADERS)
