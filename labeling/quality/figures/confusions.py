"""Which classes are given for which: the cells of a confusion map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.quality.arrays import BoolArray, IntArray
from labeling.quality.figures.answers import Answers, Basis
from labeling.quality.figures.measures import Scope, scope_of
from labeling.quality.figures.reference import Against, reference_of

MOST_SHOWN: Final = 30


@dataclass(frozen=True)
class ConfusionCell:
    """How often a class was given to items of a class; `share` is of that true class."""

    true: str
    given: str
    n: int
    share: float


@dataclass(frozen=True)
class ConfusionMap:
    """People's answers by true and given class.

    Attributes
    ----------
    against
        What is held to be true: `known` from gold and reviews, else the `consensus`.
    classes
        Those that are shown: all, or the most confused ones of `n_classes`.
    cells
        Only those that occur, true class first.
    words
        The finding, in one sentence.
    """

    against: Against
    basis: Basis
    classes: tuple[str, ...]
    n_classes: int
    n_answers: int
    cells: tuple[ConfusionCell, ...]
    words: str
    reason: str | None


@dataclass(frozen=True)
class ConfusionFigures:
    """The maps: against known truth, then against the consensus on each basis."""

    scope: Scope
    maps: tuple[ConfusionMap, ...]


def confusion_figures(answers: Answers) -> ConfusionFigures:
    """Count people's answers by true and given class."""
    reference, person = reference_of(answers), answers.is_person
    known = reference.is_known[answers.items] & answers.is_measured & answers.is_first & person
    settled = (reference.truth >= 0)[answers.items]
    random, chosen = (
        answers.compared(basis) & settled for basis in ("random_sample", "chosen_items")
    )
    truth = reference.truth
    maps = (
        _map(answers, truth, known, "known", "chosen_items"),
        _map(answers, truth, random, "consensus", "random_sample"),
        _map(answers, truth, chosen, "consensus", "chosen_items"),
    )
    return ConfusionFigures(scope_of(answers), maps)


def _map(
    answers: Answers, truth: IntArray, kept: BoolArray, against: Against, basis: Basis
) -> ConfusionMap:
    rows = np.flatnonzero(kept)
    true, given, k = truth[answers.items[rows]], answers.given[rows], answers.n_classes
    true = np.where(answers.is_right(rows) & (against == "known"), given, true)
    cells, counts = np.unique(true * k + given, return_counts=True)
    row, column = cells // k, cells % k
    n_true = np.bincount(true, minlength=k)
    shown = _shown(row, column, counts, k)
    found = [
        ConfusionCell(answers.classes[one], answers.classes[other], n, n / int(n_true[one]))
        for one, other, n in zip(row.tolist(), column.tolist(), counts.tolist(), strict=True)
        if shown[one] and shown[other]
    ]
    return ConfusionMap(
        against=against,
        basis=basis,
        classes=tuple(answers.classes[code] for code in np.flatnonzero(shown).tolist()),
        n_classes=len(answers.classes),
        n_answers=int(rows.size),
        cells=tuple(found),
        words=_words(found),
        reason=None if rows.size else _why_empty(against),
    )


def _shown(row: IntArray, column: IntArray, counts: IntArray, k: int) -> BoolArray:
    """Return which classes fit: those that occur, and of too many the most confused."""
    apart = row != column
    total = np.bincount(row, counts, k) + np.bincount(column, counts, k)
    confused = np.bincount(row[apart], counts[apart], k)
    confused = confused + np.bincount(column[apart], counts[apart], k)
    order = np.lexsort((np.arange(k), -total, -confused))[:MOST_SHOWN]
    shown = np.zeros(k, dtype=bool)
    shown[order[total[order] > 0]] = True
    return shown


def _words(cells: list[ConfusionCell]) -> str:
    wrong = [cell for cell in cells if cell.true != cell.given]
    if not wrong:
        return "No class is given for another" if cells else "Nothing to compare yet"
    most = max(wrong, key=lambda cell: (cell.n, cell.true, cell.given))
    return (
        f"Most often {most.true} is called {most.given}: {most.n:,} times, {most.share:.0%} of it"
    )


def _why_empty(against: Against) -> str:
    if against == "known":
        return "no answer to an item whose truth is known from gold or a review"
    return "no accepted item that two people answered"
