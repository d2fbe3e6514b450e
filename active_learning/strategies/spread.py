"""The best by score, spread over clusters so that a batch does not repeat itself."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from active_learning.strategies.distances import k_means, unit_rows
from active_learning.strategies.pool import FloatArray, IntArray, Pool
from active_learning.strategies.selection import Options, Selection, top


def choose_spread(
    scores: FloatArray,
    embeddings: FloatArray | None,
    n: int,
    factor: int,
    rng: np.random.Generator,
) -> IntArray:
    """Return n rows round robin over clusters of the ``factor`` · n with the highest scores.

    They are put into n clusters; clusters are visited from the smallest to the largest, each
    giving its best. Without embeddings the n best are the choice.
    """
    best = top(scores, max(n, factor * n), rng)
    if embeddings is not None and len(best) > n > 1:
        rows = unit_rows(embeddings[best])
        best = best[_round_robin(k_means(rows, n, rng))]
    return best[:n]


def spread_by(
    name: str,
    score: Callable[[Pool, Options, np.random.Generator], FloatArray],
    reason: str,
) -> Callable[[Pool, int, Options, np.random.Generator], Selection]:
    """Return a choice of the highest scores, spread over clusters where there are embeddings."""

    def choose(pool: Pool, n: int, options: Options, rng: np.random.Generator) -> Selection:
        scores = score(pool, options, rng)
        picked = choose_spread(scores, pool.embeddings, n, int(options["factor"]), rng)
        return Selection(picked, scores[picked], name, reason)

    return choose


def _round_robin(clusters: IntArray) -> IntArray:
    """Return all places in turns over the clusters, smallest cluster first.

    Places are in order of preference, so a cluster's first place is its best.
    """
    sizes = np.bincount(clusters)
    # The turn in which each place comes up: how many of its cluster stand before it.
    order = np.argsort(clusters, kind="stable")
    turn = np.empty(len(clusters), dtype=np.int64)
    turn[order] = np.arange(len(clusters)) - (np.cumsum(sizes) - sizes)[clusters[order]]
    order = np.lexsort((np.arange(len(clusters)), sizes[clusters], turn))
    return np.asarray(order, dtype=np.int64)
