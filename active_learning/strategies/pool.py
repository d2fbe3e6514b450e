"""The arrays a strategy may look at, checked once before any strategy runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.int64]
QueryStrategy: TypeAlias = Callable[..., Any]

CHUNK_BYTES = 32 * 2**20
"""Rows are read in slices of this many bytes, so that a memory-mapped pool never lies in memory
whole and a pool 100,000 wide needs no more room than one 8 wide."""

SUM_TOLERANCE = 1e-3
"""How far a row of probabilities may be from one: half precision is off by up to 5e-4."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What is known about the items to choose from, and about those already labelled.

    Parameters
    ----------
    size : number of items in the pool.
    probabilities : (size, n_classes), a model's class probabilities.
    embeddings : (size, n_dimensions), dense.
    labelled_embeddings : (n_labelled, n_dimensions), of the items that already have a label.
    committee_probabilities : (n_members, size, n_classes), one model (or dropout draw) each.
    labels : (n_labelled,), class indices of the labelled items.
    n_labelled : how many items have a label, where neither of the two above says it.
    learner, X : a fitted model with ``predict_proba`` and its inputs, for modAL's plug-ins.
    """

    size: int
    probabilities: FloatArray | None = None
    embeddings: FloatArray | None = None
    labelled_embeddings: FloatArray | None = None
    committee_probabilities: FloatArray | None = None
    labels: IntArray | None = None
    n_labelled: int | None = None
    learner: Any = None
    X: Any = None

    def need(self, name: str) -> FloatArray:
        """Return one of the arrays, or refuse with its name where it was not passed."""
        array: FloatArray | None = getattr(self, name)
        if array is None:
            msg = f"{name}: the strategy needs it"
            raise ValueError(msg)
        return array

    def known_labels(self) -> int:
        """Return how many items are labelled: as stated, or as the arrays say, or none."""
        if self.n_labelled is not None:
            return self.n_labelled
        known = self.labels if self.labels is not None else self.labelled_embeddings
        return 0 if known is None else len(known)

    def known_classes(self) -> int | None:
        """Return the number of classes, from the probabilities or the labels; None if unknown."""
        if self.probabilities is not None:
            return int(self.probabilities.shape[1])
        if self.committee_probabilities is not None:
            return int(self.committee_probabilities.shape[2])
        if self.labels is not None and len(self.labels):
            return int(self.labels.max()) + 1
        return None


def row_chunks(array: FloatArray) -> Iterator[slice]:
    """Yield slices over the rows of a matrix, each about ``CHUNK_BYTES`` as float32."""
    width = max(1, int(np.prod(array.shape[1:], dtype=np.int64)))
    rows = max(1, CHUNK_BYTES // (4 * width))
    for start in range(0, len(array), rows):
        yield slice(start, min(start + rows, len(array)))


POOL_ARGUMENTS = (
    "probabilities",
    "embeddings",
    "labelled_embeddings",
    "committee_probabilities",
    "labels",
    "n_labelled",
    "learner",
    "X",
    "pool_size",
)
"""What describes a pool; any other keyword is a strategy's own option."""


def make_pool(arguments: Mapping[str, Any]) -> Pool:
    """Check every array that was passed and return them as one pool.

    Class probabilities with three axes are taken as a committee's.

    Raises
    ------
    ValueError
        An array has the wrong number of axes, holds NaN or infinities, or the lengths differ; the
        message begins with the argument's name.
    """
    given = {name: arguments.get(name) for name in POOL_ARGUMENTS}
    if given["probabilities"] is not None and np.ndim(given["probabilities"]) == 3:  # noqa: PLR2004
        if given["committee_probabilities"] is not None:
            msg = "probabilities: three axes are a committee's, and committee_probabilities is set"
            raise ValueError(msg)
        given["committee_probabilities"] = given.pop("probabilities")
    probabilities = _distributions("probabilities", given.get("probabilities"), 2)
    committee = _distributions("committee_probabilities", given["committee_probabilities"], 3)
    embeddings = _numbers("embeddings", given["embeddings"], 2)
    lengths = {
        "probabilities": None if probabilities is None else probabilities.shape[0],
        "embeddings": None if embeddings is None else embeddings.shape[0],
        "committee_probabilities": None if committee is None else committee.shape[1],
        "X": None if given["X"] is None else int(np.shape(given["X"])[0]),
        "pool_size": given["pool_size"],
    }
    return Pool(
        size=_common_length(lengths),
        probabilities=probabilities,
        embeddings=embeddings,
        labelled_embeddings=_labelled(given["labelled_embeddings"], embeddings),
        committee_probabilities=committee,
        labels=_labels(given["labels"]),
        n_labelled=_count("n_labelled", given["n_labelled"]),
        learner=given["learner"],
        X=given["X"],
    )


def _common_length(lengths: dict[str, int | None]) -> int:
    """Return the one length all given arrays share."""
    given = {name: length for name, length in lengths.items() if length is not None}
    if not given:
        msg = "pool_size: say how many items there are, or pass probabilities or embeddings"
        raise ValueError(msg)
    first, *others = given
    for name in others:
        if given[name] != given[first]:
            msg = f"{name}: {given[name]} items, but {first} has {given[first]}"
            raise ValueError(msg)
    _count(first, given[first])
    return given[first]


def _count(name: str, value: int | None) -> int | None:
    """Refuse a negative number of things."""
    if value is not None and value < 0:
        msg = f"{name}: {value} is negative"
        raise ValueError(msg)
    return value


def _numbers(name: str, values: Any, axes: int) -> FloatArray | None:
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


def _distributions(name: str, values: Any, axes: int) -> FloatArray | None:
    """Return class probabilities whose rows lie in [0, 1] and sum to one."""
    array = _numbers(name, values, axes)
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


def _labelled(values: Any, embeddings: FloatArray | None) -> FloatArray | None:
    """Return the labelled items' embeddings, which must be as wide as the pool's; None if none."""
    if values is None or np.size(values) == 0:
        return None
    array = _numbers("labelled_embeddings", values, 2)
    if array is not None and embeddings is not None and array.shape[1] != embeddings.shape[1]:
        msg = (
            f"labelled_embeddings: {array.shape[1]} dimensions, "
            f"but embeddings has {embeddings.shape[1]}"
        )
        raise ValueError(msg)
    return array


def _labels(values: Any) -> IntArray | None:
    """Return class indices as 64-bit integers."""
    if values is None:
        return None
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        msg = "labels: one class index per labelled item is needed"
        raise ValueError(msg)
    if array.size and array.min() < 0:
        msg = "labels: a class index is negative"
        raise ValueError(msg)
    return array.astype(np.int64)
