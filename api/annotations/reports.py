"""What annotators report of items, for the project's manager: flags, skips, and the way back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from fastapi import APIRouter, Query

from api.annotations.schemas import FlagOut, RestoredOut, RestoreIn
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import ManageScope, RuntimeDep
from labeling.annotations import aside, store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["annotations"])
Kind = Literal["flag", "unsure", "none_fits", "cannot_see", "rather_not"]


@router.get("/flags", responses=problems(401, 403, 404, 422))
async def list_flags(
    scope: ManageScope,
    runtime: RuntimeDep,
    kind: Annotated[Kind, Query(description="Flags, or skips of one kind.")] = "flag",
    state: Annotated[
        Literal["open", "all"], Query(description="`all`: also those taken back or dealt with.")
    ] = "open",
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[FlagOut]:
    """Return what annotators report of items, oldest first."""

    def read(tx: Transaction) -> list[Row]:
        after = after_cursor(cursor)
        ended = state == "all"
        return store.list_reports(tx, scope.project.id, kind, after, limit, ended=ended)

    rows = await runtime.hub.read(read)
    return Page(
        items=[_flag_out(row) for row in rows], next=next_cursor([row.id for row in rows], limit)
    )


def _flag_out(row: Row) -> FlagOut:
    return FlagOut(
        id=row.id,
        created_at=row.created_at,
        item_id=row.item_id,
        key=row.key,
        item_state=row.item_state,
        kind=row.kind,
        text=row.text,
        state=row.state,
        ended_at=row.ended_at,
        annotator=row.pseudonym,
        workforce=row.workforce,
    )


@router.post("/items/{item_id}/restore", responses=problems(401, 403, 404, 409, 422))
async def restore_item(
    item_id: int, body: RestoreIn, scope: ManageScope, runtime: RuntimeDep
) -> RestoredOut:
    """Put an item that was set aside back into the queue; the reports against it are ended."""
    why = body.reason or "restored"
    ended = await runtime.hub.write(
        lambda tx: aside.restore_item(tx, runtime.truth, scope.project, item_id, why), scope.actor
    )
    return RestoredOut(item_id=item_id, ended_reports=ended)
