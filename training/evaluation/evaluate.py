"""Accuracy, recall and precision by class, log loss and calibration of class probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.evaluation.intervals import Estimate, wilson

FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]

LEAST_PROBABILITY = 1e-6
"""A true class that was given less counts as if given this, so that one sure mistake cannot make
the log loss of a whole test set infinite."""

N_BINS = 10
_TOLERANCE = 1e-3


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What one test set says about one model.

    Parameters
    ----------
    n : number of test items.
    accuracy : share of items whose likeliest class is the true one.
    recall : for each class, the share of its items that were found.
    precision : for each class, the share of right ones among items given that class.
    log_loss : mean of minus the natural log of the true class's probability.
    calibration_error : mean distance between stated and seen accuracy, over ten bins of equally
        many items.
    reason : why the figures are undefined, where n is zero.
    """

    n: int
    accuracy: Estimate
    recall: tuple[Estimate, ...]
    precision: tuple[Estimate, ...]
    log_loss: float | None
    calibration_error: float | None
    reason: str | None = None


def evaluate(
    probabilities: FloatArray,
    truth: IntArray,
    n_classes: int,
    weights: FloatArray | None = None,
    *,
    alpha: float = 0.05,
) -> Evaluation:
    """Compare class probabilities with the truth.

    Parameters
    ----------
    probabilities : (n_items, n_classes), rows sum to one.
    truth : (n_items,) class indices.
    n_classes : number of classes of the label schema.
    weights : (n_items,), above zero: one over the inclusion probability where classes were
        oversampled. Intervals then use the effective number of items (Kish).
    alpha : chance that an interval misses.

    Returns
    -------
    Evaluation
        With reasons in words where something is undefined: no items, a class that does not occur
        or is never predicted.

    Raises
    ------
    ValueError
        Naming the argument: other shapes, NaN, rows that do not sum to one, unknown classes.
    """
    p, y, w = _checked(probabilities, truth, n_classes, weights)
    if len(y) == 0:
        reason = "there are no labelled test items"
        none = Estimate.undefined(reason)
        return Evaluation(0, none, (none,) * n_classes, (none,) * n_classes, None, None, reason)
    predicted = p.argmax(axis=1)
    right = predicted == y
    found = p[np.arange(len(y)), y].clip(LEAST_PROBABILITY)
    return Evaluation(
        n=len(y),
        accuracy=_share(right, w, alpha, ""),
        recall=tuple(
            _share(right[y == k], w[y == k], alpha, "no test item has this class")
            for k in range(n_classes)
        ),
        precision=tuple(
            _share(right[predicted == k], w[predicted == k], alpha, "never predicted")
            for k in range(n_classes)
        ),
        log_loss=float(np.average(-np.log(found), weights=w)),
        calibration_error=calibration_error(p.max(axis=1), right, w),
    )


def calibration_error(
    confidence: FloatArray, right: NDArray[np.bool_], weights: FloatArray
) -> float:
    """Return the weighted mean of |stated − seen| over bins of equally many items.

    Parameters
    ----------
    confidence : (n_items,) probability given to the predicted class.
    right : (n_items,) whether it was the true one.
    weights : (n_items,).

    References
    ----------
    Nixon et al., "Measuring calibration in deep learning", 2019 (adaptive binning).
    """
    order = np.argsort(confidence, kind="stable")
    total = 0.0
    for members in np.array_split(order, min(N_BINS, len(order))):
        w = weights[members]
        gap = np.average(confidence[members], weights=w) - np.average(right[members], weights=w)
        total += abs(float(gap)) * float(w.sum())
    return total / float(weights.sum())


def _share(right: NDArray[np.bool_], weights: FloatArray, alpha: float, empty: str) -> Estimate:
    """Return the weighted share of right ones with its interval."""
    if len(right) == 0:
        return Estimate.undefined(empty)
    value = float(np.average(right, weights=weights))
    effective = float(weights.sum() ** 2 / (weights**2).sum())
    low, high = wilson(value, effective, alpha)
    return Estimate(value, low, high, len(right))


def _checked(
    probabilities: FloatArray, truth: IntArray, n_classes: int, weights: FloatArray | None
) -> tuple[FloatArray, IntArray, FloatArray]:
    """Return the three arrays as floats and integers, or name the one that is wrong."""
    p = np.asarray(probabilities, dtype=np.float64)
    y = np.asarray(truth)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    if p.shape != (len(y), n_classes):
        msg = f"probabilities: shape {p.shape}, but {len(y)} items of {n_classes} classes"
        raise ValueError(msg)
    if not np.isfinite(p).all() or (np.abs(p.sum(axis=1) - 1) > _TOLERANCE).any():
        msg = "probabilities: every row must be finite and sum to one"
        raise ValueError(msg)
    if len(y) and (y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= n_classes):
        msg = f"truth: class indices from 0 to {n_classes - 1} are needed"
        raise ValueError(msg)
    if w.shape != y.shape or not np.isfinite(w).all() or (w <= 0).any():
        msg = "weights: one finite number above zero per item is needed"
        raise ValueError(msg)
    return p, y.astype(np.int64), w
