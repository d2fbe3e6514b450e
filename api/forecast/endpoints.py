"""The forecast, going on against its advice, and what the pool lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from active_learning.outlook import replaying, requesting, service
from api.forecast.schemas import (
    DataRequestOut,
    ForecastOut,
    OverruleIn,
    RandomOut,
    data_request_out,
    forecast_out,
    random_out,
)
from api.problems import problems
from api.security import ManageScope, ReadScope, RuntimeDep

if TYPE_CHECKING:
    from labeling.database import Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["forecast"])


@router.get("/forecast", responses=problems(401, 403, 404))
async def get_forecast(scope: ReadScope, runtime: RuntimeDep) -> ForecastOut:
    """Return the curve, what further answers would bring, and what the stop rules say."""
    replayed = await runtime.in_thread(replaying.read_replayed, runtime.data_dir, scope.project.id)
    return forecast_out(
        await runtime.hub.read(lambda tx: service.outlook_of(tx, scope.project, replayed))
    )


@router.get("/forecast/random", responses=problems(401, 403, 404))
async def replay_random(scope: ReadScope, runtime: RuntimeDep) -> RandomOut:
    """Return what random choice would have reached, replayed on the labels of random items.

    Computed for the newest round in up to a minute, then kept for that round.
    """
    asked = await runtime.hub.read(lambda tx: replaying.wanted(tx, scope.project))
    found = await runtime.in_thread(replaying.replay, runtime.selecting, runtime.data_dir, asked)
    return random_out(found)


@router.post("/forecast/overrule", status_code=201, responses=problems(401, 403, 404, 422))
async def overrule_rule(body: OverruleIn, scope: ManageScope, runtime: RuntimeDep) -> ForecastOut:
    """Go on although a stop rule advises otherwise; the reason is kept in the record."""

    def write(tx: Transaction) -> ForecastOut:
        service.overrule(tx, scope.project, body.rule, body.reason, body.until_answers)
        return forecast_out(service.outlook_of(tx, scope.project))

    return await runtime.hub.write(write, scope.actor)


@router.get("/data-request", responses=problems(401, 403, 404))
async def get_data_request(scope: ReadScope, runtime: RuntimeDep) -> DataRequestOut:
    """Return which classes and slices the pool lacks items of, how many, why and until when."""
    project = scope.project
    measured = await runtime.hub.read(lambda tx: requesting.measured(tx, project))
    said = None
    if measured is not None:
        said = await runtime.in_thread(requesting.read_measured, runtime.data_dir, measured)
    found = await runtime.hub.read(lambda tx: requesting.request_of(tx, project, said))
    return data_request_out(found, requesting.markdown_of(project.title, found))
