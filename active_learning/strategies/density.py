"""Density-weighted uncertainty: unsure items that many others resemble, not outliers."""

from __future__ import annotations

import numpy as np

from active_learning.strategies import uncertainty
from active_learning.strategies.pool import FloatArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Strategy


def mean_similarity(embeddings: FloatArray) -> FloatArray:
    """Return (n_items,) mean cosine similarity to the whole pool, moved to [0, 1].

    The mean of inner products is the inner product with the mean, so it takes two passes over the
    pool, where modAL's `information_density` needs an n × n matrix.
    """
    total = np.zeros(embeddings.shape[1])
    for rows in row_chunks(embeddings):
        total += _unit(embeddings[rows]).sum(axis=0)
    mean = total / len(embeddings)
    result = np.empty(len(embeddings))
    for rows in row_chunks(embeddings):
        result[rows] = (1 + _unit(embeddings[rows]) @ mean) / 2
    return result


def density_scores(pool: Pool, options: Options, rng: np.random.Generator) -> FloatArray:
    """Return (size,) margin uncertainty times density to the power ``beta``.

    References
    ----------
    Settles and Craven, "An analysis of active learning strategies for sequence labeling tasks",
    EMNLP 2008, section 3.4.
    """
    doubt = uncertainty.margin_scores(pool, options, rng)
    similar = np.clip(mean_similarity(pool.need("embeddings")), 0, 1)
    return doubt * similar ** float(options["beta"])


def _unit(rows: FloatArray) -> FloatArray:
    """Return rows of length one as float64; rows of zeros stay."""
    rows = rows.astype(np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    scaled: FloatArray = rows / np.where(lengths == 0, 1, lengths)
    return scaled


DENSITY = Strategy(
    "density",
    ("probabilities", "embeddings"),
    "the model is unsure and many items are like it",
    density_scores,
    options={"beta": 1.0},
)
