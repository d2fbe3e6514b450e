"""Forecasts over points made up from known curves."""

from __future__ import annotations

import numpy as np
import pytest

from active_learning.forecast import (
    CONFIDENCE,
    Spread,
    accuracy_at,
    answers_spread,
    answers_to,
    gain_of,
)
from active_learning.learning_curves import FAMILIES, Curves, Family, FloatArray, fit_curves

ANSWERS = np.arange(20, 420, 20).astype(float)


def seen(
    seed: int, *, asymptote: float = 0.95, rate: float = 0.7, n_test: int = 200
) -> tuple[Curves, float]:
    """Return curves fitted to points of a known power law, and by how much the sample lifts it."""
    rng = np.random.default_rng(seed)
    true = asymptote - 3.0 * ANSWERS**-rate
    luck = rng.normal(0.0, np.sqrt(0.1 * 0.9 / n_test))
    points = np.clip(true + luck + rng.normal(0.0, 0.006, ANSWERS.size), 0.0, 1.0)
    found = fit_curves(ANSWERS.tolist(), points.tolist(), [float(n_test)] * ANSWERS.size)
    assert isinstance(found, Curves)
    return found, float(luck)


class TestFitCurves:
    """Which curves are plausible, and when none can be told."""

    @pytest.mark.parametrize(
        ("points", "n_test", "why"),
        [
            (ANSWERS[:5], 200, "5 of the 6 points"),
            (ANSWERS, 30, "30 of the 50 test items"),
            (np.linspace(300, 500, 12), 200, "not doubled"),
        ],
    )
    def test_too_little_is_said_to_be_too_little(
        self, points: FloatArray, n_test: int, why: str
    ) -> None:
        """Unknown comes with what is missing."""
        found = fit_curves(points.tolist(), [0.8] * points.size, [float(n_test)] * points.size)
        assert isinstance(found, str)
        assert why in found

    def test_points_that_are_no_accuracies_are_refused(self) -> None:
        """An error names what is wrong with the arrays."""
        with pytest.raises(ValueError, match="accuracies in"):
            fit_curves([1.0, 2.0], [0.5, 1.5], [10.0, 10.0])
        with pytest.raises(ValueError, match="equally long"):
            fit_curves([1.0], [0.5, 0.6], [10.0])


@pytest.mark.parametrize("family", FAMILIES, ids=lambda one: f"{one.form} {one.place:g}")
def test_what_is_missing_tells_where(family: Family) -> None:
    """Every family's form and its inverse belong together, and what is missing only shrinks."""
    x: FloatArray = np.geomspace(0.3, 20.0, 30).astype(np.float64)
    for shape in family.shapes[:6]:
        missing = family.missing(np.full(30, shape), x)
        assert (np.diff(missing) < 0).all()
        assert family.reached(np.full(30, shape), missing) == pytest.approx(x)


class TestAnswersTo:
    """The range of answers to a target."""

    def test_it_covers_what_happens_as_often_as_it_claims(self) -> None:
        """Over 60 replays of a known curve the range holds what the same sample will measure."""
        target = 0.95 - 3.0 * 1200.0**-0.7
        held = 0
        for seed in range(60):
            curves, luck = seen(seed)
            found = answers_to(curves, target + luck)
            high = np.inf if found.high is None else found.high
            held += found.low is not None and found.low <= 1200 <= high
        assert held / 60 >= CONFIDENCE - 0.05

    def test_a_curve_that_lies_flat_before_it_rises_is_seen_coming(self) -> None:
        """Where a model first says the most frequent class of everything, rises do not surprise."""
        rise = 0.86 + 0.13 / (1 + (ANSWERS / 400.0) ** -3.0)
        curves = fit_curves(ANSWERS.tolist(), rise.tolist(), [200.0] * ANSWERS.size)
        assert isinstance(curves, Curves)
        reached = 400.0 * (0.13 / (0.95 - 0.86) - 1) ** (-1 / 3)
        low, high = answers_spread(curves, 0.95).middle(0.75)
        assert low <= reached <= high
        assert answers_spread(curves, 0.95).quantile(0.5) < 4 * reached

    def test_what_cannot_be_missed_on_one_side_is_narrower_on_the_other(self) -> None:
        """Without an end it begins later than the middle; from now on it ends earlier; or never."""
        values: FloatArray = np.arange(100.0).astype(np.float64)
        alike: FloatArray = np.full(100, 0.01)
        half = Spread.of(np.where(values < 60, values, np.inf), alike)
        assert half.middle(0.785) == (10.0, np.inf)
        assert half.between(0.785, 0.0) == (21.0, np.inf)
        whole = Spread.of(values, alike)
        assert whole.between(0.785, 0.0) == (10.0, 89.0)
        assert whole.between(0.785, 30.0) == (30.0, 78.0)
        few = Spread.of(np.where(values < 10, values, np.inf), alike)
        assert few.between(0.785, 0.0) is None

    def test_what_no_curve_reaches_has_no_number(self) -> None:
        """A target far above every plausible curve is told in words."""
        found = answers_to(seen(0, asymptote=0.7, rate=1.5)[0], 1.2)
        assert found.low is None
        assert "hardly a plausible curve reaches 1.2" in str(found.reason)


class TestGain:
    """What further answers add."""

    def test_more_answers_add_more(self) -> None:
        """The gain of a batch grows with the batch and is never negative in all of the range."""
        curves, _ = seen(2)
        small, large = gain_of(curves, 20), gain_of(curves, 400)
        assert small.high is not None
        assert large.high is not None
        assert 0.0 < small.high < large.high

    def test_the_future_lies_in_the_unit_interval(self) -> None:
        """No accuracy above one is promised."""
        found = accuracy_at(seen(3, asymptote=0.999, n_test=60)[0], 100_000)
        assert found.high is not None
        assert found.high <= 1.0
