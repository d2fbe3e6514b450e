"""k-center (coreset): cover the pool, so that no item is far from a labelled one."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.distances import nearest, squared_distances
from active_learning.strategies.pool import FloatArray, IntArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Selection, Strategy

REASON = "farthest from everything labelled or chosen so far"
_BATCH = 1024


def k_center_scores(pool: Pool, _options: Options, rng: np.random.Generator) -> FloatArray:
    """Return (size,) distance to the nearest labelled item, or to a random one where none is."""
    return np.sqrt(_first_distances(pool, rng))


def choose_k_center(pool: Pool, n: int, _options: Options, rng: np.random.Generator) -> Selection:
    """Choose greedily the item farthest from all labelled and chosen ones.

    Without labelled items the first is the one farthest from a random one. Greedy choice covers
    the pool within twice the best possible radius. The choice is exact, though only the items
    that may be the farthest are looked at again after each pick (see `_Cover`).

    References
    ----------
    Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985; Sener and
    Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR 2018.
    """
    cover = _Cover(pool.need("embeddings"), _first_distances(pool, rng))
    picked: list[int] = []
    scores: list[float] = []
    while len(picked) < n:
        place, distance = cover.farthest()
        if distance <= 0:  # everything left coincides with a chosen item
            break
        picked.append(place)
        scores.append(float(np.sqrt(distance)))
        cover.add(place)
    rest = rng.permutation(np.setdiff1d(np.arange(pool.size), picked))[: n - len(picked)]
    indices = np.concatenate([np.array(picked, dtype=np.int64), rest])
    return Selection(indices, np.array(scores + [0.0] * len(rest)), "k_center", REASON)


class _Cover:
    """Each item's squared distance to the nearest centre, brought up to date only where needed.

    A new centre can only shorten distances, so an old one is an upper bound. When the farthest of
    some refreshed items is at least as far as the bounds of all others, it is the farthest of all.

    Parameters
    ----------
    embeddings : (n_items, n_dimensions).
    distances : (n_items,) squared, to the centres there are from the start; is changed.
    """

    def __init__(self, embeddings: FloatArray, distances: FloatArray) -> None:
        self._embeddings = embeddings
        self._bounds = distances
        self._seen = np.zeros(len(distances), dtype=np.int64)
        self._centres: list[int] = []

    def add(self, place: int) -> None:
        """Make an item a centre."""
        self._centres.append(place)
        self._bounds[place] = -1

    def farthest(self) -> tuple[int, float]:
        """Return the item farthest from all centres and its squared distance."""
        size = len(self._bounds)
        batch = min(_BATCH, size)
        while True:
            leading = np.argpartition(self._bounds, size - batch)[size - batch :]
            others_at_most = self._bounds[leading].min() if batch < size else -1.0
            self._refresh(leading)
            best = float(self._bounds[leading].max())
            if best >= others_at_most:
                return int(leading[self._bounds[leading] == best].min()), best
            batch = min(2 * batch, size)

    def _refresh(self, places: IntArray) -> None:
        """Bring the distances of some items up to date with the centres added since."""
        late = places[(self._seen[places] < len(self._centres)) & (self._bounds[places] >= 0)]
        for start in range(0, len(late), _BATCH):
            part = late[start : start + _BATCH]
            centres = self._centres[int(self._seen[part].min()) :]
            distances = squared_distances(self._embeddings[part], self._embeddings[centres])
            self._bounds[part] = np.minimum(self._bounds[part], distances.min(axis=1))
        self._seen[late] = len(self._centres)


def _first_distances(pool: Pool, rng: np.random.Generator) -> FloatArray:
    """Return each item's squared distance to the nearest labelled one, or to a random one."""
    embeddings = pool.need("embeddings")
    if pool.labelled_embeddings is not None:
        return nearest(embeddings, pool.labelled_embeddings)[1]
    start = int(rng.integers(pool.size))
    distances = np.zeros(pool.size)
    for rows in row_chunks(embeddings):
        distances[rows] = squared_distances(embeddings[rows], embeddings[[start]])[:, 0]
    return distances


K_CENTER = Strategy(
    "k_center",
    ("embeddings",),
    "distance to the nearest labelled item",
    k_center_scores,
    choose_k_center,
)
