"""Dawid–Skene: the paper's numbers, priors, and thousands of classes."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.truth import Smoothing, infer_truth, read_answers
from labeling.quality.truth.em import Stop
from labeling.quality.truth.many_classes import fit_candidates
from tests.labeling.quality import data_truth as golden
from tests.labeling.quality.crowds import make_crowd


def accuracy(labels: object, truth: object) -> float:
    """Share of right labels."""
    return float(np.mean(np.asarray(labels) == np.asarray(truth)))


class TestDawidSkene:
    """The fitted confusions and what they do for the truth."""

    def test_the_paper(self) -> None:
        """Without smoothing the anaesthetists get the paper's marginals and error rates."""
        rows = [
            (item, observer, int(answer) - 1)
            for item, patient in enumerate(golden.ANAESTHETISTS.split())
            for observer, answers in enumerate(patient.split("."))
            for answer in answers
        ]
        items, observers, answers = np.array(rows).T
        nearly_none = Smoothing(1e-9, 1e-9)
        found = infer_truth(items, observers, answers, 4, smoothing=nearly_none, tolerance=1e-8)
        shares = found.posterior.mean(axis=0)
        assert shares == pytest.approx(golden.ANAESTHETISTS_PRIOR, abs=0.005)
        first = found.confusion(0)
        assert first == pytest.approx(np.array(golden.ANAESTHETISTS_FIRST_OBSERVER), abs=0.005)

    def test_it_sees_through_habits_that_voting_cannot(self) -> None:
        """Over ten simulated crowds it is right clearly more often than the majority."""
        gains = []
        for seed in range(10):
            crowd = make_crowd(seed)
            fitted, vote = (
                accuracy(infer_truth(*crowd.arguments, method=method).labels, crowd.truth)
                for method in ("dawid_skene", "majority_vote")
            )
            gains.append(fitted - vote)
        assert np.mean(gains) > 0.04
        assert min(gains) > 0

    def test_a_perfect_annotator_helps(self) -> None:
        """Over 40 draws, adding someone who is always right does not lower accuracy."""
        gains = []
        for seed in range(40):
            crowd = make_crowd(seed, n_items=80)
            everything = np.arange(80)
            before = infer_truth(*crowd.arguments)
            after = infer_truth(
                np.concatenate([crowd.items, everything]),
                np.concatenate([crowd.annotators, np.full(80, 99)]),
                np.concatenate([crowd.answers, crowd.truth]),
                4,
            )
            gains.append(accuracy(after.labels, crowd.truth) - accuracy(before.labels, crowd.truth))
        assert np.mean(gains) - 1.65 * np.std(gains) / np.sqrt(40) > 0

    def test_reviews_teach_the_confusions(self) -> None:
        """Pinning a third of the items makes the others righter, and the confusions sharper."""
        crowd = make_crowd(5, n_items=600)
        pinned = {item: int(crowd.truth[item]) for item in range(200)}
        before, after = infer_truth(*crowd.arguments), infer_truth(*crowd.arguments, pinned=pinned)
        rest = slice(200, None)
        assert accuracy(after.labels[rest], crowd.truth[rest]) >= accuracy(
            before.labels[rest], crowd.truth[rest]
        )

    def test_a_models_prior_helps(self) -> None:
        """A prior that is right three times of four raises accuracy; certainty in it rules."""
        crowd = make_crowd(6)
        rng = np.random.default_rng(0)
        guess = np.where(rng.random(300) < 0.75, crowd.truth, rng.integers(4, size=300))
        prior = np.full((300, 4), 0.25 / 3)
        prior[np.arange(300), guess] = 0.75
        plain = infer_truth(*crowd.arguments)
        helped = infer_truth(*crowd.arguments, item_prior=prior)
        assert accuracy(helped.labels, crowd.truth) > accuracy(plain.labels, crowd.truth)
        certain = infer_truth(*crowd.arguments, item_prior=np.eye(4)[guess])
        assert (certain.labels == guess).all()

    def test_many_classes_with_few_answers_do_not_collapse(self) -> None:
        """A hundred classes: the capped smoothing keeps the fit at least as good as the vote."""
        crowd = make_crowd(7, n_items=500, n_annotators=20, n_classes=100)
        fitted, vote = (
            accuracy(infer_truth(*crowd.arguments, method=method).labels, crowd.truth)
            for method in ("dawid_skene", "majority_vote")
        )
        assert fitted >= vote

    def test_impossible_smoothing_is_refused(self) -> None:
        """Pseudo-counts must be positive."""
        with pytest.raises(ValueError, match="smoothing"):
            Smoothing(0.0, 0.5)


class TestManyClasses:
    """The fit whose memory follows the answers."""

    def test_it_agrees_with_the_full_fit(self) -> None:
        """Where almost every class is answered on every item, the two give the same."""
        crowd = make_crowd(8, n_classes=2, answers_per_item=10)
        full = infer_truth(*crowd.arguments)
        table = read_answers(*crowd.arguments)
        share, _ = fit_candidates(table, Smoothing.default(2), Stop())
        contested = np.unique(crowd.items[crowd.answers != full.labels[crowd.items]])
        assert share[contested] == pytest.approx(full.posterior[contested], abs=0.01)
        assert (share.argmax(axis=1) == full.labels).all()

    @pytest.mark.parametrize("with_prior", [False, True])
    def test_ten_thousand_classes_stay_sparse(self, *, with_prior: bool) -> None:
        """Ten thousand classes: right labels, reviews kept, and few stored counts."""
        crowd = make_crowd(9, n_items=400, n_annotators=300, n_classes=10_000, answers_per_item=7)
        prior = np.full((400, 10_000), 1e-4) if with_prior else None
        pinned = {0: 9_999, 1: int(crowd.truth[1])}
        found = infer_truth(*crowd.arguments, pinned=pinned, item_prior=prior)
        assert found.labels[0] == 9_999
        assert accuracy(found.labels[1:], crowd.truth[1:]) > 0.85
        assert sum(1 for _ in found.confusions.rows()) <= 7 * crowd.items.size
