"""Projects, policies and budgets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi import APIRouter

from api.once import OnceDep
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.problems import problems
from api.projects.checks import check_names
from api.projects.schemas import (
    BudgetIn,
    BudgetOut,
    GuidelineIn,
    GuidelineVersionOut,
    NewProjectIn,
    PolicyOut,
    ProjectOut,
)
from api.security import CallerDep, ManageScope, OperatorDep, ReadScope, RuntimeDep
from labeling.items import service as items
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.projects import service, store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects", tags=["projects"])


def _project_out(row: Row) -> ProjectOut:
    return ProjectOut(
        id=row.id,
        slug=row.slug,
        title=row.title,
        state=row.state,
        policy_version=row.policy_version,
        schema_version=row.schema_version,
        target_question=row.target_question,
        currency=row.currency,
        simulated=bool(row.is_simulated),
        created_at=row.created_at,
    )


@router.get("", responses=problems(401, 422))
async def list_projects(
    caller: CallerDep, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[ProjectOut]:
    """Return the projects one is a member of; an operator sees all."""

    def read(tx: Transaction) -> Page[ProjectOut]:
        rows = store.list_after(tx, after_cursor(cursor), limit)
        joined = {row.project_id for row in people_store.memberships(tx, caller.user_id)}
        seen = [_project_out(row) for row in rows if caller.is_operator or row.id in joined]
        return Page(items=seen, next=next_cursor([row.id for row in rows], limit))

    return await runtime.hub.read(read)


@router.post("", status_code=201, responses=problems(401, 403, 409, 422))
async def create_project(body: NewProjectIn, caller: OperatorDep, once: OnceDep) -> ProjectOut:
    """Create a project; its maker becomes its owner."""
    check_names(body.policy)
    new = service.NewProject(
        slug=body.slug,
        title=body.title,
        label_config=body.label_config,
        policy=body.policy,
        budget_micros=body.budget_micros,
        guideline=body.guideline,
        is_simulated=body.simulated,
        split_salt=body.split_salt,
    )
    fields = [
        items.Field(name, found.kind, tuple(found.visible_to))
        for name, found in body.fields.items()
    ]

    def write(tx: Transaction) -> ProjectOut:
        project_id = service.create_project(tx, new)
        items.declare_fields(tx, project_id, fields)
        people.give_role(tx, project_id, caller.user_id, "owner")
        return _project_out(store.get_or_raise(tx, project_id))

    return await once.write(ProjectOut, write)


@router.get("/{slug}", responses=problems(401, 403, 404))
async def get_project(scope: ReadScope) -> ProjectOut:
    """Return a project."""
    return _project_out(scope.project)


@router.get("/{slug}/policy", responses=problems(401, 403, 404))
async def get_policy(scope: ReadScope) -> PolicyOut:
    """Return a project's policy."""
    policy = store.policy_of(scope.project)
    return PolicyOut(version=scope.project.policy_version, policy=policy.model_dump())


@router.patch("/{slug}/policy", responses=problems(401, 403, 404, 409, 422))
async def change_policy(body: dict[str, Any], scope: ManageScope, runtime: RuntimeDep) -> PolicyOut:
    """Change some settings of the policy, as its next version."""
    check_names(body)
    policy = await runtime.hub.write(
        lambda tx: service.change_policy(tx, scope.project, body), scope.actor
    )
    return PolicyOut(version=scope.project.policy_version + 1, policy=policy.model_dump())


@router.put("/{slug}/guideline", responses=problems(401, 403, 404, 409, 422))
async def change_guideline(
    body: GuidelineIn, scope: ManageScope, runtime: RuntimeDep
) -> GuidelineVersionOut:
    """Tell annotators something new, as the guideline's next version."""
    n = await runtime.hub.write(
        lambda tx: service.change_guideline(
            tx,
            scope.project,
            body.text,
            changes=body.changes,
            meaning_changed=body.meaning_changed,
        ),
        scope.actor,
    )
    return GuidelineVersionOut(version=n)


@router.get("/{slug}/budget", responses=problems(401, 403, 404))
async def get_budget(scope: ReadScope, runtime: RuntimeDep) -> BudgetOut:
    """Return the cap of a project and what of it is reserved or earned."""
    row = await runtime.hub.read(lambda tx: store.get_budget(tx, scope.project.id))
    return BudgetOut(cap_micros=row.cap_micros, committed_micros=row.committed_micros)


@router.put("/{slug}/budget", responses=problems(401, 403, 404, 409, 422))
async def set_budget(body: BudgetIn, scope: ManageScope, runtime: RuntimeDep) -> BudgetOut:
    """Set the cap of a project; never below what is reserved or earned."""
    await runtime.hub.write(
        lambda tx: service.change_budget(tx, scope.project, body.cap_micros), scope.actor
    )
    return await get_budget(scope, runtime)
