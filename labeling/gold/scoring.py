"""What a record on known answers says: intervals, the rate of gold, doubt about an item.

Plain functions over counts. The intervals may be looked at after every answer: somebody whose true
accuracy is at the bar is paused with probability at most 1 − confidence however long they work,
which a fixed-n interval looked at again and again does not promise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

STEPS: Final = 60
"""Halvings of an interval's end: far below what a count can tell."""
Z: Final = 1.959963984540054
WIDE: Final = 0.5
"""Width of the accuracy's interval (some seven answers) down to which the first rate holds."""
PRIOR_N: Final = 2.0
PRIOR_MISS: Final = 0.2
"""A gold item that nobody has answered is thought to be missed by one in five."""
EASY: Final = 0.1
HARD: Final = 0.35
BUCKETS: Final = ("easy", "middle", "hard")


@dataclass(frozen=True, slots=True)
class Interval:
    """A share between 0 and 1 with its ends."""

    low: float
    high: float


def _log_beta(a: float, b: float) -> float:
    return math.lgamma(a) + math.lgamma(b) - math.lgamma(a + b)


def log_evidence(right: int, n: int, share: float) -> float:
    """Log of the evidence of `right` of `n` against a true share, by the uniform mixture.

    Under that share it is a martingale that starts at 1, so it exceeds 1/α at any time with
    probability at most α (Ville's inequality).

    References
    ----------
    Robbins, "Statistical methods related to the law of the iterated logarithm", 1970; Howard et
    al., "Time-uniform, nonparametric, nonasymptotic confidence sequences", 2021.

    """
    wrong = n - right
    if (share <= 0 and right) or (share >= 1 and wrong):
        return math.inf
    seen = (right * math.log(share) if right else 0.0) + (
        wrong * math.log1p(-share) if wrong else 0.0
    )
    return _log_beta(1 + right, 1 + wrong) - seen


def interval(right: int, n: int, confidence: float) -> Interval:
    """Return the shares that the answers do not contradict, at whatever time one looks.

    Parameters
    ----------
    right, n
        Right and all answers.
    confidence
        Coverage over all looks together.

    """
    if n == 0:
        return Interval(0.0, 1.0)
    limit = -math.log(1 - confidence)
    value = right / n
    return Interval(_end(right, n, limit, value, 0.0), _end(right, n, limit, value, 1.0))


def _end(right: int, n: int, limit: float, inside: float, outside: float) -> float:
    """Return the last share from `inside` towards `outside` whose evidence is within the limit."""
    if log_evidence(right, n, outside) <= limit:
        return outside
    for _ in range(STEPS):
        middle = (inside + outside) / 2
        if log_evidence(right, n, middle) <= limit:
            inside = middle
        else:
            outside = middle
    return inside


def wilson_width(right: int, n: int) -> float:
    """Return the width of Wilson's 95 % interval, 1 without an answer: one line of arithmetic."""
    if n == 0:
        return 1.0
    value, square = right / n, Z * Z
    spread = Z * math.sqrt(value * (1 - value) / n + square / (4 * n * n))
    return 2 * spread / (1 + square / n)


def gold_rate(
    right: int,
    n: int,
    *,
    first: float,
    least: float,
    firm_width: float,
    urgency: float | None = None,
) -> float:
    """Return the share of gold that somebody is served: high at first, falling as it firms.

    Parameters
    ----------
    right, n
        The record on gold.
    first, least
        The rate without a record, and with a firm one.
    firm_width
        Width of the interval at which the record is firm.
    urgency
        What a planner makes of the record instead: 0 the least rate, 1 the first.

    """
    loose = (wilson_width(right, n) - firm_width) / (WIDE - firm_width)
    loose = loose if urgency is None else urgency
    return least + (first - least) * min(max(loose, 0.0), 1.0)


def is_below(right: int, n: int, bar: float, confidence: float, least_n: int) -> bool:
    """Return whether the interval's upper end lies below the bar, on enough answers."""
    return n >= least_n and interval(right, n, confidence).high < bar


def is_doubtful(missed: int, n: int, *, miss: float, least: int, confidence: float) -> bool:
    """Return whether so many good people missed a gold item that the item itself is in doubt.

    The lower end of the share of good people who miss it lies above what is tolerated.
    """
    return n >= least and interval(missed, n, confidence).low > miss


def difficulty_of(missed: int, n: int, guess: float | None) -> float:
    """Return the expected share that misses a known item, from what was seen and a guess."""
    prior = PRIOR_MISS if guess is None else guess
    return (missed + PRIOR_N * prior) / (n + PRIOR_N)


def bucket_of(difficulty: float) -> str:
    """Return whether a share of differing answers is easy, middle or hard."""
    if difficulty < EASY:
        return "easy"
    return "hard" if difficulty >= HARD else "middle"
