"""What goes in and out of members and invitations."""

from __future__ import annotations

from pydantic import BaseModel, Field

from api.people.schemas import Email, Name, Password, Role, UserOut
from labeling.membership.service import MOST_USES

DAY_SECONDS = 86_400


class MemberRole(BaseModel):
    """A role in a project, and a seat in a workforce for those who annotate."""

    role: Role
    workforce: str | None = None


class MemberOut(BaseModel):
    """A member of a project."""

    user_id: int
    role: str
    annotator_id: int | None


class MemberListed(MemberOut):
    """A member as those who look after people see them."""

    name: str
    email: str | None
    active: bool
    pseudonym: str | None
    workforce: str | None
    seat: str | None
    since: int


class ResetLinkOut(BaseModel):
    """A one-time link to a new password; it is shown this once."""

    url: str
    expires_at: int


class NewInvitation(BaseModel):
    """An invitation to be made: once, or to a crowd up to a number."""

    role: Role = "annotator"
    workforce: str | None = Field(None, max_length=60)
    name: str = Field("", max_length=200)
    email: Email | None = None
    expires_in_s: int = Field(7 * DAY_SECONDS, ge=60, le=90 * DAY_SECONDS)
    uses: int = Field(1, ge=1, le=MOST_USES)
    send: bool = Field(default=False, description="Send it by mail; needs `email`.")


class InvitationMade(BaseModel):
    """An invitation; its link is shown this once, null where it goes by mail."""

    id: int
    url: str | None
    expires_at: int


class InvitationListed(BaseModel):
    """An invitation as those who look after people see it."""

    id: int
    role: str
    workforce: str | None
    name: str
    email: str | None
    created_by: int
    created_at: int
    expires_at: int
    uses: int
    most_uses: int
    revoked: bool


class InvitationSecret(BaseModel):
    """The secret of an invitation's link."""

    invitation: str = Field(min_length=1, max_length=200)


class InvitationSeen(BaseModel):
    """What an invitation gives, to whoever holds its link."""

    project: str
    title: str
    role: str
    name: str
    signed_in_as: str | None


class Acceptance(InvitationSecret):
    """Who accepts: a new person with a name, or nobody new where one is signed in."""

    name: Name | None = None
    email: Email | None = None
    password: Password | None = None


class Accepted(BaseModel):
    """Who is signed in now, and the page to go to."""

    user: UserOut
    project: str
    role: str
    next: str


class WorkerErasure(BaseModel):
    """The pseudonym of the vendor's worker to be erased, typed again."""

    confirm: str = Field(max_length=200)
