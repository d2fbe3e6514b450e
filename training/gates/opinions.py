"""The gate where there is no single truth: who is nearer to the distributions of answers."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from training.evaluation.distributions import (
    FloatArray,
    checked_shares,
    checked_weights,
    effective_n,
    half_brier,
    soft_cross_entropy,
)
from training.gates.compare import check_settings, read_verdict
from training.gates.paired import MOST_ITEMS, deciding_z, smallest_deciding
from training.gates.report import OpinionReport, Verdict

ADDED_ITEMS: Final = 2
"""Items that are added in thought: half a win, half a loss and one tie (Agresti and Min)."""


@dataclass(frozen=True, slots=True)
class PairedGains:
    """By how much the challenger is nearer on n items: the mean and the mean square.

    Where all answers to each item agree and both models are sure, gains are 1, 0 and -1: wins,
    ties and losses of `training.gates.paired`.
    """

    n: float
    mean: float
    square: float

    def scaled(self, n: float) -> PairedGains:
        """Return the same gains on n items."""
        return PairedGains(n, self.mean, self.square)

    def interval(self, z: float) -> tuple[float, float]:
        """Return the interval of the mean gain; one of identical models has a width too.

        References
        ----------
        Agresti and Min, "Simple improved confidence intervals for comparing matched proportions",
        Statistics in Medicine 24, 2005, whose counts are gains of 1 and -1 here.
        """
        n = self.n + ADDED_ITEMS
        mean = self.n * self.mean / n
        variance = max((self.n * self.square + 1) / n - mean**2, 0.0)
        half = z * sqrt(variance / n)
        return max(-1.0, mean - half), min(1.0, mean + half)


UNKNOWN: Final = PairedGains(20, 0.0, 0.1)
"""Assumed before there is an item: one in ten on which they differ, half each way."""


def compare_opinions(
    champion_probabilities: ArrayLike | None,
    challenger_probabilities: ArrayLike,
    shares: ArrayLike,
    *,
    margin: float,
    alpha: float,
    weights: ArrayLike | None = None,
) -> OpinionReport:
    """Judge whether a challenger may replace the champion, by the distributions of answers.

    Each item's loss is half the Brier score of the probabilities against the shares of its
    answers; the gain is the champion's loss minus the challenger's. Pass, fail and inconclusive
    are read off the interval of the mean gain as `training.gates.compare` reads them off the
    difference in accuracy, and `margin` means the same: where everybody agrees and the models are
    sure, half the Brier score is the share of wrong answers.

    A first model (``champion_probabilities`` None) is compared, with margin zero, with always
    answering the test set's own shares of the classes.

    Parameters
    ----------
    champion_probabilities, challenger_probabilities : (n_items, n_classes), rows sum to one.
    shares : (n_items, n_classes), each item's distribution of answers.
    margin : 0 ≤ margin < 1, in half the Brier score.
    alpha : 0 < alpha < 1.
    weights : (n_items,), above zero: one over the inclusion probability.

    Returns
    -------
    OpinionReport

    Raises
    ------
    ValueError
        Naming the argument: other shapes, rows that are no distributions, margin or alpha out of
        range, weights of zero.

    Examples
    --------
    >>> split, agreed = [0.6, 0.4], [0.0, 1.0]
    >>> compare_opinions(
    ...     None, [split, agreed] * 20, [split, agreed] * 20, margin=0.01, alpha=0.05
    ... ).verdict.value
    'pass'
    """
    check_settings(margin, alpha)
    q = checked_shares("shares", shares)
    w = checked_weights(weights, len(q))
    new = _like("challenger_probabilities", challenger_probabilities, q)
    first = champion_probabilities is None
    old = _always(q, w) if first else _like("champion_probabilities", champion_probabilities, q)
    return _judge(old, new, q, w, 0.0 if first else margin, alpha, first=first)


def _judge(
    old: FloatArray,
    new: FloatArray,
    shares: FloatArray,
    weights: FloatArray,
    margin: float,
    alpha: float,
    *,
    first: bool,
) -> OpinionReport:
    """Read the verdict off the interval and put it into words."""
    losses, gains, found = (half_brier(old, shares), half_brier(new, shares)), None, None
    each = losses[0] - losses[1]
    if len(shares):
        gains = PairedGains(
            effective_n(weights),
            float(np.average(each, weights=weights)),
            float(np.average(each**2, weights=weights)),
        )
        found = gains.interval(NormalDist().inv_cdf(1 - alpha / 2))
    low, high = found or (None, None)
    verdict = read_verdict(low, high, margin)
    needs_n = None
    if verdict is Verdict.INCONCLUSIVE:
        needs_n = _items_needed(gains, len(shares), margin, alpha)
    other = "always answering with the shares of the classes" if first else "the champion"
    return OpinionReport(
        verdict=verdict,
        reason=_reason(verdict, low, margin, needs_n, other),
        needs_n=needs_n,
        baseline="class_shares" if first else "champion",
        n=len(shares),
        champion_brier=_mean(losses[0], weights),
        challenger_brier=_mean(losses[1], weights),
        difference=None if gains is None else gains.mean,
        low=low,
        high=high,
        champion_cross_entropy=_mean(soft_cross_entropy(old, shares), weights),
        challenger_cross_entropy=_mean(soft_cross_entropy(new, shares), weights),
        nearer=int((each > 0).sum()),
        farther=int((each < 0).sum()),
        margin=margin,
        alpha=alpha,
    )


def _reason(
    verdict: Verdict, low: float | None, margin: float, needs_n: int | None, other: str
) -> str:
    """Say in one sentence what decided, and that nobody's answer was called the right one."""
    against = "the distributions of the answers"
    if verdict is Verdict.FAIL:
        return f"shown to be farther from {against} than {other}"
    if verdict is Verdict.PASS:
        if low is not None and low > 0:
            return f"shown to be nearer to {against} than {other}"
        return f"shown not to be farther from {against} than {other} by {margin:g} (half Brier)"
    number = f"about {needs_n}" if needs_n != MOST_ITEMS else f"more than {MOST_ITEMS:,}"
    return (
        f"too few test items to tell which is nearer to {against}, it or {other}: {number} in all "
        "would decide"
    )


def _items_needed(gains: PairedGains | None, n: int, margin: float, alpha: float) -> int:
    """Return how many items in all would bring a verdict, if gains and weights stay as they are."""
    rates, z = gains or UNKNOWN, deciding_z(alpha)

    def decides(items: int) -> bool:
        low, high = rates.scaled(items).interval(z)
        return low > -margin or high < 0

    if gains is None:
        return smallest_deciding(decides, 0)
    # Unequal weights make items count for fewer than they are.
    return min(ceil(smallest_deciding(decides, gains.n) * n / gains.n), MOST_ITEMS)


def _always(shares: FloatArray, weights: FloatArray) -> FloatArray:
    """Return the shares of the classes, for every item."""
    if len(shares) == 0:
        return shares
    return np.broadcast_to(np.average(shares, axis=0, weights=weights), shares.shape)


def _like(name: str, values: ArrayLike | None, shares: FloatArray) -> FloatArray:
    """Return probabilities of the same items and classes as the shares."""
    found = checked_shares(name, [] if values is None else values)
    if found.shape != shares.shape:
        msg = f"{name}: shape {found.shape}, but shares has {shares.shape}"
        raise ValueError(msg)
    return found


def _mean(losses: FloatArray, weights: FloatArray) -> float | None:
    return float(np.average(losses, weights=weights)) if len(losses) else None
