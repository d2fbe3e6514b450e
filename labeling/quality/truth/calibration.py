"""Confidence that means what it says: correct a posterior after the fit, never inside it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from labeling.quality.arrays import FloatArray

SURE = 1e-3
"""Confidences closer than this to 0 or 1 count as this close: their logit would be without end."""
SLOPE_PRIOR, INTERCEPT_PRIOR = 5.0, 1.0
"""Precision of the belief that a confidence needs no correction; 50 checks outweigh it."""
UNCHANGED = np.array([1.0, 0.0])
BINS = 10
FOLDS = 10


@dataclass(frozen=True)
class Calibration:
    """How a stop score becomes a probability: a line through log-odds; make it with `calibrate`.

    Attributes
    ----------
    slope, intercept
        Of the corrected log-odds over the score's; 1 and 0 change nothing.
    n_checked
        How many checked items it rests on; 0 means that the score promises nothing yet.
    """

    slope: float = 1.0
    intercept: float = 0.0
    n_checked: int = 0

    def apply(self, score: npt.ArrayLike) -> FloatArray:
        """Return the probability that an answer of this score is right; any shape, in [0, 1]."""
        return _logistic(self.slope * _log_odds(score) + self.intercept)


@dataclass(frozen=True)
class ReliabilityBin:
    """What answers of about one confidence promised, and how often they were right."""

    n: int
    promised: float
    right: float


def calibrate(score: npt.ArrayLike, correct: npt.ArrayLike) -> Calibration:
    """Learn from checked items what a stop score is worth.

    Logistic regression of being right on the log-odds of the score, held near "no correction" by
    a normal prior, so that a handful of checks moves it little and one class of outcomes does not
    run away.

    Parameters
    ----------
    score
        (n,) confidence of the chosen class, such as from `temper`.
    correct
        (n,) whether it was right; from gold, reviews or adjudication, never from the same votes.

    Raises
    ------
    ValueError
        The lengths differ.

    References
    ----------
    Platt, "Probabilistic outputs for support vector machines", 1999 (with a prior in place of his
    smoothed targets).
    """
    x, right = _log_odds(score), np.asarray(correct, dtype=np.float64)
    if x.shape != right.shape or x.ndim != 1:
        message = f"score and correct must be equally long, not {x.shape} and {right.shape}"
        raise ValueError(message)
    design = np.stack([x, np.ones_like(x)], axis=1)
    precision = np.array([SLOPE_PRIOR, INTERCEPT_PRIOR])

    def loss(line: FloatArray) -> tuple[float, FloatArray]:
        log_odds, moved = design @ line, line - UNCHANGED
        value = np.logaddexp(0.0, log_odds).sum() - right @ log_odds + precision @ moved**2 / 2.0
        gradient: FloatArray = design.T @ (_logistic(log_odds) - right) + precision * moved
        return float(value), gradient

    slope, intercept = optimize.minimize(loss, UNCHANGED, jac=True, method="L-BFGS-B").x.tolist()
    return Calibration(slope, intercept, int(x.size))


def cross_calibrate(
    score: npt.ArrayLike, correct: npt.ArrayLike, n_folds: int = FOLDS
) -> FloatArray:
    """Return what each checked item would have been promised by the others: (n,).

    A calibration judged on the items it was learnt from looks better than it is; here each item
    is promised by those of the other folds. The folds follow the order of the arrays.
    """
    x, right = np.asarray(score, dtype=np.float64), np.asarray(correct, dtype=np.float64)
    fold = np.arange(x.size) % n_folds
    promised = np.empty(x.size)
    for k in range(min(n_folds, x.size)):
        out = fold == k
        promised[out] = calibrate(x[~out], right[~out]).apply(x[out])
    return promised


def reliability(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, n_bins: int = BINS
) -> list[ReliabilityBin]:
    """Return confidence against truth in bins of equal size, least sure first; [] without items."""
    sure = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    order = np.argsort(sure, kind="stable")
    bins = np.array_split(order, min(n_bins, sure.size)) if sure.size else []
    return [
        ReliabilityBin(part.size, float(sure[part].mean()), float(right[part].mean()))
        for part in bins
    ]


def _log_odds(score: npt.ArrayLike) -> FloatArray:
    inside = np.clip(np.asarray(score, dtype=np.float64), SURE, 1.0 - SURE)
    odds: FloatArray = np.log(inside) - np.log1p(-inside)
    return odds


def _logistic(log_odds: FloatArray) -> FloatArray:
    probability: FloatArray = special.expit(log_odds)
    return probability


def temper(posterior: npt.ArrayLike, vote_share: npt.ArrayLike) -> FloatArray:
    """Mean of a posterior and the vote share: less sure, and right about as often as it says.

    Raw posteriors multiply annotators as if they erred independently, and say .99 where they are
    right .86 of the time. Reviewed items are certain: set them again afterwards.

    Parameters
    ----------
    posterior
        (n_items, n_classes) or (n_classes,), rows sum to 1.
    vote_share
        Of the same shape; a row of zeros where an item has no answer, which leaves its posterior.

    Raises
    ------
    ValueError
        The shapes differ.
    """
    sure = np.asarray(posterior, dtype=np.float64)
    share = np.asarray(vote_share, dtype=np.float64)
    if sure.shape != share.shape:
        message = f"vote_share must have the shape of posterior {sure.shape}, not {share.shape}"
        raise ValueError(message)
    answered = share.sum(axis=-1, keepdims=True) > 0
    return np.where(answered, (sure + share) / 2.0, sure)


def calibration_error(
    confidence: npt.ArrayLike, correct: npt.ArrayLike, n_bins: int = BINS
) -> float | None:
    """Expected calibration error with bins of equal size: mean |confidence - accuracy|.

    Parameters
    ----------
    confidence
        (n,) probability of the chosen class.
    correct
        (n,) whether it was right.
    n_bins
        At most so many bins, of n / n_bins items each.

    Returns
    -------
    float or None
        None where there are no items.

    References
    ----------
    Nguyen and O'Connor, "Posterior calibration and exploratory analysis for natural language
    processing models", EMNLP 2015 (equal-sized bins).
    """
    bins = reliability(confidence, correct, n_bins)
    if not bins:
        return None
    total = sum(found.n for found in bins)
    return sum(found.n * abs(found.promised - found.right) for found in bins) / total
