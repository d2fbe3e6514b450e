"""What one says of oneself to a project, and agreement by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final, Literal

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field

from api.problems import problems
from api.quality.endpoints import Question, asked_question
from api.security import ReadScope, RuntimeDep, Scope, WorkScope
from labeling.database import Actor
from labeling.errors import InvalidInputError
from labeling.projects import store as projects
from labeling.quality.figures.groups import AttributeFigures, GroupFigures
from labeling.quality.figures.measures import Scope as FiguresScope
from labeling.quality.groups import service
from labeling.quality.groups.service import OwnAttributes
from labeling.schema import store as schema_store
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from api.quality.measuring import Kept
    from labeling.database import Row, Transaction

router = APIRouter(prefix="/v1/projects/{slug}", tags=["quality"])
MOST_NAMES: Final = 10
Value = Annotated[str, Field(min_length=1, max_length=60)]


class OwnAttributesIn(BaseModel):
    """What one says of oneself, with consent; what is left out is not said."""

    model_config = ConfigDict(extra="forbid")

    consent: Literal[True] = Field(
        description="That the project may show agreement by group with one's answers in it."
    )
    attributes: dict[str, Value] = Field(
        max_length=MOST_NAMES, description="Attribute to one of the values that are asked."
    )


class AgreementByGroup(BaseModel):
    """Agreement within and between the groups of one attribute."""

    scope: FiguresScope
    least_n: int = Field(description="Groups of fewer people are not shown.")
    by: AttributeFigures


class GroupsShown(BaseModel):
    """Agreement by group for every attribute that the project asks; none, and why."""

    scope: FiguresScope | None
    least_n: int = Field(description="Groups of fewer people are not shown.")
    attributes: tuple[AttributeFigures, ...]
    reason: str | None = Field(description="Why there are no attributes; null where there are.")


@router.get("/my/attributes", responses=problems(401, 403, 404))
async def get_own_attributes(scope: WorkScope, runtime: RuntimeDep) -> OwnAttributes:
    """Return what the project asks its people of themselves, and what one has given.

    Nobody else is shown it; it enters figures of whole groups only.
    """
    return await runtime.hub.read(lambda tx: service.look(tx, scope.project, _seated(tx, scope)))


@router.put("/my/attributes", responses=problems(401, 403, 404, 413, 422))
async def give_own_attributes(
    body: OwnAttributesIn, scope: WorkScope, runtime: RuntimeDep, request: Request
) -> OwnAttributes:
    """Say something of oneself to the project, in the place of what one said before."""
    found = await runtime.hub.write(
        lambda tx: service.give(tx, scope.project, _seated(tx, scope), body.attributes),
        Actor("user", scope.caller.user_id),
    )
    _drop(request, scope.project)
    return found


@router.delete("/my/attributes", status_code=204, responses=problems(401, 403, 404))
async def withdraw_own_attributes(scope: WorkScope, runtime: RuntimeDep, request: Request) -> None:
    """Withdraw consent: what one said of oneself to the project is deleted."""
    await runtime.hub.write(
        lambda tx: service.withdraw(tx, scope.project.id, _seated(tx, scope)),
        Actor("user", scope.caller.user_id),
    )
    _drop(request, scope.project)


@router.get("/quality/agreement/groups", responses=problems(401, 403, 404, 422))
async def get_agreement_by_group(
    request: Request,
    scope: ReadScope,
    runtime: RuntimeDep,
    by: Annotated[str, Query(max_length=40, description="Attribute that the project asks.")],
    question: Question = None,
) -> AgreementByGroup:
    """Return how far people agree within groups and between them.

    Groups are what people said of themselves with consent; those of fewer people than
    `quality.group_least_n` are not shown, and no person is.
    """
    asked = projects.policy_of(scope.project).quality.groups
    if by not in asked:
        names = ", ".join(asked) or "nothing"
        text = f"The project does not ask people for {by!r}; it asks for {names}."
        raise InvalidInputError(text, place="by")
    figures: Kept[GroupFigures] = request.app.state.groups
    found = await figures.get(await asked_question(runtime, scope, question))
    one = next(part for part in found.attributes if part.attribute == by)
    return AgreementByGroup(scope=found.scope, least_n=found.least_n, by=one)


@router.get("/quality/groups", responses=problems(401, 403, 404, 422))
async def get_groups(
    request: Request, scope: ReadScope, runtime: RuntimeDep, question: Question = None
) -> GroupsShown:
    """Return how far people agree within groups and between them, by all that is asked of them."""
    project = await asked_question(runtime, scope, question)
    least_n = projects.policy_of(project).quality.group_least_n
    found = await figures_by_group(request, runtime, project)
    if isinstance(found, str):
        return GroupsShown(scope=None, least_n=least_n, attributes=(), reason=found)
    shown = found.attributes
    return GroupsShown(scope=found.scope, least_n=found.least_n, attributes=shown, reason=None)


async def figures_by_group(
    request: Request, runtime: RuntimeDep, project: Row
) -> GroupFigures | str:
    """Return agreement by group, or why there is none to show."""
    if not projects.policy_of(project).quality.groups:
        return "the project asks its people nothing of themselves (policy quality.groups)"
    is_choice = await runtime.hub.read(lambda tx: schema_store.target(tx, project).is_choice)
    if not is_choice:
        return "agreement by group is of questions with one choice"
    figures: Kept[GroupFigures] = request.app.state.groups
    return await figures.get(project)


def _seated(tx: Transaction, scope: Scope) -> int:
    """Return the caller, who must be one of the project's annotators: answers make the groups."""
    workforces.annotator_of(tx, scope.project.id, scope.caller.user_id)
    return scope.caller.user_id


def _drop(request: Request, project: Row) -> None:
    """Forget the figures at once: nobody stays in a group that they left."""
    figures: Kept[GroupFigures] = request.app.state.groups
    figures.drop(project)
