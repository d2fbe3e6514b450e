"""Confidence against truth: how often answers of a confidence were right, on checked items."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.quality.arrays import BoolArray, FloatArray, IntArray, compress
from labeling.quality.figures.answers import NOTHING, Answers, Basis
from labeling.quality.figures.measures import Scope, ShareFigure, scope_of, shared
from labeling.quality.figures.reference import AUDIT
from labeling.quality.skill import accuracy
from labeling.quality.truth import infer_truth
from labeling.quality.truth.calibration import calibration_error, temper

MOST_CELLS: Final = 20_000_000
"""Items × classes that occur: beyond, the share of the votes stands for the fitted confidence."""
LEAST_IN_BIN: Final = 10
MOST_BINS: Final = 10
METHOD: Final = "dawid_skene"


@dataclass(frozen=True)
class ConfidenceBin:
    """Checked items of about one confidence: what it promised, and how often it was right."""

    n: int
    promised: float
    right: float
    low: float
    high: float


@dataclass(frozen=True)
class ConfidenceCurve:
    """Confidence against truth on one basis, the least sure first.

    Attributes
    ----------
    right
        How often the consensus of the answers was right.
    promised
        Its mean confidence.
    error
        Mean distance of both over the bins; None where nothing was checked.
    """

    basis: Basis
    n_checked: int
    right: ShareFigure
    promised: float | None
    error: float | None
    bins: tuple[ConfidenceBin, ...]
    words: str


@dataclass(frozen=True)
class ConfidenceFigures:
    """Curves on randomly drawn reviews, and on everything that was checked.

    The confidence is what the answers alone give: reviews and gold decide only what was right.
    """

    scope: Scope
    method: str
    curves: tuple[ConfidenceCurve, ...]


def confidence_figures(answers: Answers) -> ConfidenceFigures:
    """Hold what the answers believe of checked items against what is known of them."""
    best, sure, method = _beliefs(answers)
    checked = (answers.truth != NOTHING) & (best != NOTHING)
    random = checked & (answers.truth_from == AUDIT)
    curves = (
        _curve(answers, best, sure, random, "random_sample"),
        _curve(answers, best, sure, checked, "chosen_items"),
    )
    return ConfidenceFigures(scope_of(answers), method, curves)


def _beliefs(answers: Answers) -> tuple[IntArray, FloatArray, str]:
    """Return each item's most probable class (-1 without answers), how sure, and the method."""
    rows = np.flatnonzero(answers.is_measured & answers.is_current & answers.is_person)
    items, item = compress(answers.items[rows])
    classes, given = compress(answers.given[rows])
    best = np.full(answers.n_items, NOTHING, dtype=np.int64)
    sure = np.zeros(answers.n_items)
    if not rows.size:
        return best, sure, METHOD
    counts = np.bincount(item)
    if items.size * classes.size > MOST_CELLS:
        cells, n = np.unique(item * classes.size + given, return_counts=True)
        order = np.lexsort((cells % classes.size, -n, cells // classes.size))
        firsts = order[np.searchsorted(cells[order] // classes.size, np.arange(items.size))]
        best[items] = classes[cells[firsts] % classes.size]
        sure[items] = n[firsts] / counts
        return best, sure, "vote_share"
    fitted = infer_truth(item, answers.annotators[rows], given, classes.size, METHOD)
    share = np.zeros((items.size, classes.size))
    np.add.at(share, (item, given), 1.0)
    tempered = temper(fitted.posterior, share / counts[:, None])
    chosen = tempered.argmax(axis=1)
    best[items] = classes[chosen]
    sure[items] = tempered[np.arange(items.size), chosen]
    return best, sure, METHOD


def _curve(
    answers: Answers, best: IntArray, sure: FloatArray, checked: BoolArray, basis: Basis
) -> ConfidenceCurve:
    items = np.flatnonzero(checked)
    right = best[items] == answers.truth[items]
    for place in np.flatnonzero(~right).tolist():
        item = int(items[place])
        right[place] = int(best[item]) in answers.also_right.get(item, frozenset())
    confidence = sure[items]
    found = shared(accuracy(int(right.sum()), int(items.size)), basis)
    n_bins = max(1, min(MOST_BINS, items.size // LEAST_IN_BIN))
    error = calibration_error(confidence, right, n_bins)
    promised = float(confidence.mean()) if items.size else None
    return ConfidenceCurve(
        basis=basis,
        n_checked=int(items.size),
        right=found,
        promised=promised,
        error=error,
        bins=tuple(_bins(confidence, right, n_bins)) if items.size else (),
        words=_words(found, promised),
    )


def _bins(confidence: FloatArray, right: BoolArray, n_bins: int) -> list[ConfidenceBin]:
    order = np.argsort(confidence, kind="stable")
    found = []
    for part in np.array_split(order, n_bins):
        share = accuracy(int(right[part].sum()), int(part.size))
        found.append(
            ConfidenceBin(
                n=int(part.size),
                promised=float(confidence[part].mean()),
                right=share.value or 0.0,
                low=share.low or 0.0,
                high=share.high or 0.0,
            )
        )
    return found


def _words(found: ShareFigure, promised: float | None) -> str:
    if found.value is None or promised is None or found.low is None or found.high is None:
        return "Nothing has been checked yet: the confidence is a stop score"
    if promised > found.high:
        return f"It promises {promised:.0%} and is right {found.value:.0%} of the time"
    if promised < found.low:
        return (
            f"It is right {found.value:.0%} of the time, more than the {promised:.0%} it promises"
        )
    return f"It promises {promised:.0%} and is right {found.value:.0%}: as often as it says"
