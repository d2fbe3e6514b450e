"""One answer at a time: the same sums as the batch fit, and nearly its accuracy."""

from __future__ import annotations

import time

import numpy as np
import pytest

from labeling.quality.arrays import FloatArray
from labeling.quality.truth import (
    Confusions,
    Contribution,
    Smoothing,
    fold,
    infer_truth,
    item_posterior,
    item_vote_share,
    vote_share,
)
from labeling.quality.truth.estimate import expected_confusions
from tests.labeling.quality.crowds import Crowd, make_crowd

Votes = list[tuple[int, int]]


def votes_by_item(crowd: Crowd) -> list[Votes]:
    """Return each item's (annotator, class) pairs."""
    votes: list[Votes] = [[] for _ in range(crowd.truth.size)]
    columns = (crowd.items, crowd.annotators, crowd.answers)
    for item, annotator, answer in zip(*(c.tolist() for c in columns), strict=True):
        votes[item].append((annotator, answer))
    return votes


class TestItemPosterior:
    """The E step of one item."""

    def test_it_is_the_e_step_of_the_batch(self) -> None:
        """At the fitted confusions it gives the batch posterior, up to the fit's tolerance."""
        crowd = make_crowd(0)
        fit = infer_truth(*crowd.arguments, tolerance=1e-9, max_iterations=2000)
        for item, votes in enumerate(votes_by_item(crowd)):
            found = item_posterior(votes, fit.confusions, fit.class_prior, 4)
            assert found == pytest.approx(fit.posterior[item], abs=1e-5)

    def test_a_stranger_has_the_smoothed_default(self) -> None:
        """Two right, half a wrong one per class: one vote of a stranger among three classes."""
        found = item_posterior([(42, 1)], Confusions(3), None, 3)
        assert found == pytest.approx([1 / 6, 2 / 3, 1 / 6])

    def test_no_votes_leave_the_prior(self) -> None:
        """Without answers the prior stands; None is an even one."""
        prior = np.array([0.7, 0.3])
        assert item_posterior([], Confusions(2), prior, 2) == pytest.approx(prior)
        assert item_posterior([], Confusions(2), None, 2) == pytest.approx([0.5, 0.5])

    def test_many_votes_do_not_underflow(self) -> None:
        """Ten thousand equal votes are a certainty, not a division by zero."""
        found = item_posterior([(a, 0) for a in range(10_000)], Confusions(2), None, 2)
        assert found.tolist() == [1.0, 0.0]

    def test_what_does_not_fit_is_refused(self) -> None:
        """A class out of range, or numbers of classes that differ, are errors."""
        with pytest.raises(ValueError, match="given"):
            item_posterior([(0, 2)], Confusions(2), None, 2)
        with pytest.raises(ValueError, match="confusions"):
            item_posterior([], Confusions(2), None, 3)
        with pytest.raises(ValueError, match="class_prior"):
            item_posterior([], Confusions(2), np.ones(3), 2)

    def test_it_is_cheap_enough_for_a_transaction(self) -> None:
        """At most 60 µs of CPU for an item with three answers of ten classes, likelihoods known."""
        crowd = make_crowd(1, n_classes=10)
        fit, votes = infer_truth(*crowd.arguments), votes_by_item(crowd)
        best = np.inf
        for _ in range(5):
            start = time.process_time()
            for answers in votes:
                item_posterior(answers, fit.confusions, fit.class_prior, 10)
            best = min(best, time.process_time() - start)
        assert best / len(votes) < 60e-6

    def test_vote_share_of_one_item(self) -> None:
        """The same as `vote_share` gives for many; zeros without votes."""
        assert item_vote_share([(5, 0), (6, 2), (7, 2)], 3) == pytest.approx([1 / 3, 0, 2 / 3])
        assert item_vote_share([(5, 0)], 2) == pytest.approx(vote_share([0], [0], 2)[0])
        assert item_vote_share([], 2).tolist() == [0.0, 0.0]


