"""Labels spread over the nearest neighbours of a pool, labelled and unlabelled rows alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.floating[Any]]

NEIGHBOURS = 10
KEPT = 0.9
"""How much of a row's belief comes from its neighbours in each step."""
STEPS = 25
_BLOCK = 1024
_GROUP = 16
_LEAST = 1e-9


@dataclass(frozen=True, slots=True)
class NeighbourGraph:
    """Who is near whom, and how near.

    Parameters
    ----------
    rows : (n_rows, n_dimensions) float32, on one scale.
    passing : (n_rows, n_rows) sparse, symmetrically normalised weights between neighbours.
    width : squared distance at which a neighbour's weight has fallen to 1/e.
    """

    rows: NDArray[np.float32]
    passing: Any
    width: float

    @classmethod
    def of(cls, rows: NDArray[np.float32]) -> NeighbourGraph:
        """Join each row to its nearest neighbours; the width is the median of their distances."""
        from scipy.sparse import csr_array, diags_array

        count = min(NEIGHBOURS + 1, len(rows))
        places, distances = nearest_rows(rows, rows, count)
        far = distances[:, 1:] if count > 1 else distances
        width = max(float(np.median(far)), _LEAST)
        here = np.repeat(np.arange(len(rows)), count)
        weights = np.exp(-distances.ravel().astype(np.float64) / width)
        weights[here == places.ravel()] = 0
        one_way = csr_array((weights, (here, places.ravel())), shape=(len(rows), len(rows)))
        both = one_way.maximum(one_way.T)
        scale = diags_array(1 / np.sqrt(np.asarray(both.sum(axis=1)).ravel() + _LEAST))
        return cls(rows, (scale @ both @ scale).tocsr(), width)

    def spread(self, known: FloatArray) -> FloatArray:
        """Return (n_rows, n_columns) what rows believe when known ones have passed it on.

        References
        ----------
        Zhou et al., "Learning with local and global consistency", NIPS 2003.
        """
        belief = known
        for _ in range(STEPS):
            belief = KEPT * (self.passing @ belief) + (1 - KEPT) * known
        return belief


def as_shares(belief: FloatArray, shares: FloatArray) -> FloatArray:
    """Return rows that sum to one, each class as frequent in all as ``shares`` says.

    Without that a class with many labels drowns the others (class mass normalisation). What no
    label reached has the shares themselves.

    References
    ----------
    Zhu, Ghahramani and Lafferty, "Semi-supervised learning using Gaussian fields and harmonic
    functions", ICML 2003.
    """
    mass = belief.sum(axis=0)
    scaled = belief * (shares / np.where(mass > 0, mass, 1))
    total = scaled.sum(axis=1, keepdims=True)
    result: FloatArray = np.where(total > 0, scaled / np.where(total > 0, total, 1), shares)
    return result


def ask_neighbours(
    rows: NDArray[np.float32], beliefs: FloatArray, width: float, asked: NDArray[np.float32]
) -> FloatArray:
    """Return (n_asked, n_classes): the neighbours' beliefs, the nearer the weightier."""
    places, distances = nearest_rows(rows, asked, min(NEIGHBOURS, len(rows)))
    weights = np.exp(-distances.astype(np.float64) / width) + _LEAST
    weights /= weights.sum(axis=1, keepdims=True)
    result: FloatArray = np.einsum("ij,ijk->ik", weights, beliefs[places])
    return result


def nearest_rows(
    rows: NDArray[np.float32], asked: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return (n_asked, count) places of the nearest rows and their squared distances."""
    norms = np.einsum("ij,ij->i", rows, rows)
    places = np.empty((len(asked), count), dtype=np.int64)
    distances = np.empty((len(asked), count), dtype=np.float32)
    for start in range(0, len(asked), _BLOCK):
        block = asked[start : start + _BLOCK]
        apart = block @ rows.T
        apart *= -2
        apart += norms
        near = _smallest(apart, count)
        found = np.take_along_axis(apart, near, axis=1)
        order = np.argsort(found, axis=1, kind="stable")
        places[start : start + len(block)] = np.take_along_axis(near, order, axis=1)
        found = np.take_along_axis(found, order, axis=1)
        found += np.einsum("ij,ij->i", block, block)[:, np.newaxis]
        distances[start : start + len(block)] = found
    return places, np.maximum(distances, 0)


def _smallest(values: FloatArray, count: int) -> NDArray[np.int64]:
    """Return (n_rows, count) places of each row's smallest values, in any order.

    Columns are looked at in groups: the smallest values lie in the groups with the smallest least
    values. Finding these is one quick pass, where a selection over all columns is a slow one.
    """
    n_groups = values.shape[1] // _GROUP
    if n_groups <= count:
        return np.argpartition(values, count - 1, axis=1)[:, :count]
    width = n_groups * _GROUP
    least = values[:, :width].reshape(len(values), _GROUP, n_groups).min(axis=1)
    groups = np.argpartition(least, count - 1, axis=1)[:, :count]
    inside = (groups[:, :, np.newaxis] + n_groups * np.arange(_GROUP)).reshape(len(values), -1)
    rest = np.broadcast_to(
        np.arange(width, values.shape[1]), (len(values), values.shape[1] - width)
    )
    looked_at = np.concatenate([inside, rest], axis=1)
    few = np.argpartition(np.take_along_axis(values, looked_at, axis=1), count - 1, axis=1)
    return np.take_along_axis(looked_at, few[:, :count], axis=1)
