"""Settled items that are in doubt after all, and are asked once more.

A full fit doubts an accepted item where its overlap leaves room; a planner doubts any settled item
where it is worth its price, beyond its overlap too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labeling.annotations.settle import outcome_of, settle_item
from labeling.audit import store as audit
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.service import believe_item, write_belief
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction
    from labeling.quality.service import State, TruthCache

CAUSE = "doubted by a full fit"


def reopen_doubted(
    tx: Transaction, truth: TruthCache, project: Row, item_ids: Sequence[int]
) -> int:
    """Reopen the tasks of items that are no longer sure, each at most once; return how many.

    What has used up its overlap stays as it is, and is called disputed where it ties.
    """
    reopened = 0
    if not projects.policy_of(project).queue.reopen_doubted:
        return 0
    for item_id in sorted(item_ids):
        task_id = tasks.closed_of_item(tx, item_id)
        task = None if task_id is None else tasks.lock(tx, task_id)
        if task is None or task.state != "closed" or task.doubted_at is not None:
            continue
        settle_item(tx, truth, project, task, cause=CAUSE)
        if tasks.lock(tx, task.id).state == "open":
            tasks.doubt(tx, task.id)
            audit.record(tx, project.id, "task.reopen", "task", task.id, reason=CAUSE)
            reopened += 1
    return reopened


@dataclass(frozen=True, slots=True)
class Again:
    """One settled item that a planner wants asked once more, and why."""

    item_id: int
    priority: int
    reason: dict[str, Any]


def ask_again(
    tx: Transaction, truth: TruthCache, project: Row, wishes: Sequence[Again], most: int
) -> dict[int, int]:
    """Open settled items for one more judgment each, up to the cap of the queue.

    Passed over is what a review has decided, what has had `most` judgments, and what is open.

    Returns
    -------
    dict of int to int
        The task of each item that was opened.

    """
    cap = projects.policy_of(project).queue_cap
    room = cap - tasks.count_open(tx, project.id, cap)
    opened: dict[int, int] = {}
    for wish in sorted(wishes[: max(room, 0)], key=lambda one: one.item_id):
        task_id = tasks.closed_of_item(tx, wish.item_id)
        task = None if task_id is None else tasks.lock(tx, task_id)
        if task is None or task.state != "closed" or task.wanted >= most:
            continue
        believed = quality.lock(tx, wish.item_id, project.target_question)
        reason = json.dumps(
            json.loads(tasks.reason_of(tx, task.id)) | wish.reason, ensure_ascii=False
        )
        if believed is None or believed.pinned:
            continue
        if tasks.ask_again(tx, task.id, priority=wish.priority, reason=reason):
            _write(tx, truth, project, wish.item_id, "pending", str(wish.reason.get("why", "")))
            audit.record(tx, project.id, "task.ask_again", "task", task.id, now=wish.reason)
            opened[wish.item_id] = task.id
    return opened


def stop_asking_again(
    tx: Transaction, truth: TruthCache, project: Row, task_ids: Sequence[int], why: str
) -> int:
    """Close tasks that were opened again and that nobody has taken; return how many."""
    closed = 0
    for task_id in sorted(task_ids):
        task = tasks.lock(tx, task_id)
        if tasks.give_up(tx, task_id, why):
            _write(tx, truth, project, task.item_id, None, why)
            audit.record(tx, project.id, "task.give_up", "task", task_id, reason=why)
            closed += 1
    return closed


def _write(
    tx: Transaction, truth: TruthCache, project: Row, item_id: int, state: State | None, cause: str
) -> None:
    """Write what the answers say, as pending or as they settle it."""
    question = truth.get(tx, project.id, project.target_question)
    belief = believe_item(tx, question, project.id, item_id)
    settled = outcome_of(belief, question)
    state = write_belief(tx, project.id, item_id, question, belief, state or settled, cause)
    items.set_state(tx, item_id, "queued" if state == "pending" else "settled")
