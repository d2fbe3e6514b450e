"""How near a model's probabilities are to the distribution of people's answers.

Where there is no single truth, accuracy against the commonest answer would call a model wrong for
saying what two people of five say. What is measured instead is the distance to the distribution.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.evaluation.evaluate import LEAST_PROBABILITY
from training.evaluation.intervals import Estimate

FloatArray: TypeAlias = NDArray[np.float64]
NO_ITEMS: Final = "there are no labelled test items"
ONE_ANSWER: Final = "no test item has two answers or more, so their noise cannot be told"
_TOLERANCE: Final = 1e-3
_LEAST_ANSWERS: Final = 2


@dataclass(frozen=True, slots=True)
class Nearness:
    """What one test set of opinions says about one model.

    Parameters
    ----------
    n : number of test items.
    brier : half the Brier score against each item's distribution, between 0 and 1; where all
        people agree and the model is sure it is the share of wrong answers.
    cross_entropy : mean of minus the natural log of the probabilities, weighted by the shares.
    noise : what `brier` would be, in expectation, of a model that knew how everybody thinks: few
        answers an item are themselves a sample. None where no item has two answers.
    reason : why figures are undefined, or None.
    """

    n: int
    brier: Estimate
    cross_entropy: Estimate
    noise: float | None
    reason: str | None = None


def measure_nearness(
    probabilities: ArrayLike,
    shares: ArrayLike,
    weights: ArrayLike | None = None,
    n_answers: ArrayLike | None = None,
    *,
    alpha: float = 0.05,
) -> Nearness:
    """Compare class probabilities with the distributions of people's answers.

    Parameters
    ----------
    probabilities, shares : (n_items, n_classes), rows sum to one.
    weights : (n_items,), above zero: one over the inclusion probability.
    n_answers : (n_items,) answers that each distribution is made of.
    alpha : chance that an interval misses.

    Returns
    -------
    Nearness

    Raises
    ------
    ValueError
        Naming the argument: other shapes, NaN, rows that do not sum to one, weights of zero.

    References
    ----------
    Brier, "Verification of forecasts expressed in terms of probability", 1950; Uma et al.,
    "Learning from disagreement: a survey", JAIR 2021, for soft evaluation.
    """
    p, q = checked_shares("probabilities", probabilities), checked_shares("shares", shares)
    if p.shape != q.shape:
        msg = f"probabilities: shape {p.shape}, but shares has {q.shape}"
        raise ValueError(msg)
    w = checked_weights(weights, len(q))
    if len(q) == 0:
        none = Estimate.undefined(NO_ITEMS)
        return Nearness(0, none, none, None, NO_ITEMS)
    noise = _noise(q, w, n_answers)
    return Nearness(
        n=len(q),
        brier=_bounded_mean(half_brier(p, q), w, alpha),
        cross_entropy=_free_mean(soft_cross_entropy(p, q), w, alpha),
        noise=noise,
        reason=ONE_ANSWER if noise is None else None,
    )


def half_brier(probabilities: FloatArray, shares: FloatArray) -> FloatArray:
    """Return half the squared distance of each row from its distribution, between 0 and 1."""
    found: FloatArray = ((probabilities - shares) ** 2).sum(axis=1) / 2
    return found


def soft_cross_entropy(probabilities: FloatArray, shares: FloatArray) -> FloatArray:
    """Return each row's cross-entropy; no probability counts as less than `LEAST_PROBABILITY`."""
    found: FloatArray = -(shares * np.log(probabilities.clip(LEAST_PROBABILITY))).sum(axis=1)
    return found


def checked_shares(name: str, values: ArrayLike) -> FloatArray:
    """Return rows that are distributions, or name what is wrong with them."""
    array = np.asarray(values, dtype=np.float64)
    if array.size == 0 and array.ndim < 2:  # noqa: PLR2004 - an empty list has no columns
        array = array.reshape(0, 0)
    if array.ndim != 2:  # noqa: PLR2004 - items and classes
        msg = f"{name}: one row of probabilities per item is needed, not {array.ndim} axes"
        raise ValueError(msg)
    is_off = np.abs(array.sum(axis=1) - 1) > _TOLERANCE
    if not np.isfinite(array).all() or (array < 0).any() or is_off.any():
        msg = f"{name}: every row must be finite, not negative, and sum to one"
        raise ValueError(msg)
    return array


def checked_weights(weights: ArrayLike | None, n: int) -> FloatArray:
    """Return one weight above zero per item."""
    w = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    if w.shape != (n,) or not np.isfinite(w).all() or (w <= 0).any():
        msg = "weights: one finite number above zero per item is needed"
        raise ValueError(msg)
    return w


def effective_n(weights: FloatArray) -> float:
    """Return how many equally weighted items would know as much (Kish)."""
    return float(weights.sum() ** 2 / (weights**2).sum())


def _noise(shares: FloatArray, weights: FloatArray, n_answers: ArrayLike | None) -> float | None:
    """Return the unbiased estimate of the answers' own variance, as `half_brier` counts it."""
    if n_answers is None:
        return None
    given: NDArray[Any] = np.asarray(n_answers)
    if given.shape != (len(shares),):
        msg = f"n_answers: {len(shares)} numbers are needed, not shape {given.shape}"
        raise ValueError(msg)
    several = given >= _LEAST_ANSWERS
    if not several.any():
        return None
    disagreement = 1 - (shares[several] ** 2).sum(axis=1)
    return float(np.average(disagreement / (given[several] - 1), weights=weights[several]) / 2)


def _bounded_mean(losses: FloatArray, weights: FloatArray, alpha: float) -> Estimate:
    """Return the mean of losses between 0 and 1, its interval with four added items and without.

    Agresti and Coull's items, two of each end, give few items a width; they draw a small loss
    upwards, so that the lower end is that of the losses as they are where it is lower.
    """
    n, value = effective_n(weights), float(np.average(losses, weights=weights))
    square = float(np.average(losses**2, weights=weights))
    plain = _z(alpha) * sqrt(max(square - value**2, 0.0) / n)
    centre, second = (n * value + 2) / (n + 4), (n * square + 2) / (n + 4)
    half = _z(alpha) * sqrt(max(second - centre**2, 0.0) / (n + 4))
    low, high = min(centre - half, value - plain), max(centre + half, value + plain)
    return Estimate(value, max(0.0, low), min(1.0, high), len(losses))


def _free_mean(losses: FloatArray, weights: FloatArray, alpha: float) -> Estimate:
    """Return the mean of losses without an upper bound; no interval of a single item."""
    n, value = effective_n(weights), float(np.average(losses, weights=weights))
    if len(losses) < _LEAST_ANSWERS:
        return Estimate(value, None, None, len(losses), "one item gives no interval")
    spread = float(np.average((losses - value) ** 2, weights=weights))
    half = _z(alpha) * sqrt(spread / max(n - 1, 1.0))
    return Estimate(value, max(0.0, value - half), value + half, len(losses))


def _z(alpha: float) -> float:
    return NormalDist().inv_cdf(1 - alpha / 2)
