"""The verbs of passwords: sign in with one, set one, replace a forgotten one."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.database import Actor
from labeling.errors import ForbiddenError, LabelloopError, UnauthenticatedError
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.people.mail import service as mail
from labeling.people.service import Issued, plain_login
from labeling.people.sign_in import store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

FREE: Final = {"account": 5, "address": 20, "reset": 3, "reset-address": 20}
"""Attempts that cost nothing but themselves; each further one doubles the wait."""
LONGEST_WAIT_SECONDS: Final = 900
FORGOTTEN_SECONDS: Final = 3600
KEPT_SECONDS: Final = 86_400
WRONG: Final = "The name, the address or the password is wrong."
USED: Final = "This link is unknown, was used or has expired; ask for a new one."


class TooManyAttemptsError(LabelloopError):
    """Too many attempts of late; wait as long as `Retry-After` says."""

    code: ClassVar[str] = "too-many-attempts"
    title: ClassVar[str] = "Too many attempts"
    status: ClassVar[int] = 429


@dataclass(frozen=True, slots=True)
class Attempt:
    """A sign-in on its way: counted, its password not yet compared."""

    keys: tuple[str, str]
    user_id: int | None
    kept: str | None


def begin_attempt(tx: Transaction, login: str, address: str) -> Attempt:
    """Count an attempt to sign in and return what its password is to be compared with.

    Whether there is such an account shows in nothing: the same statements run, and the caller
    compares with a password of nobody.

    Raises
    ------
    TooManyAttemptsError
        Attempts of this account or from this address are blocked for `retry_after_s` seconds.

    """
    login = plain_login(login)
    keys = (_key("account", login), _key("address", address))
    _count(tx, "account", keys[0])
    _count(tx, "address", keys[1])
    found = store.find_by_login(tx, login)
    return Attempt(
        keys, None if found is None else int(found.id), None if found is None else found.password
    )


def finish_attempt(tx: Transaction, attempt: Attempt, fresh: str | None) -> tuple[Issued, Row]:
    """Open a session for an attempt whose password was right; returns it and the account.

    Parameters
    ----------
    fresh
        The password hashed anew, where the kept one has older parameters.

    """
    account = None
    if attempt.user_id is not None:
        account = store.lock_password(tx, attempt.user_id)
    if account is None or not account.is_active or account.password != attempt.kept:
        raise UnauthenticatedError(WRONG)
    tx.actor = Actor("user", int(account.id))
    if fresh is not None:
        store.set_password(tx, account.id, fresh)
    store.clear(tx, attempt.keys[0])
    store.take_back(tx, attempt.keys[1])
    return people.issue(tx, account.id, "session"), account


def count_guess(tx: Transaction, account: str, address: str) -> None:
    """Count a guess at a password by one who is signed in; blocked like a sign-in."""
    _count(tx, "account", _key("account", account))
    _count(tx, "address", _key("address", address))


def count_newcomer(tx: Transaction, address: str) -> None:
    """Count somebody new from an address: an invitation must not serve to try out whose it is."""
    _count(tx, "address", _key("address", address))


def take_newcomer_back(tx: Transaction, address: str) -> None:
    """Take the count back: they are in."""
    store.take_back(tx, _key("address", address))


def set_password(
    tx: Transaction, user_id: int, kept: str | None, hashed: str, *, but: int | None
) -> None:
    """Keep another password, in place of the one it was compared with; other sessions end.

    Parameters
    ----------
    but
        The session that goes on.

    """
    account = store.lock_password(tx, user_id)
    if account is None or account.password != kept:
        raise ForbiddenError("The password was changed meanwhile; try again.")
    store.clear(tx, _key("account", f"own:{user_id}"))
    _keep(tx, user_id, hashed, but)


def ask_reset(tx: Transaction, email: str, address: str) -> None:
    """Have a letter sent to an address, if it is an account's; nothing tells whether it is."""
    email = plain_login(email)
    _count(tx, "reset", _key("reset", email))
    _count(tx, "reset-address", _key("reset-address", address))
    mail.ask(tx, "reset", user_id=store.find_by_email(tx, email))


def reset_password(tx: Transaction, secret: str, hashed: str) -> tuple[Issued, Row]:
    """Exchange a one-time link for a new password; every session ends, a new one begins.

    The link is used only now, so that a letter reader that opens links uses up none.
    """
    link = _open_link(tx, secret)
    if not people_store.use_once(tx, link.id):
        raise UnauthenticatedError(USED)
    account = store.lock_password(tx, link.user_id)
    assert account is not None, "accounts are never deleted"  # noqa: S101
    tx.actor = Actor("user", link.user_id)
    _keep(tx, link.user_id, hashed, None)
    store.clear(tx, _key("account", account.email or ""))
    store.clear(tx, _key("account", plain_login(account.name)))
    return people.issue(tx, link.user_id, "session"), account


def owner_of_link(tx: Transaction, secret: str) -> Row:
    """Return the account whose password a one-time link may set; uses it up not yet."""
    return store.get_password(tx, _open_link(tx, secret).user_id)


def _open_link(tx: Transaction, secret: str) -> Row:
    link = people_store.find_credential(tx, people.digest_of(secret))
    if (
        link is None
        or link.kind != "reset"
        or link.expires_at <= tx.now
        or link.used_at is not None
        or not link.is_active
    ):
        raise UnauthenticatedError(USED)
    return link


def forget_attempts(tx: Transaction) -> int:
    """Remove what the throttle need not know any more; returns how much that was."""
    return store.forget(tx, tx.now - KEPT_SECONDS * MICROS)


def _keep(tx: Transaction, user_id: int, hashed: str, but: int | None) -> None:
    store.set_password(tx, user_id, hashed)
    people.end_all(tx, user_id, kinds=("session", "link", "reset"), but=but)
    audit.record(tx, None, "password.set", "user", user_id)


def _count(tx: Transaction, kind: str, key: str) -> None:
    """Count an attempt; the wait doubles with each above the free ones."""
    failures = store.count_attempt(tx, key, tx.now - FORGOTTEN_SECONDS * MICROS)
    if failures is None:
        wait = -((tx.now - store.blocked_until(tx, key)) // MICROS)
        raise TooManyAttemptsError(
            f"Too many attempts; try again in {wait} s, or use a one-time link.",
            retry_after_s=wait,
        )
    over = failures - FREE[kind]
    if over > 0:
        wait = min(2 ** min(over, 20), LONGEST_WAIT_SECONDS)
        store.block(tx, key, tx.now + wait * MICROS)


def _key(kind: str, value: str) -> str:
    """Return a key that names nobody."""
    return f"{kind}:{hashlib.sha256(value.encode('utf-8', 'surrogatepass')).hexdigest()}"
