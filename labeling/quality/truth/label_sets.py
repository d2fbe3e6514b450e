"""The true set of classes behind multi-label answers: each class is a yes-or-no question."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, equally_long, integers
from labeling.quality.truth.methods import infer_truth

LIKELY = 0.5


@dataclass(frozen=True, eq=False)
class SetEstimate:
    """The inferred set of classes of every item.

    Attributes
    ----------
    membership
        (n_items, n_classes) probability that the class belongs to the item's set.
    """

    membership: FloatArray

    @property
    def sets(self) -> list[frozenset[int]]:
        """The classes of each item that are likelier in its set than out of it."""
        return [frozenset(np.flatnonzero(row > LIKELY).tolist()) for row in self.membership]


def infer_sets(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    sets: Sequence[Collection[int]],
    n_classes: int,
    *,
    method: str = "dawid_skene",
    n_items: int | None = None,
) -> SetEstimate:
    """Infer sets of classes, one binary truth inference per class that anybody named.

    So an annotator may overlook one class and overuse another. A class that nobody named is in
    no set; an item without answers has each class at its share among the answered items.

    Parameters
    ----------
    items, annotators
        (n_answers,) integers, as for `infer_truth`.
    sets
        (n_answers,) the classes of each answer, from 0; an empty one says "none of them".
    n_classes
        Number of declared classes.
    method
        A name in `METHODS`.
    n_items
        Rows of the result; by default up to the highest item.

    Raises
    ------
    ValueError
        Arrays of different lengths, a class out of range, an unknown method.
    """
    rows = integers("items", items, below=n_items)
    equally_long(items=rows.size, sets=len(sets))
    count = n_items if n_items is not None else int(rows.max(initial=-1)) + 1
    membership = np.zeros((count, n_classes))
    answer = np.repeat(np.arange(len(sets)), [len(named) for named in sets])
    named = integers("sets", [given for found in sets for given in found], below=n_classes)
    for place in np.unique(named).tolist():
        said = np.zeros(len(sets), dtype=np.int64)
        said[answer[named == place]] = 1
        estimate = infer_truth(rows, annotators, said, 2, method=method, n_items=count)
        membership[:, place] = estimate.posterior[:, 1]
    return SetEstimate(membership)
