"""Truth inference one answer at a time: the E step of an item, the M step as a difference.

A submit computes `item_posterior` under the current snapshot; `fold` gives the change of the
expected confusion counts that a store adds up and `Confusions.plus` turns into the next snapshot.
Folding every item once into empty confusions gives the batch M step's counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labeling.quality.arrays import FloatArray
from labeling.quality.truth.calibration import temper
from labeling.quality.truth.confusions import Confusions
from labeling.quality.truth.estimate import NEGLIGIBLE

Vote = tuple[int, int]
"""(annotator, class)."""
TIE_DIGITS = 9
"""Probabilities that agree to so many digits are a tie."""


@dataclass(frozen=True, eq=False)
class Contribution:
    """What one item adds to the confusions: its votes, each spread over its posterior."""

    votes: Sequence[Vote]
    posterior: FloatArray


def item_posterior(
    votes: Sequence[Vote], confusions: Confusions, class_prior: FloatArray | None, n_classes: int
) -> FloatArray:
    """Class probabilities of one item: (n_classes,).

    Parameters
    ----------
    votes
        (annotator, class) of each answer that counts; an annotator the snapshot does not know
        has the smoothed default.
    confusions
        The current snapshot.
    class_prior
        (n_classes,) positive; the classes' shares, or a model's prior for this item. None where
        no class is likelier than another.
    n_classes
        Of the question.

    Raises
    ------
    ValueError
        A class or a length does not fit n_classes.
    """
    if confusions.n_classes != n_classes:
        message = f"confusions must have {n_classes} classes, not {confusions.n_classes}"
        raise ValueError(message)
    log_scores = np.zeros(n_classes) if class_prior is None else np.log(class_prior)
    if log_scores.shape != (n_classes,):
        message = f"class_prior must have shape ({n_classes},), not {log_scores.shape}"
        raise ValueError(message)
    for annotator, given in votes:
        log_scores += confusions.log_likelihood(annotator, given)
    log_scores -= log_scores.max()
    scores: FloatArray = np.exp(log_scores)
    scores /= scores.sum()
    return scores


def item_vote_share(votes: Sequence[Vote], n_classes: int) -> FloatArray:
    """Share of each class among the votes of one item, for `temper`; zeros without votes."""
    share = np.zeros(n_classes)
    for _, given in votes:
        share[given] += 1.0
    return share / len(votes) if votes else share


def weigh(
    votes: Sequence[Vote],
    confusions: Confusions,
    n_classes: int,
    class_prior: FloatArray | None = None,
) -> tuple[int, FloatArray]:
    """Return the class an item's votes are for, and the stop score of every class: (n_classes,).

    The stop score is the tempered posterior, its mean with the vote share. A tie goes to the
    class that was answered first, as in a full fit.

    Parameters
    ----------
    votes
        At least one, oldest first; as for `item_posterior`.
    confusions, n_classes, class_prior
        As for `item_posterior`.
    """
    share = item_vote_share(votes, n_classes)
    score = temper(item_posterior(votes, confusions, class_prior, n_classes), share)
    answered = dict.fromkeys(given for _, given in votes)
    best = max(answered, key=lambda given: round(float(score[given]), TIE_DIGITS))
    return best, score


def fold(
    old: Contribution | None, new: Contribution | None, negligible: float = NEGLIGIBLE
) -> dict[tuple[int, int, int], float]:
    """Change of the expected counts when an item's contribution `old` is replaced by `new`.

    Parameters
    ----------
    old, new
        None where there was none, or is none any more.
    negligible
        Posterior probabilities below it are left out, in old and new alike, so that thousands of
        classes do not make thousands of rows; a later subtraction takes away what was added.

    Returns
    -------
    dict
        {(annotator, true, given): change}, without zeros.
    """
    deltas: dict[tuple[int, int, int], float] = {}
    for contribution, sign in ((old, -1.0), (new, 1.0)):
        if contribution is None:
            continue
        kept = np.flatnonzero(contribution.posterior >= negligible)
        shares = (sign * contribution.posterior[kept]).tolist()
        pairs = list(zip(kept.tolist(), shares, strict=True))
        for annotator, given in contribution.votes:
            for true, share in pairs:
                cell = (annotator, true, given)
                deltas[cell] = deltas.get(cell, 0.0) + share
    return {cell: change for cell, change in deltas.items() if change != 0.0}
