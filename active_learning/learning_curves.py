"""Plausible learning curves through the points that a project has measured so far.

Many curves are kept, each weighed by how well it explains the points: power laws that begin at
different places, an exponential one that levels off, and Hill curves, which lie flat before they
rise, as where a model first says the most frequent class of everything. What is followed is the
accuracy as the project measures it, on this test sample: how far that is from the truth is said by
the sample's own interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

FloatArray = NDArray[np.float64]

LEAST_POINTS: Final = 6
LEAST_GROWTH: Final = 2.0
"""The newest point must rest on so many times the answers of the first."""
LEAST_TESTED: Final = 50
"""Test items below which the whole picture would lie inside one interval."""
MOST_BINS: Final = 12
"""Neighbouring rounds see nearly the same answers: points are gathered into so many bins at most,
equally wide in the logarithm of the answers."""
WIDTH: Final = 1.5
"""By how much residuals understate what a curve may do outside the points; this and what follows
was tuned on replays (`benchmarks.forecast`)."""
HOPE: Final = 2.0
"""Curves that level off right above the newest points are less plausible by this power of how far
above them they do."""
FLOOR: Final = 0.6
"""Least scatter of a point around its curve, as a share of its binomial deviation."""
_ASYMPTOTES: Final = 41


@dataclass(frozen=True, slots=True)
class Family:
    """Curves of one form.

    Parameters
    ----------
    form : what is still missing after `x` times the newest point's answers, up to a factor:
        ``(x + place)^-shape``, ``exp(-shape x)`` or ``1 / (1 + (x / place)^shape)``.
    place : where the form begins, or bends.
    shapes : rates or decays.
    weight : how plausible the family is beforehand.
    """

    form: Literal["power", "exponential", "hill"]
    place: float
    shapes: FloatArray
    weight: float

    def missing(self, shape: FloatArray, x: FloatArray) -> FloatArray:
        """Return what is still missing after `x`, up to a factor."""
        found: FloatArray
        if self.form == "exponential":
            found = np.exp(-shape * x)
        elif self.form == "hill":
            found = 1.0 / (1.0 + (x / self.place) ** shape)
        else:
            found = (x + self.place) ** -shape
        return found

    def reached(self, shape: FloatArray, missing: FloatArray) -> FloatArray:
        """Return after which `x` so much is missing; never before zero."""
        if self.form == "exponential":
            found = -np.log(missing) / shape
        elif self.form == "hill":
            found = self.place * np.maximum(1.0 / missing - 1.0, 0.0) ** (1.0 / shape)
        else:
            found = missing ** (-1.0 / shape) - self.place
        return np.maximum(found, 0.0)


_RATES: Final[FloatArray] = np.geomspace(0.08, 2.0, 12).astype(np.float64)
_DECAYS: Final[FloatArray] = np.geomspace(0.15, 6.0, 8).astype(np.float64)
_STEEP: Final = np.array([1.5, 2.0, 3.0])
FAMILIES: Final = (
    *(Family("power", place, _RATES, 1.0) for place in (0.0, 0.3, 1.0)),
    Family("exponential", 0.0, _DECAYS, 0.3),
    *(Family("hill", place, _STEEP, 1.0) for place in (0.5, 1.0, 2.0)),
)


@dataclass(frozen=True, slots=True)
class Curves:
    """Plausible learning curves: accuracy = asymptote - drop × missing(answers), with weights.

    Attributes
    ----------
    answers : where the newest point lies.
    accuracy : of the newest points.
    scatter : by how much a measured point lies off its curve.
    asymptote, drop, weight : (n_curves,) the curves; weights add up to one.
    shape, family : (n_curves,) rate or decay, and the place in `FAMILIES`.
    """

    answers: float
    accuracy: float
    scatter: float
    asymptote: FloatArray
    drop: FloatArray
    weight: FloatArray
    shape: FloatArray
    family: NDArray[np.int64]

    def at(self, answers: float) -> FloatArray:
        """Return the accuracy of every curve after so many answers."""
        missing = np.empty_like(self.drop)
        for number, family in enumerate(FAMILIES):
            of = self.family == number
            missing[of] = family.missing(self.shape[of], np.array(answers / self.answers))
        found: FloatArray = self.asymptote - self.drop * missing
        return found

    def reaches(self, target: FloatArray) -> FloatArray:
        """Return where each curve reaches its target; infinite where it never does."""
        found = np.full(target.shape, np.inf)
        with np.errstate(divide="ignore", invalid="ignore"):
            missing = (self.asymptote - target) / self.drop
            for number, family in enumerate(FAMILIES):
                of = (self.family == number) & (missing > 0)
                found[of] = family.reached(self.shape[of], missing[of])
        found[(self.drop == 0) & (self.asymptote >= target)] = 0.0
        result: FloatArray = found * self.answers
        return result


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
    newest = float(x.max())
    n = n * x / newest  # models of few labels scatter more
    accuracy = float(np.average(y[-3:], weights=n[-3:]))
    above = (np.arange(_ASYMPTOTES) + 0.5) / _ASYMPTOTES
    asymptotes = accuracy + above * (1.0 - accuracy)
    parts: list[tuple[FloatArray, ...]] = []
    for number, family in enumerate(FAMILIES):
        a, s = (part.ravel() for part in np.meshgrid(asymptotes, family.shapes))
        before = np.tile(above**HOPE, family.shapes.size) * family.weight / family.shapes.size
        missing = family.missing(s[:, None], x[None, :] / newest)
        total = (n * missing**2).sum(axis=1)
        drop = np.maximum((n * missing * (a[:, None] - y)).sum(axis=1) / total, 0.0)
        error = (n * (y - (a[:, None] - drop[:, None] * missing)) ** 2).sum(axis=1) / n[-1]
        parts.append((a, drop, s, np.full(a.size, number, dtype=np.float64), error, before))
    a, drop, s, family_of, error, before = (
        np.concatenate(part) for part in zip(*parts, strict=True)
    )
    floor = (FLOOR * _deviation(accuracy, float(n[-1]))) ** 2
    scatter = max(float(error.min()) / max(y.size - 3, 1), floor)
    weight = before * np.exp(-0.5 * (error - error.min()) / (scatter * WIDTH**2))
    kept = weight > weight.max() * 1e-4
    return Curves(
        newest,
        accuracy,
        float(np.sqrt(scatter)),
        a[kept],
        drop[kept],
        weight[kept] / weight[kept].sum(),
        s[kept],
        family_of[kept].astype(np.int64),
    )
