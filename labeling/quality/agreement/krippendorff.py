"""Krippendorff's alpha: any number of annotators, missing ratings, four levels of measurement."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
from scipy import sparse

from labeling.quality.agreement.interval import Coefficient, Terms, estimate
from labeling.quality.agreement.ratings import PAIR, Classes, Patterns, read_ratings
from labeling.quality.agreement.result import Agreement, undefined
from labeling.quality.arrays import FloatArray

Level = Literal["nominal", "ordinal", "interval", "ratio"]

MOST_RATIO_VALUES = 2_000
NO_VARIATION = "no variation: every rating that can be compared is the same"


def krippendorff_alpha(
    ratings: npt.ArrayLike,
    level: Level = "nominal",
    *,
    classes: Classes = None,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """1 - observed / expected disagreement, over all ratings on items with two or more.

    Parameters
    ----------
    ratings
        (n_annotators, n_items), NaN where missing.
    level
        How far two values are apart: nominal (0 or 1), ordinal (ratings between them), interval
        (squared difference), ratio (squared difference over sum; values must not be negative).
    classes
        Declared values; they only check the ratings, alpha does not depend on unused classes.
    rng
        For a bootstrap interval; jackknife when None. Either keeps the ordinal distances of the
        whole sample.

    Raises
    ------
    ValueError
        An unknown level, a ratio below zero or with too many distinct values, or wrong ratings.

    References
    ----------
    Krippendorff, "Computing Krippendorff's alpha-reliability", 2011; "Content analysis", 2018.
    """
    if level not in get_args(Level):
        message = f"level must be one of {', '.join(get_args(Level))}, not {level!r}"
        raise ValueError(message)
    table = read_ratings(ratings, classes)
    why = table.why_undefined()
    if why is not None:
        return undefined(table.n_items, why)
    comparable = table.codes[:, table.present.sum(axis=0) >= PAIR]
    patterns = Patterns.of(comparable, table.values.size)
    if level == "nominal":
        terms, coefficient = _nominal(patterns)
    elif level == "ratio":
        terms, coefficient = _ratio(patterns, table.values)
    else:
        values = table.values if level == "interval" else _midranks(patterns)
        terms, coefficient = _squared(patterns, values)
    return estimate(terms, coefficient, table.n_items, rng, NO_VARIATION)


def _nominal(patterns: Patterns) -> tuple[Terms, Coefficient]:
    counts, n = patterns.counts, patterns.n_ratings
    equal = np.asarray((counts * counts).sum(axis=1))
    scalars = np.stack([n, (n * n - equal) / (n - 1.0)], axis=1)
    return Terms(patterns.n_items, scalars, counts), nominal_coefficient()


def nominal_coefficient() -> Coefficient:
    """Alpha from sums of (ratings, disagreement within) and of ratings by class."""

    def disagreement(scalars: FloatArray, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        expected = scalars[:, 0] ** 2 - np.einsum("ij,ij->i", totals, totals)
        return _per_rating(scalars, expected)

    return Coefficient(disagreement)


def _squared(patterns: Patterns, values: FloatArray) -> tuple[Terms, Coefficient]:
    """Squared differences need no table of classes: two moments of the values are enough."""
    centred = values - values.mean()
    counts, n = patterns.counts, patterns.n_ratings
    sums, squares = counts @ centred, counts @ centred**2
    spread = counts.tocoo()
    deviations = spread.data * (centred[spread.col] - (sums / n)[spread.row]) ** 2
    within = np.bincount(spread.row, deviations, n.size)
    scalars = np.stack([n, 2.0 * n * within / (n - 1.0), sums, squares], axis=1)

    def disagreement(scalars: FloatArray, _: FloatArray) -> tuple[FloatArray, FloatArray]:
        n_ratings, _, sums, squares = scalars.T
        return _per_rating(scalars, 2.0 * (n_ratings * squares - sums**2))

    worst = float(np.ptp(values)) ** 2
    no_classes = sparse.csr_array((n.size, 0))
    return Terms(patterns.n_items, scalars, no_classes), Coefficient(disagreement, worst)


def _ratio(patterns: Patterns, values: FloatArray) -> tuple[Terms, Coefficient]:
    if values.min() < 0:
        message = f"ratings must not be negative at the ratio level, found {values.min():g}"
        raise ValueError(message)
    if values.size > MOST_RATIO_VALUES:
        message = f"ratings must have at most {MOST_RATIO_VALUES} distinct values at ratio level"
        raise ValueError(message)
    sums = np.maximum(np.add.outer(values, values), np.finfo(np.float64).tiny)
    distance = (np.subtract.outer(values, values) / sums) ** 2
    counts, n = patterns.counts, patterns.n_ratings
    within = np.asarray((counts * sparse.csr_array(counts @ distance)).sum(axis=1))
    scalars = np.stack([n, within / (n - 1.0)], axis=1)

    def disagreement(scalars: FloatArray, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        return _per_rating(scalars, np.einsum("ij,ij->i", totals @ distance, totals))

    return Terms(patterns.n_items, scalars, counts), Coefficient(
        disagreement, float(distance.max())
    )


def _per_rating(scalars: FloatArray, expected: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Observed and expected disagreement of a pair, from the sums over items and over all pairs."""
    n_ratings, within = scalars[:, 0], scalars[:, 1]
    tolerance = 1e-12 * n_ratings**2
    pairs = n_ratings * (n_ratings - 1.0)
    return within / n_ratings, np.where(expected > tolerance, expected, 0.0) / pairs


def _midranks(patterns: Patterns) -> FloatArray:
    """Mean rank of each value among all comparable ratings.

    Krippendorff's ordinal distance is the squared difference of midranks: the ratings between two
    values and half of those equal to either.
    """
    totals = patterns.counts.T @ patterns.n_items.astype(np.float64)
    ranks: FloatArray = np.cumsum(totals) - totals / 2.0
    ranks /= totals.sum()
    return ranks
