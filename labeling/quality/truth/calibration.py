"""Confidence that means what it says: correct a posterior after the fit, never inside it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray


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
    confidence: npt.ArrayLike, correct: npt.ArrayLike, n_bins: int = 10
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
    sure = np.asarray(confidence, dtype=np.float64)
    right = np.asarray(correct, dtype=np.float64)
    if sure.size == 0:
        return None
    order = np.argsort(sure, kind="stable")
    bins = np.array_split(order, min(n_bins, sure.size))
    gaps = [part.size * abs(sure[part].mean() - right[part].mean()) for part in bins]
    return float(sum(gaps) / sure.size)
