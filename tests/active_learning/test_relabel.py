"""What an out-of-fold model makes of answered items."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from active_learning.relabel import out_of_fold, stratified_folds, temperature_of, tempered, weigh
from labeling.quality.arrays import FloatArray, IntArray

CLASSES = 3


def nearest_means(x: FloatArray, labels: IntArray) -> Callable[..., Callable[..., FloatArray]]:
    """Return a `Fit` that asks for the nearest class mean."""

    def fit(places: IntArray, fold: int) -> Callable[[IntArray], FloatArray]:
        del fold
        means = np.stack([x[places][labels[places] == k].mean(axis=0) for k in range(CLASSES)])

        def predict(inside: IntArray) -> FloatArray:
            distance = ((x[inside][:, None] - means[None]) ** 2).sum(axis=2)
            likeness: FloatArray = np.exp(-distance)
            likeness /= likeness.sum(axis=1, keepdims=True)
            return likeness

        return predict

    return fit


@pytest.fixture(scope="module")
def answered() -> tuple[FloatArray, IntArray, IntArray, IntArray]:
    """Return features, truth, one answer each (a quarter wrong), and who gave it."""
    rng = np.random.default_rng(3)
    truth = rng.integers(0, CLASSES, 240)
    x = np.eye(CLASSES)[truth] * 2.5 + rng.normal(0, 0.7, (240, CLASSES))
    wrong = rng.random(240) < 0.25
    answers = np.where(wrong, (truth + rng.integers(1, CLASSES, 240)) % CLASSES, truth)
    return x, truth, answers, rng.integers(0, 4, 240)


class TestOutOfFold:
    """No item is judged by a model that was trained on it."""

    def test_every_item_is_left_out_of_its_own_model(self) -> None:
        """What a fold's model was trained on never holds what it is asked about."""
        labels = np.arange(30) % CLASSES
        seen: list[tuple[set[int], set[int]]] = []

        def fit(places: IntArray, fold: int) -> Callable[[IntArray], FloatArray]:
            del fold

            def predict(inside: IntArray) -> FloatArray:
                seen.append((set(places.tolist()), set(inside.tolist())))
                return np.full((len(inside), CLASSES), 1 / CLASSES)

            return predict

        out_of_fold(labels, CLASSES, fit, np.random.default_rng(0))
        assert len(seen) == 4
        assert all(not trained & asked for trained, asked in seen)
        assert set().union(*(asked for _, asked in seen)) == set(range(30))

    def test_a_fold_that_cannot_be_trained_says_nothing(self) -> None:
        """A training part of one class leaves the fold uniform."""

        def refuse(places: IntArray, fold: int) -> Callable[[IntArray], FloatArray]:
            message = f"{len(places)} labels of one class in fold {fold}"
            raise ValueError(message)

        found = out_of_fold(np.zeros(8, np.int64), 2, refuse, np.random.default_rng(0))
        assert (found == 0.5).all()

    def test_folds_hold_each_class_alike(self) -> None:
        """A rare class is in every fold's training part."""
        labels = np.array([0] * 36 + [1] * 4)
        folds = stratified_folds(labels, 4, np.random.default_rng(0))
        assert np.bincount(folds[labels == 1]).tolist() == [1, 1, 1, 1]


class TestWeigh:
    """Answers against the model."""

    def test_it_finds_wrong_answers_and_the_noise_of_people_with_one_answer_each(
        self, answered: tuple[FloatArray, IntArray, IntArray, IntArray]
    ) -> None:
        """What the model contradicts is mostly wrong, and accuracies come out near the truth."""
        x, truth, answers, people = answered
        model = out_of_fold(answers, CLASSES, nearest_means(x, answers), np.random.default_rng(0))
        doubt = weigh(np.arange(240), people, answers, model)
        against = doubt.contradicted(answers)
        assert against.sum() > 20
        assert (answers != truth)[against].mean() > 0.85
        assert (doubt.posterior.argmax(axis=1) == truth).mean() > (answers == truth).mean() + 0.1
        assert np.mean([value for value, _ in doubt.accuracy.values()]) == pytest.approx(
            0.75, abs=0.06
        )

    def test_a_temperature_is_found_with_the_noise(self) -> None:
        """Noisy answers do not make a good model look unsure."""
        rng = np.random.default_rng(0)
        model = rng.dirichlet(np.ones(3) * 0.3, 4_000)
        truth = np.array([rng.choice(3, p=row) for row in model])
        noisy = np.where(rng.random(4_000) < 0.3, (truth + 1) % 3, truth)
        assert 0.7 < temperature_of(model, noisy) < 1.5
        assert tempered(model, 2.0).sum(axis=1) == pytest.approx(np.ones(4_000))
