"""Open reviews as items settle: one consumer of the outbox, its position moved with its effect.

So a review is opened exactly once per settling, whatever was killed in between, and no annotator's
submit waits for it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.failpoints import failpoint
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.review import sampling, store
from labeling.review.queue import store as queue
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction
    from labeling.review.sampling import Draw

CONSUMER: Final = "reviews"
BATCH: Final = 100
SETTLED: Final = ("accepted", "disputed")


def open_due(tx: Transaction) -> int:
    """Open reviews on the items that settled since the last turn; return the events read."""
    outbox.lock(tx, CONSUMER)
    events = outbox.read(tx, CONSUMER, BATCH)
    if not events:
        return 0
    settled: dict[int, dict[int, None]] = {}
    for event in events:
        said = json.loads(event.payload) if event.topic == "consensus" else {}
        if said.get("now") in SETTLED:
            settled.setdefault(event.project_id, {})[said["item_id"]] = None
    for project_id, item_ids in settled.items():
        open_for(tx, projects.get_or_raise(tx, project_id), list(item_ids))
    outbox.move(tx, CONSUMER, events[-1].id)
    failpoint("reviews.before_commit")
    return len(events)


def open_for(tx: Transaction, project: Row, item_ids: Sequence[int]) -> int:
    """Open the reviews that some items' present state asks for, in their order; return how many."""
    if projects.policy_of(project).quality.subjective:
        return 0  # one verdict would stand where a distribution belongs
    opened = 0
    for believed in store.list_believed(tx, item_ids, project.target_question):
        draw = _draw(project, believed)
        if draw is not None and _has_room(tx, project, draw):
            opened += _open(tx, project, believed.item_id, draw) is not None
    return opened


def _draw(project: Row, believed: Row) -> Draw | None:
    """Return the review that an item's present state asks for, None for none."""
    if believed.pinned or believed.state not in SETTLED:
        return None
    policy, salt = projects.policy_of(project).review, project.split_salt
    if believed.state == "disputed":
        return sampling.draw_disputed(
            policy, salt, believed.key, believed.split, believed.confidence
        )
    if not believed.n_answers:
        return None  # a known answer that came with its reason: nobody has answered it
    return sampling.draw_accepted(policy, salt, believed.key, believed.split)


@dataclass(frozen=True, slots=True)
class Look:
    """An accepted item that somebody should look at.

    Attributes
    ----------
    item_id, doubt
        How likely its answer is wrong, in [0, 1], is what a look is worth.
    reason
        What else the task says of why it was opened.
    """

    item_id: int
    doubt: float
    reason: dict[str, Any] = field(default_factory=dict)


def open_doubted(tx: Transaction, project: Row, doubted: Sequence[Look]) -> dict[int, int]:
    """Open reviews on accepted items that evidence doubts; return the task of each opened item.

    Passed over are items that are not accepted any more, were reviewed, are in review, or find the
    queue full of more valuable ones.
    """
    opened: dict[int, int] = {}
    for look in doubted:
        item_id = look.item_id
        believed = quality.get(tx, item_id, project.target_question)
        if believed is None or believed.pinned or believed.state != "accepted":
            continue
        if any(task.state == "open" for task in store.list_by_item(tx, item_id)):
            continue
        value = round(sampling.expected_value(1.0 - look.doubt, 1.0) * sampling.SCALE)
        draw = sampling.Draw("review", "doubted", None, value, 1)
        if not _has_room(tx, project, draw):
            continue
        task_id = _open(tx, project, item_id, draw, look.reason)
        if task_id is not None:
            opened[item_id] = task_id
    return opened


def _has_room(tx: Transaction, project: Row, draw: Draw) -> bool:
    """Whether a review fits the queue; a more valuable dispute displaces the least valuable.

    The random sample is never cut off: a sample that a full queue chose would be none.
    """
    cap = projects.policy_of(project).review.queue_cap
    if draw.kind == "audit" or queue.count_open(tx, project.id, cap) < cap:
        return True
    least = queue.least_valuable(tx, project.id)
    if least is None or least.priority >= draw.priority:
        return False
    tasks.withdraw_one(tx, least.id, "more valuable reviews came")
    audit.record(tx, project.id, "review.withdraw", "task", least.id, "more valuable reviews came")
    return True


def _open(
    tx: Transaction,
    project: Row,
    item_id: int,
    draw: Draw,
    more: dict[str, Any] | None = None,
) -> int | None:
    earlier = store.list_by_item(tx, item_id)
    task_id = queue.open_task(
        tx,
        project,
        item_id,
        kind=draw.kind,
        pass_n=len(earlier) + 1,
        priority=draw.priority,
        wanted=draw.reviewers,
        reason={
            "why": draw.why,
            "selected_by": "hash" if draw.kind == "audit" else "expected value",
            "inclusion_probability": draw.inclusion_probability,
            # An item that is asked again and drawn again must not be in the figures twice.
            "headline": draw.kind == "audit" and all(row.kind != "audit" for row in earlier),
            **(more or {}),
        },
    )
    if task_id is not None:
        audit.record(tx, project.id, "review.open", "task", task_id, why=draw.why)
    return task_id


def refill(tx: Transaction, project: Row, limit: int = BATCH) -> int:
    """Open reviews on disputed items that found the queue full; return how many."""
    cap = projects.policy_of(project).review.queue_cap
    room = min(cap - queue.count_open(tx, project.id, cap), limit)
    if room <= 0 or not projects.policy_of(project).review.disputed:
        return 0
    waiting = queue.list_unopened(tx, project.id, project.target_question, room)
    return open_for(tx, project, waiting)
