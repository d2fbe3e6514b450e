"""Users and tokens: made, listed, ended, deactivated, erased."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Query, Request

from api.once import OnceDep
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.people.schemas import (
    Erasure,
    LinkOut,
    NewLink,
    NewToken,
    NewUser,
    TokenListed,
    TokenOut,
    UserChange,
    UserListed,
    UserOut,
)
from api.people.sessions import link_to
from api.problems import problems
from api.security import OperatorDep, RuntimeDep, WholeCallerDep
from labeling.database import Actor
from labeling.errors import ForbiddenError, NotFoundError
from labeling.membership import leaving
from labeling.people import service, store
from labeling.projects import store as projects

if TYPE_CHECKING:
    from labeling.database import Transaction
    from labeling.people.service import Issued

router = APIRouter(prefix="/v1", tags=["people"])
NO_PROJECT = "There is no such project, or you are not a member of it."


@router.post("/users", status_code=201, responses=problems(401, 403, 409, 422))
async def create_user(body: NewUser, _: OperatorDep, once: OnceDep) -> UserOut:
    """Create a user; a one-time link lets them in."""

    def write(tx: Transaction) -> UserOut:
        user_id = service.create_user(tx, body.name, email=body.email)
        return UserOut(id=user_id, name=body.name.strip())

    return await once.write(UserOut, write)


@router.get("/users", responses=problems(401, 403, 422))
async def list_users(
    _: OperatorDep, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[UserListed]:
    """Return everybody of this installation."""
    rows = await runtime.hub.read(lambda tx: store.list_users(tx, after_cursor(cursor), limit))
    listed = [
        UserListed(
            id=row.id,
            name=row.name,
            email=row.email,
            operator=bool(row.is_operator),
            active=bool(row.is_active),
            erased=row.erased_at is not None,
            has_password=bool(row.has_password),
            created_at=row.created_at,
        )
        for row in rows
    ]
    return Page(items=listed, next=next_cursor([row.id for row in rows], limit))


@router.patch("/users/{user_id}", responses=problems(401, 403, 404, 409, 422))
async def change_user(
    user_id: int, body: UserChange, caller: OperatorDep, runtime: RuntimeDep
) -> UserOut:
    """Change how a person is called or written to."""

    def write(tx: Transaction) -> UserOut:
        store.get_user_or_raise(tx, user_id)
        service.rename_user(tx, user_id, name=body.name, email=body.email)
        return UserOut(id=user_id, name=store.get_user_or_raise(tx, user_id).name)

    changed = await runtime.hub.write(write, Actor("user", caller.user_id))
    runtime.callers.forget()
    return changed


@router.post(
    "/users/{user_id}/deactivation", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
async def deactivate_user(user_id: int, caller: OperatorDep, runtime: RuntimeDep) -> None:
    """Let a person in no longer: sessions, tokens and leases end at once; answers stay."""
    await runtime.hub.write(
        lambda tx: leaving.deactivate(tx, user_id), Actor("user", caller.user_id)
    )
    runtime.callers.forget()


@router.delete(
    "/users/{user_id}/deactivation", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
async def reactivate_user(user_id: int, caller: OperatorDep, runtime: RuntimeDep) -> None:
    """Let a person in again; they get new keys."""
    await runtime.hub.write(
        lambda tx: leaving.reactivate(tx, user_id), Actor("user", caller.user_id)
    )


@router.post(
    "/users/{user_id}/erasure", status_code=204, responses=problems(401, 403, 404, 409, 422)
)
async def erase_user(user_id: int, body: Erasure, caller: OperatorDep, runtime: RuntimeDep) -> None:
    """Replace who a person was, for good; answers stay under their pseudonyms."""
    actor = Actor("user", caller.user_id)
    await runtime.hub.write(lambda tx: leaving.erase(tx, user_id, body.confirm), actor)
    runtime.callers.forget()
    while await runtime.hub.write(lambda tx: leaving.erase_record(tx, user_id), actor):
        pass


@router.post("/users/{user_id}/links", status_code=201, responses=problems(401, 403, 404, 422))
async def create_link(
    user_id: int, body: NewLink, request: Request, caller: OperatorDep, runtime: RuntimeDep
) -> LinkOut:
    """Make a one-time sign-in link for a user."""
    link = await runtime.hub.write(
        lambda tx: service.issue(tx, user_id, "link", next_page=body.next),
        Actor("user", caller.user_id),
    )
    return LinkOut(url=link_to(request, "signin", link.secret), expires_at=link.expires_at)


@router.post(
    "/users/{user_id}/reset-links", status_code=201, responses=problems(401, 403, 404, 422)
)
async def create_reset_link(
    user_id: int, request: Request, caller: OperatorDep, runtime: RuntimeDep
) -> LinkOut:
    """Make the link by which a person who forgot their password sets a new one."""
    link = await runtime.hub.write(
        lambda tx: service.issue(tx, user_id, "reset"), Actor("user", caller.user_id)
    )
    return LinkOut(url=link_to(request, "reset", link.secret), expires_at=link.expires_at)


@router.post("/tokens", status_code=201, responses=problems(401, 403, 404, 422))
async def create_token(body: NewToken, caller: WholeCallerDep, runtime: RuntimeDep) -> TokenOut:
    """Make an API token, for oneself or, as an operator, for anybody; shown this once."""
    if body.user_id != caller.user_id and not caller.is_operator:
        raise ForbiddenError("A token is made for oneself; an operator makes one for others.")

    def write(tx: Transaction) -> Issued:
        project_id = None
        if body.project is not None:
            project = projects.get_by_slug(tx, body.project)
            joined = store.memberships(tx, body.user_id)
            known = caller.is_operator or body.project in {row.slug for row in joined}
            if project is None or not known:
                raise NotFoundError(NO_PROJECT)
            project_id = project.id
        scopes = None if body.scopes is None else frozenset(map(str, body.scopes))
        narrowed = service.Narrowing(scopes, project_id, body.expires_in_s)
        return service.issue(tx, body.user_id, "token", name=body.name, narrowed=narrowed)

    token = await runtime.hub.write(write, Actor("user", caller.user_id))
    return TokenOut(id=token.id, token=token.secret, expires_at=token.expires_at)


@router.get("/tokens", responses=problems(401, 403, 422))
async def list_tokens(
    caller: WholeCallerDep,
    runtime: RuntimeDep,
    user_id: Annotated[int | None, Query(description="Whose; others' for operators.")] = None,
    cursor: Cursor = None,
    limit: Limit = 100,
) -> Page[TokenListed]:
    """Return one's tokens, or as an operator anybody's, without their secrets."""
    whose = caller.user_id if user_id is None else user_id
    if whose != caller.user_id and not caller.is_operator:
        raise ForbiddenError("You see your own tokens; an operator sees others'.")

    def read(tx: Transaction) -> Page[TokenListed]:
        rows = store.list_tokens(tx, whose, after_cursor(cursor), limit)
        listed = [
            TokenListed(
                id=row.id,
                name=row.name,
                prefix=row.prefix,
                scopes=None if row.scopes is None else json.loads(row.scopes),
                project=row.slug,
                created_at=row.created_at,
                expires_at=row.expires_at,
                last_seen_at=row.last_seen_at,
                ended=row.expires_at <= tx.now,
            )
            for row in rows
        ]
        return Page(items=listed, next=next_cursor([row.id for row in rows], limit))

    return await runtime.hub.read(read)


@router.delete("/tokens/{token_id}", status_code=204, responses=problems(401, 403, 422))
async def end_token(token_id: int, caller: WholeCallerDep, runtime: RuntimeDep) -> None:
    """End a token, one's own or, as an operator, anybody's."""

    def end(tx: Transaction) -> None:
        found = store.get_credential(tx, token_id)
        if found is None or not (found.user_id == caller.user_id or caller.is_operator):
            raise ForbiddenError("You have no such token.")
        service.end(tx, token_id)

    await runtime.hub.write(end, Actor("user", caller.user_id))
    runtime.callers.forget()
