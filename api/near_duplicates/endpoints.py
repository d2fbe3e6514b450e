"""Near-copies: searches, their pairs, undo and redo."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Path, Query

from api.near_duplicates.schemas import PairOut, SearchIn, SearchOut, pair_out, search_out
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import ManageScope, RuntimeDep
from labeling.bulk import store as bulk
from labeling.items.similar import service, store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}/near-duplicates", tags=["near-duplicates"])
NEWEST: Final = 2**62
SearchId = Annotated[int, Path(ge=0, le=NEWEST)]


def _out(tx: Transaction, job: Row) -> SearchOut:
    return search_out(job, store.get_run(tx, job.id))


@router.post("", status_code=202, responses=problems(401, 403, 404, 422))
async def start_search(body: SearchIn, scope: ManageScope, runtime: RuntimeDep) -> SearchOut:
    """Search the pool for near-copies as a job; in force once it ends."""

    def write(tx: Transaction) -> SearchOut:
        job_id = service.start_search(tx, scope.project, body.method, body.threshold)
        return _out(tx, bulk.get(tx, job_id))

    found = await runtime.hub.write(write, scope.actor)
    runtime.long_work.wake()
    return found


@router.get("", responses=problems(401, 403, 404, 422))
async def list_searches(
    scope: ManageScope,
    runtime: RuntimeDep,
    before: Annotated[int, Query(ge=1, le=NEWEST)] = NEWEST,
    limit: Limit = 100,
) -> list[SearchOut]:
    """Return a project's searches, newest first."""

    def read(tx: Transaction) -> list[SearchOut]:
        jobs = bulk.list_by_project(tx, scope.project.id, service.KIND, before, limit)
        return [_out(tx, job) for job in jobs]

    return await runtime.hub.read(read)


@router.get("/{search_id}", responses=problems(401, 403, 404, 422))
async def get_search(search_id: SearchId, scope: ManageScope, runtime: RuntimeDep) -> SearchOut:
    """Return how far a search is and what it found."""
    return await runtime.hub.read(
        lambda tx: _out(tx, bulk.get_or_raise(tx, scope.project.id, service.KIND, search_id))
    )


@router.get("/{search_id}/pairs", responses=problems(401, 403, 404, 422))
async def list_pairs(
    search_id: SearchId,
    scope: ManageScope,
    runtime: RuntimeDep,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[PairOut]:
    """Return the pairs of a search; enough of them to join all that hang together."""

    def read(tx: Transaction) -> Page[PairOut]:
        job = bulk.get_or_raise(tx, scope.project.id, service.KIND, search_id)
        rows = store.pairs_page(tx, job.id, after_cursor(cursor), limit)
        following = next_cursor([row.n for row in rows], limit)
        return Page(items=[pair_out(row) for row in rows], next=following)

    return await runtime.hub.read(read)


@router.delete("/{search_id}", responses=problems(401, 403, 404, 422))
async def undo_search(search_id: SearchId, scope: ManageScope, runtime: RuntimeDep) -> SearchOut:
    """Undo a search: it holds nothing back any more; one that runs is cancelled."""
    found = await runtime.hub.write(
        lambda tx: _out(tx, service.undo_search(tx, scope.project, search_id)), scope.actor
    )
    runtime.long_work.wake()
    return found


@router.post("/{search_id}/restore", responses=problems(401, 403, 404, 409, 422))
async def restore_search(search_id: SearchId, scope: ManageScope, runtime: RuntimeDep) -> SearchOut:
    """Put a search that was undone in force again."""
    return await runtime.hub.write(
        lambda tx: _out(tx, service.restore_search(tx, scope.project, search_id)), scope.actor
    )
