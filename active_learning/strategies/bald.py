"""BALD: what a label would tell about the model, by dropout draws or an ensemble."""

from __future__ import annotations

import numpy as np

from active_learning.strategies.committee import chunked
from active_learning.strategies.pool import FloatArray, Pool
from active_learning.strategies.selection import Options, Strategy
from active_learning.strategies.uncertainty import entropy


def mutual_information(members: FloatArray) -> FloatArray:
    """Return (n_items,) the entropy of the mean minus the mean entropy.

    ``members`` is (n_members, n_items, n_classes).

    High where each draw is sure and they contradict each other; zero where all are equally
    unsure, which more labels would not cure.

    References
    ----------
    Houlsby et al., "Bayesian active learning for classification and preference learning", 2011;
    Gal, Islam and Ghahramani, "Deep Bayesian active learning with image data", ICML 2017.
    """
    expected = np.mean([entropy(member) for member in members], axis=0)
    information: FloatArray = np.maximum(entropy(members.mean(axis=0)) - expected, 0)
    return information


def bald_scores(pool: Pool, _options: Options, _rng: np.random.Generator) -> FloatArray:
    """Return (size,) mutual information in nats."""
    members = pool.need("committee_probabilities")
    if len(members) == 0:
        msg = "committee_probabilities: the committee has no members"
        raise ValueError(msg)
    return chunked(mutual_information, members)


BALD = Strategy(
    "bald",
    ("committee_probabilities",),
    "its label would tell most about the model",
    bald_scores,
)
