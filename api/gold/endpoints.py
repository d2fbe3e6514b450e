"""Known items: give and retire them, the stock's level, scores, appeals, one's own standing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from fastapi import APIRouter

from api.gold.schemas import (
    AppealIn,
    AppealOut,
    DecisionIn,
    GoldIn,
    GoldOut,
    GoldReportOut,
    MyAppeal,
    ScoreOut,
    StandingOut,
    StockOut,
)
from api.gold.view import gold_out, my_appeal, score_out, standing_out, stock_out
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import ManageScope, RuntimeDep, WorkScope
from labeling.gold import service, store
from labeling.gold.pauses import service as pauses
from labeling.gold.pauses import store as pause_store
from labeling.gold.records import store as records
from labeling.gold.service import KnownItem
from labeling.gold.stock import stock_report
from labeling.items import store as items
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["gold"])
BY_MANAGER = "retired by a person"


@router.post("/gold", responses=problems(401, 403, 404, 409, 422))
async def give_gold(body: GoldIn, scope: ManageScope, runtime: RuntimeDep) -> GoldReportOut:
    """Take known items into service; the same again changes nothing, others replace the old."""
    known = [
        KnownItem(
            key=each.key,
            answers=each.answers,
            reason=each.reason,
            use=each.use,
            source=body.source,
            difficulty=each.difficulty,
            line=each.line,
        )
        for each in body.items
    ]
    report = await runtime.hub.write(
        lambda tx: service.give_gold(tx, scope.project, known), scope.actor
    )
    return GoldReportOut.model_validate(asdict(report))


@router.get("/gold", responses=problems(401, 403, 404, 422))
async def list_gold(
    scope: ManageScope,
    runtime: RuntimeDep,
    cursor: Cursor = None,
    limit: Limit = 100,
    key: str | None = None,
) -> Page[GoldOut]:
    """Return known items, oldest first; with `key` the newest of that item alone."""

    def read(tx: Transaction) -> Page[GoldOut]:
        if key is not None:
            rows, following = _of_key(tx, scope.project, key), None
        else:
            rows = store.list_after(tx, scope.project.id, after_cursor(cursor), limit)
            following = next_cursor([row.id for row in rows], limit)
        return Page(items=[gold_out(tx, scope.project, row) for row in rows], next=following)

    return await runtime.hub.read(read)


def _of_key(tx: Transaction, project: Row, key: str) -> list[Row]:
    item = items.find(tx, project.id, key)
    found = None if item is None else store.of_item(tx, item.id)
    return [] if found is None else [store.get_page_row(tx, found.id)]


@router.delete("/gold/{gold_id}", status_code=204, responses=problems(401, 403, 404, 409, 422))
async def retire_gold(gold_id: int, scope: ManageScope, runtime: RuntimeDep) -> None:
    """Take a known item out of service for good; scores are counted without it."""
    await runtime.hub.write(
        lambda tx: service.retire(tx, scope.project, gold_id, BY_MANAGER), scope.actor
    )


@router.post("/gold/{gold_id}/activate", responses=problems(401, 403, 404, 409, 422))
async def activate_gold(gold_id: int, scope: ManageScope, runtime: RuntimeDep) -> GoldOut:
    """Take a proposed known item into service."""

    def write(tx: Transaction) -> GoldOut:
        service.activate(tx, scope.project, gold_id)
        return gold_out(tx, scope.project, store.get_page_row(tx, gold_id))

    return await runtime.hub.write(write, scope.actor)


@router.get("/gold-stock", responses=problems(401, 403, 404))
async def get_stock(scope: ManageScope, runtime: RuntimeDep) -> StockOut:
    """Return the level of the stock, and what is wrong with it."""
    return stock_out(await runtime.hub.read(lambda tx: stock_report(tx, scope.project)))


@router.get("/gold-scores", responses=problems(401, 403, 404, 422))
async def list_scores(
    scope: ManageScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[ScoreOut]:
    """Return everybody's accuracy on gold with its interval."""

    def read(tx: Transaction) -> Page[ScoreOut]:
        rows = records.records_after(tx, scope.project.id, after_cursor(cursor), limit)
        return Page(
            items=[score_out(scope.project, row) for row in rows],
            next=next_cursor([row.annotator_id for row in rows], limit),
        )

    return await runtime.hub.read(read)


@router.get("/gold-appeals", responses=problems(401, 403, 404, 422))
async def list_appeals(
    scope: ManageScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[AppealOut]:
    """Return the appeals, oldest first, decided ones too."""

    def read(tx: Transaction) -> Page[AppealOut]:
        rows = pause_store.appeals_after(tx, scope.project.id, after_cursor(cursor), limit)
        return Page(
            items=[_appeal_out(row) for row in rows],
            next=next_cursor([row.id for row in rows], limit),
        )

    return await runtime.hub.read(read)


def _appeal_out(row: Row) -> AppealOut:
    return AppealOut(
        annotator_id=row.annotator_id,
        id=row.id,
        name=row.pseudonym,
        state=row.state,
        **my_appeal(row).model_dump(),
    )


@router.post("/gold-appeals/{appeal_id}", responses=problems(401, 403, 404, 409, 422))
async def decide_appeal(
    appeal_id: int, body: DecisionIn, scope: ManageScope, runtime: RuntimeDep
) -> AppealOut:
    """Reinstate somebody, whose misses so far then count no more, or keep it as it is."""
    return _appeal_out(
        await runtime.hub.write(
            lambda tx: pauses.decide(tx, scope.project, appeal_id, body.decision, body.note),
            scope.actor,
        )
    )


@router.get("/my/standing", responses=problems(401, 403, 404))
async def my_standing(scope: WorkScope, runtime: RuntimeDep) -> StandingOut:
    """Return where one stands with training, the test before real work, a pause, an appeal."""

    def read(tx: Transaction) -> StandingOut:
        annotator = workforces.annotator_of(tx, scope.project.id, scope.caller.user_id)
        found = pauses.standing_of(tx, scope.project, annotator)
        return standing_out(tx, scope.project, found)

    return await runtime.hub.read(read)


@router.post("/my/appeal", status_code=201, responses=problems(401, 403, 404, 409, 422))
async def appeal(body: AppealIn, scope: WorkScope, runtime: RuntimeDep) -> MyAppeal:
    """Object to a pause for one's score, or to a test that was not passed."""

    def write(tx: Transaction) -> MyAppeal:
        annotator = workforces.annotator_of(tx, scope.project.id, scope.caller.user_id)
        return my_appeal(pauses.appeal(tx, annotator, body.text))

    return await runtime.hub.write(write, scope.actor)
