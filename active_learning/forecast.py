"""What further answers would bring: plausible learning curves through the points seen so far.

Many curves are kept, each weighed by how well it explains the points: power laws that begin at
different places, and an exponential one that levels off. What they say together is a range, never
one number. What is forecast is the accuracy as the project measures it, on this test sample: how
far that is from the truth is said by the sample's own interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

LEAST_POINTS: Final = 6
LEAST_GROWTH: Final = 2.0
"""The newest point must rest on so many times the answers of the first."""
LEAST_TESTED: Final = 50
"""Test items below which the whole picture would lie inside one interval."""
MOST_BINS: Final = 12
"""Neighbouring rounds see nearly the same answers: points are gathered into so many bins at most,
equally wide in the logarithm of the answers."""
CONFIDENCE: Final = 0.8
"""How often a range holds, on replayed curves."""
GAIN_LEVEL: Final = 0.6
TARGET_LEVEL: Final = 0.75
"""The middle part of what plausible curves say that holds so often: they are more careful than
they need to be. The least with which seven pools hold the claim in the mean and none of them falls
significantly below it, for gains with one step of .05 to spare; `benchmarks.forecast` says what
that choice is worth on a pool that was left out of it."""
WIDTH: Final = 1.5
"""By how much residuals understate what a curve may do outside the points; this and what follows
was tuned on replays of five pools, so that on none of them less is covered than claimed
(`benchmarks.forecast`; two further pools judge it)."""
HOPE: Final = 1.0
"""Curves that level off right above the newest points are less plausible by this power of how far
above them they do."""
LEVELS_OFF: Final = 0.3
"""Weight of exponential curves beside each family of power laws."""
SURPRISE: Final = 0.8
"""What comes is more or less than any smooth curve says, by a factor of this deviation (in its
logarithm); tuned as `WIDTH`."""
FLOOR: Final = 0.6
"""Least scatter of a point around its curve, as a share of its binomial deviation."""

_RATES: Final = np.geomspace(0.08, 2.0, 24)
_OFFSETS: Final = (0.0, 0.3, 1.0)
_DECAYS: Final = np.geomspace(0.15, 6.0, 16)
_ASYMPTOTES: Final = 41
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
class Curves:
    """Plausible learning curves: accuracy = asymptote - drop × basis(answers), with weights.

    Attributes
    ----------
    answers : where the newest point lies.
    accuracy : of the newest points.
    scatter : by how much a measured point lies off its curve.
    asymptote, drop, weight : (n_curves,) the curves; weights add up to one.
    shape, family : (n_curves,) rate or decay, and which family.
    """

    answers: float
    accuracy: float
    scatter: float
    asymptote: FloatArray
    drop: FloatArray
    weight: FloatArray
    shape: FloatArray
    family: NDArray[np.int64]
    scale: float

    def at(self, answers: float) -> FloatArray:
        """Return the accuracy of every curve after so many answers."""
        basis = np.empty_like(self.drop)
        for family in range(len(_OFFSETS) + 1):
            of = self.family == family
            basis[of] = _basis(family, self.shape[of], np.array(answers / self.scale))
        found: FloatArray = self.asymptote - self.drop * basis
        return found


def fit_curves(
    answers: Sequence[float], accuracy: Sequence[float], n_tested: Sequence[float]
) -> Curves | str:
    """Return the curves that explain the points, or in words why nothing can be said.

    Parameters
    ----------
    answers
        (n_points,) answers behind each model, growing.
    accuracy
        (n_points,) measured on the labelled random test sample, in [0, 1].
    n_tested
        (n_points,) labelled test items behind each figure.

    Raises
    ------
    ValueError
        Lengths that differ, or values that are not finite or out of range.
    """
    x, y, n = (np.asarray(part, dtype=np.float64) for part in (answers, accuracy, n_tested))
    if not x.shape == y.shape == n.shape or x.ndim != 1:
        message = f"answers, accuracy and n_tested must be equally long: {x.size, y.size, n.size}"
        raise ValueError(message)
    if not all(np.isfinite(part).all() for part in (x, y, n)) or (y < 0).any() or (y > 1).any():
        message = "points must be finite, and accuracies in [0, 1]"
        raise ValueError(message)
    usable = (n > 0) & (x > 0)
    x, y, n = x[usable], y[usable], n[usable]
    trouble = _why_not(x, n)
    if trouble is not None:
        return trouble
    return _weigh(*_binned(x, y, n))


@dataclass(frozen=True, slots=True)
class Spread:
    """What plausible curves say of one figure, with weights that add up to one."""

    values: FloatArray
    weight: FloatArray

    def middle(self, level: float) -> tuple[float, float]:
        """Return between which values the middle part lies."""
        return _quantiles(self.values, self.weight, level)

    def share_up_to(self, value: float) -> float:
        """Return how plausible it is that the figure is at most so much."""
        return float(self.weight[self.values <= value].sum())


def answers_to(curves: Curves, target: float, level: float = TARGET_LEVEL) -> Range:
    """Return after how many answers in all the target is reached, as a range.

    `low` None: no plausible curve gets there; `high` None: some do not.
    """
    low, high = answers_spread(curves, target).middle(level)
    if not np.isfinite(low):
        return Range.unknown(f"no plausible curve reaches {target:g} with this pool and model")
    return Range(max(low, curves.answers), max(high, low) if np.isfinite(high) else None)


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
            _reaches(curves, now + (target + curves.scatter * z - now) / times)
            for z in _OFFSET_NODES
            for times in _TIMES
        ]
    )
    return Spread(reached, _shared(curves, reached))


def gain_spread(curves: Curves, answers: float) -> Spread:
    """Return the gain up to so many answers in all, as a point will measure it."""
    gain = curves.at(answers) - curves.at(curves.answers)
    found = np.concatenate(
        [gain * times + curves.scatter * z for z in _OFFSET_NODES for times in _TIMES]
    )
    return Spread(found, _shared(curves, found))


def _shared(curves: Curves, values: FloatArray) -> FloatArray:
    times = values.size // curves.weight.size
    found: FloatArray = np.tile(curves.weight / times, times)
    return found


def _why_not(answers: FloatArray, n_tested: FloatArray) -> str | None:
    if answers.size < LEAST_POINTS:
        return f"the curve has {answers.size} of the {LEAST_POINTS} points that are needed"
    if n_tested[-1] < LEAST_TESTED:
        return f"{int(n_tested[-1])} of the {LEAST_TESTED} test items that are needed are labelled"
    if answers.max() < LEAST_GROWTH * answers.min():
        return "the answers have not doubled yet since the first point"
    return None


def _deviation(accuracy: float, n_tested: float) -> float:
    # One more right and one more wrong answer: a flawless sample is not certain either.
    share = (accuracy * n_tested + 1.0) / (n_tested + 2.0)
    return float(np.sqrt(share * (1.0 - share) / n_tested))


def _binned(
    x: FloatArray, y: FloatArray, n: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Gather neighbouring points; early points on few test items weigh less."""
    edges = np.geomspace(x.min(), x.max() * (1 + 1e-9), min(MOST_BINS, x.size) + 1)
    place = np.clip(np.searchsorted(edges, x, side="right") - 1, 0, edges.size - 2)
    kept = np.unique(place)
    weight = np.array([n[place == one].sum() for one in kept])
    bins = [
        np.array([np.average(part[place == one], weights=n[place == one]) for one in kept])
        for part in (x, y)
    ]
    return bins[0], bins[1], weight / np.bincount(place)[kept]


