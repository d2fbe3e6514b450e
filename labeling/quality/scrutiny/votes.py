"""The votes of one question, and what everybody else said of an item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, IntArray, compress, equally_long, integers


@dataclass(frozen=True, eq=False)
class Votes:
    """Every vote; make it with `read_votes`.

    Attributes
    ----------
    items, annotators, given
        (n_votes,) item row, place in `annotator_ids`, class; in the order they were given.
    annotator_ids
        (n_annotators,) the callers' numbers, sorted.
    counts
        (n_items, n_classes) how often each class was given.
    """

    items: IntArray
    annotators: IntArray
    given: IntArray
    annotator_ids: IntArray
    counts: FloatArray

    @property
    def n_classes(self) -> int:
        """Number of declared classes."""
        return int(self.counts.shape[1])

    def others(self) -> FloatArray:
        """What the others said of each vote's item: (n_votes, n_classes) counts."""
        others: FloatArray = self.counts[self.items]
        others[np.arange(self.given.size), self.given] -= 1.0
        return others

    def agreement(self) -> SharedVotes:
        """Return how far each vote on a shared item agrees with the others, and what is usual."""
        others = self.others()
        n_others = others.sum(axis=1)
        rows = np.flatnonzero(n_others > 0)
        same = others[rows, self.given[rows]] / n_others[rows]
        items, n_items = self.items[rows], self.counts.shape[0]
        n_shared = np.maximum(np.bincount(items, minlength=n_items), 1)
        usual = np.bincount(items, same, n_items) / n_shared
        return SharedVotes(self.annotators[rows], same, usual[items])


@dataclass(frozen=True, eq=False)
class SharedVotes:
    """The votes on items that somebody else answered too.

    Attributes
    ----------
    annotators
        (n_shared,) place in `annotator_ids`; in the order the votes were given.
    same
        (n_shared,) share of the others who said the same.
    usual
        (n_shared,) mean of `same` over the item's votes: how much people agree on it.
    """

    annotators: IntArray
    same: FloatArray
    usual: FloatArray


def read_votes(
    items: npt.ArrayLike, annotators: npt.ArrayLike, answers: npt.ArrayLike, n_classes: int
) -> Votes:
    """Check three parallel arrays, one entry per vote, oldest first; see `infer_truth`.

    Raises
    ------
    ValueError
        Different lengths, or a class out of range.
    """
    rows, people = integers("items", items), integers("annotators", annotators)
    given = integers("answers", answers, below=n_classes)
    equally_long(items=rows.size, annotators=people.size, answers=given.size)
    _, row = compress(rows)
    ids, who = compress(people)
    cells = row * n_classes + given
    n_items = int(row.max(initial=-1)) + 1
    counts = np.bincount(cells, minlength=n_items * n_classes).astype(np.float64)
    return Votes(row, who, given, ids, counts.reshape(n_items, n_classes))


def holm(p_values: FloatArray) -> FloatArray:
    """Adjust p-values so that the chance of any false finding stays below the level.

    References
    ----------
    Holm, "A simple sequentially rejective multiple test procedure", 1979.
    """
    order = np.argsort(p_values, kind="stable")
    factors = p_values.size - np.arange(p_values.size)
    adjusted = np.empty_like(p_values)
    adjusted[order] = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    return adjusted
