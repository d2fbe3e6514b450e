"""The stop rules: when each fires, when it cannot tell, and that it says why."""

from __future__ import annotations

import pytest

from active_learning import stopping
from active_learning.forecast import Range


class TestRules:
    """Each rule on figures made up for it."""

    def test_the_target_asks_for_the_lower_bound(self) -> None:
        """An accuracy above the target does not do while its lower end is below."""
        assert stopping.target_reached(0.9, 0.93, 0.88, 100).fires is False
        assert stopping.target_reached(0.9, 0.95, 0.91, 400).fires is True
        assert stopping.target_reached(None, 0.95, 0.91, 400).fires is None

    def test_a_plateau_asks_for_the_upper_end(self) -> None:
        """As long as a real gain is plausible, it is no plateau; without a forecast, unknown."""
        assert stopping.on_plateau(Range(0.0, 0.02), 100, 0.01).fires is False
        assert stopping.on_plateau(Range(0.0, 0.005), 100, 0.01).fires is True
        unknown = stopping.on_plateau(Range.unknown("too few points"), 100, 0.01)
        assert unknown.fires is None
        assert unknown.reason == "too few points"

    def test_stable_predictions_are_a_mean_over_rounds(self) -> None:
        """One round that agrees is not enough, and only the newest rounds count."""
        assert stopping.stabilised([0.99, 0.99], 0.97, 3).fires is None
        assert stopping.stabilised([0.5, 0.98, 0.99, 0.97], 0.97, 3).fires is True
        assert stopping.stabilised([0.98, 0.99, 0.7], 0.97, 3).fires is False

    def test_a_budget_is_spent_when_no_answer_fits(self) -> None:
        """What is reserved counts as spent; no cap is never spent."""
        assert stopping.budget_spent(None, 5, 1).fires is False
        assert stopping.budget_spent(100, 95, 10).fires is True
        assert stopping.budget_spent(100, 90, 10).fires is False

    def test_every_rule_gives_its_reason(self) -> None:
        """No verdict without words."""
        assert all(
            rule.reason
            for rule in (
                stopping.target_reached(0.9, None, None, 0),
                stopping.on_plateau(Range(0.0, 0.02), 100, 0.01),
                stopping.stabilised([], 0.97, 3),
                stopping.budget_spent(100, 0, 1),
            )
        )


class TestKappaOf:
    """Agreement of two selectors."""

    def test_known_values(self) -> None:
        """Full agreement, agreement by chance, and lists that always name one class."""
        assert stopping.kappa_of([0, 1, 0, 1], [0, 1, 0, 1]) == pytest.approx(1.0)
        assert stopping.kappa_of([0, 1, 0, 1], [0, 0, 1, 1]) == pytest.approx(0.0)
        assert stopping.kappa_of([2, 2], [2, 2]) == 1.0

    def test_unequal_lists_are_refused(self) -> None:
        """The two must tell of the same items."""
        with pytest.raises(ValueError, match="equally long"):
            stopping.kappa_of([0], [0, 1])
