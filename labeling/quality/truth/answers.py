"""The answers of one question as arrays: checked once, then read by every method."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, IntArray, compress, equally_long, integers
from labeling.quality.truth.em import by_row, column_sums, count_by_row

TIE = 1e-9
"""Posterior probabilities closer than this are a tie: sums in another order differ by less."""


@dataclass(frozen=True, eq=False)
class Answers:
    """Every answer to one question; make it with `read_answers`.

    Attributes
    ----------
    items, annotators, given
        (n_answers,) item row, place of the annotator in `annotator_ids`, class answered.
    annotator_ids
        (n_annotators,) the callers' numbers, sorted.
    pinned
        (n_items,) the reviewed class of an item, -1 where it has none.
    item_prior
        (n_items, n_classes) class probabilities known before any answer, or None.
    """

    items: IntArray
    annotators: IntArray
    given: IntArray
    annotator_ids: IntArray
    n_items: int
    n_classes: int
    pinned: IntArray
    item_prior: FloatArray | None = field(default=None)

    def votes(self, weights: FloatArray | None = None) -> FloatArray:
        """Sum of votes, or of the weights of votes: (n_items, n_classes)."""
        cells = self.items * self.n_classes + self.given
        counts = np.bincount(cells, weights, minlength=self.n_items * self.n_classes)
        return counts.astype(np.float64, copy=False).reshape(self.n_items, self.n_classes)

    def normalise(self, scores: FloatArray) -> FloatArray:
        """Turn non-negative scores into probabilities; what has no score gets its prior."""
        sums = by_row(np.add, scores, 0.0)
        unknown = np.flatnonzero(~(sums > 0))
        shares = scores / np.where(sums > 0, sums, 1.0)[:, None]
        shares[unknown] = 0.0
        if unknown.size:
            prior = self.prior(shares)
            shares[unknown] = prior[unknown] if len(prior) == len(shares) else prior
        return self.pin(shares)

    def prior(self, posterior: FloatArray) -> FloatArray:
        """Class probabilities before the answers: the items' own, else the shares of `posterior`.

        One pseudo-item spread over the classes keeps a class that nobody used possible.
        Shape (n_items, n_classes) or (1, n_classes).
        """
        if self.item_prior is not None:
            return self.item_prior
        return smoothed_prior(column_sums(posterior))[None, :]

    def pin(self, posterior: FloatArray) -> FloatArray:
        """Set the reviewed items of `posterior`, in place, to what the review said."""
        posterior[self.reviewed] = 0.0
        posterior[self.reviewed, self.pinned[self.reviewed]] = 1.0
        return posterior

    @cached_property
    def reviewed(self) -> IntArray:
        """The items that are pinned."""
        found: IntArray = np.flatnonzero(self.pinned >= 0)
        return found

    def choose(self, posterior: FloatArray) -> IntArray:
        """Most probable class of each item, (n_items,).

        A tie goes to the class that was answered first on the item (in the order of the arrays),
        and where nobody answered to the lower class. So relabelling items, annotators or classes
        relabels the result and no more. (Giving ties to the class most answered overall is worse:
        a biased crowd answers its favourite too often.)
        """
        labels = posterior.argmax(axis=1)
        least = by_row(np.maximum, posterior, 0.0) - TIE
        rows = np.flatnonzero(count_by_row(posterior, least) > 1)
        if rows.size:
            tied = posterior[rows] >= least[rows, None]
            order = np.where(tied, self._first_places(rows), np.iinfo(np.int64).max)
            labels[rows] = order.argmin(axis=1)
        chosen: IntArray = labels.astype(np.int64, copy=False)
        return chosen

    def _first_places(self, rows: IntArray) -> IntArray:
        """Where each class was first answered on the items `rows`: (n_rows, n_classes)."""
        row_of = np.full(self.n_items, -1, dtype=np.int64)
        row_of[rows] = np.arange(rows.size)
        never = self.given.size + np.arange(self.n_classes)
        first = np.tile(never, (rows.size, 1))
        places = np.flatnonzero(row_of[self.items] >= 0)
        np.minimum.at(first, (row_of[self.items[places]], self.given[places]), places)
        return first


def read_answers(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    n_classes: int,
    *,
    n_items: int | None = None,
    pinned: Mapping[int, int] | None = None,
    item_prior: npt.ArrayLike | None = None,
) -> Answers:
    """Check three parallel arrays and their companions; see `infer_truth` for their meaning.

    Raises
    ------
    ValueError
        Naming the argument that is wrong.
    """
    if n_classes < 1:
        message = f"n_classes must be at least 1, not {n_classes}"
        raise ValueError(message)
    rows = integers("items", items, below=n_items)
    people = integers("annotators", annotators)
    given = integers("answers", answers, below=n_classes)
    equally_long(items=rows.size, annotators=people.size, answers=given.size)
    count = n_items if n_items is not None else int(rows.max(initial=-1)) + 1
    ids, codes = compress(people)
    return Answers(
        items=rows,
        annotators=codes,
        given=given,
        annotator_ids=ids,
        n_items=count,
        n_classes=n_classes,
        pinned=_pinned(pinned or {}, count, n_classes),
        item_prior=None if item_prior is None else _item_prior(item_prior, (count, n_classes)),
    )


def smoothed_prior(counts: FloatArray) -> FloatArray:
    """Class probabilities from (expected) class counts and one pseudo-item: (n_classes,)."""
    shares: FloatArray = (counts + 1.0 / counts.size) / (counts.sum() + 1.0)
    return shares


def vote_share(
    items: npt.ArrayLike, answers: npt.ArrayLike, n_classes: int, n_items: int | None = None
) -> FloatArray:
    """Share of an item's answers that each class got: (n_items, n_classes).

    A row of zeros where an item has no answer.
    """
    rows = integers("items", items, below=n_items)
    table = read_answers(rows, np.zeros_like(rows), answers, n_classes, n_items=n_items)
    votes = table.votes()
    shares: FloatArray = votes / np.maximum(votes.sum(axis=1, keepdims=True), 1.0)
    return shares


def _pinned(pinned: Mapping[int, int], n_items: int, n_classes: int) -> IntArray:
    classes = np.full(n_items, -1, dtype=np.int64)
    rows = integers("pinned (its items)", np.fromiter(pinned, dtype=np.int64), below=n_items)
    reviewed = np.fromiter(pinned.values(), dtype=np.int64)
    classes[rows] = integers("pinned (its classes)", reviewed, below=n_classes)
    return classes


def _item_prior(values: npt.ArrayLike, shape: tuple[int, int]) -> FloatArray:
    prior = np.array(values, dtype=np.float64)
    if prior.shape != shape:
        message = f"item_prior must have shape {shape}, not {prior.shape}"
        raise ValueError(message)
    if not np.isfinite(prior).all() or (prior < 0).any() or (prior.sum(axis=1) <= 0).any():
        message = "item_prior must be finite, not negative, and positive somewhere in every row"
        raise ValueError(message)
    prior /= prior.sum(axis=1, keepdims=True)
    return prior
