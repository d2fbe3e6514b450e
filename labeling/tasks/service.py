"""The verbs of the planners: open tasks, hold slots for a work order, withdraw."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.items import store as items
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.tasks import store, tiers
from labeling.tasks.overlap import overlap_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

FALLBACK_PRIORITY: Final = 0
NO_ROUTE: Final = tiers.Route()


@dataclass(frozen=True, slots=True)
class TaskWish:
    """One task that a planner wants open; a higher priority is served first."""

    item_id: int
    priority: int
    least: int
    most: int
    reason: dict[str, Any] = field(default_factory=dict)
    workforce_id: int | None = None
    kind: str = store.LABEL
    is_easy: bool = False
    """Whether it was drawn at random: it counts towards everybody's share of such items."""


def open_tasks(tx: Transaction, project: Row, wishes: Sequence[TaskWish]) -> dict[int, int]:
    """Open tasks up to the cap of the queue; an item that has an open task is passed over.

    Returns
    -------
    dict of int to int
        The new task of each item that got one.

    """
    return _open(tx, project, wishes[: _room(tx, project)])


def _room(tx: Transaction, project: Row) -> int:
    """Return how many tasks the queue has room for."""
    cap = projects.policy_of(project).queue_cap
    return max(cap - store.count_open(tx, project.id, cap), 0)


def open_held_tasks(
    tx: Transaction, project: Row, wishes: Sequence[TaskWish], slots: int
) -> dict[int, int]:
    """Open tasks of which a work order holds `slots` slots each; only the rest is in the queue.

    Returns
    -------
    dict of int to int
        The new task of each item that got one.

    """
    opened = _open(tx, project, wishes)
    for task_id in opened.values():
        store.hold_slots(tx, task_id, slots)
    return opened


def return_held_slots(tx: Transaction, task: Row, slots: int) -> None:
    """Give back slots that a work order held and did not use.

    They go to the queue; a task that nobody ever answered or held is withdrawn, and its item is
    untouched again.
    """
    untouched = task.open_slots + slots == task.wanted and not store.was_held(tx, task.id)
    store.return_slots(tx, task.id, slots)
    if untouched and task.state == "open":
        store.withdraw_one(tx, task.id, "its work order was closed")
        items.set_state(tx, task.item_id, "new")


def _open(
    tx: Transaction, project: Row, wishes: Sequence[TaskWish], *, are_new: bool = False
) -> dict[int, int]:
    """Open tasks; `are_new` where this transaction has locked their items as untouched ones."""
    if not wishes:
        return {}
    routes = tiers.compile_routes(
        tx, project, [wish.item_id for wish in wishes if wish.workforce_id is None]
    )
    ids = [wish.item_id for wish in wishes]
    if are_new:
        items.set_queued(tx, ids)  # in one call with the tasks
    # Those that were chosen while they were withdrawable may have been answered meanwhile.
    new = set(ids) if are_new else items.new_among(tx, ids)
    opened = store.add_all(
        tx,
        project,
        [_row(wish, routes.get(wish.item_id, NO_ROUTE)) for wish in wishes if wish.item_id in new],
    )
    if not are_new:
        items.set_queued(tx, list(opened))
    return opened


def _row(wish: TaskWish, route: tiers.Route) -> dict[str, Any]:
    return {
        "item_id": wish.item_id,
        "reason": json.dumps(wish.reason | route.reason(), ensure_ascii=False),
        "priority": wish.priority,
        "wanted": wish.least,
        "wanted_most": max(wish.least, wish.most),
        "workforce_id": wish.workforce_id,
        "tier": route.tier,
        "needs": route.needs,
        "is_easy": wish.is_easy,
        "kind": wish.kind,
    }


def open_next(
    tx: Transaction,
    project: Row,
    split: str,
    limit: int,
    reason: dict[str, Any],
    annotator: Row | None = None,
) -> dict[int, int]:
    """Open the next untouched items of a split in random order; return the new tasks by item.

    Where an annotator is given, only items that they would be asked.
    """
    overlap = overlap_of(projects.policy_of(project), split)
    if annotator is None:
        rows = items.take_new(tx, project.id, split, limit)
    else:
        rows = tiers.take_new_for(tx, project, annotator, split, limit)
    wishes = [
        TaskWish(row.id, FALLBACK_PRIORITY, *overlap, reason=reason, is_easy=True) for row in rows
    ]
    wishes = wishes[: _room(tx, project)]
    return _count_test(tx, project, split, _open(tx, project, wishes, are_new=True))


def open_for_lease(
    tx: Transaction,
    project: Row,
    split: str,
    limit: int,
    reason: dict[str, Any],
    annotator: Row,
) -> dict[int, int]:
    """Open the next untouched items of a split for somebody who leases them at once.

    They come behind what planners chose, in the pool's order, so that a search goes on from one to
    the next; and the cap does not hold them up: whoever has answered the whole queue goes on.
    """
    overlap = overlap_of(projects.policy_of(project), split)
    wishes = [
        TaskWish(row.id, -row.shuffle, *overlap, reason=reason, is_easy=True)
        for row in tiers.take_new_for(tx, project, annotator, split, limit)
    ]
    return _count_test(tx, project, split, _open(tx, project, wishes, are_new=True))


def _count_test(
    tx: Transaction, project: Row, split: str, opened: dict[int, int]
) -> dict[int, int]:
    if split == "test":
        projects.count(tx, project.id, "test_tasks", len(opened))
    return opened


def withdraw_tasks(tx: Transaction, project: Row, limit: int, reason: str) -> int:
    """Withdraw training tasks that nobody ever held, so that better ones can be opened."""
    withdrawn = store.withdraw(tx, project.id, limit, reason)
    for item_id in withdrawn:
        items.set_state(tx, item_id, "new")
    return len(withdrawn)


def open_test_tasks(tx: Transaction, project: Row, n: int, why: str) -> int:
    """Open tasks on up to `n` more items of the random test sample; return how many."""
    opened = open_next(tx, project, "test", n, {"why": why})
    if opened:
        audit.record(
            tx, project.id, "task.open_test", "project", project.id, n=len(opened), why=why
        )
        outbox.add(tx, project.id, "tasks", opened=len(opened))
    return len(opened)
