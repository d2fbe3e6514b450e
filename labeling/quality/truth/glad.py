"""GLAD: an answer is right the more likely, the abler the annotator and the easier the item."""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from labeling.quality.arrays import FloatArray
from labeling.quality.truth.answers import Answers
from labeling.quality.truth.em import MAX_ITERATIONS, TOLERANCE, Stop, iterate
from labeling.quality.truth.estimate import TruthEstimate, conclude
from labeling.quality.truth.one_coin import truth_given_accuracy

STEPS = 3
"""Newton steps of each M step; the next round goes on from where they stopped."""

LARGEST_LOGIT = 15.0


def glad(
    answers: Answers, *, max_iterations: int = MAX_ITERATIONS, tolerance: float = TOLERANCE
) -> TruthEstimate:
    """Fit ability per annotator, difficulty per item and the truth by expectation maximisation.

    P(right) = 1 / (1 + exp(-ability · exp(easiness))), wrong answers spread evenly over the
    other classes; abilities ~ N(1, 1), easiness ~ N(0, 1). The M step takes a few steps of
    diagonal Fisher scoring instead of the gradient ascent of the paper.

    Parameters
    ----------
    answers
        From `read_answers`; pinned items and item priors as in `dawid_skene`.
    max_iterations, tolerance
        Stop after so many rounds, or when no probability moves by more than the tolerance.

    References
    ----------
    Whitehill, Ruvolo, Wu, Bergsma and Movellan, "Whose vote should count more: optimal
    integration of labels from labelers of unknown expertise", NeurIPS 22, 2009.
    """
    ability = np.ones(answers.annotator_ids.size)
    easiness = np.zeros(answers.n_items)

    def step(posterior: FloatArray) -> FloatArray:
        credit = posterior[answers.items, answers.given]
        for _ in range(STEPS):
            _improve_ability(answers, credit, ability, easiness)
            _improve_easiness(answers, credit, ability, easiness)
        return truth_given_accuracy(answers, _accuracy(answers, ability, easiness), posterior)

    start = answers.normalise(answers.votes())
    posterior, n_iterations = iterate(start, step, Stop(max_iterations, tolerance))
    return conclude(answers, posterior, "glad", n_iterations)


def _accuracy(answers: Answers, ability: FloatArray, easiness: FloatArray) -> FloatArray:
    logit = ability[answers.annotators] * np.exp(easiness)[answers.items]
    right: FloatArray = expit(np.clip(logit, -LARGEST_LOGIT, LARGEST_LOGIT))
    return right


def _improve_ability(
    answers: Answers, credit: FloatArray, ability: FloatArray, easiness: FloatArray
) -> None:
    """One scoring step for every annotator, in place."""
    right = _accuracy(answers, ability, easiness)
    slope = np.exp(easiness)[answers.items]
    n = ability.size
    gradient = np.bincount(answers.annotators, (credit - right) * slope, n) - (ability - 1.0)
    information = np.bincount(answers.annotators, right * (1.0 - right) * slope**2, n) + 1.0
    ability += np.clip(gradient / information, -1.0, 1.0)


def _improve_easiness(
    answers: Answers, credit: FloatArray, ability: FloatArray, easiness: FloatArray
) -> None:
    """One scoring step for every item, in place."""
    right = _accuracy(answers, ability, easiness)
    slope = ability[answers.annotators] * np.exp(easiness)[answers.items]
    n = easiness.size
    gradient = np.bincount(answers.items, (credit - right) * slope, n) - easiness
    information = np.bincount(answers.items, right * (1.0 - right) * slope**2, n) + 1.0
    easiness += np.clip(gradient / information, -1.0, 1.0)
