"""Intervals over items, from terms computed once per item instead of once per resample."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse
from scipy.special import stdtrit

from labeling.quality.agreement.result import Agreement, undefined
from labeling.quality.arrays import FloatArray, IntArray

DRAWS = 1_000
TAIL = 0.025
LOWEST = -1.0
ROUNDING = 1e-12
LEAST_ITEMS = 2
CHUNK_NUMBERS = 4_000_000
"""At most so many numbers (32 MB) of resampled counts or class sums are held at a time."""


@dataclass(frozen=True, eq=False)
class Terms:
    """What a coefficient sums over items; equal items stand as one pattern.

    Attributes
    ----------
    n_items
        (n_patterns,) how many items have the pattern.
    scalars
        (n_patterns, n_scalars) terms of one item.
    classes
        (n_patterns, n_columns) sparse terms of one item by class.
    """

    n_items: IntArray
    scalars: FloatArray
    classes: sparse.csr_array


@dataclass(frozen=True)
class Coefficient:
    """A coefficient as a function of sums over items.

    Attributes
    ----------
    disagreement
        (scalars (n, n_scalars), classes (n, n_columns)) → observed and chance disagreement, each
        (n,); the coefficient is 1 - observed / chance. Chance 0 or NaN means undefined.
    worst
        The largest disagreement that one item can show.
    lowest
        Where the interval ends at the latest.
    """

    disagreement: Callable[[FloatArray, FloatArray], tuple[FloatArray, FloatArray]]
    worst: float = 1.0
    lowest: float = LOWEST

    def values(self, scalars: FloatArray, classes: FloatArray) -> FloatArray:
        """Return the coefficient for each row of sums, NaN where undefined."""
        observed, chance = self.disagreement(scalars, classes)
        ratio = np.full_like(observed, np.nan)
        np.divide(observed, chance, out=ratio, where=chance > 0)
        return 1.0 - ratio


def estimate(
    terms: Terms,
    coefficient: Coefficient,
    n_items: int,
    rng: np.random.Generator | None,
    why_undefined: str,
) -> Agreement:
    """Return the coefficient with a 95 % interval over items.

    With `rng` the interval is the percentile bootstrap of 1,000 draws of items; without, the
    delete-one jackknife with Student's t, which needs no randomness. Where no item disagreed at all
    neither can see that one might, so the lower end goes to where such items would still have
    been missed with probability 2.5 %; likewise the upper end where none agreed.
    """
    weights = terms.n_items.astype(np.float64)[None, :]
    totals = _totals(terms, weights)
    value = float(coefficient.values(*totals)[0])
    if np.isnan(value):
        return undefined(n_items, why_undefined)
    if n_items < LEAST_ITEMS:
        return Agreement(value, None, None, n_items)
    if rng is None:
        low, high = _jackknife(terms, coefficient, value)
    else:
        low, high = _bootstrap(terms, coefficient, rng)
    low, high = _widened(low, high, coefficient, totals, n_items)
    low, high = max(coefficient.lowest, min(low, value)), min(1.0, max(high, value))
    return Agreement(value, low, high, n_items)


def _widened(
    low: float,
    high: float,
    coefficient: Coefficient,
    totals: tuple[FloatArray, FloatArray],
    n_items: int,
) -> tuple[float, float]:
    """Open an interval that saw only items of one kind, as far as another may have been missed."""
    observed, chance = (float(part[0]) for part in coefficient.disagreement(*totals))
    unseen = (1.0 - TAIL ** (1.0 / n_items)) * coefficient.worst
    if observed <= ROUNDING * chance:
        low = min(low, 1.0 - unseen / chance)
    elif observed >= (1.0 - ROUNDING) * coefficient.worst:
        high = max(high, 1.0 - (coefficient.worst - unseen) / chance)
    return low, high


def _bootstrap(
    terms: Terms, coefficient: Coefficient, rng: np.random.Generator
) -> tuple[float, float]:
    draws = [
        coefficient.values(*_totals(terms, counts))
        for counts in _resampled(terms.n_items, _rows_at_once(terms), rng)
    ]
    values = np.concatenate(draws)
    values = values[~np.isnan(values)]
    if values.size == 0:
        return LOWEST, 1.0
    low, high = np.quantile(values, [TAIL, 1.0 - TAIL])
    return float(low), float(high)


def _resampled(
    n_items: IntArray, rows_at_once: int, rng: np.random.Generator
) -> Iterator[FloatArray]:
    """How often each pattern is drawn, in chunks of rows that make `DRAWS` in all."""
    total = int(n_items.sum())
    for start in range(0, DRAWS, rows_at_once):
        n_rows = min(rows_at_once, DRAWS - start)
        yield rng.multinomial(total, n_items / total, size=n_rows).astype(np.float64)


def _jackknife(terms: Terms, coefficient: Coefficient, value: float) -> tuple[float, float]:
    total = int(terms.n_items.sum())
    scalars, classes = _totals(terms, terms.n_items.astype(np.float64)[None, :])
    left_out = []
    step = _rows_at_once(terms)
    for start in range(0, terms.n_items.size, step):
        part = slice(start, start + step)
        without = classes - terms.classes[part].toarray()
        left_out.append(coefficient.values(scalars - terms.scalars[part], without))
    values = np.concatenate(left_out)
    usable = ~np.isnan(values)
    if terms.n_items[usable].sum() < LEAST_ITEMS:
        return LOWEST, 1.0
    mean = np.average(values[usable], weights=terms.n_items[usable])
    squares = float((terms.n_items[usable] * (values[usable] - mean) ** 2).sum())
    half = float(-stdtrit(total - 1, TAIL) * np.sqrt((total - 1) / total * squares))
    return value - half, value + half


def _totals(terms: Terms, counts: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Sum the terms with each row of `counts`, (n, n_patterns), as numbers of items."""
    return counts @ terms.scalars, (terms.classes.T @ counts.T).T


def _rows_at_once(terms: Terms) -> int:
    width = max(terms.n_items.size, int(terms.classes.shape[1]), 1)
    return max(1, min(DRAWS, CHUNK_NUMBERS // width))
