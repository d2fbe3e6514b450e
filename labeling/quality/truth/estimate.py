"""What a truth method returns, and the expected confusions behind it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import sparse

from labeling.quality.arrays import FloatArray, IntArray, compress
from labeling.quality.truth.answers import Answers, smoothed_prior
from labeling.quality.truth.confusions import Cells, Confusions, Smoothing
from labeling.quality.truth.em import column_sums

DENSE_CELLS = 20_000_000
"""Up to this many expected counts (160 MB) they are computed as one dense product."""

NEGLIGIBLE = 1e-6
"""Expected counts of one answer below this are not stored."""


@dataclass(frozen=True, eq=False)
class TruthEstimate:
    """The inferred truth of every item.

    Attributes
    ----------
    posterior
        (n_items, n_classes) probabilities as the method gives them: not calibrated, see `temper`.
    labels
        (n_items,) the most probable class; ties as in `Answers.choose`.
    n_iterations
        Rounds of the fit; 0 where the method makes none.
    method
        The method that made it; for "auto" `blend`, or the vote where only that is possible.
    reason
        Why that method, in words; empty unless "auto" did.
    class_prior
        (n_classes,) smoothed class shares under the posterior.
    """

    posterior: FloatArray
    labels: IntArray
    n_iterations: int
    method: str
    reason: str
    class_prior: FloatArray
    answers: Answers
    smoothing: Smoothing

    @cached_property
    def confusions(self) -> Confusions:
        """Every annotator's expected confusion counts under the posterior, sparse."""
        return expected_confusions(self.answers, self.posterior, self.smoothing)

    def confusion(self, annotator: int) -> FloatArray:
        """P(given | true) of one annotator, smoothed: (n_classes, n_classes), rows sum to 1.

        An annotator without answers has the smoothed default.
        """
        return self.confusions.matrix(annotator)


@dataclass(frozen=True, eq=False)
class Design:
    """Which (annotator, answer) pairs occurred, and on which items.

    Attributes
    ----------
    matrix
        (n_items, n_pairs) CSR, one entry per answer: a pair that occurred twice on an item has two.
    annotators, given
        (n_pairs,) the pair; sorted by annotator, then answer.
    """

    matrix: sparse.csr_array
    annotators: IntArray
    given: IntArray

    @classmethod
    def of(cls, answers: Answers) -> Design:
        """Lay out the answers."""
        pairs, column = compress(answers.annotators * answers.n_classes + answers.given)
        items = answers.items
        if not (items[1:] >= items[:-1]).all():
            order = np.argsort(items, kind="stable")
            column = column[order]
        ends = np.cumsum(np.bincount(items, minlength=answers.n_items), dtype=np.int64)
        # Half the memory to walk through, each round.
        index = np.int32 if column.size < np.iinfo(np.int32).max else np.int64
        matrix = sparse.csr_array(
            (
                np.ones(column.size),
                column.astype(index, copy=False),
                np.concatenate([[0], ends]).astype(index, copy=False),
            ),
            shape=(answers.n_items, pairs.size),
        )
        return cls(matrix, pairs // answers.n_classes, pairs % answers.n_classes)


def expected_confusions(
    answers: Answers, posterior: FloatArray, smoothing: Smoothing
) -> Confusions:
    """Sum the posterior over the items of each (annotator, answer): the M step's counts."""
    design = Design.of(answers)
    weights: FloatArray | sparse.csr_array = posterior
    if design.given.size * answers.n_classes > DENSE_CELLS:
        weights = sparse.csr_array(np.where(posterior < NEGLIGIBLE, 0.0, posterior))
    counts = sparse.coo_array(design.matrix.T @ weights)
    kept = counts.data > NEGLIGIBLE
    pair, true, weight = counts.row[kept], counts.col[kept], counts.data[kept]
    order = np.argsort(pair, kind="stable")
    pair = pair[order]
    cells = Cells(true[order].astype(np.int64), design.given[pair], weight[order])
    people = answers.annotator_ids[design.annotators[pair]]
    return Confusions.from_cells(answers.n_classes, people, cells, smoothing)


def log_likelihoods(answers: Answers, confusions: Confusions) -> FloatArray:
    """Log-likelihood of each item's answers under each class: (n_items, n_classes).

    Of items times classes a table is made: not for thousands of classes.
    """
    design = Design.of(answers)
    people = answers.annotator_ids[design.annotators].tolist()
    pairs = zip(people, design.given.tolist(), strict=True)
    table = [confusions.log_likelihood(person, given) for person, given in pairs]
    stacked = np.array(table, dtype=np.float64).reshape(-1, answers.n_classes)
    found: FloatArray = design.matrix @ stacked
    return found


def conclude(
    answers: Answers,
    posterior: FloatArray,
    method: str,
    n_iterations: int = 0,
    smoothing: Smoothing | None = None,
) -> TruthEstimate:
    """Wrap a posterior, (n_items, n_classes), as the result of `method`."""
    return TruthEstimate(
        posterior=posterior,
        labels=answers.choose(posterior),
        n_iterations=n_iterations,
        method=method,
        reason="",
        class_prior=smoothed_prior(column_sums(posterior)),
        answers=answers,
        smoothing=smoothing or Smoothing.default(answers.n_classes),
    )
