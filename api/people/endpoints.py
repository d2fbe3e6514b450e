"""Sign-in by one-time link, users, tokens, roles."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from api.people.schemas import (
    LinkOut,
    Me,
    MemberOut,
    MemberRole,
    Membership,
    NewLink,
    NewToken,
    NewUser,
    SignedIn,
    SignIn,
    TokenOut,
    UserOut,
)
from api.problems import problems
from api.security import COOKIE, CallerDep, OperatorDep, PeopleScope, RuntimeDep
from labeling.database import Actor
from labeling.errors import ForbiddenError
from labeling.people import service, store
from labeling.people.service import LIFETIME_SECONDS
from labeling.tasks import holding
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from labeling.database import Transaction

router = APIRouter(prefix="/v1", tags=["people"])


@router.post("/sessions", status_code=201, responses=problems(401, 422))
async def sign_in(body: SignIn, response: Response, runtime: RuntimeDep) -> SignedIn:
    """Exchange a one-time link for a session cookie."""
    session, link = await runtime.hub.write(lambda tx: service.sign_in_by_link(tx, body.link))
    response.set_cookie(
        COOKIE,
        session.secret,
        max_age=LIFETIME_SECONDS["session"],
        httponly=True,
        samesite="lax",
        secure=runtime.settings.secure_cookies,
        path="/",
    )
    return SignedIn(user=UserOut(id=link.user_id, name=link.name), next=link.next_page)


@router.delete("/sessions/current", status_code=204, responses=problems(401, 403))
async def sign_out(caller: CallerDep, response: Response, runtime: RuntimeDep) -> None:
    """End one's session and release what one holds."""

    def leave(tx: Transaction) -> None:
        joined = [row.project_id for row in store.memberships(tx, caller.user_id)]
        holding.release_all(tx, caller.user_id, joined)
        service.end(tx, caller.credential_id)

    await runtime.hub.write(leave, Actor("user", caller.user_id))
    runtime.callers.drop(caller.credential_id)
    response.delete_cookie(COOKIE, path="/")


@router.get("/me", responses=problems(401))
async def me(caller: CallerDep, runtime: RuntimeDep) -> Me:
    """Return who one is and in which projects one works."""
    rows = await runtime.hub.read(lambda tx: store.memberships(tx, caller.user_id))
    joined = [
        Membership(
            project=row.slug,
            title=row.title,
            role=row.role,
            can_annotate=row.annotator_id is not None,
        )
        for row in rows
    ]
    return Me(
        id=caller.user_id, name=caller.name, is_operator=caller.is_operator, memberships=joined
    )


@router.post("/users", status_code=201, responses=problems(401, 403, 422))
async def create_user(body: NewUser, caller: OperatorDep, runtime: RuntimeDep) -> UserOut:
    """Create a user; a one-time link lets them in."""
    user_id = await runtime.hub.write(
        lambda tx: service.create_user(tx, body.name), Actor("user", caller.user_id)
    )
    return UserOut(id=user_id, name=body.name.strip())


@router.post("/users/{user_id}/links", status_code=201, responses=problems(401, 403, 404, 422))
async def create_link(
    user_id: int, body: NewLink, request: Request, caller: OperatorDep, runtime: RuntimeDep
) -> LinkOut:
    """Make a one-time sign-in link for a user."""
    link = await runtime.hub.write(
        lambda tx: service.issue(tx, user_id, "link", next_page=body.next),
        Actor("user", caller.user_id),
    )
    return LinkOut(
        url=f"{str(request.base_url).rstrip('/')}/signin#{link.secret}", expires_at=link.expires_at
    )


@router.post("/tokens", status_code=201, responses=problems(401, 403, 404, 422))
async def create_token(body: NewToken, caller: CallerDep, runtime: RuntimeDep) -> TokenOut:
    """Make an API token, for oneself or, as an operator, for anybody."""
    if body.user_id != caller.user_id and not caller.is_operator:
        raise ForbiddenError("A token is made for oneself; an operator makes one for others.")
    token = await runtime.hub.write(
        lambda tx: service.issue(tx, body.user_id, "token", name=body.name),
        Actor("user", caller.user_id),
    )
    return TokenOut(id=token.id, token=token.secret, expires_at=token.expires_at)


@router.delete("/tokens/{token_id}", status_code=204, responses=problems(401, 403))
async def end_token(token_id: int, caller: CallerDep, runtime: RuntimeDep) -> None:
    """End a token, one's own or, as an operator, anybody's."""

    def end(tx: Transaction) -> None:
        found = store.get_credential(tx, token_id)
        if found is None or not (found.user_id == caller.user_id or caller.is_operator):
            raise ForbiddenError("You have no such token.")
        service.end(tx, token_id)

    await runtime.hub.write(end, Actor("user", caller.user_id))
    runtime.callers.drop(token_id)


@router.put("/projects/{slug}/members/{user_id}", responses=problems(401, 403, 404, 409, 422))
async def set_member(
    user_id: int, body: MemberRole, scope: PeopleScope, runtime: RuntimeDep
) -> MemberOut:
    """Give a user a role in a project, and a seat in a workforce."""

    def write(tx: Transaction) -> MemberOut:
        service.change_role(tx, scope.project.id, user_id, body.role, scope.caller)
        seat = None
        if body.workforce is not None:
            seat = workforces.seat_person(tx, scope.project.id, user_id, body.workforce)
        return MemberOut(user_id=user_id, role=body.role, annotator_id=seat)

    return await runtime.hub.write(write, scope.actor)
