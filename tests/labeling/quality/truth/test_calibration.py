"""Tempered posteriors and the measure of their honesty."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.truth import (
    Calibration,
    calibrate,
    calibration_error,
    infer_truth,
    reliability,
    temper,
    vote_share,
)
from tests.labeling.quality.crowds import make_crowd


class TestTemper:
    """Mean of posterior and vote share."""

    def test_the_mean(self) -> None:
        """Item by item the two are averaged; one without answers keeps its posterior."""
        found = temper([[0.9, 0.1], [0.6, 0.4]], [[0.5, 0.5], [0.0, 0.0]])
        assert found == pytest.approx(np.array([[0.7, 0.3], [0.6, 0.4]]))
        assert temper([0.9, 0.1], [0.5, 0.5]) == pytest.approx([0.7, 0.3])

    def test_it_lowers_the_calibration_error_where_errors_coincide(self) -> None:
        """A fifth of the items look like another class to everyone: raw posteriors are too sure."""
        crowd = make_crowd(0, n_items=1000, answers_per_item=5)
        deceptive = crowd.items % 5 == 0
        answers = np.where(deceptive, (crowd.answers + 2) % 4, crowd.answers)
        fit = infer_truth(crowd.items, crowd.annotators, answers, 4)
        correct, chosen = fit.labels == crowd.truth, (np.arange(1000), fit.labels)
        tempered = temper(fit.posterior, vote_share(crowd.items, answers, 4))
        raw = calibration_error(fit.posterior[chosen], correct) or 0.0
        assert (calibration_error(tempered[chosen], correct) or 1.0) < raw - 0.05

    def test_shapes_must_match(self) -> None:
        """A vote share of another shape is refused."""
        with pytest.raises(ValueError, match="vote_share"):
            temper([[0.5, 0.5]], [0.5, 0.5])


class TestCalibrationError:
    """Expected calibration error."""

    def test_known_gaps(self) -> None:
        """Two bins, each off by a tenth."""
        confidence = [0.6] * 10 + [0.9] * 10
        correct = [True] * 5 + [False] * 5 + [True] * 8 + [False] * 2
        assert calibration_error(confidence, correct, n_bins=2) == pytest.approx(0.1)

    def test_no_items(self) -> None:
        """Without items there is no error to speak of."""
        assert calibration_error([], []) is None


class TestCalibrate:
    """What a stop score is worth, learnt from checked items."""

    def test_without_checks_nothing_changes(self) -> None:
        """No gold, no correction, and the count says that nothing is promised."""
        found = calibrate([], [])
        assert found == Calibration()
        assert found.apply([0.2, 0.5, 0.9]) == pytest.approx([0.2, 0.5, 0.9])

    def test_an_overconfident_score_is_lowered(self) -> None:
        """Scores that say .95 and are right .7 of the time come out near .7."""
        rng = np.random.default_rng(1)
        score = np.clip(rng.normal(0.95, 0.02, 2_000), 0.5, 0.99)
        found = calibrate(score, rng.random(2_000) < 0.7)
        assert found.n_checked == 2_000
        assert found.apply(0.95) == pytest.approx(0.7, abs=0.03)

    def test_an_honest_score_stays(self) -> None:
        """A score that is a probability already is hardly moved, even by fifty checks."""
        rng = np.random.default_rng(2)
        score = rng.uniform(0.5, 1.0, 50)
        found = calibrate(score, rng.random(50) < score)
        assert np.abs(found.apply(score) - score).max() < 0.15

    def test_order_is_kept(self) -> None:
        """Where sure answers are right more often, a surer score stays the surer one."""
        rng = np.random.default_rng(3)
        score = rng.uniform(0.3, 1.0, 300)
        found = calibrate(score, rng.random(300) < score**2)
        assert (np.diff(found.apply(np.linspace(0.3, 0.99, 50))) > 0).all()

    @pytest.mark.parametrize("outcome", [True, False])
    def test_checks_of_one_outcome_do_not_run_away(self, *, outcome: bool) -> None:
        """All right or all wrong: the correction is finite and between 0 and 1."""
        found = calibrate([1.0, 0.0, 0.5, 0.9], [outcome] * 4).apply([0.0, 0.5, 1.0])
        assert ((found > 0) & (found < 1)).all()

    def test_lengths_must_match(self) -> None:
        """Scores without their outcomes are refused."""
        with pytest.raises(ValueError, match="equally long"):
            calibrate([0.5, 0.6], [True])


class TestReliability:
    """Confidence against truth."""

    def test_bins_say_what_was_promised_and_what_came(self) -> None:
        """Two bins of equal size, least sure first."""
        low, high = reliability([0.9, 0.5, 0.7, 0.6], [True, False, True, True], n_bins=2)
        assert (low.n, low.right) == (2, 0.5)
        assert (high.n, high.right) == (2, 1.0)
        assert [low.promised, high.promised] == pytest.approx([0.55, 0.8])

    def test_no_items_no_bins(self) -> None:
        """Nothing to show is an empty list."""
        assert reliability([], []) == []
