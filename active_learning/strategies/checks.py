"""Checks of the arrays that strategies are given; every message begins with the argument's name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]

CHUNK_BYTES = 32 * 2**20
"""Rows are read in slices of this many bytes, so that a memory-mapped pool never lies in memory
whole and a pool 100,000 wide needs no more room than one 8 wide."""

SUM_TOLERANCE = 1e-3
"""How far a row of probabilities may be from one: half precision is off by up to 5e-4."""


def row_chunks(array: FloatArray) -> Iterator[slice]:
    """Yield slices over the rows of a matrix, each about ``CHUNK_BYTES`` as float32."""
    width = max(1, int(np.prod(array.shape[1:], dtype=np.int64)))
    rows = max(1, CHUNK_BYTES // (4 * width))
    for start in range(0, len(array), rows):
        yield slice(start, min(start + rows, len(array)))


def numbers(name: str, values: Any, axes: int) -> FloatArray | None:
    """Return an array of finite floating point numbers without copying one that already is."""
    if values is None:
        return None
    if not isinstance(values, np.ndarray) and hasattr(values, "toarray"):
        msg = f"{name}: a dense array is needed; reduce a sparse one to fewer dimensions first"
        raise ValueError(msg)
    array = np.asarray(values)
    if array.dtype.kind not in "fiub":
        msg = f"{name}: numbers are needed, not {array.dtype}"
        raise ValueError(msg)
    if array.ndim != axes:
        msg = f"{name}: {axes} axes are needed, not {array.ndim}"
        raise ValueError(msg)
    if array.dtype.kind != "f":
        array = array.astype(np.float64)
    for rows in row_chunks(array):
        # A NaN or an infinity makes the sum one: a tenth of the time of looking at every number.
        with np.errstate(invalid="ignore", over="ignore"):
            total = float(array[rows].sum(dtype=np.float64))
        if not np.isfinite(total):
            _refuse_not_finite(name, array, rows)
    return array


def _refuse_not_finite(name: str, array: FloatArray, rows: slice) -> None:
    """Name the first row that holds NaN or an infinity."""
    bad = ~np.isfinite(array[rows].reshape(rows.stop - rows.start, -1)).all(axis=1)
    if bad.any():
        msg = f"{name}: NaN or infinite at row {rows.start + int(np.argmax(bad))}"
        raise ValueError(msg)


def distributions(name: str, values: Any, axes: int) -> FloatArray | None:
    """Return class probabilities whose rows lie in [0, 1] and sum to one."""
    array = numbers(name, values, axes)
    if array is None:
        return None
    if len(array) and array.shape[-1] == 0:
        msg = f"{name}: there are no classes"
        raise ValueError(msg)
    members = array if axes == 3 else array[np.newaxis]  # noqa: PLR2004 - axes
    for member in members:
        for rows in row_chunks(member):
            _check_rows(name, member[rows], rows.start)
    return array


def _check_rows(name: str, chunk: FloatArray, start: int) -> None:
    """Name the first row that is no probability distribution."""
    if (chunk < 0).any() or (chunk > 1 + SUM_TOLERANCE).any():
        row = int(np.argmax(((chunk < 0) | (chunk > 1 + SUM_TOLERANCE)).any(axis=1)))
        msg = f"{name}: row {start + row} has a value outside [0, 1]"
        raise ValueError(msg)
    sums = chunk.sum(axis=1, dtype=np.float64)
    wrong = np.abs(sums - 1) > SUM_TOLERANCE
    if wrong.any():
        row = int(np.argmax(wrong))
        msg = f"{name}: row {start + row} sums to {sums[row]:.4g}, not to one"
        raise ValueError(msg)


def shares(name: str, values: Any) -> FloatArray | None:
    """Return (n_items, n_labels) probabilities, each in [0, 1] by itself."""
    array = numbers(name, values, 2)
    if array is not None:
        for rows in row_chunks(array):
            outside = ((array[rows] < 0) | (array[rows] > 1)).any(axis=1)
            if outside.any():
                msg = (
                    f"{name}: row {rows.start + int(np.argmax(outside))} has a value outside [0, 1]"
                )
                raise ValueError(msg)
    return array


def parts(name: str, values: Sequence[Any] | None) -> list[FloatArray] | None:
    """Return for each item the class distributions of its parts: tokens, or boxes; maybe none."""
    if values is None:
        return None
    result: list[FloatArray] = []
    for place, item in enumerate(values):
        if np.size(item) == 0:
            result.append(np.empty((0, 1)))
            continue
        try:
            array = distributions(name, item, 2)
        except ValueError as error:
            msg = f"{error} of item {place}"
            raise ValueError(msg) from error
        assert array is not None  # noqa: S101 - values are none only where the item is
        result.append(array)
    return result
