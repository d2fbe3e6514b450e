"""How writes go: how many share a commit, and how long a commit takes."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Sequence
from typing import Final

SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
GROUPS: Final = (1, 2, 4, 8, 16, 32, 64)


class Histogram:
    """Counts of values up to each bound, their number and their sum.

    Parameters
    ----------
    bounds
        Ascending; values above the last are counted apart.

    """

    __slots__ = ("_lock", "bounds", "counts", "total")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = tuple(bounds)
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0
        self._lock = threading.Lock()

    def observe(self, value: float) -> None:
        """Count a value."""
        with self._lock:
            self.counts[bisect_left(self.bounds, value)] += 1
            self.total += value


class WriteFigures:
    """What a hub has written since its process began."""

    def __init__(self) -> None:
        self.group_size = Histogram(GROUPS)
        self.commit_seconds = Histogram(SECONDS)
