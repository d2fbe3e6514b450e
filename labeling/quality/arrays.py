"""The array types of the quality functions, and the checks on what enters them."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]


def integers(name: str, values: npt.ArrayLike, below: int | None = None) -> IntArray:
    """Return `values` as a one-dimensional integer array.

    Parameters
    ----------
    name
        What the argument is called, for the error message.
    values
        Integers from 0; an empty sequence is allowed.
    below
        An exclusive upper bound.

    Raises
    ------
    ValueError
        Not one-dimensional, not integers, negative, or at or above `below`.
    """
    array = np.asarray(values)
    if array.ndim != 1:
        message = f"{name} must be one-dimensional, not of shape {array.shape}"
        raise ValueError(message)
    if array.size == 0:
        return np.zeros(0, dtype=np.int64)
    if array.dtype.kind not in "iu":
        message = f"{name} must be integers, not {array.dtype}"
        raise ValueError(message)
    if array.min() < 0 or (below is not None and array.max() >= below):
        limits = "0 or more" if below is None else f"from 0 to {below - 1}"
        message = f"{name} must be {limits}, found {array.min()} to {array.max()}"
        raise ValueError(message)
    return array.astype(np.int64, copy=False)


def equally_long(**lengths: int) -> None:
    """Refuse parallel arrays of different lengths, given by the arguments' names.

    Raises
    ------
    ValueError
        Naming all of them with their lengths.
    """
    if len(set(lengths.values())) > 1:
        message = f"{_listed(lengths)} must be equally long, not {_listed(lengths.values())}"
        raise ValueError(message)


def _listed(parts: Iterable[object]) -> str:
    *first, last = map(str, parts)
    return f"{', '.join(first)} and {last}"


def compress(codes: IntArray, span_limit: int = 10_000_000) -> tuple[IntArray, IntArray]:
    """Number the distinct values of `codes` from 0: (sorted values, place of each code among them).

    The same as `numpy.unique` with its inverse, without the sort where the values are small enough
    to count: on five million codes that is the difference between seconds and a tenth.
    """
    if codes.size == 0 or int(codes.max()) >= span_limit:
        values, places = np.unique(codes, return_inverse=True)
        return values, places.astype(np.int64, copy=False)
    used = np.bincount(codes) > 0
    rank = np.cumsum(used, dtype=np.int64) - 1
    return np.flatnonzero(used), rank[codes]
