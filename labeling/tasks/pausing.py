"""Pause, block and resume people and workforces: effective at once, leases returned."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final, Literal

from labeling.tasks import holding
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store

if TYPE_CHECKING:
    from labeling.database import Actor, Hub, Row, Transaction

Verb = Literal["pause", "block", "resume", "retire"]
STATES: Final[dict[Verb, workforces.State]] = {
    "pause": "paused",
    "block": "blocked",
    "resume": "active",
    "retire": "retired",
}
PEOPLE_A_TURN: Final = 20
"""So many people's leases are returned in one write: at most some 400 rows."""


def change_state(tx: Transaction, annotator: Row, verb: Verb, reason: str | None) -> int:
    """Pause, block, resume or retire a person; returns how many leases went back.

    A request of theirs that leases at this moment waits for the lock, then finds the door shut, or
    came first, and then its leases are returned here.
    """
    annotator = workforce_store.lock(tx, annotator.id)
    workforces.set_state(tx, annotator, STATES[verb], reason, workforces.BY_HAND)
    return 0 if verb == "resume" else holding.release_held(tx, annotator.id)


def change_workforce_state(
    hub: Hub, project_id: int, name: str, verb: Verb, reason: str | None, actor: Actor
) -> int:
    """Pause, block or resume a workforce; returns how many leases went back.

    The door shuts with the first write; the leases return in small ones after it. A kill between
    them leaves leases that run out by themselves, or return when it is asked again.
    """

    def shut(tx: Transaction) -> int:
        found = workforce_store.get_workforce(tx, project_id, name)
        workforces.set_paused(
            tx,
            found,
            is_paused=verb != "resume",
            is_blocked=verb == "block",
            reason=None if verb == "resume" else reason,
        )
        return int(found.id)

    workforce_id = hub.write_now(shut, actor)
    returned, after = 0, 0
    while verb != "resume":
        n, after = hub.write_now(
            partial(_return_some, workforce_id=workforce_id, after=after), actor
        )
        returned += n
        if not after:
            break
    return returned


def _return_some(tx: Transaction, *, workforce_id: int, after: int) -> tuple[int, int]:
    """Return the leases of the next few people; (how many, the last person or 0 at the end)."""
    people = workforce_store.ids_in_workforce(tx, workforce_id, after, PEOPLE_A_TURN)
    returned = 0
    for annotator_id in people:
        workforce_store.lock(tx, annotator_id)
        returned += holding.release_held(tx, annotator_id)
    return returned, people[-1] if len(people) == PEOPLE_A_TURN else 0
