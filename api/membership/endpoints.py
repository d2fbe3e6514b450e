"""Members, their roles, and the invitations by which they come."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter, Request, Response

from api.membership.schemas import (
    Acceptance,
    Accepted,
    InvitationListed,
    InvitationMade,
    InvitationSecret,
    InvitationSeen,
    MemberListed,
    MemberOut,
    MemberRole,
    NewInvitation,
    ResetLinkOut,
    WorkerErasure,
)
from api.pagination import Cursor, Limit, Page, after_cursor, next_cursor
from api.people.schemas import UserOut
from api.people.sessions import hashed, link_to, set_session
from api.problems import problems
from api.security import AddressDep, MaybeCallerDep, PeopleScope, RuntimeDep, WholeCallerDep
from labeling.database import Actor
from labeling.errors import InvalidInputError, NotFoundError
from labeling.membership import leaving, service, store
from labeling.people import passwords
from labeling.people import store as people_store
from labeling.people.sign_in import service as sign_in
from labeling.projects import store as projects

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.membership.service import Joined

NO_MAIL = "This hub sends no mail; LABELLOOP_SMTP_URL is unset."
router = APIRouter(prefix="/v1", tags=["membership"])


@router.get("/projects/{slug}/members", responses=problems(401, 403, 404, 422))
async def list_members(
    scope: PeopleScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[MemberListed]:
    """Return a project's members with role and seat."""

    def read(tx: Transaction) -> Page[MemberListed]:
        rows = people_store.list_members(tx, scope.project.id, after_cursor(cursor), limit)
        listed = [
            MemberListed(
                user_id=row.user_id,
                role=row.role,
                annotator_id=row.annotator_id,
                name=row.name,
                email=row.email,
                active=bool(row.is_active),
                pseudonym=row.pseudonym,
                workforce=row.workforce,
                seat=row.state,
                since=row.created_at,
            )
            for row in rows
        ]
        return Page(items=listed, next=next_cursor([row.id for row in rows], limit))

    return await runtime.hub.read(read)


@router.put("/projects/{slug}/members/{user_id}", responses=problems(401, 403, 404, 409, 422))
async def set_member(
    user_id: int, body: MemberRole, scope: PeopleScope, runtime: RuntimeDep
) -> MemberOut:
    """Give a user a role in a project, and a seat in a workforce."""
    seat = await runtime.hub.write(
        lambda tx: service.set_member(
            tx,
            scope.project.id,
            user_id,
            body.role,
            workforce=body.workforce,
            giver=scope.caller,
        ),
        scope.actor,
    )
    return MemberOut(user_id=user_id, role=body.role, annotator_id=seat)


@router.delete(
    "/projects/{slug}/members/{user_id}",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422),
)
async def remove_member(
    slug: str, user_id: int, caller: WholeCallerDep, runtime: RuntimeDep
) -> None:
    """Take a person, or oneself, out of a project: role gone, seat retired, leases returned."""

    def write(tx: Transaction) -> None:
        project = projects.get_by_slug(tx, slug)
        role = None
        if project is not None:
            role = people_store.role_in(tx, project.id, caller.user_id)
        if project is None or (role is None and not caller.is_operator):
            raise NotFoundError(f"There is no project {slug!r}, or you are not a member of it.")
        leaving.remove_member(tx, project.id, user_id, caller)

    await runtime.hub.write(write, Actor("user", caller.user_id))


@router.post(
    "/projects/{slug}/members/{user_id}/reset-links",
    status_code=201,
    responses=problems(401, 403, 404, 422),
)
async def create_reset_link(
    user_id: int, request: Request, scope: PeopleScope, runtime: RuntimeDep
) -> ResetLinkOut:
    """Make the link by which a member below one sets a new password; without a mail server."""
    link = await runtime.hub.write(
        lambda tx: leaving.help_in(tx, scope.project.id, user_id, scope.caller), scope.actor
    )
    return ResetLinkOut(url=link_to(request, "reset", link.secret), expires_at=link.expires_at)


@router.post(
    "/projects/{slug}/annotators/{annotator_id}/erasure",
    status_code=204,
    responses=problems(401, 403, 404, 409, 422),
)
async def erase_worker(
    annotator_id: int, body: WorkerErasure, scope: PeopleScope, runtime: RuntimeDep
) -> None:
    """Replace the name by which a vendor knows a worker, for good; answers stay."""
    await runtime.hub.write(
        lambda tx: leaving.erase_worker(tx, scope.project.id, annotator_id, body.confirm),
        scope.actor,
    )


