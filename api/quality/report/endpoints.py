"""All figures as one HTML file."""

from __future__ import annotations

from typing import Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse

from api.problems import problems
from api.quality.endpoints import EvidenceScope, FiguresWithEvidence, Question, asked_question
from api.quality.groups import figures_by_group
from api.quality.report.page import report_page
from api.security import RuntimeDep

router = APIRouter(prefix="/v1/projects/{slug}/quality", tags=["quality"])
Language = Annotated[Literal["en", "zh"], Query(description="Of the report's words.")]
REPORT_HEADERS: Final = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}


@router.get("/report.html", responses=problems(401, 403, 404, 422), response_class=HTMLResponse)
async def get_report(
    request: Request,
    runtime: RuntimeDep,
    figures: FiguresWithEvidence,
    scope: EvidenceScope,
    lang: Language = "en",
    question: Question = None,
) -> HTMLResponse:
    """Return all figures as one HTML file that needs nothing else: to keep, send or print."""
    project = await asked_question(runtime, scope, question)
    groups = await figures_by_group(request, runtime, project)
    shown = None if isinstance(groups, str) else groups
    page = report_page(figures, scope.project.title, lang, shown)
    return HTMLResponse(page, headers=REPORT_HEADERS)
