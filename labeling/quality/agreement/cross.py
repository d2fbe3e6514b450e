"""How far two groups agree with each other, beyond chance: cross-replication reliability."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from labeling.quality.agreement.interval import Coefficient, Terms, estimate
from labeling.quality.agreement.result import Agreement, undefined
from labeling.quality.arrays import FloatArray


def cross_agreement(
    first: FloatArray, second: FloatArray, *, rng: np.random.Generator | None = None
) -> Agreement:
    """Return how far two groups give the same answers to the same items, beyond chance.

    1 minus the disagreement of an answer of one group with an answer of the other to the same item
    over that of such answers to any two items. Every item counts the same.

    Parameters
    ----------
    first, second
        (n_items, n_classes) how often each class was answered in each group; an item counts where
        both groups answered.
    rng
        As for `krippendorff_alpha`.

    Raises
    ------
    ValueError
        The shapes differ.

    References
    ----------
    Wong, Paritosh and Aroyo, "Cross-replication reliability: an empirical approach to interpreting
    inter-rater reliability", ACL 2021 (with items weighted alike).
    """
    if first.shape != second.shape:
        message = f"first and second must be of one shape, not {first.shape} and {second.shape}"
        raise ValueError(message)
    both = (first.sum(axis=1) > 0) & (second.sum(axis=1) > 0)
    n_items = int(both.sum())
    if not n_items:
        return undefined(0, "no item was answered by both groups")
    one, other = (part[both] / part[both].sum(axis=1, keepdims=True) for part in (first, second))
    apart = 1.0 - np.einsum("ij,ij->i", one, other)
    terms = Terms(
        np.ones(n_items, dtype=np.int64),
        np.stack([apart, np.ones(n_items)], axis=1),
        sparse.csr_array(np.concatenate([one, other], axis=1)),
    )
    why = "both groups gave all items the same answer"
    return estimate(terms, Coefficient(_disagreement), n_items, rng, why)


def _disagreement(scalars: FloatArray, classes: FloatArray) -> tuple[FloatArray, FloatArray]:
    n_items = scalars[:, 1]
    half = classes.shape[1] // 2
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = classes[:, :half] / n_items[:, None], classes[:, half:] / n_items[:, None]
        observed: FloatArray = scalars[:, 0] / n_items
    chance: FloatArray = 1.0 - np.einsum("ij,ij->i", one, other)
    return observed, chance
