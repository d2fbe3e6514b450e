"""From band keys to links: who is compared with whom, and what hangs together."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_LEADERS: Final = 32
"""A bucket whose members are all unlike each other is given up after so many comparisons each."""


class Link(NamedTuple):
    """Two places that are alike, and how much."""

    first: int
    second: int
    score: float


class Union:
    """Which places hang together (union by the smaller place, paths halved).

    Parameters
    ----------
    n
        Number of places.

    """

    def __init__(self, n: int) -> None:
        self.parent = np.arange(n, dtype=np.int32)

    def find(self, place: int) -> int:
        """Return the place that stands for all that hang together with this one."""
        parent = self.parent
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = int(parent[place])
        return place

    def join(self, first: int, second: int) -> bool:
        """Hang two places together; False where they already did."""
        a, b = self.find(first), self.find(second)
        if a == b:
            return False
        self.parent[max(a, b)] = min(a, b)
        return True

    def roots(self) -> NDArray[np.int32]:
        """Return for each place the one that stands for it."""
        return np.asarray([self.find(place) for place in range(len(self.parent))], dtype=np.int32)


def links_of_band(
    keys: NDArray[Any], union: Union, score: Callable[[int, int], float], threshold: float
) -> Iterator[Link]:
    """Yield links between places that share a key and are alike; enough to join them all.

    The first of a bucket is compared with the others, then the first of those that were unlike it,
    and so on: m comparisons for m copies instead of m².

    Parameters
    ----------
    keys
        One key a place.
    union
        What hangs together already; such pairs are not compared again. It is changed.
    score
        Returns how alike two places are, in [0, 1].
    threshold
        The least score of a link.

    """
    for bucket in _buckets(keys):
        rest = bucket
        for _ in range(MOST_LEADERS):
            leader, unlike = rest[0], []
            for place in rest[1:]:
                if union.find(leader) == union.find(place):
                    continue
                found = score(leader, place)
                if found < threshold:
                    unlike.append(place)
                elif union.join(leader, place):
                    yield Link(leader, place, found)
            if len(unlike) < 2:  # noqa: PLR2004 - one alone has nobody to be compared with
                break
            rest = unlike


def _buckets(keys: NDArray[Any]) -> Iterator[list[int]]:
    """Yield the places of each key that more than one place has, in order."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    cuts = np.flatnonzero(ordered[1:] != ordered[:-1]) + 1
    starts = np.concatenate(([0], cuts))
    ends = np.concatenate((cuts, [len(keys)]))
    for index in np.flatnonzero(ends - starts > 1):
        yield [int(place) for place in order[starts[index] : ends[index]]]
