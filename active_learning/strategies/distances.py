"""Distances and k-means in chunks, the same bits for the same input.

scikit-learn's k-means adds up per thread, in whatever order they finish, so its last bits and now
and then its clusters change from run to run; a round must be replayable to the same choice.
"""

from __future__ import annotations

import numpy as np

from active_learning.strategies.pool import FloatArray, IntArray, row_chunks

MAX_ITERATIONS = 10
"""Lloyd steps. The clusters only spread a choice; they need not have converged."""

_SMALLEST = float(np.finfo(np.float64).tiny)


def squared_norms(rows: FloatArray) -> FloatArray:
    """Return (n_rows,) squared lengths as float64."""
    result = np.empty(len(rows))
    for part in row_chunks(rows):
        chunk = _as_float(rows[part])
        result[part] = np.einsum("ij,ij->i", chunk, chunk)
    return result


def squared_distances(rows: FloatArray, centres: FloatArray) -> FloatArray:
    """Return (n_rows, n_centres) squared Euclidean distances, never below zero."""
    rows, centres = _as_float(rows), _as_float(centres)
    row_norms = np.einsum("ij,ij->i", rows, rows)
    centre_norms = np.einsum("ij,ij->i", centres, centres)
    result: FloatArray = rows @ centres.T
    result *= -2
    result += row_norms[:, np.newaxis]
    result += centre_norms[np.newaxis, :]
    return np.maximum(result, 0, out=result)


def nearest(rows: FloatArray, centres: FloatArray) -> tuple[IntArray, FloatArray]:
    """Return for each row its nearest centre and the squared distance to it.

    Both sides are taken in blocks, so that memory does not grow with their product.
    """
    which = np.zeros(len(rows), dtype=np.int64)
    least = np.full(len(rows), np.inf)
    block = 2048
    for start in range(0, len(centres), block):
        some = centres[start : start + block]
        for part in _product_chunks(rows, len(some)):
            distance = squared_distances(rows[part], some)
            best = distance.argmin(axis=1)
            closest = distance[np.arange(len(best)), best]
            closer = closest < least[part]
            which[part] = np.where(closer, best + start, which[part])
            least[part] = np.where(closer, closest, least[part])
    return which, least


def unit_rows(rows: FloatArray) -> FloatArray:
    """Return the rows scaled to length one, as float32; rows of zeros stay."""
    result = np.array(rows, dtype=np.float32)
    lengths = np.sqrt(squared_norms(result))
    lengths[lengths == 0] = 1
    result /= lengths[:, np.newaxis].astype(np.float32)
    return result


def k_means(
    rows: FloatArray, n_clusters: int, rng: np.random.Generator, iterations: int = MAX_ITERATIONS
) -> IntArray:
    """Return (n_rows,) cluster indices; fewer clusters come out where rows coincide.

    References
    ----------
    Arthur and Vassilvitskii, "k-means++: the advantages of careful seeding", SODA 2007.
    """
    centres = rows[_seeds(rows, n_clusters, rng)]
    labels, _ = nearest(rows, centres)
    for _ in range(iterations):
        centres = _means(rows, labels, centres)
        moved, _ = nearest(rows, centres)
        if np.array_equal(moved, labels):
            break
        labels = moved
    return labels


def _seeds(rows: FloatArray, n_clusters: int, rng: np.random.Generator) -> list[int]:
    """Return distinct rows far from each other, by k-means++."""
    seeds = [int(rng.integers(len(rows)))]
    weights = squared_distances(rows, rows[seeds])[:, 0].astype(np.float64)
    weights[seeds] = 0
    while len(seeds) < min(n_clusters, len(rows)) and weights.max(initial=0) > _SMALLEST:
        cumulative = np.cumsum(weights)
        draw = rng.random() * cumulative[-1]
        seed = min(int(np.searchsorted(cumulative, draw, side="right")), len(rows) - 1)
        if weights[seed] == 0:  # a draw on the very edge
            seed = int(weights.argmax())
        seeds.append(seed)
        np.minimum(weights, squared_distances(rows, rows[[seed]])[:, 0], out=weights)
        weights[seed] = 0
    return seeds


def _means(rows: FloatArray, labels: IntArray, centres: FloatArray) -> FloatArray:
    """Return each cluster's mean; a cluster that lost all its rows keeps its centre."""
    order = np.argsort(labels, kind="stable")
    counts = np.bincount(labels, minlength=len(centres))
    filled = np.flatnonzero(counts)
    starts = (np.cumsum(counts) - counts)[filled]
    result = np.array(centres, dtype=np.result_type(centres, np.float32))
    result[filled] = np.add.reduceat(rows[order], starts) / counts[filled, np.newaxis]
    return result


def _as_float(rows: FloatArray) -> FloatArray:
    """Return float32 or float64 as they are, and half precision as float32."""
    return rows.astype(np.float32) if rows.dtype.itemsize < np.float32().itemsize else rows


def _product_chunks(rows: FloatArray, n_centres: int) -> list[slice]:
    """Slice rows so that neither they nor their distances to the centres outgrow a chunk."""
    by_width = list(row_chunks(rows))
    by_product = list(row_chunks(np.broadcast_to(np.float32(0), (len(rows), n_centres))))
    return max(by_width, by_product, key=len)
