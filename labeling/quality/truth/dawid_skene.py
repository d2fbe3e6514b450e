"""Dawid and Skene's model: every annotator has a confusion matrix of their own."""

from __future__ import annotations

import numpy as np

from labeling.quality.arrays import FloatArray
from labeling.quality.truth.answers import Answers
from labeling.quality.truth.confusions import Smoothing
from labeling.quality.truth.em import (
    MAX_ITERATIONS,
    TOLERANCE,
    Stop,
    add_to_rows,
    iterate,
    log_prior,
    softmax,
)
from labeling.quality.truth.estimate import DENSE_CELLS, Design, TruthEstimate, conclude
from labeling.quality.truth.many_classes import fit_candidates


def dawid_skene(
    answers: Answers,
    *,
    smoothing: Smoothing | None = None,
    max_iterations: int = MAX_ITERATIONS,
    tolerance: float = TOLERANCE,
) -> TruthEstimate:
    """Fit confusions and truth by expectation maximisation, with Dirichlet-smoothed confusions.

    Starts from the vote shares. The E step is one product of a sparse (items by annotator-answer
    pairs) matrix with the log confusions. Where the confusions would be too many to hold
    (thousands of classes), an item's truth is sought among the classes answered on it.

    Parameters
    ----------
    answers
        From `read_answers`. Pinned items keep their class throughout and teach the confusions;
        an item prior takes the place of the fitted class shares.
    smoothing
        Pseudo-counts of the confusions; `Smoothing.default` when None.
    max_iterations, tolerance
        Stop after so many rounds, or when no probability moves by more than the tolerance.

    References
    ----------
    Dawid and Skene, "Maximum likelihood estimation of observer error-rates using the EM
    algorithm", Applied Statistics 28(1), 1979.
    """
    prior = smoothing or Smoothing.default(answers.n_classes)
    stop = Stop(max_iterations, tolerance)
    design = Design.of(answers)
    if design.given.size * answers.n_classes > DENSE_CELLS:
        posterior, n_iterations = fit_candidates(answers, prior, stop)
    else:
        posterior, n_iterations = _fit_all(answers, design, prior, stop)
    return conclude(answers, posterior, "dawid_skene", n_iterations, prior)


def _fit_all(
    answers: Answers, design: Design, smoothing: Smoothing, stop: Stop
) -> tuple[FloatArray, int]:
    """Fit with every class possible on every item."""
    transposed = design.matrix.T  # a view; its counts, unlike the items, stay in the cache
    _, starts, person = np.unique(design.annotators, return_index=True, return_inverse=True)
    row_total = smoothing.row_total(answers.n_classes)
    pairs = np.arange(design.given.size)
    most = np.bincount(answers.items).max(initial=0)

    def step(posterior: FloatArray) -> FloatArray:
        counts = transposed @ posterior
        totals = np.add.reduceat(counts, starts, axis=0) + row_total
        counts += smoothing.off_diagonal
        counts[pairs, design.given] += smoothing.diagonal - smoothing.off_diagonal
        log_confusion = np.log(counts) - np.log(totals)[person]
        log_scores = design.matrix @ log_confusion
        log_shares = log_prior(answers.prior(posterior))
        add_to_rows(log_scores, log_shares)
        lowest = most * log_confusion.min(initial=0.0) + log_shares.min(initial=0.0)
        return answers.pin(softmax(log_scores, lowest))

    start = answers.normalise(answers.votes())
    return iterate(start, step, stop) if pairs.size else (start, 0)
