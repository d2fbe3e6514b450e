"""Sign-in, one's own account, and its password."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Response

from api.people.schemas import (
    Me,
    Membership,
    PasswordChange,
    Reset,
    ResetAsked,
    ResetWish,
    SignedIn,
    SignIn,
    UserChange,
    UserOut,
)
from api.people.sessions import hashed, is_right, set_session
from api.problems import problems
from api.security import COOKIE, AddressDep, CallerDep, RuntimeDep, WholeCallerDep
from labeling.database import Actor
from labeling.errors import ForbiddenError, UnauthenticatedError
from labeling.people import passwords, service, store
from labeling.people.sign_in import service as sign_in_service
from labeling.people.sign_in import store as sign_in_store
from labeling.tasks import holding

if TYPE_CHECKING:
    from api.runtime import Runtime
    from labeling.database import Row, Transaction
    from labeling.people.service import Issued

router = APIRouter(prefix="/v1", tags=["people"])


@router.post("/sessions", status_code=201, responses=problems(401, 422, 429))
async def sign_in(
    body: SignIn, response: Response, address: AddressDep, runtime: RuntimeDep
) -> SignedIn:
    """Exchange a one-time link, or a name with its password, for a session cookie."""
    if body.link is not None:
        link_secret = body.link
        session, link = await runtime.hub.write(lambda tx: service.sign_in_by_link(tx, link_secret))
        user, page = UserOut(id=link.user_id, name=link.name), link.next_page
    else:
        session, account = await _by_password(body, address, runtime)
        user, page = UserOut(id=account.id, name=account.name), "/"
    set_session(response, runtime, session)
    return SignedIn(user=user, next=page)


async def _by_password(body: SignIn, address: str, runtime: Runtime) -> tuple[Issued, Row]:
    """Count the attempt, compare beside the event loop, then open a session."""
    login, password = body.login or "", body.password or ""
    attempt = await runtime.hub.write(lambda tx: sign_in_service.begin_attempt(tx, login, address))
    if not await is_right(runtime, password, attempt.kept):
        raise UnauthenticatedError(sign_in_service.WRONG)
    fresh = None
    if passwords.is_outdated(attempt.kept or ""):
        fresh = await hashed(runtime, password)
    return await runtime.hub.write(lambda tx: sign_in_service.finish_attempt(tx, attempt, fresh))


@router.delete("/sessions/current", status_code=204, responses=problems(401, 403))
async def sign_out(caller: WholeCallerDep, response: Response, runtime: RuntimeDep) -> None:
    """End one's session and release what one holds."""

    def leave(tx: Transaction) -> None:
        joined = [row.project_id for row in store.memberships(tx, caller.user_id)]
        holding.release_all(tx, caller.user_id, joined)
        service.end(tx, caller.credential_id)

    await runtime.hub.write(leave, Actor("user", caller.user_id))
    runtime.callers.forget()
    response.delete_cookie(COOKIE, path="/")


@router.delete("/sessions", status_code=204, responses=problems(401, 403))
async def sign_out_elsewhere(caller: WholeCallerDep, runtime: RuntimeDep) -> None:
    """End all of one's sessions but this one."""
    await runtime.hub.write(
        lambda tx: service.end_all(
            tx, caller.user_id, kinds=("session", "link"), but=caller.credential_id
        ),
        Actor("user", caller.user_id),
    )
    runtime.callers.forget()


@router.get("/me", responses=problems(401))
async def me(caller: CallerDep, runtime: RuntimeDep) -> Me:
    """Return who one is and in which projects one works."""
    rows, user = await runtime.hub.read(
        lambda tx: (
            store.memberships(tx, caller.user_id),
            store.get_user_or_raise(tx, caller.user_id),
        )
    )
    joined = [
        Membership(
            project=row.slug,
            title=row.title,
            role=row.role,
            can_annotate=row.annotator_id is not None and row.seat != "retired",
        )
        for row in rows
        if caller.project_id in {None, row.project_id}
    ]
    return Me(
        id=caller.user_id,
        name=caller.name,
        email=user.email,
        has_password=bool(user.has_password),
        is_operator=caller.is_operator,
        memberships=joined,
    )


@router.patch("/me", responses=problems(401, 403, 409, 422))
async def change_me(body: UserChange, caller: WholeCallerDep, runtime: RuntimeDep) -> UserOut:
    """Change how one is called or written to."""

    def write(tx: Transaction) -> UserOut:
        service.rename_user(tx, caller.user_id, name=body.name, email=body.email)
        return UserOut(id=caller.user_id, name=store.get_user_or_raise(tx, caller.user_id).name)

    changed = await runtime.hub.write(write, Actor("user", caller.user_id))
    runtime.callers.forget()
    return changed


@router.put("/me/password", status_code=204, responses=problems(401, 403, 422, 429))
async def set_password(
    body: PasswordChange, caller: WholeCallerDep, address: AddressDep, runtime: RuntimeDep
) -> None:
    """Set one's password; one that is there is asked for, and one's other sessions end."""
    actor = Actor("user", caller.user_id)
    account = await runtime.hub.read(lambda tx: sign_in_store.get_password(tx, caller.user_id))
    if account.password is not None:
        own = f"own:{caller.user_id}"
        await runtime.hub.write(lambda tx: sign_in_service.count_guess(tx, own, address))
        if not await is_right(runtime, body.current or "", account.password):
            raise ForbiddenError("The present password is another one.", place="current")
    passwords.check_password(body.new, account.name, account.email)
    new = await hashed(runtime, body.new)
    await runtime.hub.write(
        lambda tx: sign_in_service.set_password(
            tx, caller.user_id, account.password, new, but=caller.credential_id
        ),
        actor,
    )
    runtime.callers.forget()


@router.post("/password-resets", status_code=202, responses=problems(422, 429))
async def ask_reset(body: ResetWish, address: AddressDep, runtime: RuntimeDep) -> ResetAsked:
    """Have a one-time link sent, if there is such an account and this hub sends mail."""
    await runtime.hub.write(lambda tx: sign_in_service.ask_reset(tx, body.email, address))
    return ResetAsked(
        text="If an account has this address and this hub sends mail, a link is on its way. "
        "Else ask an owner or manager of your project for one."
    )


@router.post("/password-resets/completions", status_code=201, responses=problems(401, 422))
async def reset_password(body: Reset, response: Response, runtime: RuntimeDep) -> SignedIn:
    """Exchange a one-time link for a new password, and sign in."""
    account = await runtime.hub.read(lambda tx: sign_in_service.owner_of_link(tx, body.link))
    passwords.check_password(body.password, account.name, account.email)
    new = await hashed(runtime, body.password)
    session, account = await runtime.hub.write(
        lambda tx: sign_in_service.reset_password(tx, body.link, new)
    )
    runtime.callers.forget()
    set_session(response, runtime, session)
    return SignedIn(user=UserOut(id=account.id, name=account.name), next="/")
