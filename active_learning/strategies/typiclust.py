"""TypiClust: the most typical item of each cluster that has no label yet; needs no model."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.distances import k_means, squared_distances, unit_rows
from active_learning.strategies.pool import FloatArray, IntArray, Pool
from active_learning.strategies.selection import Options, Selection, Strategy, top

REASON = "typical of a part of the pool that has no label yet"
_SMALLEST_CLUSTER = 5
_LARGEST_MATRIX = 4096
"""Members of a cluster whose distances to each other are computed; beyond it a random part."""


def typicality(rows: FloatArray, n_neighbours: int, rng: np.random.Generator) -> FloatArray:
    """Return (n_rows,) one over the mean distance to the nearest neighbours.

    In more than 4,096 rows the neighbours are looked for in a random part of that size.
    """
    if len(rows) == 1:
        return np.ones(1)
    among = np.arange(len(rows))
    if len(rows) > _LARGEST_MATRIX:
        among = np.sort(rng.choice(among, _LARGEST_MATRIX, replace=False))
    count = min(n_neighbours, len(among) - 1)
    result = np.empty(len(rows))
    for start in range(0, len(rows), _LARGEST_MATRIX):
        part = slice(start, start + _LARGEST_MATRIX)
        distance = np.sqrt(squared_distances(rows[part], rows[among]))
        # Each row that is among them is its own nearest neighbour, at distance zero.
        near = np.partition(distance, count, axis=1)[:, : count + 1].sum(axis=1) / count
        result[part] = 1 / (near + 1e-6)
    return result


def typiclust_scores(pool: Pool, options: Options, rng: np.random.Generator) -> FloatArray:
    """Return (size,) typicality in the pool as a whole, on rows scaled to length one."""
    rows = unit_rows(pool.need("embeddings"))
    return typicality(rows, int(options["neighbours"]), rng)


def choose_typiclust(pool: Pool, n: int, options: Options, rng: np.random.Generator) -> Selection:
    """Choose the most typical item from each of the largest clusters without a labelled item.

    Clusters are labelled + n in number, at most ``max_clusters``. When all have been visited the
    round begins again with the next most typical. A pool larger than ``max_candidates`` is
    represented by a random part of it: what is typical of 50,000 is typical of a million.

    References
    ----------
    Hacohen, Dekel and Weinshall, "Active learning on a budget: opposite strategies suit high and
    low budgets", ICML 2022.
    """
    rows, candidates = _candidates(pool, n, int(options["max_candidates"]), rng)
    known = _labelled_rows(pool, rng)
    both = rows if known is None else np.concatenate([rows, known])
    n_known = len(both) - len(rows)
    clusters = min(n_known + n, max(int(options["max_clusters"]), 1), len(both))
    labels = k_means(both, clusters, rng)
    queues = _queues(rows, labels[: len(rows)], int(options["neighbours"]), rng)
    counts = np.bincount(labels[len(rows) :], minlength=clusters)
    place, score = _visit(queues, counts, n)
    if len(place) < n:
        rest = np.setdiff1d(np.arange(len(rows)), place)
        more = rest[top(np.zeros(len(rest)), n - len(place), rng)]
        place, score = np.concatenate([place, more]), np.concatenate([score, np.zeros(len(more))])
    return Selection(candidates[place], score, "typiclust", REASON)


def _candidates(
    pool: Pool, n: int, limit: int, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    """Return the rows to cluster, scaled to length one, and their places in the pool."""
    embeddings = pool.need("embeddings")
    size = max(limit, n)
    if pool.size <= size:
        return unit_rows(embeddings), np.arange(pool.size)
    places = np.sort(rng.choice(pool.size, size, replace=False))
    return unit_rows(embeddings[places]), places


def _labelled_rows(pool: Pool, rng: np.random.Generator) -> FloatArray | None:
    """Return labelled rows scaled to length one, a random part where they are very many."""
    known = pool.labelled_embeddings
    if known is None:
        return None
    if len(known) > _LARGEST_MATRIX:
        known = known[np.sort(rng.choice(len(known), _LARGEST_MATRIX, replace=False))]
    return unit_rows(known)


def _queues(
    rows: FloatArray, labels: IntArray, n_neighbours: int, rng: np.random.Generator
) -> dict[int, list[tuple[int, float]]]:
    """Return each cluster's items with their typicality, most typical first."""
    queues = {}
    order = np.argsort(labels, kind="stable")
    borders = np.flatnonzero(np.diff(labels[order])) + 1
    for members in np.split(order, borders):
        score = typicality(rows[members], n_neighbours, rng)
        best = top(score, len(members), rng)
        cluster = int(labels[members[0]])
        queues[cluster] = [(int(members[i]), float(score[i])) for i in best]
    return queues


def _visit(
    queues: dict[int, list[tuple[int, float]]], counts: IntArray, n: int
) -> tuple[IntArray, FloatArray]:
    """Take from the clusters in turn: fewest labels first, then the largest.

    Clusters of fewer than five items are left out while there are others: what is rare is not
    typical.
    """
    large = [c for c, queue in queues.items() if len(queue) >= _SMALLEST_CLUSTER] or list(queues)
    order = sorted(large, key=lambda c: (counts[c], -len(queues[c]), c))
    taken: list[tuple[int, float]] = []
    turn = 0
    while len(taken) < n and any(turn < len(queues[c]) for c in order):
        taken += [queues[c][turn] for c in order if turn < len(queues[c])]
        turn += 1
    taken = taken[:n]
    places = np.array([place for place, _ in taken], dtype=np.int64)
    return places, np.array([score for _, score in taken], dtype=np.float64)


TYPICLUST = Strategy(
    "typiclust",
    ("embeddings",),
    "typicality: one over the mean distance to its neighbours",
    typiclust_scores,
    choose_typiclust,
    options={"neighbours": 20, "max_clusters": 500, "max_candidates": 50_000},
)
