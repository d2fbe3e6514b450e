"""A share with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure between low and high, from n items; None and a reason where it is undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None = None

    @classmethod
    def undefined(cls, reason: str) -> Estimate:
        """Return the estimate of something that nothing is known about."""
        return cls(None, None, None, 0, reason)


def wilson(share: float, n: float, alpha: float = 0.05) -> tuple[float, float]:
    """Return the score interval of a share seen in n independent items.

    Parameters
    ----------
    share : between 0 and 1.
    n : number of items above zero; a fraction where weighted items count as fewer.
    alpha : chance that the interval misses; .05 gives 95 %.

    Raises
    ------
    ValueError
        n is not above zero.

    References
    ----------
    Wilson, "Probable inference, the law of succession, and statistical inference", 1927.

    Examples
    --------
    >>> tuple(round(bound, 4) for bound in wilson(0.9, 100))
    (0.8256, 0.9448)
    """
    if n <= 0:
        msg = f"n: {n} items give no interval"
        raise ValueError(msg)
    z = NormalDist().inv_cdf(1 - alpha / 2)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return max(0.0, centre - half), min(1.0, centre + half)
