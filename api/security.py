"""Who asks, and what they may do: one caller per request, named permissions per role."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Final

from fastapi import Depends, Request

from api.runtime import Runtime
from labeling.database import Actor
from labeling.errors import ForbiddenError, NotFoundError, UnauthenticatedError
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.people.roles import ROLE_PERMISSIONS, Permission
from labeling.people.service import Caller
from labeling.projects import store as projects
from labeling.tasks.leases import store as leases

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from labeling.database import Row, Transaction

__all__ = ["ROLE_PERMISSIONS", "Permission"]

IPV6: Final = 6
COOKIE: Final = "labelloop_session"
OPERATOR_LACKS: Final = frozenset({Permission.WORK, Permission.REVIEW})
"""What an operator of the installation may not do in a project without a role there."""
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Scope:
    """One caller in one project, allowed to do what the endpoint asks for."""

    caller: Caller
    project: Row

    @property
    def actor(self) -> Actor:
        """Who the record names."""
        return Actor("user", self.caller.user_id)


async def runtime_of(request: Request) -> Runtime:
    """Return the running hub behind a request.

    It waits for nothing; were it no coroutine, FastAPI would run it in a thread, for every request.
    """
    runtime: Runtime = request.app.state.runtime
    return runtime


RuntimeDep = Annotated[Runtime, Depends(runtime_of)]


def _secret(request: Request) -> str | None:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token:
        return token.strip()
    secret = request.cookies.get(COOKIE)
    if secret is not None and request.method not in SAFE_METHODS:
        _refuse_other_sites(request)
    return secret


def _refuse_other_sites(request: Request) -> None:
    """Refuse a write that another site's page sends with this browser's cookie."""
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    foreign = (
        site not in {"same-origin", "none"}
        if site
        else origin not in {None, str(request.base_url).rstrip("/")}
    )
    if foreign:
        raise ForbiddenError("This request came from another site's page.")


async def current_caller(request: Request, runtime: RuntimeDep) -> Caller:
    """Return who asks or raise :class:`UnauthenticatedError`."""
    secret = _secret(request)
    if not secret:
        raise UnauthenticatedError(
            "Sign in by a one-time link, or send `Authorization: Bearer TOKEN`."
        )
    caller = runtime.callers.get(secret)
    if caller is None:
        generation = runtime.callers.generation
        caller = await runtime.hub.read(lambda tx: people.caller_of(tx, secret))
        if caller is None:
            raise UnauthenticatedError("This session or token is unknown or has expired.")
        runtime.callers.keep(secret, caller, generation)
        if caller.is_unseen:
            found = caller.credential_id
            await runtime.hub.write(lambda tx: people.see(tx, found), Actor("user", caller.user_id))
    return caller


CallerDep = Annotated[Caller, Depends(current_caller)]


async def whole_caller(caller: CallerDep) -> Caller:
    """Return a caller whose token is not narrowed: what concerns an account is not in a scope."""
    if not caller.is_whole:
        raise ForbiddenError("This token is for some permissions or one project only.")
    return caller


WholeCallerDep = Annotated[Caller, Depends(whole_caller)]


async def operator_caller(caller: WholeCallerDep) -> Caller:
    """Return the caller where it operates the installation, else raise :class:`ForbiddenError`."""
    if not caller.is_operator:
        raise ForbiddenError("Only an operator of this installation may do this.")
    return caller


OperatorDep = Annotated[Caller, Depends(operator_caller)]


def at_handle(permission: Permission) -> Callable[..., Awaitable[Caller]]:
    """Return the dependency of an assignment's endpoint, which a narrowed token must reach."""

    async def holder(handle: str, caller: CallerDep, runtime: RuntimeDep) -> Caller:
        _check_scope(caller, permission)
        if caller.project_id is not None:
            user_id = caller.user_id
            found = await runtime.hub.read(lambda tx: leases.by_handle(tx, handle, user_id))
            if found is None or found.project_id != caller.project_id:
                raise NotFoundError("You hold no such assignment.")
        return caller

    return holder


WorkerDep = Annotated[Caller, Depends(at_handle(Permission.WORK))]
ReviewerDep = Annotated[Caller, Depends(at_handle(Permission.REVIEW))]


async def known_or_nobody(request: Request, runtime: RuntimeDep) -> Caller | None:
    """Return who is signed in here, None where nobody is; a narrowed token is refused."""
    try:
        caller = await current_caller(request, runtime)
    except UnauthenticatedError:
        return None
    return await whole_caller(caller)


MaybeCallerDep = Annotated[Caller | None, Depends(known_or_nobody)]


async def address_of(request: Request) -> str:
    """Return where a request comes from, for the throttle: of IPv6 the network, /64."""
    host = request.client.host if request.client else ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == IPV6:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(address)


AddressDep = Annotated[str, Depends(address_of)]


def _check_scope(caller: Caller, permission: Permission) -> None:
    if caller.scopes is not None and permission not in caller.scopes:
        raise ForbiddenError(f"This token is not for {permission.value}; make one that is.")


def authorised_project(tx: Transaction, caller: Caller, slug: str, permission: Permission) -> Row:
    """Return a project in which the caller holds a permission.

    Raises
    ------
    NotFoundError
        No such project, or one whose existence the caller may not know of.
    ForbiddenError
        The caller's role lacks the permission.

    """
    project = projects.get_by_slug(tx, slug)
    if project is not None and caller.project_id not in {None, project.id}:
        project = None
    role = None if project is None else people_store.role_in(tx, project.id, caller.user_id)
    if project is None or (role is None and not caller.is_operator):
        raise NotFoundError(f"There is no project {slug!r}, or you are not a member of it.")
    allowed = ROLE_PERMISSIONS.get(role or "", frozenset())
    if permission not in allowed and not (caller.is_operator and permission not in OPERATOR_LACKS):
        raise ForbiddenError(
            f"Your role in {slug!r} does not allow to {permission.value}; ask its owner."
        )
    _check_scope(caller, permission)
    return project


def in_project(permission: Permission) -> Callable[..., Awaitable[Scope]]:
    """Return the dependency of an endpoint that needs a permission in `{slug}`."""

    async def scope(slug: str, caller: CallerDep, runtime: RuntimeDep) -> Scope:
        project = await runtime.hub.read(
            lambda tx: authorised_project(tx, caller, slug, permission)
        )
        return Scope(caller, project)

    return scope


WorkScope = Annotated[Scope, Depends(in_project(Permission.WORK))]
ReviewScope = Annotated[Scope, Depends(in_project(Permission.REVIEW))]
ReadScope = Annotated[Scope, Depends(in_project(Permission.READ))]
ManageScope = Annotated[Scope, Depends(in_project(Permission.MANAGE))]
PeopleScope = Annotated[Scope, Depends(in_project(Permission.PEOPLE))]
ExportScope = Annotated[Scope, Depends(in_project(Permission.EXPORT))]
ReleaseScope = Annotated[Scope, Depends(in_project(Permission.RELEASE))]
PredictScope = Annotated[Scope, Depends(in_project(Permission.PREDICT))]
OwnScope = Annotated[Scope, Depends(in_project(Permission.OWN))]
OrderScope = Annotated[Scope, Depends(in_project(Permission.ORDER))]
