"""What further answers are worth: whether they can be expected to change anything."""

from __future__ import annotations

from functools import cache
from itertools import combinations_with_replacement
from math import factorial, prod

import numpy as np

from labeling.quality.arrays import FloatArray
from labeling.quality.truth.confusions import Pooled

FARTHEST = 5
"""Answers looked ahead at most. One alone never overturns two that agree, three may."""
LIKELIEST = 4
"""Classes an item is taken to be of; answers of all others count as one more kind of answer."""
BLOCK = 4_096
"""Items handled at once, so that what is looked ahead stays within some tens of megabytes."""
IMPOSSIBLE = 1e-12
"""Chances below it count as this."""


def gain_per_answer(posterior: FloatArray, pooled: Pooled, n_more: int) -> FloatArray:
    """Return what asking on is expected to add to the probability of being right, per answer.

    For one to `n_more` further answers (five at most) the expected largest posterior is that of
    all the ways in which they may fall, each weighed by its chance under the posterior and the
    pooled confusions; the best rate counts. It is never negative, and zero where no answers that
    may come would make another class the likeliest: two that agree are asked for nothing by one
    more alone.

    Parameters
    ----------
    posterior
        (n_items, n_classes) as the model gives it, not tempered: the model's own belief is what
        it expects to change.
    pooled
        `Confusions.pooled` of the people who may answer.
    n_more
        Answers that may still be asked for.

    Returns
    -------
    (n_items,)

    References
    ----------
    Howard, "Information value theory", IEEE Transactions on Systems Science and Cybernetics 2(1),
    1966.
    """
    gains, ahead = np.zeros(len(posterior)), min(n_more, FARTHEST)
    for start in range(0, len(posterior), BLOCK):
        part = slice(start, start + BLOCK)
        gains[part] = _gains(posterior[part], pooled, ahead)
    return gains


def _gains(posterior: FloatArray, pooled: Pooled, n_more: int) -> FloatArray:
    n_classes = posterior.shape[1]
    kept = np.argsort(-posterior, axis=1, kind="stable")[:, :LIKELIEST]
    belief = np.take_along_axis(posterior, kept, axis=1)
    belief = belief / belief.sum(axis=1, keepdims=True)
    true, given = np.broadcast_arrays(kept[:, :, None], kept[:, None, :])
    chance = pooled.chance(true, given)
    if n_classes > kept.shape[1]:
        chance = np.concatenate([chance, 1.0 - chance.sum(axis=2, keepdims=True)], axis=2)
    log_chance = np.log(np.maximum(chance, IMPOSSIBLE)).swapaxes(1, 2)
    now, best = belief.max(axis=1), np.zeros(len(posterior))
    for n in range(1, n_more + 1):
        counts, ways = _outcomes(n, log_chance.shape[1])
        joint = np.exp(counts @ log_chance)
        joint *= belief[:, None, :]
        expected = joint.max(axis=2) @ ways
        np.maximum(best, (expected - now) / n, out=best)
    return best


@cache
def _outcomes(n_answers: int, n_kinds: int) -> tuple[FloatArray, FloatArray]:
    """How answers may fall, whatever their order: counts (n_outcomes, n_kinds), and ways each."""
    falls = combinations_with_replacement(range(n_kinds), n_answers)
    counts = [np.bincount(fall, minlength=n_kinds).tolist() for fall in falls]
    ways = [factorial(n_answers) / prod(factorial(n) for n in row) for row in counts]
    return np.array(counts, dtype=np.float64), np.array(ways)
