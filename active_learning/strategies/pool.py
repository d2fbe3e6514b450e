"""The arrays a strategy may look at, checked once before any strategy runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from active_learning.strategies.checks import (
    FloatArray,
    distributions,
    numbers,
    parts,
    row_chunks,
    shares,
)

__all__ = [
    "POOL_ARGUMENTS",
    "FloatArray",
    "IntArray",
    "Pool",
    "QueryStrategy",
    "make_pool",
    "row_chunks",
]

IntArray: TypeAlias = NDArray[np.int64]
QueryStrategy: TypeAlias = Callable[..., Any]


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
    label_probabilities : (size, n_labels), of each label by itself, where several may apply.
    predicted_values : (n_members, size), a committee's numbers.
    token_probabilities : for each item (n_tokens, n_tags), of its tokens' tags.
    box_probabilities : for each item (n_boxes, n_classes), of what is in its boxes.
    learner, X : a fitted model with ``predict_proba`` and its inputs, for modAL's plug-ins.
    """

    size: int
    probabilities: FloatArray | None = None
    embeddings: FloatArray | None = None
    labelled_embeddings: FloatArray | None = None
    committee_probabilities: FloatArray | None = None
    labels: IntArray | None = None
    n_labelled: int | None = None
    label_probabilities: FloatArray | None = None
    predicted_values: FloatArray | None = None
    token_probabilities: list[FloatArray] | None = None
    box_probabilities: list[FloatArray] | None = None
    learner: Any = None
    X: Any = None

    def need(self, name: str) -> FloatArray:
        """Return one of the arrays, or refuse with its name where it was not passed."""
        array: FloatArray | None = getattr(self, name)
        if array is None:
            msg = f"{name}: the strategy needs it"
            raise ValueError(msg)
        return array

    def need_list(self, name: str) -> list[FloatArray]:
        """Return one of the lists of arrays, or refuse with its name where it was not passed."""
        arrays: list[FloatArray] | None = getattr(self, name)
        if arrays is None:
            msg = f"{name}: the strategy needs it"
            raise ValueError(msg)
        return arrays

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


POOL_ARGUMENTS = (
    "probabilities",
    "embeddings",
    "labelled_embeddings",
    "committee_probabilities",
    "labels",
    "n_labelled",
    "label_probabilities",
    "predicted_values",
    "token_probabilities",
    "box_probabilities",
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
    probabilities = distributions("probabilities", given.get("probabilities"), 2)
    committee = distributions("committee_probabilities", given["committee_probabilities"], 3)
    embeddings = numbers("embeddings", given["embeddings"], 2)
    several = shares("label_probabilities", given["label_probabilities"])
    values = numbers("predicted_values", given["predicted_values"], 2)
    tokens = parts("token_probabilities", given["token_probabilities"])
    boxes = parts("box_probabilities", given["box_probabilities"])
    lengths = {
        "probabilities": None if probabilities is None else probabilities.shape[0],
        "embeddings": None if embeddings is None else embeddings.shape[0],
        "committee_probabilities": None if committee is None else committee.shape[1],
        "label_probabilities": None if several is None else several.shape[0],
        "predicted_values": None if values is None else values.shape[1],
        "token_probabilities": None if tokens is None else len(tokens),
        "box_probabilities": None if boxes is None else len(boxes),
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
        label_probabilities=several,
        predicted_values=values,
        token_probabilities=tokens,
        box_probabilities=boxes,
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


def _labelled(values: Any, embeddings: FloatArray | None) -> FloatArray | None:
    """Return the labelled items' embeddings, which must be as wide as the pool's; None if none."""
    if values is None or np.size(values) == 0:
        return None
    array = numbers("labelled_embeddings", values, 2)
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
