"""The one-coin model: an annotator is right with one probability, whatever the class."""

from __future__ import annotations

import numpy as np

from labeling.quality.arrays import FloatArray
from labeling.quality.truth.answers import Answers
from labeling.quality.truth.em import MAX_ITERATIONS, TOLERANCE, Stop, iterate, log_prior, softmax
from labeling.quality.truth.estimate import TruthEstimate, conclude

RIGHT, WRONG = 2.0, 1.0
"""Pseudo-counts of an annotator's right and wrong answers."""


def one_coin(
    answers: Answers, *, max_iterations: int = MAX_ITERATIONS, tolerance: float = TOLERANCE
) -> TruthEstimate:
    """Fit one accuracy per annotator and the truth by expectation maximisation.

    Wrong answers are spread evenly over the other classes. With little data per annotator it is
    steadier than `dawid_skene`, with biased annotators worse.

    Parameters
    ----------
    answers
        From `read_answers`; pinned items and item priors as in `dawid_skene`.
    max_iterations, tolerance
        Stop after so many rounds, or when no probability moves by more than the tolerance.

    References
    ----------
    Zhang, Chen, Zhou and Jordan, "Spectral methods meet EM", JMLR 17, 2016.
    """
    totals = np.bincount(answers.annotators, minlength=answers.annotator_ids.size) + RIGHT + WRONG

    def step(posterior: FloatArray) -> FloatArray:
        credit = posterior[answers.items, answers.given]
        right = np.bincount(answers.annotators, credit, totals.size) + RIGHT
        return truth_given_accuracy(answers, (right / totals)[answers.annotators], posterior)

    start = answers.normalise(answers.votes())
    posterior, n_iterations = iterate(start, step, Stop(max_iterations, tolerance))
    return conclude(answers, posterior, "one_coin", n_iterations)


def truth_given_accuracy(
    answers: Answers, accuracy: FloatArray, posterior: FloatArray
) -> FloatArray:
    """E step of models in which each answer, (n_answers,), is right with a known probability.

    `posterior` only gives the class shares of the prior.
    """
    n_wrong = max(answers.n_classes - 1, 1)
    weight = np.log(accuracy) - np.log1p(-accuracy) + np.log(n_wrong)
    log_scores = answers.votes(weight)
    log_scores += log_prior(answers.prior(posterior))
    return answers.pin(softmax(log_scores))
