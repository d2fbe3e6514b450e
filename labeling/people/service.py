"""The verbs of people: invite, sign in once by link, keep a session, make a token, give a role."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.database import Actor
from labeling.errors import (
    ConflictError,
    ForbiddenError,
    InvalidInputError,
    NotFoundError,
    UnauthenticatedError,
)
from labeling.people import store
from labeling.people.roles import ROLES, may_give

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

Kind = Literal["session", "token", "link"]
LIFETIME_SECONDS: Final[dict[Kind, int]] = {
    "session": 30 * 86_400,
    "token": 365 * 86_400,
    "link": 86_400,
}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from."""

    user_id: int
    name: str
    is_operator: bool
    credential_id: int


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh secret; it is shown this once and kept as a digest only."""

    id: int
    secret: str
    expires_at: int


def digest_of(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()


def create_user(tx: Transaction, name: str, *, is_operator: bool = False) -> int:
    """Create a user and return the id."""
    if not name.strip() or len(name) > 200:  # noqa: PLR2004 - a line on a page
        raise InvalidInputError("A user has a name of 1 to 200 characters.", place="name")
    user_id = store.add_user(tx, name.strip(), is_operator=is_operator)
    audit.record(tx, None, "user.create", "user", user_id)
    return user_id


def issue(
    tx: Transaction, user_id: int, kind: Kind, *, name: str = "", next_page: str = "/"
) -> Issued:
    """Issue a session, a token or a one-time link to a user."""
    if store.get_user(tx, user_id) is None:
        raise NotFoundError("There is no such user.")
    if not next_page.startswith("/") or next_page.startswith("//") or "\\" in next_page:
        raise InvalidInputError("`next` is a path of this hub.", place="next")
    secret = secrets.token_urlsafe(32)
    expires_at = tx.now + LIFETIME_SECONDS[kind] * MICROS
    found = store.add_credential(
        tx,
        user_id=user_id,
        kind=kind,
        digest=digest_of(secret),
        name=name,
        next_page=next_page,
        expires_at=expires_at,
    )
    audit.record(tx, None, f"{kind}.issue", "user", user_id, credential=found)
    return Issued(found, secret, expires_at)


def sign_in_by_link(tx: Transaction, secret: str) -> tuple[Issued, Row]:
    """Exchange a one-time link for a session; returns the session and the link's row."""
    link = store.find_credential(tx, digest_of(secret))
    if link is None or link.kind != "link" or link.expires_at <= tx.now or not link.is_active:
        raise UnauthenticatedError("This link is unknown or has expired; ask for a new one.")
    if not store.use_once(tx, link.id):
        raise UnauthenticatedError("This link was used before; ask for a new one.")
    tx.actor = Actor("user", link.user_id)
    return issue(tx, link.user_id, "session"), link


def caller_of(tx: Transaction, secret: str) -> Caller | None:
    """Return who a session cookie or token belongs to, or None where it is not valid."""
    found = store.find_credential(tx, digest_of(secret))
    if found is None or found.kind == "link" or found.expires_at <= tx.now or not found.is_active:
        return None
    return Caller(found.user_id, found.name, bool(found.is_operator), found.id)


def end(tx: Transaction, credential_id: int) -> None:
    """End a session or token."""
    store.end_credential(tx, credential_id)
    audit.record(tx, None, "credential.end", "credential", credential_id)


def give_role(tx: Transaction, project_id: int, user_id: int, role: str) -> None:
    """Give a user a role in a project."""
    if role not in ROLES:
        raise InvalidInputError(f"A role is one of {', '.join(ROLES)}.", place="role")
    if store.get_user(tx, user_id) is None:
        raise NotFoundError("There is no such user.")
    before = store.role_in(tx, project_id, user_id)
    if before == "owner" and role != "owner":
        _leave_an_owner(tx, project_id, user_id)
    store.set_member(tx, project_id, user_id, role)
    was = {"role": before} if before else None
    audit.record(tx, project_id, "member.role", "user", user_id, was=was, role=role)


def change_role(tx: Transaction, project_id: int, user_id: int, role: str, giver: Caller) -> None:
    """Give a user a role in somebody's name, who must be above both the old role and the new.

    Raises
    ------
    ForbiddenError
        The giver's own role does not reach so far.
    ConflictError
        It would leave the project without an owner.

    """
    before = store.role_in(tx, project_id, user_id)
    own = "owner" if giver.is_operator else store.role_in(tx, project_id, giver.user_id) or ""
    if not all(may_give(own, name) for name in (role, before) if name in ROLES):
        raise ForbiddenError("This role is not yours to give or to take; ask an owner.")
    give_role(tx, project_id, user_id, role)


def _leave_an_owner(tx: Transaction, project_id: int, leaving_id: int) -> None:
    """Refuse to take away the last owner; two who go at once wait for each other."""
    if all(row.user_id == leaving_id for row in store.lock_owners(tx, project_id)):
        raise ConflictError("A project keeps an owner; make somebody else one first.")
