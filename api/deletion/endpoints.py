"""A project's end: deleted, restored while there is time, listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query

from api.deletion.schemas import DeletionOut, Restoration
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import OperatorDep, OwnScope, RuntimeDep, WholeCallerDep
from labeling.database import Actor
from labeling.deletion import service, store
from labeling.errors import ForbiddenError, NotFoundError
from labeling.people import store as people
from labeling.projects import store as projects

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1", tags=["projects"])


def _out(row: Row) -> DeletionOut:
    return DeletionOut(
        project_id=row.project_id,
        slug=row.slug,
        phase=row.phase,
        deleted_at=row.deleted_at,
        deleted_by=row.deleted_by,
        purge_at=row.purge_at,
        ended_at=row.ended_at,
    )


@router.delete("/projects/{slug}", responses=problems(401, 403, 404, 422))
async def delete_project(
    scope: OwnScope,
    runtime: RuntimeDep,
    confirm: Annotated[str, Query(max_length=63, description="The slug, typed again.")],
    reason: Annotated[str | None, Query(max_length=1_000)] = None,
) -> DeletionOut:
    """Hide a project from everybody at once; it can be restored until `purge_at`, then it goes."""
    days = runtime.settings.deletion_grace_days
    found = await runtime.hub.write(
        lambda tx: service.delete_project(
            tx, scope.project, confirmed=confirm, grace_days=days, reason=reason
        ),
        scope.actor,
    )
    while await runtime.hub.write(
        lambda tx: service.return_leases(tx, scope.project.id), scope.actor
    ):
        pass
    return _out(found)


@router.post(
    "/projects/{slug}/restoration", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
async def restore_project(
    slug: str, body: Restoration, caller: WholeCallerDep, runtime: RuntimeDep
) -> None:
    """Show a deleted project again; for its owners and the installation's operators."""

    def write(tx: Transaction) -> None:
        project = projects.get_by_slug(tx, slug, deleted=True)
        role = None if project is None else people.role_in(tx, project.id, caller.user_id)
        if project is None or (role is None and not caller.is_operator):
            raise NotFoundError(f"There is no deleted project {slug!r} of yours.")
        if role != "owner" and not caller.is_operator:
            raise ForbiddenError("Only an owner restores a project.")
        service.restore_project(tx, project, body.reason)

    await runtime.hub.write(write, Actor("user", caller.user_id))


@router.get("/deletions", responses=problems(401, 403, 422))
async def list_deletions(
    _: OperatorDep, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[DeletionOut]:
    """Return the projects that were deleted, and what became of them."""
    rows = await runtime.hub.read(lambda tx: store.list_after(tx, after_cursor(cursor), limit))
    return Page(
        items=[_out(row) for row in rows],
        next=next_cursor([row.project_id for row in rows], limit),
    )
