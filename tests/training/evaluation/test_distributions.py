"""How near probabilities are to distributions of answers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from training.evaluation import measure_nearness

SPLIT, AGREED = [0.6, 0.4], [0.0, 1.0]


class TestNearness:
    """`measure_nearness`."""

    def test_saying_what_people_say_is_nearest(self) -> None:
        """The distributions themselves are at distance 0, and the interval has a width."""
        found = measure_nearness([SPLIT, AGREED], [SPLIT, AGREED])
        assert (found.n, found.brier.value, found.brier.low) == (2, 0.0, 0.0)
        assert found.brier.high is not None
        assert found.brier.high > 0.2

    def test_of_sure_people_and_sure_models_it_is_the_share_of_wrong_answers(self) -> None:
        """So that a margin of .01 means one point here too."""
        truth = np.eye(3)[[0, 1, 2, 0]]
        said = np.eye(3)[[0, 1, 0, 0]]
        found = measure_nearness(said, truth)
        assert found.brier.value == pytest.approx(0.25)

    def test_half_the_brier_score_and_cross_entropy_by_hand(self) -> None:
        """(.2² + .2²) / 2 and -(.6 ln .8 + .4 ln .2)."""
        found = measure_nearness([[0.8, 0.2]], [SPLIT])
        assert found.brier.value == pytest.approx(0.04)
        assert found.cross_entropy.value == pytest.approx(-0.6 * np.log(0.8) - 0.4 * np.log(0.2))
        assert found.cross_entropy.reason == "one item gives no interval"

    def test_the_noise_is_what_a_model_that_knows_everybody_scores(self) -> None:
        """Five answers drawn of .7 and .3: the true shares score the noise, in the mean."""
        rng = np.random.default_rng(0)
        drawn = rng.binomial(5, 0.7, 4_000) / 5
        shares = np.column_stack([drawn, 1 - drawn])
        found = measure_nearness([[0.7, 0.3]] * 4_000, shares, n_answers=[5] * 4_000)
        assert found.noise == pytest.approx(0.7 * 0.3 / 5, abs=0.003)
        assert found.brier.value == pytest.approx(found.noise, abs=0.003)

    def test_the_interval_holds(self) -> None:
        """95 % intervals of 60 items hold the mean of all in 92 % of draws at least."""
        rng = np.random.default_rng(1)
        losses = rng.beta(0.4, 2.0, 5_000)
        p = np.column_stack([np.sqrt(losses), 1 - np.sqrt(losses)])
        q = np.tile([0.0, 1.0], (5_000, 1))
        held = 0
        for _ in range(300):
            rows = rng.choice(5_000, 60)
            found = measure_nearness(p[rows], q[rows]).brier
            assert found.low is not None
            assert found.high is not None
            held += found.low <= losses.mean() <= found.high
        assert held / 300 > 0.92

    def test_undefined_cases_say_why(self) -> None:
        """No items; one answer an item."""
        none = measure_nearness([], [])
        assert (none.brier.value, none.reason) == (None, "there are no labelled test items")
        one = measure_nearness([AGREED], [AGREED], n_answers=[1])
        assert one.noise is None
        assert "noise" in str(one.reason)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"probabilities": [[0.5, 0.6]]}, "^probabilities: every row"),
            ({"probabilities": [[1.5, -0.5]]}, "^probabilities: every row"),
            ({"probabilities": [0.5, 0.5]}, "^probabilities: one row"),
            ({"shares": [[1.0, 0.0], [1.0, 0.0]]}, "^probabilities: shape"),
            ({"shares": [[float("nan"), 1.0]]}, "^shares: every row"),
            ({"weights": [0.0]}, "^weights: "),
            ({"n_answers": [1, 2]}, "^n_answers: 1 numbers"),
        ],
    )
    def test_what_is_wrong_is_named(self, changes: dict[str, Any], message: str) -> None:
        """Shapes, rows that are no distributions, weights of zero."""
        given: dict[str, Any] = {"probabilities": [AGREED], "shares": [AGREED]}
        with pytest.raises(ValueError, match=message):
            measure_nearness(**given | changes)
