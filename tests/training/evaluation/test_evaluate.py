"""Figures of a test set, each with its interval or the reason why there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import log_loss, precision_score, recall_score

from training.evaluation import Estimate, evaluate, wilson


def data(n: int, seed: int = 0) -> tuple[Any, Any]:
    """Return probabilities of three classes and truth drawn from them."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(3), size=n)
    truth = (p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return p, truth


class TestEvaluate:
    """Accuracy, recall, precision, log loss, calibration."""

    def test_agrees_with_scikit_learn(self) -> None:
        """Point estimates are the usual ones."""
        p, truth = data(400)
        predicted = p.argmax(axis=1)
        found = evaluate(p, truth, 3)
        assert found.accuracy.value == pytest.approx((predicted == truth).mean())
        assert [r.value for r in found.recall] == pytest.approx(
            recall_score(truth, predicted, average=None).tolist()
        )
        assert [r.value for r in found.precision] == pytest.approx(
            precision_score(truth, predicted, average=None).tolist()
        )
        assert found.log_loss == pytest.approx(log_loss(truth, p), rel=1e-3)

    def test_honest_probabilities_are_calibrated(self) -> None:
        """Truth drawn from the stated probabilities: a small error; inflated ones: a large one."""
        p, truth = data(4000)
        inflated = p**4 / (p**4).sum(axis=1, keepdims=True)
        honest = evaluate(p, truth, 3).calibration_error
        assert honest is not None
        assert honest < 0.03
        assert evaluate(inflated, truth, 3).calibration_error == pytest.approx(0.24, abs=0.06)

    def test_no_items_are_undefined_in_words(self) -> None:
        """None and a reason, never zero."""
        found = evaluate(np.empty((0, 3)), np.empty(0, dtype=int), 3)
        assert found.n == 0
        assert found.accuracy == Estimate.undefined("there are no labelled test items")
        assert found.log_loss is None
        assert found.reason == "there are no labelled test items"

    def test_classes_that_do_not_occur_are_undefined_in_words(self) -> None:
        """Recall lacks items of the class, precision lacks predictions of it."""
        found = evaluate(np.eye(3)[[0, 0]], np.array([0, 1]), 3)
        assert found.recall[2].reason == "no test item has this class"
        assert found.precision[1].reason == "never predicted"

    def test_a_sure_mistake_is_finite(self) -> None:
        """Probability zero for the truth costs much, not infinitely much."""
        found = evaluate(np.eye(2)[[0]], np.array([1]), 2)
        assert found.log_loss == pytest.approx(-np.log(1e-6))

    def test_weights_undo_oversampling(self) -> None:
        """Items drawn twice as often count half, and the interval is wider than without."""
        p, truth = np.eye(2)[[0] * 60 + [1] * 40], np.array([0] * 80 + [1] * 20)
        weights = np.where(np.arange(100) < 50, 0.5, 1.0)
        plain, weighed = evaluate(p, truth, 2), evaluate(p, truth, 2, weights)
        assert plain.accuracy.value == pytest.approx(0.8)
        assert weighed.accuracy.value == pytest.approx(55 / 75)
        width = [float(e.accuracy.high or 0) - float(e.accuracy.low or 0) for e in (plain, weighed)]
        assert width[1] > width[0]

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ((np.ones((2, 3)) / 3, [0], 3), "^probabilities: shape"),
            ((np.ones((1, 3)), [0], 3), "^probabilities: every row"),
            ((np.full((1, 3), np.nan), [0], 3), "^probabilities: every row"),
            ((np.ones((1, 3)) / 3, [3], 3), "^truth: class indices"),
            ((np.ones((1, 3)) / 3, [0], 3, [0]), "^weights: "),
        ],
    )
    def test_wrong_inputs_are_named(self, arguments: Any, message: str) -> None:
        """The message begins with the argument."""
        with pytest.raises(ValueError, match=message):
            evaluate(*arguments)


class TestWilson:
    """The interval of one share."""

    @given(st.integers(1, 2000), st.floats(0, 1))
    def test_encloses_the_share_within_zero_and_one(self, n: int, share: float) -> None:
        """For every n and share."""
        low, high = wilson(share, n)
        assert 0 <= low <= share + 1e-12
        assert share - 1e-12 <= high <= 1

    def test_agrees_with_a_published_value(self) -> None:
        """Newcombe 1998, 81 of 263: .2553 to .3662."""
        assert wilson(81 / 263, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)

    def test_needs_items(self) -> None:
        """No items, no interval."""
        with pytest.raises(ValueError, match=r"^n: "):
            wilson(0.5, 0)
