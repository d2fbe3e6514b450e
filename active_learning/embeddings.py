"""Features made fit for distances: dense, of moderate width, no column louder than another."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from training.features import Matrix

EMBEDDING_DIMENSIONS = 64
_REDUCTION_ROWS = 20_000
_UNIT_TOLERANCE = 1e-2
_CHUNK = 8192


def dense_rows(
    known: Matrix, pool: Matrix, *, seed: int, reuse: bool = False
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return labelled and pool rows as embeddings: dense float32 of the same width.

    Sparse rows are reduced to 64 dimensions; dense ones are standardised, for distances between
    columns of very different scale would be the largest column's alone. Rows of length one (text's)
    are embeddings already: their columns' scales mean something.

    Parameters
    ----------
    known : (n_labelled, n_features), a numpy array or a scipy CSR array.
    pool : (n_items, n_features), of the same kind; not changed.
    seed : of the reduction's random draws.
    reuse : whether a dense pool may be scaled in place: of a million rows a copy is 1.5 GB.
    """
    if not isinstance(pool, np.ndarray):
        return _reduced(known, pool, seed)
    dense = np.asarray(pool, dtype=np.float32) if reuse else np.array(pool, dtype=np.float32)
    lengths = np.einsum("ij,ij->i", dense, dense)
    if (np.abs(lengths[lengths > 0] - 1) < _UNIT_TOLERANCE).all():
        return np.asarray(known, dtype=np.float32), dense
    mean, deviation = _moments(dense)
    dense -= mean
    dense /= deviation
    return (np.asarray(known, dtype=np.float32) - mean) / deviation, dense


def _moments(dense: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and deviation of each column, by chunks: numpy's own hold another pool."""
    total = np.zeros(dense.shape[1])
    for part in _chunks(dense):
        total += part.sum(axis=0, dtype=np.float64)
    mean = total / max(len(dense), 1)
    squares = np.zeros(dense.shape[1])
    for part in _chunks(dense):
        squares += ((part - mean) ** 2).sum(axis=0)
    deviation = np.sqrt(squares / max(len(dense), 1))
    deviation[deviation == 0] = 1
    return mean.astype(np.float32), deviation.astype(np.float32)


def _chunks(dense: NDArray[np.float32]) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(dense), _CHUNK):
        yield dense[start : start + _CHUNK]


def _reduced(
    known: Matrix, pool: Matrix, seed: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Reduce sparse rows by a truncated singular value decomposition of some of the pool."""
    from sklearn.decomposition import TruncatedSVD

    sample = np.arange(pool.shape[0])
    if len(sample) > _REDUCTION_ROWS:
        rng = np.random.default_rng(seed)
        sample = np.sort(rng.choice(sample, _REDUCTION_ROWS, replace=False))
    dimensions = min(EMBEDDING_DIMENSIONS, *(side - 1 for side in pool[sample].shape))
    if dimensions < 1:
        return known.toarray().astype(np.float32), pool.toarray().astype(np.float32)
    reduction = TruncatedSVD(dimensions, random_state=seed % 2**32).fit(pool[sample])
    empty = np.empty((0, dimensions), dtype=np.float32)
    reduced = reduction.transform(known).astype(np.float32) if known.shape[0] else empty
    return reduced, reduction.transform(pool).astype(np.float32)
