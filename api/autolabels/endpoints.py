"""Auto-labels: each verb moves a run to its next state; the hub does the work behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Path, Query

from active_learning.certificates import service, store
from active_learning.certificates.service import Asked
from api.autolabels.schemas import (
    AcceptIn,
    PreviewIn,
    RevokeIn,
    RunOut,
    SampleOut,
    WouldBeOut,
)
from api.autolabels.view import run_out
from api.pagination import Limit
from api.problems import problems
from api.security import ManageScope, OwnScope, ReadScope, RuntimeDep, Scope

if TYPE_CHECKING:
    from collections.abc import Callable

    from api.runtime import Runtime
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}/autolabels", tags=["autolabels"])
NEWEST: Final = 2**31 - 1
RunNumber = Annotated[int, Path(ge=1, le=NEWEST)]


async def _write(runtime: Runtime, scope: Scope, verb: Callable[[Transaction, Row], Row]) -> RunOut:
    """Do a verb in one write and return the run as it is then."""

    def write(tx: Transaction) -> RunOut:
        return run_out(tx, scope.project, verb(tx, scope.project))

    return await runtime.hub.write(write, scope.actor)


@router.post("/preview", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def preview(body: PreviewIn, scope: ManageScope, runtime: RuntimeDep) -> RunOut:
    """Score the untouched pool and say what an audit would bring and cost; spends nothing."""
    asked = Asked(**body.model_dump())
    return await _write(runtime, scope, lambda tx, project: service.preview(tx, project, asked))


@router.get("", responses=problems(401, 403, 404, 422))
async def list_runs(
    scope: ReadScope,
    runtime: RuntimeDep,
    before: Annotated[int, Query(ge=1, le=NEWEST)] = NEWEST,
    limit: Limit = 20,
) -> list[RunOut]:
    """Return the runs of a project with their certificates, newest first."""

    def read(tx: Transaction) -> list[RunOut]:
        runs = store.list_runs(tx, scope.project.id, before, limit)
        return [run_out(tx, scope.project, run) for run in runs]

    return await runtime.hub.read(read)


@router.get("/{n}", responses=problems(401, 403, 404, 422))
async def get_run(n: RunNumber, scope: ReadScope, runtime: RuntimeDep) -> RunOut:
    """Return how far a run is: expected coverage and price, audit, certificate, checks since."""
    return await runtime.hub.read(
        lambda tx: run_out(tx, scope.project, store.get_run(tx, scope.project.id, n))
    )


@router.post("/{n}/audit", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def start_audit(n: RunNumber, scope: ManageScope, runtime: RuntimeDep) -> RunOut:
    """Let people answer a random sample of the pool, so that something can be certified."""
    return await _write(runtime, scope, lambda tx, project: service.start_audit(tx, project, n))


@router.post("/{n}/certify", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def certify(n: RunNumber, scope: ManageScope, runtime: RuntimeDep) -> RunOut:
    """Certify now that all audited items are settled; the hub does so by itself too."""
    return await _write(runtime, scope, lambda tx, project: service.certify_now(tx, project, n))


@router.get("/{n}/sample", responses=problems(401, 403, 404, 409, 422))
async def look_at_sample(
    n: RunNumber,
    scope: OwnScope,
    runtime: RuntimeDep,
    label: Annotated[str | None, Query(alias="class", max_length=500)] = None,
) -> SampleOut:
    """Return would-be labels drawn per class; that they were looked at is recorded."""

    def write(tx: Transaction) -> SampleOut:
        certificate, found = service.look(tx, scope.project, n, label)
        labels = [
            WouldBeOut(item_id=one.item_id, key=one.key, data=one.data, label=one.label)
            for one in found
        ]
        return SampleOut(certificate_id=certificate.id, labels=labels)

    return await runtime.hub.write(write, scope.actor)


@router.post("/{n}/accept", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def accept(n: RunNumber, body: AcceptIn, scope: OwnScope, runtime: RuntimeDep) -> RunOut:
    """Let the certified answers stand as labels, after one has looked at the sample."""
    return await _write(
        runtime,
        scope,
        lambda tx, project: service.accept(tx, project, n, body.certificate_id),
    )


@router.post("/{n}/revoke", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def revoke(n: RunNumber, body: RevokeIn, scope: OwnScope, runtime: RuntimeDep) -> RunOut:
    """Take the labels back: their items return to people."""
    return await _write(
        runtime, scope, lambda tx, project: service.revoke(tx, project, n, body.reason)
    )


@router.post("/{n}/cancel", status_code=202, responses=problems(401, 403, 404, 409, 422))
async def cancel(n: RunNumber, scope: ManageScope, runtime: RuntimeDep) -> RunOut:
    """Give a run up before anything is certified."""
    return await _write(runtime, scope, lambda tx, project: service.cancel(tx, project, n))
