"""What a discount would do, before it is done: read in small parts, nothing is written."""

from __future__ import annotations

from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Final

from labeling.discounts import store
from labeling.discounts.service import Figures, asking_price, asks_again
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.service import believe
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from labeling.database import Hub, Row, Transaction
    from labeling.quality.service import TruthCache

ITEMS_A_READ: Final = 200
NEWEST: Final = 2**62


def preview(hub: Hub, truth: TruthCache, project_id: int, annotator_id: int) -> Figures:
    """Return what discounting a person's answers now would change and cost.

    The confidence is that of the present skills; while the discount runs they follow, so the
    figures of the end can differ by the items that lie at the edge.
    """
    total, after = Figures(), 0
    while True:
        part, after = hub.read_now(
            partial(
                _part, truth=truth, project_id=project_id, annotator_id=annotator_id, after=after
            )
        )
        for name, n in asdict(part).items():
            setattr(total, name, getattr(total, name) + n)
        if not after:
            return total


def _part(
    tx: Transaction, *, truth: TruthCache, project_id: int, annotator_id: int, after: int
) -> tuple[Figures, int]:
    """Return the figures of the next items, and the last of them or 0 at the end."""
    project = projects.get_or_raise(tx, project_id)
    rows = store.answers_after(tx, annotator_id, after, NEWEST, ITEMS_A_READ)
    figures = Figures()
    for row in rows:
        if row.discount_id is None and store.votes_of(tx, row.current_annotation_id):
            _add(tx, truth, project, annotator_id, row, figures)
    return figures, rows[-1].item_id if len(rows) == ITEMS_A_READ else 0


def _add(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    annotator_id: int,
    row: Row,
    figures: Figures,
) -> None:
    task = tasks.get(tx, row.task_id)
    figures.answers += 1
    figures.items += 1
    if asks_again(tx, truth, project, task, without=annotator_id):
        figures.reopened += task.state == "closed"
        figures.cost_micros += asking_price(tx, project, task)
    before = quality.get(tx, row.item_id, project.target_question)
    if before is None or before.state != "accepted" or before.pinned:
        return
    question = truth.get(tx, project.id, project.target_question)
    votes = quality.votes(tx, project.id, question.question, row.item_id)
    others = [vote for vote in votes if vote[0] != annotator_id]
    left = believe(question, others, question.prior_of(before))
    figures.flipped += left.class_id != before.class_id


def answered_keys(hub: Hub, annotator_id: int) -> Iterator[tuple[str, int]]:
    """Yield the keys of the items on which a person's answer counts, and the answer's id."""
    after = 0
    while True:

        def page(tx: Transaction, after: int = after) -> list[Row]:
            return store.keys_after(tx, annotator_id, after, ITEMS_A_READ)

        rows = hub.read_now(page)
        yield from ((row.key, row.annotation_id) for row in rows)
        if len(rows) < ITEMS_A_READ:
            return
        after = rows[-1].item_id
