"""What goes in and out at sign-in, users, tokens and roles."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

Role = Literal["owner", "manager", "reviewer", "annotator", "operator", "viewer"]


class SignIn(BaseModel):
    """The secret of a one-time link."""

    link: str = Field(min_length=1, max_length=200)


class UserOut(BaseModel):
    """A user as others see them."""

    id: int
    name: str


class SignedIn(BaseModel):
    """Who is signed in now, and the page to go to."""

    user: UserOut
    next: str


class NewUser(BaseModel):
    """A user to be made."""

    name: str = Field(min_length=1, max_length=200)


class NewLink(BaseModel):
    """Where a one-time link leads."""

    next: str = Field("/", max_length=500)


class LinkOut(BaseModel):
    """A one-time link; it is shown this once."""

    url: str
    expires_at: int


class NewToken(BaseModel):
    """A token to be made for a user."""

    user_id: int
    name: str = Field(min_length=1, max_length=200)


class TokenOut(BaseModel):
    """A token; it is shown this once."""

    id: int
    token: str
    expires_at: int


class Membership(BaseModel):
    """One's role in a project."""

    project: str
    title: str
    role: str
    can_annotate: bool


class Me(BaseModel):
    """Who one is, and where one works."""

    id: int
    name: str
    is_operator: bool
    memberships: list[Membership]


class MemberRole(BaseModel):
    """A role in a project, and a seat in a workforce for those who annotate."""

    role: Role
    workforce: str | None = None


class MemberOut(BaseModel):
    """A member of a project."""

    user_id: int
    role: str
    annotator_id: int | None
