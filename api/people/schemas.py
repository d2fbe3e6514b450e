"""What goes in and out at sign-in, accounts, tokens and users."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, model_validator

from labeling.people.passwords import LEAST_LENGTH, MOST_LENGTH
from labeling.people.roles import Permission
from labeling.people.service import LONGEST_TOKEN_SECONDS

Role = Literal["owner", "manager", "reviewer", "annotator", "operator", "viewer"]
Name = Annotated[str, Field(min_length=1, max_length=200)]
Email = Annotated[str, Field(min_length=3, max_length=320)]
Password = Annotated[str, Field(min_length=1, max_length=1_000)]
NewPassword = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1_000,
        description=f"{LEAST_LENGTH} to {MOST_LENGTH} characters, not one's own name.",
    ),
]
DAY_SECONDS = 86_400


class SignIn(BaseModel):
    """The secret of a one-time link, or a name or e-mail address with its password."""

    link: str | None = Field(None, min_length=1, max_length=200)
    login: str | None = Field(None, min_length=1, max_length=320)
    password: Password | None = None

    @model_validator(mode="after")
    def _is_one_of_two(self) -> SignIn:
        if (self.link is None) == (self.login is None and self.password is None):
            message = "send a link, or a login and a password"
            raise ValueError(message)
        if (self.login is None) != (self.password is None):
            message = "a login comes with a password"
            raise ValueError(message)
        return self


class UserOut(BaseModel):
    """A user as others see them."""

    id: int
    name: str


class UserListed(UserOut):
    """A user as an operator of the installation sees them."""

    email: str | None
    operator: bool
    active: bool
    erased: bool
    has_password: bool
    created_at: int


class SignedIn(BaseModel):
    """Who is signed in now, and the page to go to."""

    user: UserOut
    next: str


class NewUser(BaseModel):
    """A user to be made."""

    name: Name
    email: Email | None = None


class UserChange(BaseModel):
    """What is to change of a person; an empty address takes it away."""

    name: Name | None = None
    email: str | None = Field(None, max_length=320)


class Erasure(BaseModel):
    """The name of the person to be erased, typed again."""

    confirm: str = Field(max_length=200)


class NewLink(BaseModel):
    """Where a one-time link leads."""

    next: str = Field("/", max_length=500)


class LinkOut(BaseModel):
    """A one-time link; it is shown this once."""

    url: str
    expires_at: int


class PasswordChange(BaseModel):
    """A new password, and the present one where there is one."""

    current: Password | None = None
    new: NewPassword


class ResetWish(BaseModel):
    """The address of an account whose password is forgotten."""

    email: Email


class ResetAsked(BaseModel):
    """The same answer whether or not there is such an account."""

    text: str


class Reset(BaseModel):
    """The secret of a one-time link, and the password that replaces the forgotten one."""

    link: str = Field(min_length=1, max_length=200)
    password: NewPassword


class NewToken(BaseModel):
    """A token to be made for a user: for everything, or for some permissions or one project."""

    user_id: int
    name: Name
    scopes: list[Permission] | None = Field(None, min_length=1, max_length=20)
    project: str | None = Field(None, max_length=63)
    expires_in_s: int = Field(90 * DAY_SECONDS, ge=60, le=LONGEST_TOKEN_SECONDS)


class TokenOut(BaseModel):
    """A token; it is shown this once."""

    id: int
    token: str
    expires_at: int


class TokenListed(BaseModel):
    """A token as its owner knows it again: how it begins, what it is for, when it was used."""

    id: int
    name: str
    prefix: str | None
    scopes: list[str] | None
    project: str | None
    created_at: int
    expires_at: int
    last_seen_at: int | None
    ended: bool


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
    email: str | None
    has_password: bool
    is_operator: bool
    memberships: list[Membership]
