"""Lease tasks to an annotator: what is held, topped up from the queue, else from the pool."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.clock import MICROS
from labeling.errors import InvalidInputError
from labeling.projects import store as projects
from labeling.tasks import choosing, gold, holding, routing
from labeling.tasks.groups import service as groups
from labeling.tasks.leases import store as leases
from labeling.tasks.personal import store as personal
from labeling.tasks.personal.service import ASSIGNED
from labeling.tasks.reasks import service as reasks
from labeling.tasks.routing import NoWork
from labeling.tasks.seats import store as seats
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.tasks.seats.store import Desk

MOST_LEASES: Final = 20
MOST_OPENED: Final = 40
"""Items of the pool that one request opens to find some whose group nobody else goes through."""
SOON_SECONDS: Final = 5
IDLE_SECONDS: Final = 30
ENDED_UNANSWERED: Final = ("expired", "released")
"""States of an assignment that its annotator may be leased again."""


BUDGET_SPENT: Final = NoWork(
    "budget_spent",
    "The budget of this project is spent; more comes when it is raised or a reservation returns.",
    60,
)


@dataclass(frozen=True, slots=True)
class Leases:
    """What an annotator holds now; `reason` where it is less than was asked for.

    `assigned` tells, by assignment, what of it a manager assigned to this person, and until when.
    """

    held: list[Row]
    reason: NoWork | None
    assigned: dict[int, Row] = field(default_factory=dict)


NOTHING: Final = Leases([], None)


def lease_tasks(tx: Transaction, project: Row, annotator: Row, count: int) -> Leases:
    """Return what an annotator holds, topped up to `count` leases.

    Every new lease takes a slot and reserves its price in this transaction. Slots kept for this
    annotator come first; where nothing in the queue is for them either, the next item of the pool
    is opened by its random place.
    """
    tx.lock(workforces.LOCK, annotator_id=annotator.id)
    return lease_at(tx, project, annotator.id, count)


def lease_at(tx: Transaction, project: Row, annotator_id: int, count: int) -> Leases:
    """Lease as `lease_tasks` does, to an annotator whom this transaction has locked."""
    if not 1 <= count <= MOST_LEASES:
        raise InvalidInputError(f"Between 1 and {MOST_LEASES} leases can be held.", place="count")
    desk = seats.desk(tx, annotator_id)
    annotator, held = desk.annotator, _live(tx, desk.held)
    wanted, closed = count - len(held), None
    if wanted > 0:
        room = routing.room(tx, project, annotator, len(held))
        more = min(wanted, room.most)
        if more > 0:
            taken, closed = _take(tx, project, desk, more, annotator.answers + len(held))
            held += taken
        if closed is None and more < wanted:
            closed = gold.explained(tx, annotator, room.reason)
    return Leases(held[:count], closed, assigned_of(tx, annotator))


def assigned_of(tx: Transaction, annotator: Row) -> dict[int, Row]:
    """Return, by assignment, what an annotator holds that a manager assigned to them."""
    if not annotator.personal:
        return {}
    held = personal.held(tx, annotator.id)
    return {key: row for key, row in held.items() if row.kind == ASSIGNED}


def _live(tx: Transaction, held: list[Row]) -> list[Row]:
    """Return what of some leases still runs; what is overdue expires here."""
    live = []
    for lease in held:
        if lease.expires_at > tx.now:
            live.append(lease)
        else:
            holding.expire(tx, lease)
    return live


def _take(
    tx: Transaction, project: Row, desk: Desk, count: int, given: int
) -> tuple[list[Row], NoWork | None]:
    """Take up to `count` leases; return them, and why there are fewer."""
    annotator = desk.annotator
    found, shut = gold.choose_tasks(
        tx,
        project,
        desk,
        count,
        lambda most, ahead: _choose(tx, project, annotator, most, ahead, given),
    )
    taken: list[Row] = []
    for task in found:
        lease = _lease(tx, project, annotator, task)
        if isinstance(lease, NoWork):
            return taken, lease
        if lease is not None:
            taken.append(lease)
    if shut is not None:
        return taken, NoWork(shut.code, shut.text, shut.retry_after_s)
    return taken, _nothing_left(tx, project, annotator) if len(found) < count else None


def _choose(
    tx: Transaction, project: Row, annotator: Row, count: int, ahead: int, given: int
) -> list[Row]:
    """Return up to `count` tasks for somebody, locked: those kept for them and those queued."""
    kept = _kept(tx, project, annotator, count)
    if projects.policy_of(project).queue.keep_groups_together:
        queued = _from_groups(tx, project, annotator, count - len(kept), kept)
    else:
        given += len(kept)
        queued = _from_queue(tx, project, annotator, count - len(kept), ahead, given, kept)
    return _in_order(kept, queued) if kept else queued


def _kept(tx: Transaction, project: Row, annotator: Row, count: int) -> list[Row]:
    """Return tasks with a slot kept for an annotator, re-asks drawn just now among them.

    It costs nothing where nothing is kept and the policy asks nobody again.
    """
    found: list[Row] = []
    if annotator.personal:
        found = personal.waiting(tx, annotator.id, count)
        if not found and not personal.held(tx, annotator.id):
            personal.set_flag(tx, annotator.id, 0)
    asks_again = projects.policy_of(project).queue.reask_share > 0
    if asks_again and reasks.draw(tx, project, annotator, count - len(found)):
        found = personal.waiting(tx, annotator.id, count)
    return found


def _in_order(kept: list[Row], queued: list[Row]) -> list[Row]:
    """Return what is leased next: what was assigned first, re-asks at random places behind."""
    assigned = [task for task in kept if task.kept_as == ASSIGNED]
    rest = list(queued)
    for task in kept:
        if task.kept_as != ASSIGNED:
            rest.insert(secrets.randbelow(len(rest) + 1), task)
    return assigned + rest


def _from_queue(
    tx: Transaction,
    project: Row,
    annotator: Row,
    count: int,
    ahead: int,
    given: int,
    kept: list[Row],
) -> list[Row]:
    """Return up to `count` tasks of the queue; one that is kept for them may have a slot there."""
    assigned = {task.id for task in kept if task.kept_as == ASSIGNED}
    most = count + len(assigned) if count else 0
    found = choosing.from_queue(tx, project, annotator, most, ahead, given)
    return [task for task in found if task.id not in assigned][:count] if assigned else found


def _from_groups(
    tx: Transaction, project: Row, annotator: Row, count: int, kept: list[Row]
) -> list[Row]:
    """Return up to `count` tasks of whole groups in their order, else of the pool, locked."""
    most = count + len(kept)
    found = groups.next_tasks(tx, project, annotator, most, kept)
    for _ in range(MOST_OPENED):
        if len(found) == most or not choosing.open_for(tx, project, annotator, 1):
            break
        found = groups.next_tasks(tx, project, annotator, most, found)
    return found[len(kept) :]


def _lease(tx: Transaction, project: Row, annotator: Row, task: Any) -> Row | NoWork | None:
    """Lease one task, its price reserved, or say why not; None where it was answered meanwhile."""
    policy = projects.policy_of(project)
    kept = 0
    if task.previous_id is not None:
        previous = leases.lock_assignment(tx, task.previous_id)
        if previous.state not in ENDED_UNANSWERED:
            return None  # a late answer of the same person came in between
        kept = previous.reserved_micros
    price = gold.price_of(policy, annotator, task.kind)
    if not kept and not projects.reserve(tx, project.id, price):
        return BUDGET_SPENT
    personal_id = getattr(task, "personal_id", None)
    if personal_id is None:
        gold.take_slot(tx, task)
    lease = leases.lease(
        tx,
        annotator,
        task,
        handle=str(uuid.uuid4()),
        expires_at=tx.now + policy.lease_seconds * MICROS,
        guideline_version=project.guideline_version,
        reserved=kept or price,
    )
    if personal_id is not None:
        personal.mark_leased(tx, personal_id, lease.id)
    elif policy.queue.keep_groups_together:
        groups.note_lease(tx, project, annotator, task.item_id)
    return lease


def _nothing_left(tx: Transaction, project: Row, annotator: Row) -> NoWork:
    """Return why nothing is left for somebody, and when that can change at the latest."""
    returns_at = leases.next_return(tx, project.id, annotator.id)
    if returns_at is None:
        return NoWork(
            "queue_empty",
            "You have answered all there is for you; new items or a disagreement bring more.",
            IDLE_SECONDS,
        )
    wait = -(-(returns_at - tx.now) // MICROS)
    return NoWork(
        "waiting_for_others",
        "The last questions are with others; some may come to you when they answer, skip or leave.",
        min(max(wait, SOON_SECONDS), IDLE_SECONDS),
    )
