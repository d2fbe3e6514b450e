"""Where known items enter a lease: training and the test first, hidden gold among the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.gold import serving
from labeling.gold.draws import store as draws
from labeling.gold.pauses import store as pauses
from labeling.gold.results import KNOWN_KINDS
from labeling.projects import store as projects
from labeling.tasks import store
from labeling.tasks.personal.service import ASSIGNED
from labeling.tasks.routing import NoWork

if TYPE_CHECKING:
    from collections.abc import Callable

    from labeling.database import Row, Transaction
    from labeling.gold.serving import Shut
    from labeling.projects.policy import Policy
    from labeling.tasks.seats.store import Desk

QUALITY_PAUSED: Final = NoWork(
    "quality_paused", "You are paused: too many answers differed from what is known.", 3_600
)
AHEAD: Final = 10
"""Further items that are opened from the pool together, where gold may take a place."""


def choose_tasks(
    tx: Transaction,
    project: Row,
    seat: Desk,
    count: int,
    from_queue: Callable[[int, int], list[Row]],
) -> tuple[list[Any], Shut | None]:
    """Return up to `count` tasks for somebody, and what keeps them from real work.

    `from_queue(n, ahead)` returns up to so many tasks of the queue; where it opens items of the
    pool it opens some ahead, or what gold leaves open would make the next lease quicker. Hidden
    gold takes the place of some of them, never more: where the queue has nothing, there is no gold
    either, or it would show.
    """
    annotator = seat.annotator
    desk = serving.open_desk(tx, project, annotator, seat.stock)
    first, shut = serving.school(tx, project, annotator, desk, count)
    if shut is not None or len(first) == count:
        return list(first), shut
    queued = from_queue(count - len(first), AHEAD if desk.row is not None else 0)
    if projects.policy_of(project).queue.keep_groups_together:
        return [*first, *queued], None  # amid a document, a foreign item would show
    assigned = sum(getattr(task, "kept_as", None) == ASSIGNED for task in queued)
    return [*first, *serving.mixed(tx, project, annotator, desk, queued, assigned)], None


def explained(tx: Transaction, annotator: Row, reason: NoWork | None) -> NoWork | None:
    """Return why there is no work, told apart where it is a score on gold that paused somebody."""
    if annotator.state != "paused" or pauses.pause(tx, annotator.id) is None:
        return reason
    return QUALITY_PAUSED


def take_slot(tx: Transaction, task: Any) -> None:
    """Take a slot of the task that is leased; a known item in service always has one."""
    if task.kind in KNOWN_KINDS:
        draws.take_standing(tx, task.id)
    else:
        store.take_locked_slot(tx, task.id)


def price_of(policy: Policy, annotator: Row, kind: str) -> int:
    """Return what an answer earns, in micro-units: training and the test as the policy says."""
    unpaid = (kind == "training" and not policy.gold.pay_training) or (
        kind == "qualification" and not policy.gold.pay_qualification
    )
    return 0 if unpaid else int(annotator.price_micros)
