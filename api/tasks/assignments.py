"""These items to this person, by Friday: assign, list, cancel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.security import ManageScope, RuntimeDep
from api.tasks.schemas import AssignedOut, AssignIn, PersonalOut
from labeling.errors import InvalidInputError, NotFoundError
from labeling.tasks.personal import service, store
from labeling.tasks.personal.service import NewAssignment
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}/assignments", tags=["tasks"])
ANSWERED = {"submitted": "answered", "skipped": "skipped"}


@router.post("", responses=problems(401, 403, 404, 422))
async def assign(body: AssignIn, scope: ManageScope, runtime: RuntimeDep) -> AssignedOut:
    """Keep one judgment of each item for one annotator until a time, ahead of the queue."""

    def write(tx: Transaction) -> AssignedOut:
        annotator = _annotator(tx, scope.project.id, body)
        wish = NewAssignment(annotator.id, body.keys, body.due_at, body.note)
        report = service.assign_items(tx, scope.project, wish)
        return AssignedOut(assigned=report.assigned, refused=report.refused)

    return await runtime.hub.write(write, scope.actor)


def _annotator(tx: Transaction, project_id: int, body: AssignIn) -> Row:
    if (body.annotator is None) == (body.user_id is None):
        raise InvalidInputError("Name the annotator or the user, one of them.", place="annotator")
    if body.annotator is not None:
        return service.annotator_named(tx, project_id, body.annotator)
    found = workforces.get_by_user(tx, project_id, int(body.user_id or 0))
    if found is None:
        raise NotFoundError("This person has no seat among the annotators.")
    return found


@router.get("", responses=problems(401, 403, 404, 422))
async def list_assignments(
    scope: ManageScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[PersonalOut]:
    """Return what was assigned to persons, and what became of it, oldest first."""
    rows = await runtime.hub.read(
        lambda tx: store.list_after(tx, scope.project.id, after_cursor(cursor), limit)
    )
    page = [_personal_out(row) for row in rows]
    return Page(items=page, next=next_cursor([row.id for row in rows], limit))


def _personal_out(row: Row) -> PersonalOut:
    state: Any = ANSWERED.get(row.answered, "held") if row.state == "leased" else row.state
    return PersonalOut(
        id=row.id,
        created_at=row.created_at,
        item_id=row.item_id,
        key=row.key,
        annotator=row.pseudonym,
        workforce=row.workforce,
        due_at=row.due_at,
        note=row.note,
        state="returned" if row.answered in {"expired", "released"} else state,
        ended_at=row.ended_at,
    )


@router.delete("/{assignment_id}", status_code=204, responses=problems(401, 403, 404, 409, 422))
async def cancel(assignment_id: int, scope: ManageScope, runtime: RuntimeDep) -> None:
    """Take an assignment back: what waits returns to the queue, what is held stays held."""
    await runtime.hub.write(
        lambda tx: service.cancel(tx, scope.project, assignment_id), scope.actor
    )
