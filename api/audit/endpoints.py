"""Look up the record of a project, or of the installation."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import APIRouter, Query

from api.audit.schemas import AuditEventOut
from api.pagination import Cursor, Limit, Page, after_cursor, cursor_of
from api.problems import problems
from api.security import ManageScope, OperatorDep, RuntimeDep
from labeling.audit import store
from labeling.audit.store import Search
from labeling.errors import InvalidInputError
from labeling.people import store as people

if TYPE_CHECKING:
    from api.runtime import Runtime
    from labeling.database import Transaction

router = APIRouter(prefix="/v1", tags=["audit"])
NEWEST: Final = 2**63 - 1
MOST_ID: Final = 2**63 - 1
Actor = Annotated[int | None, Query(ge=0, le=MOST_ID, description="Only what this user did.")]
Action = Annotated[
    str | None,
    Query(max_length=100, description="Only this action; `member.` takes all that begin so."),
]
Object = Annotated[
    str | None,
    Query(
        max_length=120,
        pattern=r"^[a-z_]+:\d{1,18}$",
        description="Only what was done to one object, as `user:7`.",
    ),
]


@router.get("/projects/{slug}/audit", responses=problems(401, 403, 404, 422))
async def list_project_events(
    scope: ManageScope,
    runtime: RuntimeDep,
    actor: Actor = None,
    action: Action = None,
    object: Object = None,  # noqa: A002 - the word of the record
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[AuditEventOut]:
    """Return the record of a project, newest first; a page may be short and not be the last."""
    wanted = _search(actor, action, object)
    return await _page(runtime, scope.project.id, wanted, cursor, limit)


@router.get("/audit", responses=problems(401, 403, 422))
async def list_installation_events(
    _: OperatorDep,
    runtime: RuntimeDep,
    actor: Actor = None,
    action: Action = None,
    object: Object = None,  # noqa: A002 - the word of the record
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[AuditEventOut]:
    """Return the record of what belongs to no project: people, keys, whole projects."""
    return await _page(runtime, None, _search(actor, action, object), cursor, limit)


def _search(actor: int | None, action: str | None, of: str | None) -> Search:
    kind, _, number = (of or "").partition(":")
    object_id = int(number) if number else None
    if action is not None and "\x00" in action:
        raise InvalidInputError("An action is a word.", place="action")
    return Search(actor, action, kind or None, object_id)


async def _page(
    runtime: Runtime, project_id: int | None, wanted: Search, cursor: str | None, limit: int
) -> Page[AuditEventOut]:
    before = after_cursor(cursor) or NEWEST

    def read(tx: Transaction) -> Page[AuditEventOut]:
        events, following = store.search(tx, project_id, wanted, before, limit)
        acting = {event.actor_id for event in events if event.actor_kind == "user"}
        users = {user_id: people.get_user(tx, user_id) for user_id in acting}
        names = {user_id: user.name for user_id, user in users.items() if user is not None}
        found = [
            AuditEventOut(
                **asdict(event),
                actor_name=names.get(event.actor_id) if event.actor_kind == "user" else None,
            )
            for event in events
        ]
        return Page(items=found, next=None if following is None else cursor_of(following))

    return await runtime.hub.read(read)
