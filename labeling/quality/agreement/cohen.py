"""Cohen's kappa: two annotators, each with class shares of their own."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import sparse

from labeling.quality.agreement.chance_corrected import NO_VARIATION
from labeling.quality.agreement.interval import Coefficient, Terms, estimate
from labeling.quality.agreement.ratings import Classes, read_ratings
from labeling.quality.agreement.result import Agreement, undefined
from labeling.quality.agreement.weights import Credit, Weights
from labeling.quality.arrays import FloatArray, IntArray, compress


def cohen_kappa(
    ratings: npt.ArrayLike,
    *,
    classes: Classes = None,
    weights: Weights = None,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Cohen's kappa of two annotators over the items that both rated.

    Parameters
    ----------
    ratings
        (2, n_items), NaN where missing; undefined, with the reason, for more annotators.
    classes
        Declared class values, or their number.
    weights
        None, "linear" or "quadratic" in the distance of the class values, or a matrix of credits.
    rng
        For a bootstrap interval; jackknife when None.

    Raises
    ------
    ValueError
        Naming the argument that is wrong.

    References
    ----------
    Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
    Measurement 20, 1960; weighted: Psychological Bulletin 70, 1968.
    """
    table = read_ratings(ratings, classes)
    credit = Credit(table, weights)
    both = table.pair()
    if isinstance(both, str):
        return undefined(table.n_items, both)
    n_values = table.values.size

    def disagreement(scalars: FloatArray, shares: FloatArray) -> tuple[FloatArray, FloatArray]:
        n_items, disagreeing = scalars.T
        first, second = shares[:, :n_values], shares[:, n_values:]
        by_chance = credit.by_chance(first, second) / n_items**2
        return disagreeing / n_items, 1.0 - np.where(np.isclose(by_chance, 1.0), 1.0, by_chance)

    terms = _terms(both, n_values, credit)
    return estimate(terms, Coefficient(disagreement), both.shape[1], rng, NO_VARIATION)


def _terms(both: IntArray, n_values: int, credit: Credit) -> Terms:
    """Per pair of classes: one item, its disagreement; and which class each annotator gave."""
    cells, place = compress(both[0] * n_values + both[1])
    first, second = cells // n_values, cells % n_values
    if credit.matrix is None:
        disagreement = (first != second).astype(np.float64)
    else:
        disagreement = 1.0 - credit.matrix[first, second]
    rows = np.tile(np.arange(cells.size), 2)
    columns = np.concatenate([first, second + n_values])
    shape = (cells.size, 2 * n_values)
    marginals = sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=shape)
    scalars = np.stack([np.ones(cells.size), disagreement], axis=1)
    return Terms(np.bincount(place), scalars, marginals)
