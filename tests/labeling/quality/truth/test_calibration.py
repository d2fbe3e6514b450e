"""Tempered posteriors and the measure of their honesty."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.truth import calibration_error, infer_truth, temper, vote_share
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
