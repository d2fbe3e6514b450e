"""The queue as an annotator meets it: the desk, leases, heartbeats, pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter, Response

from api.media import picture_response
from api.problems import problems
from api.security import CallerDep, Permission, RuntimeDep, WorkerDep, WorkScope, authorised_project
from api.tasks.desk import desk_out, leases_out
from api.tasks.schemas import DeskOut, Extended, LeaseNumber, LeaseRequest, LeasesOut
from labeling.database import Actor
from labeling.items import store as items
from labeling.tasks import holding, leasing
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from labeling.database import Transaction

router = APIRouter(prefix="/v1", tags=["tasks"])


@router.get("/projects/{slug}/desk", responses=problems(401, 403, 404))
async def get_desk(scope: WorkScope, runtime: RuntimeDep) -> DeskOut:
    """Return what the annotator's page needs besides the items."""

    def read(tx: Transaction) -> DeskOut:
        return desk_out(
            tx, scope.project, workforces.annotator_of(tx, scope.project.id, scope.caller.user_id)
        )

    return await runtime.hub.read(read)


@router.post("/projects/{slug}/leases", responses=problems(401, 403, 404, 422))
async def lease(slug: str, body: LeaseRequest, caller: CallerDep, runtime: RuntimeDep) -> LeasesOut:
    """Return what one holds, topped up to `count`; asking again never takes more."""

    def write(tx: Transaction) -> LeasesOut:
        project = authorised_project(tx, caller, slug, Permission.WORK)
        annotator = workforces.annotator_of(tx, project.id, caller.user_id)
        return leases_out(tx, project.id, leasing.lease_tasks(tx, project, annotator, body.count))

    return await runtime.hub.write(write, Actor("user", caller.user_id))


@router.post("/assignments/{handle}/heartbeat", responses=problems(401, 403, 404, 409, 422))
async def heartbeat(
    handle: str, body: LeaseNumber, caller: WorkerDep, runtime: RuntimeDep
) -> Extended:
    """Extend a lease that is still live."""
    expires_at = await runtime.hub.write(
        lambda tx: holding.heartbeat(
            tx, holding.own_assignment(tx, handle, caller.user_id), body.lease_n
        ),
        Actor("user", caller.user_id),
    )
    return Extended(expires_at=expires_at)


@router.post(
    "/assignments/{handle}/release", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
async def release(handle: str, body: LeaseNumber, caller: WorkerDep, runtime: RuntimeDep) -> None:
    """Give a question back unanswered."""
    await runtime.hub.write(
        lambda tx: holding.release(
            tx, holding.own_assignment(tx, handle, caller.user_id), body.lease_n
        ),
        Actor("user", caller.user_id),
    )


@router.get(
    "/assignments/{handle}/media/{field}",
    responses=problems(401, 403, 404),
    response_class=Response,
)
async def get_media(handle: str, field: str, caller: WorkerDep, runtime: RuntimeDep) -> Response:
    """Return the bytes of a picture of an item that one holds or held."""

    def read(tx: Transaction) -> tuple[dict[str, Any], frozenset[str]]:
        assignment = holding.own_assignment(tx, handle, caller.user_id)
        data = items.read_data(items.get_or_raise(tx, assignment.item_id))
        return data, items.visible_fields(tx, assignment.project_id)

    data, visible = await runtime.hub.read(read)
    return await picture_response(runtime, data, visible, field)
