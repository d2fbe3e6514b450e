"""Rows of a snapshot as what trainers take: one class an item, or its distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Targets:
    """What a trainer is given, one entry for each class that an item's label names.

    Attributes
    ----------
    rows
        (n,) which row of the features an entry belongs to; an item with a distribution stands
        once for each class in it.
    labels
        (n,) class by place.
    weights
        (n,) the item's weight, spread over its classes.
    """

    rows: NDArray[np.int64]
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]


def targets_of(rows: Sequence[Mapping[str, Any]], place: Mapping[str, int]) -> Targets:
    """Return the targets of canonical rows; minimising their log loss fits the distributions.

    Every trainer that takes weights thereby takes soft labels: the weighted log loss of the
    entries of an item is its cross-entropy to the distribution.

    Parameters
    ----------
    rows
        With `label`, `weight` and, where there is no single truth, `distribution` (class → share).
    place
        Class key → column.
    """
    found = [
        (number, place[key], row["weight"] * share)
        for number, row in enumerate(rows)
        for key, share in row.get("distribution", {row["label"]: 1.0}).items()
        if share > 0
    ]
    table = np.array([entry[:2] for entry in found], dtype=np.int64).reshape(-1, 2)
    weights = np.array([entry[2] for entry in found], dtype=np.float64)
    return Targets(table[:, 0], table[:, 1], weights)
