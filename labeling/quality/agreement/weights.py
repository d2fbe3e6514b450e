"""How much two different classes agree: 1 on the diagonal, partial credit beside it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from scipy import sparse

from labeling.quality.agreement.ratings import Ratings
from labeling.quality.arrays import FloatArray

MOST_WEIGHTED_CLASSES = 2_000

Weights = str | npt.ArrayLike | None
"""None or "identity", "linear", "quadratic", or a matrix over the (declared) classes."""


class Credit:
    """The credit that pairs of occurring values get, and the sum over the declared classes.

    Attributes
    ----------
    matrix
        (n_values, n_values), None for plain agreement, so that thousands of classes cost nothing.
    total
        Sum over all pairs of declared classes: Gwet's T_w.
    n_classes
        How many classes are declared, or occur.
    """

    def __init__(self, ratings: Ratings, weights: Weights) -> None:
        """Work out the credit for the values of `ratings`.

        Raises
        ------
        ValueError
            Unknown name, a matrix of another shape, asymmetric, outside 0 … 1, or without full
            credit on the diagonal; more classes than a matrix can hold.
        """
        self.matrix: FloatArray | None = None
        self.n_classes = int(ratings.scale.size)
        self.total = float(self.n_classes)
        if weights is None or (isinstance(weights, str) and weights == "identity"):
            return
        if ratings.scale.size > MOST_WEIGHTED_CLASSES:
            message = f"weights need at most {MOST_WEIGHTED_CLASSES} classes"
            raise ValueError(message)
        full = _named(weights, ratings.scale) if isinstance(weights, str) else _given(weights)
        if full.shape != (ratings.scale.size, ratings.scale.size):
            message = f"weights must cover the {ratings.scale.size} classes, not {full.shape}"
            raise ValueError(message)
        places = np.searchsorted(ratings.scale, ratings.values)
        self.matrix = full[np.ix_(places, places)]
        self.total = float(full.sum())

    def spread(self, counts: sparse.csr_array) -> sparse.csr_array:
        """Count, for each value, the ratings weighted by their credit: same shape as `counts`."""
        return counts if self.matrix is None else sparse.csr_array(counts @ self.matrix)

    def by_chance(self, first: FloatArray, second: FloatArray) -> FloatArray:
        """Credit of independent draws from two distributions (n_draws, n_values): (n_draws,)."""
        spread = second if self.matrix is None else second @ self.matrix
        credit: FloatArray = np.einsum("ij,ij->i", first, spread)
        return credit


def _named(name: str, scale: FloatArray) -> FloatArray:
    power: Callable[[FloatArray], FloatArray]
    if name == "linear":
        power = np.abs
    elif name == "quadratic":
        power = np.square
    else:
        message = f"weights must be identity, linear, quadratic or a matrix, not {name!r}"
        raise ValueError(message)
    span = float(scale[-1] - scale[0]) if scale.size > 1 else 1.0
    credit: FloatArray = 1.0 - power(np.subtract.outer(scale, scale) / span)
    return credit


def _given(weights: npt.ArrayLike) -> FloatArray:
    full = np.asarray(weights, dtype=np.float64)
    square = full.ndim == 2 and full.shape[0] == full.shape[1]  # noqa: PLR2004 - rows and columns
    if not square or not ((full >= 0) & (full <= 1)).all() or not np.allclose(full, full.T):
        message = "weights must be a symmetric matrix of credits from 0 to 1"
        raise ValueError(message)
    if not (full.diagonal() == 1).all():
        message = "weights must give full credit, 1, to equal classes"
        raise ValueError(message)
    return full
