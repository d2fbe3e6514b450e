"""The verbs of people: invite, sign in once by link, keep a session, make a token, give a role."""

from __future__ import annotations

import hashlib
import json
import re
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
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

Kind = Literal["session", "token", "link", "reset"]
LIFETIME_SECONDS: Final[dict[Kind, int]] = {
    "session": 30 * 86_400,
    "token": 90 * 86_400,
    "link": 86_400,
    "reset": 86_400,
}
LONGEST_TOKEN_SECONDS: Final = 365 * 86_400
TOKEN_MARK: Final = "ll_"  # noqa: S105 - what secret scanners look for
PREFIX_LENGTH: Final = 10
"""As much of a token is shown for good, so that its owner knows it among others."""
SEEN_SECONDS: Final = 3600
"""A token's last use is written down at most so often."""
EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,250}")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who a request comes from, and what their token is narrowed to; None for no limit."""

    user_id: int
    name: str
    is_operator: bool
    credential_id: int
    scopes: frozenset[str] | None = None
    project_id: int | None = None
    is_unseen: bool = False
    """Whether this use is to be written down."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing narrows what the person themself may do."""
        return self.scopes is None and self.project_id is None


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What a token is for: some permissions, one project, so many seconds."""

    scopes: frozenset[str] | None = None
    project_id: int | None = None
    seconds: int | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh secret; it is shown this once and kept as a digest only."""

    id: int
    secret: str
    expires_at: int


def digest_of(secret: str) -> str:
    """Return what is kept of a secret of 256 random bits."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def plain_login(text: str) -> str:
    """Return a name or an address as sign-in compares it."""
    return " ".join(text.split()).casefold()


def plain_email(email: str | None) -> str | None:
    """Return an address as it is kept or raise :class:`InvalidInputError`; None stays None."""
    if email is None:
        return None
    plain = plain_login(email)
    if not EMAIL.fullmatch(plain):
        raise InvalidInputError("This is no e-mail address.", place="email")
    return plain


def create_user(
    tx: Transaction, name: str, *, email: str | None = None, is_operator: bool = False
) -> int:
    """Create a user and return the id."""
    now = {"name": _plain_name(name)}
    user_id = store.add_user(tx, now["name"], is_operator=is_operator)
    address = plain_email(email)
    if address is not None:
        _set_email(tx, user_id, address)
        now["email"] = address
    store.set_login(tx, user_id, plain_login(name))
    audit.record(tx, None, "user.create", "user", user_id, now=now)
    return user_id


def rename_user(tx: Transaction, user_id: int, *, name: str | None, email: str | None) -> None:
    """Change how a person is called or written to; None leaves it, "" takes the address away."""
    before = store.get_user_or_raise(tx, user_id)
    if name is not None:
        store.set_name(tx, user_id, _plain_name(name), plain_login(name))
    if email is not None:
        _set_email(tx, user_id, plain_email(email or None))
    after = store.get_user_or_raise(tx, user_id)
    changed = [key for key in ("name", "email") if getattr(before, key) != getattr(after, key)]
    was, now = ({key: getattr(row, key) for key in changed} for row in (before, after))
    audit.record(tx, None, "user.change", "user", user_id, was=was, now=now)


def _plain_name(name: str) -> str:
    if not name.strip() or len(name) > 200:  # noqa: PLR2004 - a line on a page
        raise InvalidInputError("A user has a name of 1 to 200 characters.", place="name")
    return name.strip()


def _set_email(tx: Transaction, user_id: int, email: str | None) -> None:
    if email is not None and store.is_email_taken(tx, email, user_id):
        raise ConflictError("Another account has this address.")
    store.set_email(tx, user_id, email)


def issue(
    tx: Transaction,
    user_id: int,
    kind: Kind,
    *,
    name: str = "",
    next_page: str = "/",
    narrowed: Narrowing = Narrowing(),
) -> Issued:
    """Issue a session, a token or a one-time link to a user."""
    user = store.get_user(tx, user_id)
    if user is None or not user.is_active:
        raise NotFoundError("There is no such user, or they are no longer active.")
    if not next_page.startswith("/") or next_page.startswith("//") or "\\" in next_page:
        raise InvalidInputError("`next` is a path of this hub.", place="next")
    secret = secrets.token_urlsafe(32)
    if kind == "token":
        secret = TOKEN_MARK + secret
    expires_at = tx.now + (narrowed.seconds or LIFETIME_SECONDS[kind]) * MICROS
    scopes = None if narrowed.scopes is None else sorted(narrowed.scopes)
    found = store.add_credential(
        tx,
        user_id=user_id,
        kind=kind,
        digest=digest_of(secret),
        name=name,
        next_page=next_page,
        expires_at=expires_at,
        prefix=secret[:PREFIX_LENGTH] if kind == "token" else None,
        scopes=None if scopes is None else json.dumps(scopes),
        project_id=narrowed.project_id,
    )
    audit.record(
        tx,
        narrowed.project_id,
        f"{kind}.issue",
        "user",
        user_id,
        credential=found,
        scopes=scopes,
        expires_at=expires_at,
    )
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
    if (
        found is None
        or found.kind not in {"session", "token"}
        or found.expires_at <= tx.now
        or not found.is_active
    ):
        return None
    scopes = None if found.scopes is None else frozenset(json.loads(found.scopes))
    return Caller(
        found.user_id,
        found.name,
        bool(found.is_operator),
        found.id,
        scopes,
        found.project_id,
        is_unseen=(found.last_seen_at or 0) < tx.now - SEEN_SECONDS * MICROS,
    )


def see(tx: Transaction, credential_id: int) -> None:
    """Write down that a session or token was used now, at most once an hour."""
    store.see_credential(tx, credential_id, tx.now - SEEN_SECONDS * MICROS)


def end(tx: Transaction, credential_id: int) -> None:
    """End a session or token."""
    store.end_credential(tx, credential_id)
    store.announce(tx)
    audit.record(tx, None, "credential.end", "credential", credential_id)


def end_all(tx: Transaction, user_id: int, *, kinds: Sequence[Kind], but: int | None = None) -> int:
    """End what a person signs in with, but for one session; returns how many that were."""
    ended = sum(store.end_kind(tx, user_id, kind, but or 0) for kind in kinds)
    store.announce(tx)
    audit.record(tx, None, "credentials.end", "user", user_id, kinds=list(kinds), ended=ended)
    return ended


def give_role(tx: Transaction, project_id: int, user_id: int, role: str) -> None:
    """Give a user a role in a project."""
    if role not in ROLES:
        raise InvalidInputError(f"A role is one of {', '.join(ROLES)}.", place="role")
    store.get_user_or_raise(tx, user_id)
    before = store.role_in(tx, project_id, user_id)
    if before == "owner" and role != "owner":
        leave_an_owner(tx, project_id, user_id)
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


def leave_an_owner(tx: Transaction, project_id: int, leaving_id: int) -> None:
    """Refuse to take away the last owner; two who go at once wait for each other."""
    if all(row.user_id == leaving_id for row in store.lock_owners(tx, project_id)):
        raise ConflictError("A project keeps an owner; make somebody else one first.")
