"""Simulated people: each with a confusion of their own, a price and a pace."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from active_learning.scheduler import coin
from labeling.quality.arrays import FloatArray

SPREAD: Final = 0.08
"""Standard deviation of people's accuracies around their mean."""


@dataclass(frozen=True, eq=False)
class Crowd:
    """People who answer.

    Attributes
    ----------
    confusions
        (n_people, n_classes, n_classes) P(given | true), rows sum to one.
    price
        Of one answer, in micro-units.
    seconds
        Of one answer.
    name
        Of their workforce.
    """

    confusions: FloatArray
    price: float = 20_000.0
    seconds: float = 10.0
    name: str = "crowd"

    @property
    def size(self) -> int:
        """How many people there are."""
        return len(self.confusions)

    def answer(self, person: int, truth: int, rng: np.random.Generator) -> int:
        """Return what somebody says of an item."""
        row = self.confusions[person, truth]
        return min(int(np.searchsorted(np.cumsum(row), rng.random())), len(row) - 1)


def even_crowd(
    noise: float,
    n_classes: int,
    rng: np.random.Generator,
    *,
    size: int = 12,
    price: float = 20_000.0,
    seconds: float = 10.0,
) -> Crowd:
    """Return people who err evenly over the classes, some more than others.

    Parameters
    ----------
    noise : mean share of wrong answers.
    n_classes : of the question.
    rng : draws each person's accuracy.
    size : how many people.
    price, seconds : of one answer.

    """
    lowest = 1.0 / n_classes + 0.05
    skills = np.clip(1.0 - noise + rng.normal(0.0, SPREAD, size), min(lowest, 0.99), 0.99)
    if noise == 0.0:
        skills = np.ones(size)
    return Crowd(np.stack([coin(one, n_classes) for one in skills.tolist()]), price, seconds)
