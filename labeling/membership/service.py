"""The verbs of coming: invite, look at an invitation, accept it, revoke it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.database import Actor
from labeling.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from labeling.membership import store
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.people.mail import service as mail
from labeling.people.roles import ROLES, may_give
from labeling.people.sign_in import store as passwords
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.people.service import Caller, Issued

LIFETIME_SECONDS: Final = 7 * 86_400
LONGEST_SECONDS: Final = 90 * 86_400
MOST_USES: Final = 10_000
GONE: Final = "This invitation is unknown, used up, revoked or expired; ask for a new one."


@dataclass(frozen=True, slots=True)
class Wish:
    """What an invitation is to give, to how many, for how long."""

    role: str
    workforce: str | None = None
    name: str = ""
    email: str | None = None
    seconds: int = LIFETIME_SECONDS
    uses: int = 1


@dataclass(frozen=True, slots=True)
class Person:
    """Who accepts an invitation and is not known yet; the password is hashed already."""

    name: str
    email: str | None = None
    password: str | None = None


@dataclass(frozen=True, slots=True)
class Joined:
    """What came of an acceptance; a session where a person was made."""

    user_id: int
    name: str
    slug: str
    role: str
    is_seated: bool
    session: Issued | None


def invite(
    tx: Transaction, project: Row, wish: Wish, giver: Caller, *, by_mail: bool = False
) -> tuple[int, str | None]:
    """Make an invitation and return its id and its secret, which is shown this once.

    Parameters
    ----------
    by_mail
        Send it to the address instead; the secret is made when the letter goes out, and
        returned to nobody.

    Raises
    ------
    ForbiddenError
        The giver's own role does not reach so far.

    """
    if wish.role not in ROLES:
        raise InvalidInputError(f"A role is one of {', '.join(ROLES)}.", place="role")
    if not may_give(_role_of(tx, project.id, giver.user_id, giver.is_operator), wish.role):
        raise ForbiddenError("This role is not yours to give; ask an owner.")
    email = people.plain_email(wish.email)
    if by_mail and email is None:
        raise InvalidInputError("A letter needs an address.", place="email")
    workforce_id = None
    if wish.workforce is not None:
        workforce_id = workforce_store.get_workforce(tx, project.id, wish.workforce).id
    secret = secrets.token_urlsafe(32)
    found = store.add(
        tx,
        project_id=project.id,
        created_by=giver.user_id,
        role=wish.role,
        workforce_id=workforce_id,
        name=wish.name.strip(),
        email=email,
        digest=people.digest_of(secret),
        expires_at=tx.now + min(wish.seconds, LONGEST_SECONDS) * MICROS,
        most_uses=wish.uses,
    )
    if by_mail:
        mail.ask(tx, "invitation", invitation_id=found)
    audit.record(
        tx,
        project.id,
        "invitation.create",
        "invitation",
        found,
        role=wish.role,
        workforce=wish.workforce,
        uses=wish.uses,
        by_mail=by_mail,
    )
    return found, None if by_mail else secret


def look_at(tx: Transaction, secret: str) -> Row:
    """Return what an invitation gives or raise :class:`NotFoundError`.

    An invitation is worth what its maker may still give: it dies with their role.
    """
    found = store.find(tx, people.digest_of(secret))
    if found is None or not _is_open(tx, found):
        raise NotFoundError(GONE)
    giver = _role_of(tx, found.project_id, found.created_by, bool(found.maker_is_operator))
    if not found.maker_is_active or not may_give(giver, found.role):
        raise NotFoundError(GONE)
    return found


def accept_as_new(tx: Transaction, secret: str, person: Person) -> Joined:
    """Make the person whom an invitation lets in, and open a session for them."""
    found = look_at(tx, secret)
    user_id = people.create_user(tx, person.name, email=person.email)
    tx.actor = Actor("user", user_id)
    if person.password is not None:
        passwords.set_password(tx, user_id, person.password)
    _join(tx, found, user_id)
    session = people.issue(tx, user_id, "session")
    return Joined(
        user_id,
        person.name.strip(),
        found.slug,
        found.role,
        found.workforce_id is not None,
        session,
    )


def accept_as(tx: Transaction, secret: str, caller: Caller) -> Joined:
    """Let a person who is signed in join what an invitation is for.

    Raises
    ------
    ConflictError
        They are a member already: an invitation changes nobody's role.

    """
    found = look_at(tx, secret)
    if people_store.role_in(tx, found.project_id, caller.user_id) is not None:
        raise ConflictError("You are a member of this project already.")
    _join(tx, found, caller.user_id)
    seated = found.workforce_id is not None
    return Joined(caller.user_id, caller.name, found.slug, found.role, seated, None)


def revoke(tx: Transaction, project_id: int, invitation_id: int) -> None:
    """Let an invitation open nothing any more."""
    if store.get(tx, project_id, invitation_id) is None:
        raise NotFoundError("There is no such invitation.")
    store.revoke(tx, invitation_id)
    audit.record(tx, project_id, "invitation.revoke", "invitation", invitation_id)


def renew_secret(tx: Transaction, invitation_id: int) -> tuple[Row, str] | None:
    """Return an invitation that is still open, with a new secret for its letter; else None."""
    found = store.get_any(tx, invitation_id)
    if found is None or found.email is None or not _is_open(tx, found):
        return None
    secret = secrets.token_urlsafe(32)
    store.set_digest(tx, invitation_id, people.digest_of(secret))
    return found, secret


def set_member(
    tx: Transaction,
    project_id: int,
    user_id: int,
    role: str,
    *,
    workforce: str | None,
    giver: Caller,
) -> int | None:
    """Give a person a role, and a seat in a workforce; returns the seat they have now."""
    people.change_role(tx, project_id, user_id, role, giver)
    return _seat(tx, project_id, user_id, workforce)


def _join(tx: Transaction, invitation: Row, user_id: int) -> None:
    if not store.use(tx, invitation.id):
        raise NotFoundError(GONE)
    people.give_role(tx, invitation.project_id, user_id, invitation.role)
    _seat(tx, invitation.project_id, user_id, invitation.workforce)
    audit.record(
        tx, invitation.project_id, "invitation.accept", "invitation", invitation.id, user=user_id
    )


def _seat(tx: Transaction, project_id: int, user_id: int, workforce: str | None) -> int | None:
    """Seat a member; one who comes back takes up the old seat, so that nobody is asked twice."""
    found = workforce_store.get_by_user(tx, project_id, user_id)
    if found is None and workforce is not None:
        return workforces.seat_person(tx, project_id, user_id, workforce)
    if found is not None and found.state == "retired" and store.set_state(tx, found.id, "active"):
        audit.record(tx, project_id, "annotator.state", "annotator", found.id, now="active")
    return None if found is None else int(found.id)


def _is_open(tx: Transaction, invitation: Row) -> bool:
    return bool(
        invitation.revoked_at is None
        and invitation.expires_at > tx.now
        and invitation.uses < invitation.most_uses
    )


def _role_of(tx: Transaction, project_id: int, user_id: int, is_operator: bool) -> str:  # noqa: FBT001
    """Return the role in whose name somebody gives: an installation's operator is an owner."""
    return "owner" if is_operator else people_store.role_in(tx, project_id, user_id) or ""
