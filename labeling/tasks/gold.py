"""Where known items enter a lease: training and the test first, hidden gold among the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labeling.gold import serving
from labeling.gold import store as gold
from labeling.gold.results import KNOWN_KINDS
from labeling.tasks import store

if TYPE_CHECKING:
    from collections.abc import Callable

    from labeling.database import Row, Transaction
    from labeling.gold.serving import Shut
    from labeling.projects.policy import Policy


def choose_tasks(
    tx: Transaction,
    project: Row,
    annotator: Row,
    count: int,
    from_queue: Callable[[int], list[Row]],
) -> tuple[list[Any], Shut | None]:
    """Return up to `count` tasks for somebody, and what keeps them from real work.

    `from_queue` returns up to so many tasks of the queue. Hidden gold takes the place of some of
    them, never more: where the queue has nothing, there is no gold either, or it would show.
    """
    desk = serving.open_desk(tx, project, annotator)
    first, shut = serving.school(tx, project, annotator, desk, count)
    if shut is not None or len(first) == count:
        return list(first), shut
    queued = from_queue(count - len(first))
    known = serving.hidden(tx, project, annotator, desk, len(queued))
    rest = iter(queued)
    mixed = [known[at] if at in known else next(rest) for at in range(len(queued))]
    return [*first, *mixed], None


def take_slot(tx: Transaction, task: Any) -> bool:
    """Take a slot of the task that is leased; a known item in service always has one."""
    if task.kind in KNOWN_KINDS:
        return gold.take_standing(tx, task.id)
    return store.take_slot(tx, task.id)


def price_of(policy: Policy, annotator: Row, kind: str) -> int:
    """Return what an answer earns, in micro-units: training and the test as the policy says."""
    unpaid = (kind == "training" and not policy.gold.pay_training) or (
        kind == "qualification" and not policy.gold.pay_qualification
    )
    return 0 if unpaid else int(annotator.price_micros)
