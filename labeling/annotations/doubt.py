"""Accepted items that a later full fit doubts: asked once more, where their overlap leaves room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.annotations.settle import settle_item
from labeling.audit import store as audit
from labeling.projects import store as projects
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache

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
