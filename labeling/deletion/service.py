"""The verbs of a project's end: delete it, restore it while there is time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.deletion import store
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.outbox import store as outbox
from labeling.people import store as people
from labeling.tasks import holding

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

DAY_SECONDS = 86_400


def delete_project(
    tx: Transaction, project: Row, *, confirmed: str, grace_days: float, reason: str | None = None
) -> Row:
    """Hide a project from everybody, at once, and have it purged when its time is over.

    Parameters
    ----------
    confirmed
        The project's slug, typed again by whoever wants this.

    Returns
    -------
    Row
        The deletion: until `purge_at` the project can be restored.

    """
    if confirmed != project.slug:
        raise InvalidInputError("Type the project's slug to confirm.", place="confirm")
    if not store.close(tx, project.id):
        raise NotFoundError("There is no such project.")
    purge_at = tx.now + round(grace_days * DAY_SECONDS) * MICROS
    store.add(tx, project, purge_at)
    _record(tx, project, "project.delete", reason)
    found = store.get(tx, project.id)
    assert found is not None, "it was added in this transaction"  # noqa: S101
    return found


def restore_project(tx: Transaction, project: Row, reason: str | None = None) -> None:
    """Show a deleted project again, as it was; leases that were returned stay returned.

    Raises
    ------
    ConflictError
        It was not deleted, or its time is over.

    """
    if not store.restore(tx, project.id):
        raise ConflictError("This project is not deleted, or can no longer be restored.")
    _record(tx, project, "project.restore", reason)


def return_leases(tx: Transaction, project_id: int) -> int:
    """Give back what is held in a project, at most 200 leases; returns how many there were."""
    return sum(holding.give_back(tx, found) for found in store.live_leases(tx, project_id))


def _record(tx: Transaction, project: Row, action: str, reason: str | None) -> None:
    # The installation's own event: a project's events go with it.
    audit.record(tx, None, action, "project", project.id, reason, slug=project.slug)
    outbox.add(tx, project.id, "policy")
    people.announce(tx)
