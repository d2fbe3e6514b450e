"""Work orders: place, list, take the file, bring the return, close."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse

from api.once import OnceDep
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import OrderScope, RuntimeDep
from api.work_orders.schemas import ReturnOut, WorkOrderIn, WorkOrderOut
from labeling.exchange.work_orders import service, store
from labeling.exchange.work_orders.order_files import order_file
from labeling.exchange.work_orders.returns import import_return

if TYPE_CHECKING:
    from labeling.database import Row

router = APIRouter(prefix="/v1/projects/{slug}/work-orders", tags=["work orders"])


def _out(row: Row) -> WorkOrderOut:
    return WorkOrderOut.model_validate({**row._asdict(), "simulated": bool(row.is_simulated)})


@router.post("", status_code=201, responses=problems(401, 403, 404, 409, 422))
async def place_order(body: WorkOrderIn, scope: OrderScope, once: OnceDep) -> WorkOrderOut:
    """Order judgments from a vendor; the money is reserved at once."""
    new = service.NewOrder(
        body.workforce, body.n_items, body.judgments_per_item, test_share=body.test_share
    )
    return await once.write(
        WorkOrderOut, lambda tx: _out(service.place_order(tx, scope.project, new))
    )


@router.get("", responses=problems(401, 403, 404, 422))
async def list_orders(
    scope: OrderScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[WorkOrderOut]:
    """Return work orders, oldest first."""
    after = after_cursor(cursor)
    rows = await runtime.hub.read(lambda tx: store.list_after(tx, scope.project.id, after, limit))
    return Page(items=[_out(row) for row in rows], next=next_cursor([r.n for r in rows], limit))


@router.get("/{n}", responses=problems(401, 403, 404, 422))
async def get_order(n: int, scope: OrderScope, runtime: RuntimeDep) -> WorkOrderOut:
    """Return a work order."""
    return _out(await runtime.hub.read(lambda tx: store.get_or_raise(tx, scope.project.id, n)))


@router.get("/{n}/file", responses=problems(401, 403, 404, 422), response_class=StreamingResponse)
async def get_order_file(n: int, scope: OrderScope, runtime: RuntimeDep) -> StreamingResponse:
    """Return the CSV file for the vendor: order, line, and what an annotator may see."""
    await runtime.hub.read(lambda tx: store.get_or_raise(tx, scope.project.id, n))
    chunks = order_file(runtime.hub, runtime.blobs, scope.project, n)
    headers = {"content-disposition": f'attachment; filename="{scope.project.slug}-order-{n}.csv"'}
    return StreamingResponse(chunks, media_type="text/csv; charset=utf-8", headers=headers)


@router.post("/{n}/returns", responses=problems(401, 403, 404, 409, 413, 422))
async def bring_return(
    n: int, request: Request, scope: OrderScope, runtime: RuntimeDep
) -> ReturnOut:
    """Take a returned CSV file (the request's body): line, worker, label, judgment_id."""
    payload = await request.body()
    report = await runtime.in_thread(
        import_return, runtime.hub, runtime.truth, scope.project, n, payload, scope.actor
    )
    return ReturnOut.model_validate(report)


@router.get("/{n}/returns", responses=problems(401, 403, 404, 422))
async def list_returns(n: int, scope: OrderScope, runtime: RuntimeDep) -> list[ReturnOut]:
    """Return the reports of the files that came back, oldest first."""
    order = await runtime.hub.read(lambda tx: store.get_or_raise(tx, scope.project.id, n))
    reports = await runtime.hub.read(lambda tx: store.list_returns(tx, order.id))
    return [ReturnOut.model_validate(report) for report in reports]


@router.post("/{n}/close", responses=problems(401, 403, 404, 409, 422))
async def close_order(n: int, scope: OrderScope, runtime: RuntimeDep) -> WorkOrderOut:
    """Close a work order: what did not come back is released, in slots and in money."""
    row = await runtime.hub.write(lambda tx: service.close_order(tx, scope.project, n), scope.actor)
    return _out(row)
