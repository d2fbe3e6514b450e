"""The port to the project's own model: what it says of each item, as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from labeling.quality.priors import prior_json

if TYPE_CHECKING:
    from labeling.database import Row
    from labeling.quality.arrays import FloatArray, IntArray
    from labeling.quality.service import QuestionTruth


@dataclass(frozen=True, eq=False)
class ItemPriors:
    """What the project's own model says of items whose label, and whose group's, it never saw.

    Attributes
    ----------
    items
        (n_items,) item ids, none of them a test item or one that an audit asks about.
    probabilities
        (n_items, n_classes) by place of the class, positive, rows sum to 1; already weakened to
        what the answers bear out.
    record
        Which model, features, folds and seed, and how much weight it was given; plain values.
        `reason` says why it has no say, where it has none.
    """

    items: IntArray
    probabilities: FloatArray
    record: dict[str, Any]


class OwnModel(Protocol):
    """Asks the project's own model, which this package does not know."""

    def __call__(self, project: Row, votes_file: str, prior_file: str) -> ItemPriors:
        """Return what it says; `votes_file` is as `compute.fit_votes` reads it."""
        ...


def prior_arrays(priors: ItemPriors | None) -> dict[str, Any]:
    """Return what the own model says as `compute.fit_votes` reads it."""
    if priors is None:
        return {}
    return {"prior_items": priors.items, "prior": priors.probabilities}


def prior_texts(priors: ItemPriors | None, truth: QuestionTruth) -> dict[int, str]:
    """Return what the own model says of each item, as it is kept."""
    if priors is None:
        return {}
    rows = zip(priors.items.tolist(), priors.probabilities, strict=True)
    return {item_id: prior_json(row, truth.class_ids) for item_id, row in rows}