@router.post(
    "/projects/{slug}/invitations", status_code=201, responses=problems(401, 403, 404, 422)
)
async def invite(
    body: NewInvitation, request: Request, scope: PeopleScope, runtime: RuntimeDep
) -> InvitationMade:
    """Make a link that gives a role, and a seat, to whoever opens it first."""
    if body.send and not runtime.settings.smtp_url:
        raise InvalidInputError(NO_MAIL, place="send")
    wish = service.Wish(
        body.role, body.workforce, body.name, body.email, body.expires_in_s, body.uses
    )

    def write(tx: Transaction) -> tuple[Row, str | None]:
        found, secret = service.invite(tx, scope.project, wish, scope.caller, by_mail=body.send)
        return store.get(tx, scope.project.id, found), secret

    made, secret = await runtime.hub.write(write, scope.actor)
    url = None if secret is None else link_to(request, "join", secret)
    return InvitationMade(id=made.id, url=url, expires_at=made.expires_at)


@router.get("/projects/{slug}/invitations", responses=problems(401, 403, 404, 422))
async def list_invitations(
    scope: PeopleScope, runtime: RuntimeDep, cursor: Cursor = None, limit: Limit = 100
) -> Page[InvitationListed]:
    """Return a project's invitations, without their links."""

    def read(tx: Transaction) -> Page[InvitationListed]:
        rows = store.list_by_project(tx, scope.project.id, after_cursor(cursor), limit)
        listed = [
            InvitationListed(
                id=row.id,
                role=row.role,
                workforce=row.workforce,
                name=row.name,
                email=row.email,
                created_by=row.created_by,
                created_at=row.created_at,
                expires_at=row.expires_at,
                uses=row.uses,
                most_uses=row.most_uses,
                revoked=row.revoked_at is not None,
            )
            for row in rows
        ]
        return Page(items=listed, next=next_cursor([row.id for row in rows], limit))

    return await runtime.hub.read(read)


@router.delete(
    "/projects/{slug}/invitations/{invitation_id}",
    status_code=204,
    responses=problems(401, 403, 404, 422),
)
async def revoke_invitation(invitation_id: int, scope: PeopleScope, runtime: RuntimeDep) -> None:
    """Let an invitation open nothing any more."""
    await runtime.hub.write(
        lambda tx: service.revoke(tx, scope.project.id, invitation_id), scope.actor
    )


@router.post("/invitations/preview", responses=problems(401, 403, 404, 422))
async def look_at_invitation(
    body: InvitationSecret, caller: MaybeCallerDep, runtime: RuntimeDep
) -> InvitationSeen:
    """Say what an invitation gives, to whoever holds its link."""
    found = await runtime.hub.read(lambda tx: service.look_at(tx, body.invitation))
    return InvitationSeen(
        project=found.slug,
        title=found.title,
        role=found.role,
        name=found.name,
        signed_in_as=None if caller is None else caller.name,
    )


@router.post(
    "/invitations/acceptances", status_code=201, responses=problems(401, 403, 404, 409, 422, 429)
)
async def accept_invitation(
    body: Acceptance,
    response: Response,
    caller: MaybeCallerDep,
    address: AddressDep,
    runtime: RuntimeDep,
) -> Accepted:
    """Join a project: as oneself where one is signed in, else as a new person."""
    if caller is not None:
        joined = await runtime.hub.write(
            lambda tx: service.accept_as(tx, body.invitation, caller),
            Actor("user", caller.user_id),
        )
        return _accepted(joined)
    if body.name is None:
        raise InvalidInputError("A new person has a name.", place="name")
    await runtime.hub.write(lambda tx: sign_in.count_newcomer(tx, address))
    password = None
    if body.password is not None:
        passwords.check_password(body.password, body.name, body.email)
        await runtime.hub.read(lambda tx: service.look_at(tx, body.invitation))
        password = await hashed(runtime, body.password)
    person = service.Person(body.name, body.email, password)

    def join(tx: Transaction) -> Joined:
        sign_in.take_newcomer_back(tx, address)
        return service.accept_as_new(tx, body.invitation, person)

    joined = await runtime.hub.write(join)
    if joined.session is not None:
        set_session(response, runtime, joined.session)
    return _accepted(joined)


def _accepted(joined: Joined) -> Accepted:
    page = f"/projects/{joined.slug}" + ("/annotate" if joined.is_seated else "")
    return Accepted(
        user=UserOut(id=joined.user_id, name=joined.name),
        project=joined.slug,
        role=joined.role,
        next=page,
    )
