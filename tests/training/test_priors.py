"""The project's own model as a prior: out of fold, helpful, never heard about itself."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.arrays import FloatArray
from labeling.quality.truth import infer_truth, log_likelihoods, read_answers
from tests.labeling.quality.crowds import Crowd, make_crowd
from training.priors import DOUBT, infer_with_model, out_of_fold_prior, weigh_prior

N_CLASSES = 4


def pictures(crowd: Crowd, noise: float = 0.7) -> FloatArray:
    """Return features that tell the class, with noise: (n_items, n_classes)."""
    rng = np.random.default_rng(5)
    return np.eye(N_CLASSES)[crowd.truth] + rng.normal(0, noise, (crowd.truth.size, N_CLASSES))


class TestOutOfFoldPrior:
    """`out_of_fold_prior`."""

    def test_an_item_never_hears_its_own_label(self) -> None:
        """Changing the labels of one group leaves the prior of that group as it was."""
        crowd = make_crowd(0)
        groups = np.arange(crowd.truth.size) // 3
        weights = np.ones(crowd.truth.size)
        changed = crowd.truth.copy()
        changed[:3] = (changed[:3] + 1) % N_CLASSES
        before, after = (
            out_of_fold_prior(
                pictures(crowd), labels, weights, groups, N_CLASSES, rng=np.random.default_rng(1)
            )
            for labels in (crowd.truth, changed)
        )
        assert np.array_equal(before[:3], after[:3])
        assert not np.array_equal(before, after)

    def test_no_class_is_ruled_out(self) -> None:
        """Rows are probabilities, each at least the doubt's share; even where nothing is known."""
        crowd = make_crowd(0, n_items=60)
        arrays = (pictures(crowd), crowd.truth, np.ones(60), np.arange(60), N_CLASSES)
        found = out_of_fold_prior(*arrays, rng=np.random.default_rng(1))
        assert found.sum(axis=1) == pytest.approx(1.0)
        assert found.min() >= DOUBT / N_CLASSES - 1e-9
        nothing = (*arrays[:2], np.zeros(60), *arrays[3:])
        assert out_of_fold_prior(*nothing, rng=np.random.default_rng(1)) == pytest.approx(0.25)


class TestInferWithModel:
    """`infer_with_model`."""

    def test_it_is_righter_than_the_answers_alone(self) -> None:
        """Two poor answers an item and features that tell something: more items are right."""
        crowd = make_crowd(2, n_items=400, answers_per_item=2)
        alone = infer_truth(*crowd.arguments)
        features = pictures(crowd, noise=0.5)
        found = infer_with_model(*crowd.arguments, features, rng=np.random.default_rng(0))
        right = [(fit.labels == crowd.truth).mean() for fit in (found, alone)]
        assert right[0] > right[1] + 0.05

    def test_items_without_answers_are_predicted_and_reviews_stand(self) -> None:
        """What nobody answered has the model's word; what a review decided is certain."""
        crowd = make_crowd(2, n_items=200)
        seen = crowd.items < 150
        found = infer_with_model(
            crowd.items[seen],
            crowd.annotators[seen],
            crowd.answers[seen],
            N_CLASSES,
            pictures(crowd, noise=0.3),
            rng=np.random.default_rng(0),
            pinned={0: 3},
        )
        assert found.labels[0] == 3
        assert (found.labels[150:] == crowd.truth[150:]).mean() > 0.8


class TestWeighPrior:
    """`weigh_prior`: a model's word counts as far as unseen answers bear it out."""

    def test_random_words_count_for_nothing(self) -> None:
        """Sure or unsure, over twenty draws: next to no weight, and the truth stays as right."""
        crowd = make_crowd(3, n_items=300)
        table = read_answers(*crowd.arguments, n_items=300)
        alone = infer_truth(*crowd.arguments, n_items=300)
        likelihood = log_likelihoods(table, alone.confusions)
        even = (likelihood.argmax(axis=1) == crowd.truth).mean()
        for seed in range(20):
            rng = np.random.default_rng(seed)
            drawn = rng.dirichlet(np.full(N_CLASSES, 0.2), 300)
            found = weigh_prior(drawn, likelihood)
            after = (likelihood + np.log(found.prior)).argmax(axis=1)
            assert found.weight < 0.25
            assert (after == crowd.truth).mean() >= even - 0.02

    def test_a_good_model_counts_to_the_cap(self) -> None:
        """One that is right on nine of ten items, and says so, is useful; no class is ruled out."""
        crowd = make_crowd(3, n_items=300, answers_per_item=2)
        table = read_answers(*crowd.arguments, n_items=300)
        likelihood = log_likelihoods(table, infer_truth(*crowd.arguments, n_items=300).confusions)
        rng = np.random.default_rng(0)
        said = np.where(rng.random(300) < 0.9, crowd.truth, rng.integers(N_CLASSES, size=300))
        words = np.full((300, N_CLASSES), 0.03)
        words[np.arange(300), said] = 0.91
        found = weigh_prior(words, likelihood)
        assert found.is_useful
        assert 0.5 < found.weight <= 1.0 - DOUBT
        assert found.prior.min() >= DOUBT / N_CLASSES - 1e-9
        assert found.prior.sum(axis=1) == pytest.approx(1.0)
