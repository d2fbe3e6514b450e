"""Items that people cannot answer or find wrong: set aside for the owner, and taken up again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.annotations import store
from labeling.annotations.settle import settle_item
from labeling.audit import store as audit
from labeling.errors import ConflictError, NotFoundError
from labeling.items import store as items
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.projects.policies.queue import SkipConsequence
from labeling.quality import store as quality
from labeling.quality.service import believe_item, write_belief
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.queue import QueuePolicy
    from labeling.quality.service import TruthCache

FLAG = "flag"
COUNTER = "items.set_aside"


def reason_to_set_aside(tx: Transaction, policy: QueuePolicy, item_id: int) -> str | None:
    """Return why so many people's reports set an item aside, None where they do not."""
    for kind, people in store.count_reports(tx, item_id).items():
        limit = _limit(policy, kind)
        if limit is not None and people >= limit:
            what = "flagged" if kind == FLAG else f"unanswerable, {kind}"
            return f"{what} by {people}"
    return None


def _limit(policy: QueuePolicy, kind: str) -> int | None:
    """Return how many people's reports of a kind set an item aside, None where none do."""
    if kind == FLAG:
        return policy.flags_set_aside_after
    rule = policy.skip_rule(kind)
    return 1 if rule.consequence == SkipConsequence.SET_ASIDE else rule.set_aside_after


def set_aside(tx: Transaction, truth: TruthCache, project: Row, task: Row, reason: str) -> bool:
    """Take an item out of the queue until a manager restores it; who holds it may still answer.

    What was believed of it is pending again, so that it trains nothing meanwhile. What a review has
    decided stays: the reports are listed, and the owner sees to it.

    Returns
    -------
    bool
        False where it was set aside or dropped before, or decided by a review.

    """
    question = truth.get(tx, project.id, project.target_question)
    believed = quality.get(tx, task.item_id, question.question)
    is_decided = believed is not None and bool(believed.pinned)
    if is_decided or not items.set_aside(tx, task.item_id):
        return False
    tasks.set_aside(tx, task.id, reason)
    belief = believe_item(tx, question, project.id, task.item_id)
    write_belief(tx, project.id, task.item_id, question, belief, "pending", f"set aside: {reason}")
    projects.count(tx, project.id, COUNTER)
    audit.record(tx, project.id, "item.set_aside", "item", task.item_id, reason=reason)
    outbox.add(tx, project.id, "item", item_id=task.item_id, now="set_aside", reason=reason)
    return True


def restore_item(tx: Transaction, truth: TruthCache, project: Row, item_id: int, why: str) -> int:
    """Put an item that was set aside back into the queue and end the reports against it.

    Returns
    -------
    int
        How many reports were ended.

    Raises
    ------
    ConflictError
        The item is not set aside.

    """
    item = items.get_or_raise(tx, item_id)
    if item.project_id != project.id:
        raise NotFoundError("There is no such item.")
    task_id = tasks.aside_of_item(tx, item_id)
    task = None if task_id is None else tasks.lock(tx, task_id)
    if item.state != "set_aside" or task is None:
        raise ConflictError("This item is not set aside.", state=item.state)
    ended = store.resolve_reports(tx, item_id)
    take_up_again(tx, truth, project, task, why)
    return ended


def take_up_again(tx: Transaction, truth: TruthCache, project: Row, task: Row, why: str) -> None:
    """Open the task of an item that was set aside, and settle what its answers say."""
    if not items.take_up(tx, task.item_id):
        return
    tasks.reopen(tx, task.id)
    projects.count(tx, project.id, COUNTER, -1)
    audit.record(tx, project.id, "item.restore", "item", task.item_id, reason=why)
    outbox.add(tx, project.id, "item", item_id=task.item_id, now="queued", reason=why)
    settle_item(tx, truth, project, tasks.lock(tx, task.id), cause=why)
