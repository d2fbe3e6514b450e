"""Krippendorff's alpha under any distance, for answers that are no numbers."""

from __future__ import annotations

from collections.abc import Callable
from itertools import combinations

import numpy as np
from scipy import sparse

from labeling.quality.agreement.answers import Answers, T, by_item, why_undefined
from labeling.quality.agreement.interval import Coefficient, Terms, estimate
from labeling.quality.agreement.krippendorff import NO_VARIATION
from labeling.quality.agreement.ratings import PAIR
from labeling.quality.agreement.result import Agreement, undefined
from labeling.quality.arrays import FloatArray, IntArray

MOST_EXACT_VALUES = 500
"""Up to so many different answers every pair of them is compared; beyond, a sample is."""
SAMPLED_PAIRS = 50_000
SAMPLE_SEED = 0


def distance_alpha(
    answers: Answers[T],
    distance: Callable[[T, T], float],
    *,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """1 - observed / expected disagreement, disagreement being any distance of two answers.

    Parameters
    ----------
    answers
        (n_annotators, n_items) hashable answers, None where missing.
    distance
        Of two answers: symmetric, 0 for equal ones, at most 1.
    rng
        For a bootstrap interval; jackknife when None. With more than 500 different answers the
        expected disagreement is taken from 50,000 pairs, drawn alike every time, and the interval
        keeps it.

    Raises
    ------
    ValueError
        The rows are not equally long.

    References
    ----------
    Krippendorff, "Content analysis", 4th edition 2018, chapter 12.
    """
    items = by_item(answers)
    why = why_undefined(answers, len(items))
    if why is not None:
        return undefined(len(items), why)
    values = list(dict.fromkeys(given for item in items for given in item))
    place = {value: index for index, value in enumerate(values)}
    scalars = np.array([[len(item), _within(item, distance)] for item in items], dtype=np.float64)
    codes = np.array([place[given] for item in items for given in item])
    rows = np.repeat(np.arange(len(items)), scalars[:, 0].astype(np.int64))
    if len(values) <= MOST_EXACT_VALUES:
        shape = (len(items), len(values))
        classes = sparse.csr_array((np.ones(codes.size), (rows, codes)), shape=shape)
        coefficient = _exact(_distances(values, distance))
    else:
        classes = sparse.csr_array((len(items), 0))
        coefficient = _sampled(codes, values, distance)
    ones = np.ones(len(items), dtype=np.int64)
    return estimate(Terms(ones, scalars, classes), coefficient, len(items), rng, NO_VARIATION)


def _within(item: list[T], distance: Callable[[T, T], float]) -> float:
    """Disagreement of an item's ordered pairs, over one less than its answers."""
    apart = sum(distance(one, other) for one, other in combinations(item, PAIR))
    return 2.0 * apart / (len(item) - 1)


def _distances(values: list[T], distance: Callable[[T, T], float]) -> FloatArray:
    table = np.zeros((len(values), len(values)))
    for row, column in combinations(range(len(values)), PAIR):
        table[row, column] = table[column, row] = distance(values[row], values[column])
    return table


def _exact(table: FloatArray) -> Coefficient:
    def disagreement(scalars: FloatArray, totals: FloatArray) -> tuple[FloatArray, FloatArray]:
        n_answers = scalars[:, 0]
        apart = np.einsum("ij,ij->i", totals @ table, totals)
        return scalars[:, 1] / n_answers, apart / (n_answers * (n_answers - 1.0))

    return Coefficient(disagreement, float(table.max(initial=0.0)))


def _sampled(codes: IntArray, values: list[T], distance: Callable[[T, T], float]) -> Coefficient:
    draw = np.random.default_rng(SAMPLE_SEED)
    first = draw.integers(codes.size, size=SAMPLED_PAIRS)
    second = (first + draw.integers(1, codes.size, size=SAMPLED_PAIRS)) % codes.size
    pairs = zip(codes[first].tolist(), codes[second].tolist(), strict=True)
    expected = float(np.mean([distance(values[one], values[other]) for one, other in pairs]))

    def disagreement(scalars: FloatArray, _: FloatArray) -> tuple[FloatArray, FloatArray]:
        observed: FloatArray = scalars[:, 1] / scalars[:, 0]
        return observed, np.full_like(observed, expected)

    return Coefficient(disagreement)
