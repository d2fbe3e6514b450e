"""The votes of one question, and what everybody else said of an item."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, IntArray, compress, equally_long, integers


@dataclass(frozen=True, eq=False)
class Votes:
    """Every vote, sparse in the classes; make it with `read_votes`.

    Attributes
    ----------
    items, annotators, given
        (n_votes,) item row, place in `annotator_ids`, class; in the order they were given.
    annotator_ids
        (n_annotators,) the callers' numbers, sorted.
    n_classes
        Number of declared classes.
    cells, cell_of, n_of_cell
        (n_cells,) item row · n_classes + class of each that occurs, ascending; (n_votes,) each
        vote's place among them; (n_cells,) how many votes it has.
    n_of_item
        (n_items,) votes of each item.
    """

    items: IntArray
    annotators: IntArray
    given: IntArray
    annotator_ids: IntArray
    n_classes: int
    cells: IntArray
    cell_of: IntArray
    n_of_cell: IntArray
    n_of_item: IntArray

    @property
    def n_items(self) -> int:
        """How many items have a vote."""
        return int(self.n_of_item.size)

    def by_person(self) -> list[IntArray]:
        """Each annotator's votes, as rows in the order they were given."""
        return grouped(self.annotators, self.annotator_ids.size)

    def others_said(self) -> IntArray:
        """(n_votes,) the class that most others gave, the lowest of a tie; -1 without others."""
        item, klass = self.cells // self.n_classes, self.cells % self.n_classes
        order = np.lexsort((klass, -self.n_of_cell, item))
        firsts = np.searchsorted(item[order], np.arange(self.n_items))
        n_cells = np.bincount(item, minlength=self.n_items)
        top = order[firsts]
        next_place = np.minimum(firsts + 1, max(order.size - 1, 0))
        second = np.where(n_cells > 1, order[next_place], -1)
        best, next_best = klass[top], np.where(second >= 0, klass[second], -1)
        n_best = self.n_of_cell[top]
        n_next = np.where(second >= 0, self.n_of_cell[second], 0)
        row = self.items
        left = n_best[row] - 1
        rival = np.where(left > n_next[row], best[row], next_best[row])
        tied = (left == n_next[row]) & (left > 0)
        rival = np.where(tied, np.minimum(best[row], next_best[row]), rival)
        said = np.where(self.given == best[row], rival, best[row])
        return np.where(self.n_of_item[row] > 1, said, -1)

    def agreement(self) -> SharedVotes:
        """Return how far each vote on a shared item agrees with the others, and what is usual."""
        n_others = self.n_of_item[self.items] - 1
        rows = np.flatnonzero(n_others > 0)
        same = (self.n_of_cell[self.cell_of[rows]] - 1) / n_others[rows]
        items = self.items[rows]
        n_shared = np.maximum(np.bincount(items, minlength=self.n_items), 1)
        usual = np.bincount(items, same, self.n_items) / n_shared
        return SharedVotes(self.annotators[rows], same, usual[items], self.annotator_ids.size)


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
    n_annotators
        How many `annotator_ids` there are.
    """

    annotators: IntArray
    same: FloatArray
    usual: FloatArray
    n_annotators: int

    def by_person(self) -> list[IntArray]:
        """Each annotator's shared votes, as rows in the order they were given."""
        return grouped(self.annotators, self.n_annotators)


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
    cells, cell_of = compress(row * n_classes + given)
    return Votes(
        row, who, given, ids, n_classes, cells, cell_of, np.bincount(cell_of), np.bincount(row)
    )


def grouped(groups: IntArray, n_groups: int) -> list[IntArray]:
    """Return the rows of each group, 0 to n_groups - 1, in their order."""
    order = np.argsort(groups, kind="stable")
    ends = np.cumsum(np.bincount(groups, minlength=n_groups))
    return np.split(order, ends[:-1]) if n_groups else []


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
