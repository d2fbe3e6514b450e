"""The true value behind ratings: every annotator has a bias and a spread of their own."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, IntArray, compress, equally_long, integers
from labeling.quality.truth.em import MAX_ITERATIONS, TOLERANCE

PSEUDO_ANSWERS = 2.0
"""So many answers of the average annotator stand behind everybody's bias and spread."""
LEAST_VARIANCE_SHARE = 1e-3
"""Nobody is taken to be steadier than this share of the ratings' variance."""
ROUNDING = 1e-12
"""Variance, relative to the ratings' square, that is rounding and no spread."""


@dataclass(frozen=True, eq=False)
class RatingEstimate:
    """The inferred value of every item, in the unit of the ratings.

    Attributes
    ----------
    value, deviation
        (n_items,) mean and standard deviation of what is believed; an item without answers has
        the mean of all and the spread of all.
    annotator_ids, bias, spread
        (n_annotators,) how far above the truth each rates, and the standard deviation around it.
    n_iterations
        Rounds of the fit.
    """

    value: FloatArray
    deviation: FloatArray
    annotator_ids: IntArray
    bias: FloatArray
    spread: FloatArray
    n_iterations: int

    def nearest(self, scale: npt.ArrayLike) -> FloatArray:
        """Return the point of an ordinal scale, (n_points,), that is nearest to each value."""
        points = np.sort(np.asarray(scale, dtype=np.float64))
        middles = (points[1:] + points[:-1]) / 2.0
        chosen: FloatArray = points[np.searchsorted(middles, self.value)]
        return chosen


def infer_ratings(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    ratings: npt.ArrayLike,
    *,
    n_items: int | None = None,
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
) -> RatingEstimate:
    """Infer ordinal or continuous truth: rating = truth + the annotator's bias + noise.

    Fitted by expectation maximisation; a steady annotator weighs more than a noisy one, and who
    always rates a point too high is read a point lower.

    Parameters
    ----------
    items, annotators
        (n_answers,) integers, as for `infer_truth`.
    ratings
        (n_answers,) finite numbers; the points of an ordinal scale as 1, 2, 3 …
    n_items
        Rows of the result; by default up to the highest item.
    max_iterations, tolerance
        Stop after so many rounds, or when no value moves by the tolerance times the ratings'
        standard deviation.

    Raises
    ------
    ValueError
        Arrays of different lengths, or a rating that is not finite.

    References
    ----------
    Raykar et al., "Learning from crowds", JMLR 11, 2010, section 5 (with a bias added).
    """
    rows, people = integers("items", items, below=n_items), integers("annotators", annotators)
    given = np.asarray(ratings, dtype=np.float64)
    equally_long(items=rows.size, annotators=people.size, ratings=given.size)
    if not np.isfinite(given).all():
        message = "ratings must be finite"
        raise ValueError(message)
    count = n_items if n_items is not None else int(rows.max(initial=-1)) + 1
    ids, who = compress(people)
    return _fit(_Ratings(rows, who, given, count, ids), max_iterations, tolerance)


@dataclass(frozen=True, eq=False)
class _Ratings:
    rows: IntArray
    who: IntArray
    given: FloatArray
    n_items: int
    ids: IntArray


class _Fit:
    """What is believed of items and annotators, round after round."""

    def __init__(self, data: _Ratings) -> None:
        n_people, given = data.ids.size, data.given
        self.data = data
        self.mean = float(given.mean()) if given.size else 0.0
        variance = float(given.var()) if given.size else 0.0
        self.least = max(variance * LEAST_VARIANCE_SHARE, ROUNDING * (1.0 + self.mean**2))
        self.among = max(variance, self.least)
        self.bias: FloatArray = np.zeros(n_people)
        self.noise: FloatArray = np.full(n_people, self.among)
        self.n_given = np.bincount(data.who, minlength=n_people) + PSEUDO_ANSWERS
        self.value: FloatArray = np.full(data.n_items, self.mean)
        self.doubt: FloatArray = np.full(data.n_items, self.among)

    def believe(self) -> None:
        """Update each item's mean and variance under the annotators as they are thought to be."""
        data = self.data
        weight = 1.0 / self.noise[data.who]
        precision = np.bincount(data.rows, weight, data.n_items) + 1.0 / self.among
        corrected = weight * (data.given - self.bias[data.who])
        total = np.bincount(data.rows, corrected, data.n_items) + self.mean / self.among
        self.value = total / precision
        self.doubt = np.reciprocal(precision)

    def learn(self) -> None:
        """Update biases, noises and the spread of the items under what is believed of them."""
        data, n_people = self.data, self.data.ids.size
        apart = data.given - self.value[data.rows]
        bias = np.bincount(data.who, apart, n_people) / self.n_given
        self.bias = bias - np.average(bias, weights=self.n_given)
        squares = (apart - self.bias[data.who]) ** 2 + self.doubt[data.rows]
        total = np.bincount(data.who, squares, n_people) + PSEUDO_ANSWERS * squares.mean()
        self.noise = np.maximum(total / self.n_given, self.least)
        answered = np.unique(data.rows)
        value, doubt = self.value[answered], self.doubt[answered]
        self.mean = float(value.mean())
        self.among = max(float(((value - self.mean) ** 2 + doubt).mean()), self.least)


def _fit(data: _Ratings, max_iterations: int, tolerance: float) -> RatingEstimate:
    fit, rounds = _Fit(data), 0
    enough = tolerance * float(np.sqrt(fit.among))
    for done in range(1, max_iterations + 1 if data.given.size else 0):
        before, rounds = fit.value, done
        fit.believe()
        fit.learn()
        if np.abs(fit.value - before).max() <= enough:
            break
    doubt, spread = np.sqrt(fit.doubt), np.sqrt(fit.noise)
    return RatingEstimate(fit.value, doubt, data.ids, fit.bias, spread, rounds)
