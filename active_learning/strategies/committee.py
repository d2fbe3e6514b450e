"""Disagreement of a committee: several models' class probabilities for the same items.

The measures are modAL's (``modAL.disagreement``) over arrays, since modAL's need a live
`Committee` and count votes in a Python loop per item. A test holds them to modAL's picks.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from active_learning.strategies.pool import FloatArray, Pool, row_chunks
from active_learning.strategies.selection import Options, Strategy
from active_learning.strategies.uncertainty import entropy


def vote_entropy(members: FloatArray) -> FloatArray:
    """Return (n_items,) the entropy of the members' votes for (n_members, n_items, n_classes).

    References
    ----------
    Dagan and Engelson, "Committee-based sampling for training probabilistic classifiers",
    ICML 1995.
    """
    votes = members.argmax(axis=2)
    shares = np.stack([(votes == k).mean(axis=0) for k in range(members.shape[2])], axis=1)
    return entropy(shares)


def consensus_entropy(members: FloatArray) -> FloatArray:
    """Return (n_items,) the entropy of the members' mean probabilities."""
    return entropy(members.mean(axis=0))


def kl_divergence(members: FloatArray) -> FloatArray:
    """Return (n_items,) the largest divergence of one member from the mean, in nats.

    References
    ----------
    McCallum and Nigam, "Employing EM and pool-based active learning for text classification",
    ICML 1998.
    """
    mean = members.mean(axis=0)
    logs = np.zeros(mean.shape)
    np.log(mean, out=logs, where=mean > 0)
    divergence = [-np.einsum("ij,ij->i", m, logs) - entropy(m) for m in members]
    # Rounding can leave equal members a hair below zero.
    largest: FloatArray = np.maximum(np.max(divergence, axis=0), 0)
    return largest


MEASURES: Mapping[str, Callable[[FloatArray], FloatArray]] = {
    "vote_entropy": vote_entropy,
    "consensus_entropy": consensus_entropy,
    "kl": kl_divergence,
}


def chunked(measure: Callable[[FloatArray], FloatArray], members: FloatArray) -> FloatArray:
    """Return a committee measure over all items, computed in chunks as float64."""
    result = np.empty(members.shape[1])
    for rows in row_chunks(members.transpose(1, 0, 2)):
        result[rows] = measure(members[:, rows].astype(np.float64))
    return result


def committee_scores(pool: Pool, options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) disagreement by the measure that the option names."""
    measure = MEASURES.get(str(options["measure"]))
    if measure is None:
        msg = f"measure: {options['measure']!r} is unknown; known are {', '.join(MEASURES)}"
        raise ValueError(msg)
    members = pool.need("committee_probabilities")
    if len(members) == 0:
        msg = "committee_probabilities: the committee has no members"
        raise ValueError(msg)
    return chunked(measure, members)


COMMITTEE = Strategy(
    "committee",
    ("committee_probabilities",),
    "the committee's models disagree most",
    committee_scores,
    options={"measure": "vote_entropy"},
)
