"""What answers are held against: known truth where there is one, else the consensus."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from labeling.quality.arrays import BoolArray, IntArray
from labeling.quality.figures.answers import NOTHING, SOURCES, Answers

Against = Literal["known", "consensus"]
GOLD: Final = SOURCES.index("gold")
AUDIT: Final = SOURCES.index("audit")
PAIR: Final = 2


@dataclass(frozen=True, eq=False)
class Reference:
    """The class that answers are held against.

    Attributes
    ----------
    truth
        (n_items,) the class, -1 for none.
    is_known
        (n_items,) whether it is known apart from the answers.
    """

    truth: IntArray
    is_known: BoolArray


def reference_of(answers: Answers) -> Reference:
    """Return known truth, else the accepted consensus of items that at least two people answered.

    A consensus contains the answer that is held against it: it shows how people differ, and who
    is right only as far as the others are.
    """
    rows = np.flatnonzero(answers.votes() & answers.is_person)
    several = np.bincount(answers.items[rows], minlength=answers.n_items) >= PAIR
    settled = several & answers.is_accepted & (answers.believed != NOTHING)
    is_known = answers.truth != NOTHING
    truth = np.where(is_known, answers.truth, np.where(settled, answers.believed, NOTHING))
    return Reference(truth, is_known)
