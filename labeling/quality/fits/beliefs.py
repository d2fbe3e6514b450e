"""What is believed of each item, and beside it what people alone say where models speak too.

People alone: their votes, under skills that were fitted without the project's own model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labeling.quality import store
from labeling.quality.fits import store as fits
from labeling.quality.service import believe, load_truth

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import Belief


@dataclass(frozen=True, slots=True)
class ItemBelief:
    """An item's consensus as stored, and what its people's votes say without any model.

    `of_people` is None where no model speaks, neither an annotator nor the project's own: both are
    the same. `by_own_model` is whether the project's own has a say on this item.
    """

    row: Row
    of_people: Belief | None
    by_own_model: bool = False


def list_beliefs(tx: Transaction, project: Row, after: int, limit: int) -> list[ItemBelief]:
    """Return what is believed of the items above `after`, in order."""
    question = project.target_question
    rows = fits.list_beliefs(tx, project.id, question, after, limit)
    if not rows:
        return []
    truth = load_truth(tx, project.id, question)
    if truth.is_fused or (not truth.models and truth.with_model is None):
        return [ItemBelief(row, None) for row in rows]
    votes = store.votes_between(tx, project.id, question, rows[0].item_id, rows[-1].item_id)
    return [
        ItemBelief(
            row,
            believe(truth, truth.of_people(votes.get(row.item_id, []))),
            truth.prior_of(row) is not None,
        )
        for row in rows
    ]
