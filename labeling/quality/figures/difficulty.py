"""Which items are hard: how far the people who answered them differ."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.quality.figures.answers import NOTHING, Answers
from labeling.quality.figures.measures import Scope, ShareFigure, scope_of, shared
from labeling.quality.scrutiny.votes import read_votes
from labeling.quality.skill import accuracy

MOST_ITEMS: Final = 500
PAIR: Final = 2
PRIOR_PAIRS: Final = 1.0
"""The usual disagreement enters as one pair of answers, so that two who differ are no proof."""


@dataclass(frozen=True)
class ClassCount:
    """How many gave a class."""

    key: str
    n: int


@dataclass(frozen=True)
class HardItem:
    """An item, how far people differ on it (0: not at all, 1: no two agree), and what they said."""

    item: str
    difficulty: float
    n_answers: int
    answers: tuple[ClassCount, ...]
    believed: str | None
    is_accepted: bool
    confidence: float


@dataclass(frozen=True)
class ItemFigures:
    """The hardest items first, of `n_compared` that two people answered.

    Attributes
    ----------
    unanimous
        Share of the random sample's items on which everybody said the same, first answers.
    usual
        Mean difficulty; None where no item was answered by two people.
    """

    scope: Scope
    unanimous: ShareFigure
    usual: float | None
    n_compared: int
    n_differing: int
    hardest: tuple[HardItem, ...]
    words: str


def item_figures(answers: Answers) -> ItemFigures:
    """Order the items by how far the people who answered them differ."""
    rows = np.flatnonzero(answers.votes() & answers.is_person)
    items = np.unique(answers.items[rows])
    votes = read_votes(
        answers.items[rows], answers.annotators[rows], answers.given[rows], answers.n_classes
    )
    cell_item = votes.cells // votes.n_classes
    n = votes.n_of_item.astype(np.float64)
    pairs = n * (n - 1.0)
    agreeing = np.bincount(cell_item, votes.n_of_cell * (votes.n_of_cell - 1.0), votes.n_items)
    several = n >= PAIR
    usual = float((1.0 - agreeing[several] / pairs[several]).mean()) if several.any() else 0.0
    difficulty = ((pairs - agreeing) / 2 + PRIOR_PAIRS * usual) / (pairs / 2 + PRIOR_PAIRS)
    order = np.lexsort((np.arange(n.size), -n, -difficulty))
    chosen = order[several[order] & (agreeing[order] < pairs[order])][:MOST_ITEMS]
    starts = np.searchsorted(cell_item, np.arange(votes.n_items + 1))
    hardest = []
    for row in chosen.tolist():
        item, part = int(items[row]), slice(starts[row], starts[row + 1])
        classes, counts = votes.cells[part] % votes.n_classes, votes.n_of_cell[part]
        said = sorted(zip(counts.tolist(), classes.tolist(), strict=True), key=lambda c: (-c[0], c))
        hardest.append(
            HardItem(
                item=answers.item_keys[item],
                difficulty=float(difficulty[row]),
                n_answers=int(n[row]),
                answers=tuple(ClassCount(answers.classes[one], k) for k, one in said),
                believed=_believed(answers, item),
                is_accepted=bool(answers.is_accepted[item]),
                confidence=float(answers.confidence[item]),
            )
        )
    n_compared = int(several.sum())
    differ = int((several & (agreeing < pairs)).sum())
    return ItemFigures(
        scope=scope_of(answers),
        unanimous=unanimous(answers),
        usual=usual if several.any() else None,
        n_compared=n_compared,
        n_differing=differ,
        hardest=tuple(hardest),
        words=f"People differ on {differ:,} of {n_compared:,} items that two or more answered",
    )


def _believed(answers: Answers, item: int) -> str | None:
    code = int(answers.believed[item])
    return None if code == NOTHING else answers.classes[code]


def unanimous(answers: Answers) -> ShareFigure:
    """Return the share of the random sample's items on which all first answers are the same."""
    rows = np.flatnonzero(answers.compared("random_sample"))
    items, given = answers.items[rows], answers.given[rows]
    n = np.bincount(items, minlength=answers.n_items)
    lowest = np.full(answers.n_items, answers.n_classes)
    highest = np.full(answers.n_items, -1)
    np.minimum.at(lowest, items, given)
    np.maximum.at(highest, items, given)
    several = n >= PAIR
    return shared(
        accuracy(int((several & (lowest == highest)).sum()), int(several.sum())), "random_sample"
    )
