"""Ratings as a person hands them over, turned into the item patterns that coefficients count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from labeling.quality.arrays import BoolArray, FloatArray, IntArray

Classes = Sequence[float] | npt.NDArray[np.float64] | int | None
"""The declared classes: their values, their number (then 0 … n - 1), or None: those that occur."""

PAIR = 2
"""Annotators needed before anything can agree."""


@dataclass(frozen=True, eq=False)
class Ratings:
    """Ratings as class places; make it with `read_ratings`.

    Attributes
    ----------
    codes
        (n_annotators, n_items) place in `values`, -1 where missing; annotators without any
        rating are left out.
    values
        (n_values,) the values that occur, ascending.
    scale
        (n_classes,) the declared values, ascending; `values` where none were declared.
    """

    codes: IntArray
    values: FloatArray
    scale: FloatArray

    @property
    def present(self) -> BoolArray:
        """Where there is a rating: (n_annotators, n_items)."""
        return self.codes >= 0

    @property
    def n_items(self) -> int:
        """How many items have at least two ratings."""
        return int((self.present.sum(axis=0) >= PAIR).sum())

    def why_undefined(self) -> str | None:
        """Say why no coefficient at all can be computed, or None."""
        if self.codes.shape[0] == 0:
            return "no ratings yet"
        if self.codes.shape[0] == 1:
            return "one person so far"
        if self.n_items == 0:
            return "no item was rated by two people"
        return None

    def pair(self) -> IntArray | str:
        """(2, n_items) codes of items that both of two annotators rated, or why there are none."""
        why = self.why_undefined()
        if why is None and self.codes.shape[0] > PAIR:
            why = f"this coefficient compares two people, and {self.codes.shape[0]} rated"
        return why or self.codes[:, self.present.all(axis=0)]


@dataclass(frozen=True, eq=False)
class Patterns:
    """Items grouped by the ratings they got: equal items are computed and resampled as one.

    Attributes
    ----------
    n_items
        (n_patterns,) how many items have the pattern.
    counts
        (n_patterns, n_values) CSR, how many annotators gave each value.
    n_ratings
        (n_patterns,) sum of `counts` over the values.
    """

    n_items: IntArray
    counts: sparse.csr_array
    n_ratings: FloatArray

    @classmethod
    def of(cls, codes: IntArray, n_values: int) -> Patterns:
        """Group the columns of `codes`, (n_annotators, n_items), by what was given, not by whom."""
        depth = int((codes >= 0).sum(axis=0).max(initial=0))
        sorted_codes = np.sort(codes, axis=0)[codes.shape[0] - depth :]
        rows, n_items = np.unique(sorted_codes.T, axis=0, return_counts=True)
        places, columns = np.nonzero(rows >= 0)
        counts = sparse.csr_array(
            (np.ones(places.size), (places, rows[places, columns])), shape=(len(rows), n_values)
        )
        return cls(n_items, counts, np.asarray(counts.sum(axis=1), dtype=np.float64))


def read_ratings(ratings: npt.ArrayLike, classes: Classes = None) -> Ratings:
    """Check ratings and number their values.

    Parameters
    ----------
    ratings
        (n_annotators, n_items) numbers, NaN where missing.
    classes
        See `Classes`.

    Raises
    ------
    ValueError
        Not numbers, not two-dimensional, infinite, or a rating outside the declared classes.
    """
    table = np.asarray(ratings, dtype=np.float64)
    if table.ndim != PAIR:
        message = f"ratings must be (n_annotators, n_items), not of shape {table.shape}"
        raise ValueError(message)
    if np.isinf(table).any():
        message = "ratings must be finite, or NaN where missing"
        raise ValueError(message)
    table = table[~np.isnan(table).all(axis=1)]
    present = ~np.isnan(table)
    values, places = np.unique(table[present], return_inverse=True)
    scale = values if classes is None else _scale(classes)
    unknown = np.setdiff1d(values, scale)
    if unknown.size:
        message = f"ratings contain {unknown[0]:g}, which is not among the declared classes"
        raise ValueError(message)
    codes = np.full(table.shape, -1, dtype=np.int64)
    codes[present] = places
    return Ratings(codes, values, scale)


def _scale(classes: Sequence[float] | npt.NDArray[np.float64] | int) -> FloatArray:
    values = range(classes) if isinstance(classes, int | np.integer) else classes
    scale: FloatArray = np.unique(np.asarray(values, dtype=np.float64))
    if scale.size == 0 or not np.isfinite(scale).all():
        message = "classes must be finite numbers, at least one"
        raise ValueError(message)
    return scale
