"""The difference of two paired shares: score interval, exact test, and how many items it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, sqrt
from statistics import NormalDist

POWER = 0.8
"""Chance with which the wanted number of items is to bring a verdict."""

MOST_ITEMS = 1_000_000
"""Where no smaller number of items would decide, this one is named: in effect, never."""

_STEPS = 60  # halvings of an interval of length two: far below the last bit of a double


@dataclass(frozen=True, slots=True)
class PairedCounts:
    """How two models did on the same n items.

    Parameters
    ----------
    n : number of items.
    wins : items that only the challenger got right.
    losses : items that only the champion got right.

    All three may be fractions, where a larger test set is imagined.
    """

    n: float
    wins: float
    losses: float

    @property
    def difference(self) -> float:
        """Challenger's accuracy minus champion's; zero without items."""
        return (self.wins - self.losses) / self.n if self.n else 0.0

    def scaled(self, n: float) -> PairedCounts:
        """Return the same rates on n items."""
        return PairedCounts(n, self.wins * n / self.n, self.losses * n / self.n)


def score_interval(counts: PairedCounts, z: float) -> tuple[float, float]:
    """Return the score interval of the difference of paired shares.

    Parameters
    ----------
    counts : with n above zero.
    z : normal quantile; 1.96 gives 95 %.

    Holds its level in small samples and with few or no differing items, where Wald's interval has
    no width. Agrees with the score test, so that "the interval excludes −margin" is that test.

    Raises
    ------
    ValueError
        There are no items.

    References
    ----------
    Tango, "Equivalence test and confidence interval for the difference in proportions for the
    paired-sample design", Statistics in Medicine 17, 1998.

    Examples
    --------
    >>> tuple(round(bound, 3) for bound in score_interval(PairedCounts(21, 1, 7), 1.96))
    (-0.517, -0.026)
    """
    if counts.n <= 0:
        msg = "counts: there are no items"
        raise ValueError(msg)
    return _bound(counts, z, -1.0), _bound(counts, z, 1.0)


def mcnemar_exact(counts: PairedCounts) -> float:
    """Return the two-sided p-value of "both are equally good"; one where they never differ.

    References
    ----------
    McNemar, "Note on the sampling error of the difference between correlated proportions", 1947.
    """
    from scipy.stats import binomtest  # half a second at the hub's start, for a gate now and then

    wins, losses = round(counts.wins), round(counts.losses)
    if wins + losses == 0:
        return 1.0
    return float(binomtest(wins, wins + losses, 0.5).pvalue)


def items_needed(counts: PairedCounts, margin: float, alpha: float) -> int:
    """Return how many items in all would bring a verdict, if the rates stay as they are.

    The smallest n at which the score interval, widened so that the verdict comes with power .8,
    lies above −margin or below zero; at most ``MOST_ITEMS``. Without any item yet, one differing
    answer in ten is assumed, half each way.
    """
    z = deciding_z(alpha)
    rates = counts if counts.n else PairedCounts(20, 1, 1)

    def decides(n: int) -> bool:
        low, high = score_interval(rates.scaled(n), z)
        return low > -margin or high < 0

    return smallest_deciding(decides, counts.n)


def deciding_z(alpha: float) -> float:
    """Return the normal quantile of an interval that decides with power `POWER`."""
    normal = NormalDist()
    return normal.inv_cdf(1 - alpha / 2) + normal.inv_cdf(POWER)


def smallest_deciding(decides: Callable[[int], bool], n: float) -> int:
    """Return the smallest number of items above `n` that decides, at most `MOST_ITEMS`.

    Parameters
    ----------
    decides : whether so many items would; once it does, it does for every larger number.
    n : items that there are.
    """
    enough = ceil(n) + 1
    while not decides(enough):
        if enough >= MOST_ITEMS:
            return MOST_ITEMS
        enough = min(2 * enough, MOST_ITEMS)
    short = max(ceil(n), enough // 2)
    while enough - short > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if decides(middle) else (middle, enough)
    return enough


def _bound(counts: PairedCounts, z: float, end: float) -> float:
    """Return the value between the difference and ±1 at which the score statistic is z."""
    inside, outside = counts.difference, end
    for _ in range(_STEPS):
        middle = (inside + outside) / 2
        if abs(_score(counts, middle)) <= z:
            inside = middle
        else:
            outside = middle
    return (inside + outside) / 2


def _score(counts: PairedCounts, delta: float) -> float:
    """Return Tango's statistic: how many standard errors the difference lies from delta."""
    n, wins, losses = counts.n, counts.wins, counts.losses
    distance = wins - losses - n * delta
    # The likeliest share of losses if the true difference were delta.
    a, b, c = 2 * n, -wins - losses + (2 * n - wins + losses) * delta, -losses * delta * (1 - delta)
    share = (sqrt(max(b * b - 4 * a * c, 0)) - b) / (2 * a)
    variance = n * (2 * share + delta * (1 - delta))
    if variance <= 0:
        return 0.0 if distance == 0 else float("inf")
    return distance / sqrt(variance)
