"""The forecast, and going on against its advice."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter

from active_learning.outlook import service
from api.forecast.schemas import ForecastOut, OverruleIn, forecast_out
from api.problems import problems
from api.security import ManageScope, ReadScope, RuntimeDep

if TYPE_CHECKING:
    from labeling.database import Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["forecast"])


@router.get("/forecast", responses=problems(401, 403, 404))
async def get_forecast(scope: ReadScope, runtime: RuntimeDep) -> ForecastOut:
    """Return the curve, what further answers would bring, and what the stop rules say."""
    return forecast_out(await runtime.hub.read(lambda tx: service.outlook_of(tx, scope.project)))


@router.post("/forecast/overrule", status_code=201, responses=problems(401, 403, 404, 422))
async def overrule_rule(body: OverruleIn, scope: ManageScope, runtime: RuntimeDep) -> ForecastOut:
    """Go on although a stop rule advises otherwise; the reason is kept in the record."""

    def write(tx: Transaction) -> ForecastOut:
        service.overrule(tx, scope.project, body.rule, body.reason, body.until_answers)
        return forecast_out(service.outlook_of(tx, scope.project))

    return await runtime.hub.write(write, scope.actor)
