"""The verbs of leaving: remove a member, deactivate a person, erase who they were.

Answers and amounts stay as they are, under the seat's pseudonym.
"""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from labeling.membership import store
from labeling.people import service as people
from labeling.people import store as people_store
from labeling.people.roles import ROLE_PERMISSIONS, may_give
from labeling.quality.groups import service as groups
from labeling.tasks import holding

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.people.service import Caller, Issued


ASKED: Final = "the person asked for it"
ERASED: Final = "user.erase"
MOST_ID: Final = 2**63 - 1


def remove_member(tx: Transaction, project_id: int, user_id: int, remover: Caller) -> None:
    """Take a person out of a project: role gone, seat retired, leases returned.

    Anybody may leave; others are removed by somebody above them.

    Raises
    ------
    ConflictError
        They are the last owner.

    """
    role = people_store.role_in(tx, project_id, user_id)
    if role is None:
        raise NotFoundError("There is no such member.")
    own = people_store.role_in(tx, project_id, remover.user_id) or ""
    own = "owner" if remover.is_operator else own
    if remover.user_id != user_id and not may_give(own, role):
        raise ForbiddenError("This member is not below you; ask an owner.")
    if role == "owner":
        people.leave_an_owner(tx, project_id, user_id)
    holding.release_all(tx, user_id, [project_id])
    for seat in store.seats(tx, user_id):
        if seat.project_id == project_id:
            _retire(tx, seat)
    groups.leave(tx, project_id, user_id)
    people_store.remove_member(tx, project_id, user_id)
    store.revoke_of(tx, project_id, user_id)
    audit.record(tx, project_id, "member.remove", "user", user_id, was=role)


def help_in(tx: Transaction, project_id: int, user_id: int, helper: Caller) -> Issued:
    """Make the one-time link by which a person who forgot their password sets a new one.

    Whoever holds the link can sign in as that person. So the helper must be above them wherever
    they are a member, not in this project alone, and nobody but an operator helps an operator.
    """
    user = people_store.get_user(tx, user_id)
    roles = people_store.roles_of(tx, user_id)
    if user is None or project_id not in roles:
        raise NotFoundError("There is no such member.")
    if not helper.is_operator:
        own = people_store.roles_of(tx, helper.user_id)
        below = [
            ROLE_PERMISSIONS[role] < ROLE_PERMISSIONS.get(own.get(place, ""), frozenset())
            for place, role in roles.items()
        ]
        if user.is_operator or not all(below):
            raise ForbiddenError(
                "This person is not below you in every project they are in; ask an operator."
            )
    return people.issue(tx, user_id, "reset")


def deactivate(tx: Transaction, user_id: int) -> None:
    """Let a person in no longer: sessions, tokens, links and leases end, seats stay as they are.

    Raises
    ------
    ConflictError
        They are the last owner of a project or the last operator.

    """
    user = people_store.get_user_or_raise(tx, user_id)
    if user.is_operator and all(row.id == user_id for row in people_store.lock_operators(tx)):
        raise ConflictError("An installation keeps an operator; make another one first.")
    roles = people_store.roles_of(tx, user_id)
    for project_id, role in roles.items():
        if role == "owner":
            people.leave_an_owner(tx, project_id, user_id)
    holding.release_all(tx, user_id, list(roles))
    people_store.set_active(tx, user_id, is_active=False)
    people.end_all(tx, user_id, kinds=("session", "token", "link", "reset"))
    audit.record(tx, None, "user.deactivate", "user", user_id)


def reactivate(tx: Transaction, user_id: int) -> None:
    """Let a person in again, with new keys; nobody who was erased comes back."""
    user = people_store.get_user_or_raise(tx, user_id)
    if user.erased_at is not None:
        raise ConflictError("This person was erased; nobody knows any more who they were.")
    people_store.set_active(tx, user_id, is_active=True)
    audit.record(tx, None, "user.reactivate", "user", user_id)


def erase(tx: Transaction, user_id: int, confirmed: str, reason: str = ASKED) -> None:
    """Replace who a person was, for good; their answers stay under their pseudonyms.

    What the record says of them beyond that something happened goes too: `erase_record`, which
    is called until it returns 0.

    Parameters
    ----------
    confirmed
        The person's present name, typed again by whoever wants this.

    """
    user = people_store.get_user_or_raise(tx, user_id)
    if user.erased_at is not None:
        raise ConflictError("This person was erased before.")
    if confirmed != user.name:
        raise InvalidInputError("Type the person's name to confirm.", place="confirm")
    if user.is_active:
        deactivate(tx, user_id)
    if user.email is not None:
        store.erase(tx, user.email)
    for seat in store.seats(tx, user_id):
        _retire(tx, seat)
    groups.forget(tx, user_id)
    people_store.erase_user(tx, user_id, f"erased person {user_id}")
    audit.record(tx, None, ERASED, "user", user_id, reason)


def erase_record(tx: Transaction, user_id: int) -> int:
    """Erase what the record says of an erased person, at most 500 events; returns how many."""
    erasure = _erasure_of(tx, "user", user_id)
    abouts = [("user", user_id), *(("annotator", seat.id) for seat in store.seats(tx, user_id))]
    for kind, object_id in abouts:
        found = store.personal_events(tx, kind, object_id, ERASED)
        if found:
            return audit.erase_payloads(tx, found, erasure)
    return 0


def _erasure_of(tx: Transaction, kind: str, object_id: int) -> int:
    """Return the event that says who erased somebody and why."""
    wanted = audit.Search(action=ERASED, object_kind=kind, object_id=object_id)
    found, _ = audit.search(tx, None, wanted, MOST_ID, 1)
    if not found:
        raise ConflictError("This person was not erased.")
    return found[0].id


def erase_worker(
    tx: Transaction, project_id: int, annotator_id: int, confirmed: str, reason: str = ASKED
) -> None:
    """Replace the name by which a vendor knows a worker, for good; their answers stay.

    Parameters
    ----------
    confirmed
        The worker's pseudonym, typed again by whoever wants this.

    """
    seat = store.get_seat(tx, project_id, annotator_id)
    if seat is None:
        raise NotFoundError("There is no such annotator.")
    if seat.external_ref is None:
        raise ConflictError("No vendor knows this annotator; erase the user instead.")
    if confirmed != seat.pseudonym:
        raise InvalidInputError("Type the worker's pseudonym to confirm.", place="confirm")
    store.set_external_ref(tx, annotator_id, f"erased-{secrets.token_hex(8)}")
    erasure = audit.record(tx, project_id, "annotator.erase", "annotator", annotator_id, reason)
    said = store.personal_events(tx, "annotator", annotator_id, "annotator.erase")
    audit.erase_payloads(tx, said, erasure or 0)


def _retire(tx: Transaction, seat: Row) -> None:
    if store.set_state(tx, seat.id, "retired"):
        audit.record(tx, seat.project_id, "annotator.state", "annotator", seat.id, now="retired")
