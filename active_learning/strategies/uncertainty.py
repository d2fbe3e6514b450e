"""Least confidence, margin and entropy of one model's class probabilities.

The measures are modAL's (``modAL.uncertainty``), written over arrays in chunks: importing modAL
takes 3 s because it brings torch and pandas, its entropy holds three copies of the pool in
memory, and its `classifier_margin` answers an unfitted learner with the first rows instead of an
error. A test holds these to the same values and the same picks as modAL's query functions.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from active_learning.strategies.pool import FloatArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Strategy


def least_confidence(probabilities: FloatArray) -> FloatArray:
    """Return (n_items,) one minus the likeliest class's probability.

    References
    ----------
    Lewis and Gale, "A sequential algorithm for training text classifiers", SIGIR 1994.
    """
    doubt: FloatArray = 1 - probabilities.max(axis=1)
    return doubt


def margin(probabilities: FloatArray) -> FloatArray:
    """Return (n_items,) the two likeliest classes' difference; zero where there is one class.

    References
    ----------
    Scheffer, Decomain and Wrobel, "Active hidden Markov models for information extraction",
    IDA 2001.
    """
    if probabilities.shape[1] == 1:
        return np.zeros(len(probabilities))
    ordered = np.partition(probabilities, probabilities.shape[1] - 2, axis=1)
    difference: FloatArray = ordered[:, -1] - ordered[:, -2]
    return difference


def entropy(probabilities: FloatArray) -> FloatArray:
    """Return (n_items,) Shannon entropy in nats; a probability of zero adds nothing.

    References
    ----------
    Shannon, "A mathematical theory of communication", 1948.
    """
    logs = np.zeros(probabilities.shape)
    np.log(probabilities, out=logs, where=probabilities > 0)
    result: FloatArray = -np.einsum("ij,ij->i", probabilities, logs)
    return result


def chunked(measure: Callable[[FloatArray], FloatArray], probabilities: FloatArray) -> FloatArray:
    """Return a measure over all rows, computed in chunks as float64."""
    result = np.empty(len(probabilities))
    for rows in row_chunks(probabilities):
        result[rows] = measure(probabilities[rows].astype(np.float64))
    return result


def margin_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) one minus the margin, so that higher is wanted more."""
    return 1 - chunked(margin, pool.need("probabilities"))


def _least_confidence_scores(
    pool: Pool, _options: Options, _rng: np.random.Generator
) -> FloatArray:
    """Return (size,) least confidence."""
    return chunked(least_confidence, pool.need("probabilities"))


def _entropy_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) entropy."""
    return chunked(entropy, pool.need("probabilities"))


LEAST_CONFIDENCE = Strategy(
    "least_confidence",
    ("probabilities",),
    "the model gives its likeliest class the least probability",
    _least_confidence_scores,
)
MARGIN = Strategy(
    "margin",
    ("probabilities",),
    "the model's two likeliest classes are closest",
    margin_scores,
)
ENTROPY = Strategy(
    "entropy",
    ("probabilities",),
    "the model's class probabilities are spread widest",
    _entropy_scores,
)
