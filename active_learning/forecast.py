"""What further answers would bring: ranges over the plausible learning curves, never one number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

if TYPE_CHECKING:
    from active_learning.learning_curves import Curves, FloatArray

CONFIDENCE: Final = 0.8
"""How often a range holds, on replayed curves."""
GAIN_LEVEL: Final = 0.7
TARGET_LEVEL: Final = 0.75
"""The part of what plausible curves say that holds so often: chosen as the least with which the
replayed pools hold the claim in the mean and none of them falls significantly below it;
`benchmarks.forecast` says what that choice is worth on a pool that was left out of it."""
SURPRISE: Final = 0.8
"""What comes is more or less than any smooth curve says, by a factor of this deviation (in its
logarithm); tuned as the curves' `WIDTH`."""

_NODES: Final = np.array([-1.6449, -1.0364, -0.6745, -0.3853, -0.1257])
_OFFSET_NODES: Final = np.concatenate([_NODES, -_NODES[::-1]])
"""Middles of ten equally likely parts of the normal distribution."""
_TIMES: Final = np.exp(SURPRISE * _OFFSET_NODES)


@dataclass(frozen=True, slots=True)
class Range:
    """A figure between low and high; high None has no end; both None where the reason says why."""

    low: float | None
    high: float | None
    reason: str | None = None

    @classmethod
    def unknown(cls, reason: str) -> Range:
        """Return the range of something that cannot be told."""
        return cls(None, None, reason)


@dataclass(frozen=True, slots=True)
class Spread:
    """What plausible curves say of one figure, in order, with weights that add up to one."""

    values: FloatArray
    upto: FloatArray
    """(n,) plausibility of a value or one before it."""

    @classmethod
    def of(cls, values: FloatArray, weight: FloatArray) -> Spread:
        """Put values in order; each of `weight` stands for as many of them in turn."""
        order = np.argsort(values, kind="stable")
        upto = np.cumsum(np.tile(weight, values.size // weight.size)[order])
        return cls(values[order], upto / upto[-1])

    def quantile(self, share: float) -> float:
        """Return the least value that is not exceeded with so much plausibility."""
        place = int(np.searchsorted(self.upto, share))
        return float(self.values[min(place, self.values.size - 1)])

    def middle(self, level: float) -> tuple[float, float]:
        """Return between which values the middle part lies."""
        tail = (1.0 - level) / 2.0
        return self.quantile(tail), self.quantile(1.0 - tail)

    def between(self, level: float, least: float) -> tuple[float, float] | None:
        """Return between which values a part lies that is left open where it cannot be wrong.

        What is below `least` or without end cannot be missed on that side, so all of what may be
        missed is on the other: a range that begins at `least` ends earlier, one without end begins
        later than the middle part. None where too little of it is finite to tell anything.
        """
        low, high = self.middle(level)
        alone = self.quantile(level)
        if not np.isfinite(self.quantile(1.0 - level)):
            return None
        if low <= least and np.isfinite(alone):
            return least, max(alone, least)
        if not np.isfinite(high):
            return max(self.quantile(1.0 - level), least), np.inf
        return max(low, least), max(high, least)


def answers_to(curves: Curves, target: float, level: float = TARGET_LEVEL) -> Range:
    """Return after how many answers in all the target is reached, as a range.

    `low` None: hardly a plausible curve gets there; `high` None: some do not.
    """
    spread = answers_spread(curves, target)
    found = spread.between(level, curves.answers)
    if found is None:
        who = "hardly a" if np.isfinite(spread.values[0]) else "no"
        return Range.unknown(f"{who} plausible curve reaches {target:g} with this pool and model")
    low, high = found
    return Range(low, high if np.isfinite(high) else None)


def gain_of(curves: Curves, answers: float, level: float = GAIN_LEVEL) -> Range:
    """Return how much accuracy so many further answers would add."""
    return Range(*gain_spread(curves, curves.answers + answers).middle(level))


def accuracy_at(curves: Curves, answers: float, level: float = GAIN_LEVEL) -> Range:
    """Return the accuracy that is to be expected after so many answers in all."""
    low, high = gain_spread(curves, answers).middle(level)
    now = float(curves.weight @ curves.at(curves.answers))
    return Range(max(now + low, 0.0), min(now + high, 1.0))


def answers_spread(curves: Curves, target: float) -> Spread:
    """Return after how many answers each curve, and what a point may scatter, reaches a target."""
    now = curves.at(curves.answers)
    reached = np.concatenate(
        [
            curves.reaches(now + (target + curves.scatter * z - now) / times)
            for z in _OFFSET_NODES
            for times in _TIMES
        ]
    )
    return Spread.of(reached, curves.weight)


def gain_spread(curves: Curves, answers: float) -> Spread:
    """Return the gain up to so many answers in all, as a point will measure it."""
    gain = curves.at(answers) - curves.at(curves.answers)
    found = np.concatenate(
        [gain * times + curves.scatter * z for z in _OFFSET_NODES for times in _TIMES]
    )
    return Spread.of(found, curves.weight)
