"""Dawid–Skene when there are thousands of classes: an item's candidates are what was answered."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeling.quality.arrays import FloatArray, IntArray, compress
from labeling.quality.truth.answers import Answers, smoothed_prior
from labeling.quality.truth.confusions import Smoothing
from labeling.quality.truth.em import Stop, iterate


@dataclass(frozen=True, eq=False)
class Candidates:
    """The classes possible on each item, and each answer's meeting with each of them.

    Attributes
    ----------
    items, classes
        (n_slots,) one slot per item and class answered or reviewed on it, sorted by item.
    starts
        (n_items with slots,) first slot of each such item.
    pinned
        (n_slots,) 1 for the reviewed class of a reviewed item, 0 for its other classes, NaN on
        items without review.
    slot, confusion
        (n_meetings,) for each answer and each candidate of its item: the slot, and the
        (annotator, given, true) number that the answer is evidence about.
    row, diagonal
        (n_confusions,) number of the confusion's (annotator, true) row; whether given is true.
    """

    items: IntArray
    classes: IntArray
    starts: IntArray
    pinned: FloatArray
    slot: IntArray
    confusion: IntArray
    row: IntArray
    diagonal: IntArray

    @classmethod
    def of(cls, answers: Answers) -> Candidates:
        """Pair every answer with the candidates of its item."""
        k = answers.n_classes
        reviewed = answers.reviewed
        all_items = np.concatenate([answers.items, reviewed])
        all_classes = np.concatenate([answers.given, answers.pinned[reviewed]])
        slots = np.unique(all_items * k + all_classes)
        items, classes = slots // k, slots % k
        first = np.searchsorted(items, answers.items, side="left")
        n_candidates = np.searchsorted(items, answers.items, side="right") - first
        answer = np.repeat(np.arange(answers.items.size), n_candidates)
        slot = np.arange(answer.size) + np.repeat(
            first - np.cumsum(n_candidates) + n_candidates, n_candidates
        )
        pairs, pair = compress(answers.annotators * k + answers.given)
        keys, confusion = compress(pair[answer] * k + classes[slot])
        given, true = pairs[keys // k] % k, keys % k
        _, row = compress(pairs[keys // k] // k * k + true)
        known = answers.pinned[items]
        pinned = np.where(known < 0, np.nan, (known == classes).astype(np.float64))
        starts = np.flatnonzero(np.diff(items, prepend=-1))
        return cls(
            items, classes, starts, pinned, slot, confusion, row, (given == true).astype(np.int64)
        )

    def normalise(self, log_scores: FloatArray) -> FloatArray:
        """Turn log scores of the slots into probabilities that sum to 1 on each item."""
        sizes = np.diff(self.starts, append=self.items.size)
        log_scores = log_scores - np.repeat(np.maximum.reduceat(log_scores, self.starts), sizes)
        scores: FloatArray = np.exp(log_scores)
        scores /= np.repeat(np.add.reduceat(scores, self.starts), sizes)
        return np.where(np.isnan(self.pinned), scores, self.pinned)


def fit_candidates(answers: Answers, smoothing: Smoothing, stop: Stop) -> tuple[FloatArray, int]:
    """Fit as `dawid_skene` does, with memory for the answers and not for the classes.

    Classes that nobody answered on an item get probability 0 there.
    """
    table = Candidates.of(answers)
    row_total = smoothing.row_total(answers.n_classes)
    pseudo = np.where(table.diagonal == 1, smoothing.diagonal, smoothing.off_diagonal)
    n_rows = int(table.row.max()) + 1

    def step(share: FloatArray) -> FloatArray:
        counts = np.bincount(table.confusion, share[table.slot], pseudo.size)
        totals = np.bincount(table.row, counts, n_rows) + row_total
        log_confusion = np.log(counts + pseudo) - np.log(totals)[table.row]
        log_scores = np.bincount(table.slot, log_confusion[table.confusion], table.items.size)
        return table.normalise(log_scores + np.log(_prior(answers, table, share)))

    votes = np.asarray(answers.votes()[table.items, table.classes])
    with np.errstate(divide="ignore"):  # a reviewed class that nobody answered starts at 0
        start = table.normalise(np.log(votes))
    share, n_iterations = iterate(start, step, stop)
    posterior = np.zeros((answers.n_items, answers.n_classes))
    posterior[table.items, table.classes] = share
    return answers.normalise(posterior), n_iterations


def _prior(answers: Answers, table: Candidates, share: FloatArray) -> FloatArray:
    if answers.item_prior is None:
        counts = np.bincount(table.classes, share, answers.n_classes).astype(np.float64)
        shares = smoothed_prior(counts)
        return shares[table.classes]
    floor = np.finfo(np.float64).tiny  # every candidate ruled out beforehand: the answers decide
    return np.maximum(answers.item_prior[table.items, table.classes], floor)
