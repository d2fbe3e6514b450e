"""k-center (coreset): cover the pool, so that no item is far from a labelled one."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.distances import nearest, squared_distances, squared_norms
from active_learning.strategies.pool import FloatArray, IntArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Selection, Strategy

REASON = "farthest from everything labelled or chosen so far"


def k_center_scores(pool: Pool, _options: Options, rng: np.random.Generator) -> FloatArray:
    """Return (size,) distance to the nearest labelled item, or to a random one where none is."""
    return _first_distances(pool, rng)


def choose_k_center(pool: Pool, n: int, _options: Options, rng: np.random.Generator) -> Selection:
    """Choose greedily the item farthest from all labelled and chosen ones.

    Without labelled items the first is the one farthest from a random one. Greedy choice covers
    the pool within twice the best possible radius. One pass over the embeddings per item chosen.

    References
    ----------
    Gonzalez, "Clustering to minimize the maximum intercluster distance", 1985; Sener and
    Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR 2018.
    """
    embeddings = pool.need("embeddings")
    norms = squared_norms(embeddings)
    distances = _first_distances(pool, rng) ** 2
    picked = np.empty(n, dtype=np.int64)
    scores = np.empty(n)
    # Equal distances (a constant pool) are taken in random order.
    tie_break = rng.permutation(pool.size)
    for place in range(n):
        best = _argmax(distances, tie_break)
        picked[place], scores[place] = best, np.sqrt(max(distances[best], 0))
        centre = np.asarray(embeddings[best], dtype=np.float32)
        for rows in row_chunks(embeddings):
            new = norms[rows] + norms[best] - 2 * (embeddings[rows] @ centre)
            np.minimum(distances[rows], np.maximum(new, 0), out=distances[rows])
        distances[picked[: place + 1]] = -1
    return Selection(picked, scores, "k_center", REASON)


def _first_distances(pool: Pool, rng: np.random.Generator) -> FloatArray:
    """Return each item's distance to the nearest labelled one, or to a random one."""
    embeddings = pool.need("embeddings")
    if pool.labelled_embeddings is not None:
        return np.sqrt(nearest(embeddings, pool.labelled_embeddings)[1])
    start = int(rng.integers(pool.size))
    distances = np.zeros(pool.size)
    for rows in row_chunks(embeddings):
        distances[rows] = squared_distances(embeddings[rows], embeddings[[start]])[:, 0]
    return np.sqrt(distances)


def _argmax(values: FloatArray, tie_break: IntArray) -> int:
    """Return the place of the highest value, of several the one first in a shuffled order."""
    level = np.flatnonzero(values == values.max())
    return int(level[tie_break[level].argmin()])


K_CENTER = Strategy(
    "k_center",
    ("embeddings",),
    "distance to the nearest labelled item",
    k_center_scores,
    choose_k_center,
)