def _weigh(x: FloatArray, y: FloatArray, n: FloatArray) -> Curves:
    """Fit the drop of every (family, shape, asymptote) and weigh it by its residuals."""
    scale = float(x.max())
    n = n * x / scale  # models of few labels scatter more
    parts: list[tuple[FloatArray, ...]] = []
    accuracy = float(np.average(y[-3:], weights=n[-3:]))
    above = (np.arange(_ASYMPTOTES) + 0.5) / _ASYMPTOTES
    asymptotes = accuracy + above * (1.0 - accuracy)
    prior = above**HOPE
    for family in range(len(_OFFSETS) + 1):
        shapes = _DECAYS if family == len(_OFFSETS) else _RATES
        a, s = (part.ravel() for part in np.meshgrid(asymptotes, shapes))
        before = np.tile(prior, shapes.size) / shapes.size
        before *= LEVELS_OFF if family == len(_OFFSETS) else 1.0
        basis = _basis(family, s[:, None], x[None, :] / scale)
        total = (n * basis**2).sum(axis=1)
        drop = np.maximum((n * basis * (a[:, None] - y)).sum(axis=1) / total, 0.0)
        error = (n * (y - (a[:, None] - drop[:, None] * basis)) ** 2).sum(axis=1) / n[-1]
        parts.append((a, drop, s, np.full(a.size, family, dtype=np.float64), error, before))
    a, drop, s, family_of, error, before = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    floor = (FLOOR * _deviation(accuracy, float(n[-1]))) ** 2
    free = max(y.size - 3, 1)
    scatter = max(float(error.min()) / free, floor)
    chi = (error - error.min()) / (scatter * WIDTH**2)
    weight = before * np.exp(-0.5 * chi)
    kept = weight > weight.max() * 1e-4
    return Curves(
        scale,
        accuracy,
        float(np.sqrt(scatter)),
        a[kept],
        drop[kept],
        weight[kept] / weight[kept].sum(),
        s[kept],
        family_of[kept].astype(np.int64),
        scale,
    )


def _basis(family: int, shape: FloatArray, x: FloatArray) -> FloatArray:
    """Return what is still missing after `x` (1: the newest point), up to a factor."""
    is_last = family == len(_OFFSETS)
    found: FloatArray = np.exp(-shape * x) if is_last else (x + _OFFSETS[family]) ** -shape
    return found


def _reaches(curves: Curves, target: FloatArray) -> FloatArray:
    """Return where each curve reaches its target; infinite where it never does."""
    with np.errstate(divide="ignore", invalid="ignore"):
        missing = (curves.asymptote - target) / curves.drop
        found = np.full(missing.shape, np.inf)
        for family in range(len(_OFFSETS) + 1):
            of = (curves.family == family) & (missing > 0)
            if family == len(_OFFSETS):
                found[of] = -np.log(missing[of]) / curves.shape[of]
            else:
                found[of] = missing[of] ** (-1.0 / curves.shape[of]) - _OFFSETS[family]
    found[(curves.drop == 0) & (curves.asymptote >= target)] = 0.0
    result: FloatArray = np.maximum(found, 0.0) * curves.scale
    return result


def _quantiles(values: FloatArray, weight: FloatArray, level: float) -> tuple[float, float]:
    order = np.argsort(values, kind="stable")
    total = np.cumsum(weight[order])
    total /= total[-1]
    tail = (1.0 - level) / 2.0
    places = np.searchsorted(total, [tail, 1.0 - tail])
    low, high = values[order][np.minimum(places, values.size - 1)].tolist()
    return float(low), float(high)
