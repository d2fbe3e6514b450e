"""Tasks that are for one workforce: how long they are, and who waits meanwhile.

A planner that compares what answers are worth names the workforce (`TaskWish.workforce_id`). No
task is stranded by it: after a while it is for anybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.projects import store as projects
from labeling.tasks import store
from labeling.tasks.searching import store as searching

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

KEPT_SECONDS: Final = 120
"""Longer than rounds take while people answer: an older task was begun, or they have gone."""
MOST_OPENED: Final = 500


def is_on(project: Row) -> bool:
    """Whether rounds name workforces."""
    policy = projects.policy_of(project).learning
    return policy.scheduler == "act" and policy.route != "off"


def open_to_all(tx: Transaction, project: Row) -> bool:
    """Open what was kept for one workforce for long enough to anybody; whether there was any.

    Where rounds name none any more, it is opened at once.
    """
    kept = KEPT_SECONDS * MICROS if is_on(project) else 0
    return store.open_to_all(tx, project.id, tx.now - kept, MOST_OPENED)


def has_to_wait(tx: Transaction, project: Row, annotator: Row) -> bool:
    """Whether somebody is to open nothing of the pool, as others are worth more and have work."""
    if not is_on(project) or projects.policy_of(project).learning.route != "only":
        return False
    return searching.has_for_others(tx, project.id, annotator.workforce_id)
