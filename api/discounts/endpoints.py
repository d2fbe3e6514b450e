"""Discounts: preview, begin, follow, undo, stop."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query, Response

from api.discounts.schemas import DiscountIn, DiscountOut, PreviewOut
from api.problems import problems
from api.security import ManageScope, ReadScope, RuntimeDep, Scope
from labeling.discounts import service, store
from labeling.discounts.preview import answered_keys, preview
from labeling.projects import store as projects
from labeling.workforces import service as workforces
from training.snapshots.holding import snapshots_holding

if TYPE_CHECKING:
    from api.runtime import Runtime
    from labeling.database import Row

router = APIRouter(prefix="/v1/projects/{slug}", tags=["discounts"])
NEWEST: Final = 2**62
Before = Annotated[int, Query(ge=1, description="Only what is older than this number.")]
Limit = Annotated[int, Query(ge=1, le=1_000)]
Preview = Annotated[bool, Query(alias="preview", description="Only say what it would do and cost.")]


@router.post(
    "/annotators/{annotator}/discount",
    status_code=202,
    responses={200: {"model": PreviewOut}, **problems(401, 403, 404, 409, 422)},
)
async def discount_annotator(
    annotator: str,
    body: DiscountIn,
    scope: ManageScope,
    runtime: RuntimeDep,
    response: Response,
    *,
    only_preview: Preview = False,
) -> PreviewOut | DiscountOut:
    """Let what a person has answered up to now no longer count, or say what that would do.

    Their votes are dropped, what is believed of the items is worked out again, and what is no
    longer sure is asked again. Answers and ledger stay. One that was stopped goes on.
    """
    found = await runtime.hub.read(
        lambda tx: workforces.find_annotator(tx, scope.project.id, annotator)
    )
    if only_preview:
        response.status_code = 200
        return await _preview(runtime, scope, found)
    return DiscountOut.of(
        await runtime.hub.write(
            lambda tx: service.begin(tx, scope.project, found, body.reason), scope.actor
        )
    )


async def _preview(runtime: Runtime, scope: Scope, annotator: Row) -> PreviewOut:
    figures = await runtime.in_thread(
        preview, runtime.hub, runtime.truth, scope.project.id, annotator.id
    )
    keys = await runtime.in_thread(lambda: dict(answered_keys(runtime.hub, annotator.id)))
    snapshots = await runtime.in_thread(
        snapshots_holding, runtime.hub, runtime.data_dir / "snapshots", scope.project.id, keys
    )
    budget = await runtime.hub.read(lambda tx: projects.get_budget(tx, scope.project.id))
    left = None if budget.cap_micros is None else budget.cap_micros - budget.committed_micros
    return PreviewOut(
        answers=figures.answers,
        items_touched=figures.items,
        items_reopened=figures.reopened,
        consensus_flips=figures.flipped,
        cost_micros=figures.cost_micros,
        budget_left_micros=left,
        snapshots=snapshots,
    )


@router.get("/discounts", responses=problems(401, 403, 404, 422))
async def list_discounts(
    scope: ReadScope, runtime: RuntimeDep, before: Before = NEWEST, limit: Limit = 100
) -> list[DiscountOut]:
    """Return discounts, newest first."""
    rows = await runtime.hub.read(lambda tx: store.list_before(tx, scope.project.id, before, limit))
    return [DiscountOut.of(row) for row in rows]


@router.get("/discounts/{n}", responses=problems(401, 403, 404, 422))
async def get_discount(n: int, scope: ReadScope, runtime: RuntimeDep) -> DiscountOut:
    """Return a discount and how far it is."""
    return DiscountOut.of(
        await runtime.hub.read(lambda tx: store.get_or_raise(tx, scope.project.id, n))
    )


@router.post("/discounts/{n}/undo", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def undo_discount(n: int, scope: ManageScope, runtime: RuntimeDep) -> DiscountOut:
    """Let discounted answers count again; one that was stopped goes on."""
    return DiscountOut.of(
        await runtime.hub.write(lambda tx: service.begin_undo(tx, scope.project, n), scope.actor)
    )


@router.post("/discounts/{n}/stop", status_code=202, responses=problems(401, 403, 404, 422))
async def stop_discount(n: int, scope: ManageScope, runtime: RuntimeDep) -> DiscountOut:
    """Stop a discount, or its undoing, where it is; it can go on or be undone."""
    found = await runtime.hub.write(lambda tx: service.stop(tx, scope.project, n), scope.actor)
    await runtime.in_thread(runtime.jobs.cancel, service.workflow_id(found))
    return DiscountOut.of(found)
