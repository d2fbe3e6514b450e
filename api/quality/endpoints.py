"""How good the answers are, and whose: each figure as it is shown, and the report in one file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Depends, Query, Request

from api.problems import problems
from api.security import CallerDep, Permission, ReadScope, RuntimeDep, Scope, authorised_project
from labeling.errors import ForbiddenError, InvalidInputError
from labeling.quality.figures import (
    AgreementFigures,
    AnnotatorFigures,
    ConfusionFigures,
    EvidenceFigures,
    GuidelineFigures,
    ItemFigures,
)
from labeling.quality.figures.report import QualityReport
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from api.quality.measuring import Kept
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}/quality", tags=["quality"])
Question = Annotated[
    str | None, Query(max_length=200, description="Name of a question; by default the target.")
]


async def evidence_scope(slug: str, caller: CallerDep, runtime: RuntimeDep) -> Scope:
    """Return the scope of one who manages people or reviews answers: others see no evidence."""

    def read(tx: Transaction) -> Row:
        try:
            return authorised_project(tx, caller, slug, Permission.MANAGE)
        except ForbiddenError:
            return authorised_project(tx, caller, slug, Permission.REVIEW)

    return Scope(caller, await runtime.hub.read(read))


EvidenceScope = Annotated[Scope, Depends(evidence_scope)]


async def _figures(
    request: Request, runtime: RuntimeDep, scope: Scope, question: str | None
) -> QualityReport:
    """Return the figures of a question, by default of the project's target."""
    cache: Kept[QualityReport] = request.app.state.figures
    return await cache.get(await asked_question(runtime, scope, question))


async def asked_question(runtime: RuntimeDep, scope: Scope, question: str | None) -> Row:
    """Return the project's row with the question that is asked about as its target."""
    project = scope.project
    if question is None or question == project.target_question:
        return project
    schema = await runtime.hub.read(
        lambda tx: schema_store.get_schema(tx, project.id, project.schema_version)
    )
    names = [asked.name for asked in schema.questions]
    if question not in names:
        text = f"{question!r} is not asked; asked are {', '.join(names)}."
        raise InvalidInputError(text, place="question")
    return project._replace(target_question=question)


async def read_figures(
    request: Request, runtime: RuntimeDep, scope: ReadScope, question: Question = None
) -> QualityReport:
    """Return the figures for one who may read the project."""
    return await _figures(request, runtime, scope, question)


async def evidence_figures(
    request: Request, runtime: RuntimeDep, scope: EvidenceScope, question: Question = None
) -> QualityReport:
    """Return the figures for one who may see evidence."""
    return await _figures(request, runtime, scope, question)


Figures = Annotated[QualityReport, Depends(read_figures)]
FiguresWithEvidence = Annotated[QualityReport, Depends(evidence_figures)]


@router.get("/agreement", responses=problems(401, 403, 404, 422))
async def get_agreement(figures: Figures) -> AgreementFigures:
    """Return how far people agree: by coefficient, class, slice, pair of people, and over time.

    The headline rests on the random sample and first answers; the rest says what it rests on.
    """
    return figures.agreement


@router.get("/annotators", responses=problems(401, 403, 404, 422))
async def get_annotators(figures: Figures) -> AnnotatorFigures:
    """Return what each annotator's answers are worth, in the order of their pseudonyms."""
    return figures.annotators


@router.get("/evidence", responses=problems(401, 403, 404, 422))
async def get_evidence(figures: FiguresWithEvidence) -> EvidenceFigures:
    """Return what deserves a look at an annotator's answers, each with what to do next.

    For those who manage people or review answers. Nothing here pauses or rejects anybody.
    """
    return figures.evidence


@router.get("/confusions", responses=problems(401, 403, 404, 422))
async def get_confusions(figures: Figures) -> ConfusionFigures:
    """Return which classes are given for which, against known truth and against the consensus."""
    return figures.confusions


@router.get("/guideline", responses=problems(401, 403, 404, 422))
async def get_guideline(figures: FiguresWithEvidence) -> GuidelineFigures:
    """Return the classes that good annotators confuse, and what a change of rule would do."""
    return figures.guideline


@router.get("/hard-items", responses=problems(401, 403, 404, 422))
async def get_items(figures: FiguresWithEvidence) -> ItemFigures:
    """Return the items on which people differ most, hardest first."""
    return figures.items


@router.get("/report", responses=problems(401, 403, 404, 422))
async def get_figures(figures: FiguresWithEvidence) -> QualityReport:
    """Return all figures at once."""
    return figures
