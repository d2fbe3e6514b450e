"""Questions to people about items that a model has answered: like any other to whoever sees them.

They have the task kind `audit` and a random place among the queue's newest; an item that people
are asked about anyway is not asked twice, its answer counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from active_learning.certificates import service, store
from active_learning.rounds import store as rounds
from labeling.audit import store as audit
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.review.sampling import uniform
from labeling.tasks import service as tasks
from labeling.tasks import store as task_store
from labeling.tasks.overlap import overlap_of
from labeling.tasks.service import TaskWish

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

OPENED_A_WRITE: Final = 100
IDLE: Final = {
    service.CERTIFY: frozenset({"new"}),
    service.RUNNING: frozenset({"new", "settled"}),
}
"""States of items that nobody is asked about; what a model labelled is settled."""
RANK_STEP: Final = 100_000
"""Distance between the priorities of one selection round and the next."""


def due_checks(tx: Transaction, run: Row, purpose: str) -> tuple[list[Row], int]:
    """Return checked items whose question is to be opened, and how many wait for people."""
    project = projects.get_or_raise(tx, run.project_id)
    waiting = [
        row for row in store.checks(tx, run, purpose) if service.outcome(project, row) == "waiting"
    ]
    due = [row for row in waiting if row.item_state in IDLE[purpose] and row.state != "disputed"]
    if purpose == service.RUNNING:
        room = projects.policy_of(project).autolabel.running_open - (len(waiting) - len(due))
        due = due[: max(room, 0)]
    return due[:OPENED_A_WRITE], len(waiting)


def open_checks(tx: Transaction, run: Row, purpose: str, due: Sequence[Row]) -> int:
    """Open questions on checked items that still nobody is asked about; return how many."""
    project = projects.get_or_raise(tx, run.project_id)
    still = [row for row in due if items.get_or_raise(tx, row.item_id).state in IDLE[purpose]]
    opened = _open(tx, project, still, run)
    if opened:
        audit.record(tx, project.id, "autolabel.open_checks", service.OBJECT, run.id, tasks=opened)
    return opened


def _open(tx: Transaction, project: Row, due: Sequence[Row], run: Row) -> int:
    policy = projects.policy_of(project)
    room = policy.queue_cap - task_store.count_open(tx, project.id, policy.queue_cap)
    due = due[: max(room, 0)]
    least, most = overlap_of(policy, "train")
    least = max(least, policy.autolabel.audit_overlap)
    last = rounds.last(tx, project.id)
    first = 0 if last is None else -last.n * RANK_STEP
    wishes = [
        TaskWish(
            row.item_id,
            first - int(uniform(project.split_salt, "audit order", row.key) * policy.round_size),
            least,
            max(most, least),
            # The reason is for the record; whoever answers sees none of it.
            reason={"why": "a random check of what a model says", "autolabel_run": run.n},
            kind=task_store.AUDIT,
        )
        for row in due
    ]
    for row in due:
        items.set_state(tx, row.item_id, "new")
    opened = tasks.open_tasks(tx, project, wishes)
    for row in due:
        if row.item_id not in opened:
            items.set_state(tx, row.item_id, row.item_state)
    return len(opened)
