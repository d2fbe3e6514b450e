"""Votes: every answer counts the same, or by how often its annotator agrees with the others."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from labeling.quality.arrays import FloatArray
from labeling.quality.truth.answers import Answers
from labeling.quality.truth.estimate import TruthEstimate, conclude


def majority_vote(answers: Answers) -> TruthEstimate:
    """Each class's share of the item's answers; the prior where an item has none."""
    return conclude(answers, answers.normalise(answers.votes()), "majority_vote")


def weighted_vote(answers: Answers, *, weights: Mapping[int, float] | None = None) -> TruthEstimate:
    """Shares of votes weighted by each annotator's weight.

    Parameters
    ----------
    answers
        From `read_answers`.
    weights
        By annotator; one who is not named weighs 0. When None, a person's mean share of equal
        answers on their items, as in crowd-kit's Wawa (worker agreement with aggregate), but
        against the shares rather than the winner. An item on which all weigh 0 is decided by the
        plain vote.

    Raises
    ------
    ValueError
        A weight is negative or not finite.
    """
    shares = answers.normalise(answers.votes())
    if weights is None:
        agreeing = shares[answers.items, answers.given]
        per_person = mean_by(answers, agreeing)
    else:
        per_person = np.array([weights.get(i, 0.0) for i in answers.annotator_ids.tolist()])
    if not (np.isfinite(per_person).all() and (per_person >= 0).all()):
        message = "weights must be finite and not negative"
        raise ValueError(message)
    scores = answers.votes(per_person[answers.annotators])
    ignored = scores.sum(axis=1, keepdims=True) == 0
    return conclude(answers, answers.normalise(np.where(ignored, shares, scores)), "weighted_vote")


def mean_by(answers: Answers, values: FloatArray) -> FloatArray:
    """Mean of `values`, one per answer, for each annotator: (n_annotators,)."""
    n_annotators = answers.annotator_ids.size
    sums = np.bincount(answers.annotators, values, n_annotators)
    n_answers = np.bincount(answers.annotators, minlength=n_annotators)
    means: FloatArray = sums / np.maximum(n_answers, 1)
    return means