class TestFold:
    """The M step as differences."""

    def test_folding_every_item_is_the_batch_m_step(self) -> None:
        """From nothing, in any order, with a wrong posterior replaced later: the same counts."""
        crowd = make_crowd(2)
        fit, votes = infer_truth(*crowd.arguments), votes_by_item(crowd)
        even = np.full(4, 0.25)
        confusions = Confusions(4)
        for item in np.random.default_rng(0).permutation(len(votes)).tolist():
            first = Contribution(votes[item][:2], even)
            final = Contribution(votes[item], fit.posterior[item])
            confusions = confusions.plus(fold(None, first)).plus(fold(first, final, 0.0))
        for annotator in fit.confusions.annotators:
            counts = fit.confusions.counts(annotator)
            assert confusions.counts(annotator) == pytest.approx(counts, abs=2e-4)
            assert confusions.matrix(annotator) == pytest.approx(fit.confusion(annotator), abs=1e-4)

    def test_taking_everything_back_leaves_nothing(self) -> None:
        """A contribution that is withdrawn leaves no weight behind, and none below zero."""
        given = Contribution([(1, 0), (2, 1)], np.array([0.9, 0.1]))
        confusions = Confusions(2).plus(fold(None, given)).plus(fold(given, None))
        assert all(weight == 0.0 for *_, weight in confusions.rows())
        assert fold(given, given) == {}

    def test_thousands_of_classes_make_few_rows(self) -> None:
        """Negligible probabilities are not stored."""
        posterior = np.full(10_000, 1e-9)
        posterior[7] = 1.0 - posterior.sum()
        deltas = fold(None, Contribution([(1, 7), (2, 9)], posterior))
        assert sorted(deltas) == [(1, 7, 7), (2, 7, 9)]

    def test_online_is_nearly_as_right_as_batch(self) -> None:
        """Answers in random order, each folded at once: within 3 points of the full fit."""
        crowd = make_crowd(3, n_items=400)
        truth, batch = crowd.truth, infer_truth(*crowd.arguments)
        posterior = run_online(crowd, np.random.default_rng(1))
        vote = infer_truth(*crowd.arguments, method="majority_vote")
        online = (posterior.argmax(axis=1) == truth).mean()
        assert online > (batch.labels == truth).mean() - 0.03
        assert online > (vote.labels == truth).mean()

    def test_online_and_full_fit_agree(self) -> None:
        """Over five crowds, at least 95 of 100 items get the class that the full fit gives them."""
        same = []
        for seed in range(5):
            crowd = make_crowd(seed, n_items=300, answers_per_item=4)
            posterior = run_online(crowd, np.random.default_rng(seed))
            same.append((posterior.argmax(axis=1) == infer_truth(*crowd.arguments).labels).mean())
        assert np.mean(same) >= 0.95


def run_online(crowd: Crowd, rng: np.random.Generator) -> FloatArray:
    """Feed the answers one by one; at the end each item is weighed once more."""
    votes: list[Votes] = [[] for _ in range(crowd.truth.size)]
    old: dict[int, Contribution] = {}
    confusions = Confusions(crowd.n_classes)
    for place in rng.permutation(crowd.items.size).tolist():
        item = int(crowd.items[place])
        votes[item].append((int(crowd.annotators[place]), int(crowd.answers[place])))
        posterior = item_posterior(votes[item], confusions, None, crowd.n_classes)
        new = Contribution(tuple(votes[item]), posterior)
        confusions = confusions.plus(fold(old.get(item), new))
        old[item] = new
    return np.array([item_posterior(v, confusions, None, crowd.n_classes) for v in votes])


class TestConfusions:
    """The immutable snapshot."""

    def test_a_change_leaves_the_old_snapshot(self) -> None:
        """`plus` makes a new object; the old one answers as before, cached or not."""
        old = Confusions.from_weights(2, {1: {(0, 0): 5.0}, 2: {(1, 1): 3.0}})
        before, other = old.log_likelihood(1, 0).copy(), old.log_likelihood(2, 1)
        new = old.plus({(1, 0, 0): -2.0, (3, 1, 0): 1.0})
        assert old.log_likelihood(1, 0) == pytest.approx(before)
        assert new.log_likelihood(1, 0)[0] < before[0]
        assert new.log_likelihood(2, 1) is other
        assert (old.annotators, new.annotators) == ([1, 2], [1, 2, 3])
        assert new.weights(1) == {(0, 0): 3.0}

    def test_likelihoods_are_the_matrix(self) -> None:
        """A column of the smoothed matrix is the likelihood of an answer."""
        crowd = make_crowd(4)
        confusions = infer_truth(*crowd.arguments).confusions
        for given in range(4):
            column = np.log(confusions.matrix(2)[:, given])
            assert confusions.log_likelihood(2, given) == pytest.approx(column)

    def test_rows_go_to_a_store_and_back(self) -> None:
        """What `rows` gives, `from_weights` takes."""
        confusions = infer_truth(*make_crowd(5).arguments).confusions
        weights: dict[int, dict[tuple[int, int], float]] = {}
        for annotator, true, given, weight in confusions.rows():
            weights.setdefault(annotator, {})[true, given] = weight
        again = Confusions.from_weights(4, weights)
        assert list(again.rows()) == list(confusions.rows())

    def test_a_large_sparse_product_equals_the_dense_one(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Past the memory limit the counts are made sparsely, and are the same."""
        fit = infer_truth(*make_crowd(6).arguments)
        monkeypatch.setattr("labeling.quality.truth.estimate.DENSE_CELLS", 1)
        sparse = expected_confusions(fit.answers, fit.posterior, Smoothing.default(4))
        for annotator in sparse.annotators:
            assert sparse.counts(annotator) == pytest.approx(
                fit.confusions.counts(annotator), abs=1e-3
            )

    @pytest.mark.parametrize("weights", [{(0, 2): 1.0}, {(-1, 0): 1.0}, {(0, 0): -1.0}])
    def test_impossible_weights_are_refused(self, weights: dict[tuple[int, int], float]) -> None:
        """Classes out of range and negative counts are errors."""
        with pytest.raises(ValueError, match="weights"):
            Confusions.from_weights(2, {1: weights})

    def test_no_classes_are_refused(self) -> None:
        """A question has at least one class."""
        with pytest.raises(ValueError, match="n_classes"):
            Confusions(0)
