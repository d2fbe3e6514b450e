"""ProbCover: cover as much of the pool as possible with balls of one radius; needs no model."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from active_learning.strategies.distances import k_means, nearest, squared_distances, unit_rows
from active_learning.strategies.pool import FloatArray, IntArray, Pool
from active_learning.strategies.selection import Options, Selection, Strategy

BoolArray: TypeAlias = NDArray[np.bool_]

REASON = "its neighbourhood covers most of what no label covers yet"
_BLOCK = 1024
_SAMPLE = 1000
_DEFAULT_CLASSES = 10


def pure_radius(rows: FloatArray, n_classes: int, purity: float, rng: np.random.Generator) -> float:
    """Return the largest radius at which balls still hold one cluster only.

    Clusters stand in for the classes, which are unknown. ``purity`` is the share of items whose
    ball holds no item of another cluster.

    References
    ----------
    Yehuda et al., "Active learning through a covering lens", NeurIPS 2022, section 4.
    """
    labels = k_means(rows, n_classes, rng)
    sample = rng.choice(len(rows), min(_SAMPLE, len(rows)), replace=False)
    distance = squared_distances(rows[sample], rows)
    foreign = np.where(labels[sample][:, np.newaxis] != labels[np.newaxis, :], distance, np.inf)
    to_foreign = np.sqrt(foreign.min(axis=1))
    radius = float(np.quantile(to_foreign, 1 - purity, method="lower"))
    if np.isfinite(radius):
        return radius * (1 - 1e-6)  # the nearest foreign item itself must stay outside
    return float(np.sqrt(distance.max()))  # one cluster only: every ball is pure


def probcover_scores(pool: Pool, options: Options, rng: np.random.Generator) -> FloatArray:
    """Return (size,) how many of the candidates lie within each item's ball."""
    rows = unit_rows(pool.need("embeddings"))
    places = _part(len(rows), int(options["max_candidates"]), rng)
    radius = _radius(pool, rows[places], options, rng)
    result = np.empty(len(rows))
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        inside = squared_distances(rows[part], rows[places]) <= radius**2
        result[part] = inside.sum(axis=1)
    return result


def choose_probcover(pool: Pool, n: int, options: Options, rng: np.random.Generator) -> Selection:
    """Choose greedily the item whose ball covers most items not yet covered.

    Labelled items cover theirs from the start. When everything is covered the cover begins anew
    among the rest, so that n items always come out. A pool larger than ``max_candidates`` is
    represented by a random part of it (the neighbourhoods are a matrix of one byte a pair).

    References
    ----------
    Yehuda et al., "Active learning through a covering lens", NeurIPS 2022.
    """
    embeddings = pool.need("embeddings")
    places = _part(pool.size, max(int(options["max_candidates"]), n), rng)
    rows = unit_rows(embeddings[places])
    radius = _radius(pool, rows, options, rng)
    inside = _neighbourhoods(rows, radius)
    covered: BoolArray = np.zeros(len(rows), dtype=np.bool_)
    if pool.labelled_embeddings is not None:
        covered = nearest(rows, unit_rows(pool.labelled_embeddings))[1] <= radius**2
    picked, gain = _greedy_cover(inside, covered, n, rng)
    return Selection(places[picked], gain, "probcover", REASON)


def _greedy_cover(
    inside: BoolArray, covered: BoolArray, n: int, rng: np.random.Generator
) -> tuple[IntArray, FloatArray]:
    """Return n rows in greedy order and how many items each newly covered."""
    degree = _degrees(inside, ~covered)
    picked = np.empty(n, dtype=np.int64)
    gain = np.empty(n)
    tie_break = rng.permutation(len(inside))
    free = np.ones(len(inside), dtype=np.bool_)
    for place in range(n):
        if degree[free].max() == 0:
            covered = ~free
            degree = _degrees(inside, ~covered)
        level = np.flatnonzero(free & (degree == degree[free].max()))
        best = int(level[tie_break[level].argmin()])
        picked[place], gain[place], free[best] = best, degree[best], False
        new = np.flatnonzero(inside[best] & ~covered)
        covered = covered | inside[best]
        # Who saw the newly covered items loses them; each item is subtracted once in all.
        degree = degree - _degrees(inside, new)
    return picked, gain


def _degrees(inside: BoolArray, columns: IntArray | BoolArray) -> IntArray:
    """Return how many of the given items each item's ball holds; the matrix is symmetric."""
    counts: IntArray = inside[columns].sum(axis=0, dtype=np.int64)
    return counts


def _neighbourhoods(rows: FloatArray, radius: float) -> BoolArray:
    """Return (n_rows, n_rows), true where two items lie within the radius of each other."""
    inside = np.empty((len(rows), len(rows)), dtype=np.bool_)
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        inside[part] = squared_distances(rows[part], rows) <= radius**2
    # Rounding may put a pair on the border inside for one and outside for the other.
    inside |= inside.T
    np.fill_diagonal(inside, val=True)
    return inside


def _part(size: int, limit: int, rng: np.random.Generator) -> IntArray:
    """Return all places, or a random part of them where they are too many."""
    if size <= limit:
        return np.arange(size)
    return np.sort(rng.choice(size, limit, replace=False))


def _radius(pool: Pool, rows: FloatArray, options: Options, rng: np.random.Generator) -> float:
    """Return the radius as given, or the largest pure one."""
    if options["radius"] is not None:
        return float(options["radius"])
    return pure_radius(rows, pool.known_classes() or _DEFAULT_CLASSES, options["purity"], rng)


PROBCOVER = Strategy(
    "probcover",
    ("embeddings",),
    "how many items lie in its neighbourhood",
    probcover_scores,
    choose_probcover,
    options={"radius": None, "purity": 0.95, "max_candidates": 10_000},
)
