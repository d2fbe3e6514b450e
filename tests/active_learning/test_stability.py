"""Successive selectors compared over the same items."""

from __future__ import annotations

from active_learning.stability import Stability


class TestStability:
    """What is watched, and what is told."""

    def test_the_same_items_are_compared_though_rows_move(self) -> None:
        """Another feature file gives the same items other rows; the comparison goes on."""
        stability = Stability()
        assert stability.rows(1, {10: 0, 11: 1}) == [0, 1]
        assert stability.compare(1, [0, 1]) is None
        assert stability.rows(1, {11: 0, 12: 1, 10: 2}) == [2, 0]
        assert stability.compare(1, [0, 1]) == 1.0

    def test_other_items_begin_anew(self) -> None:
        """When an item is gone, the next round has nothing to compare with."""
        stability = Stability()
        stability.rows(1, {10: 0, 11: 1})
        stability.compare(1, [0, 1])
        stability.rows(1, {11: 0, 12: 1})
        assert stability.compare(1, [0, 1]) is None

    def test_a_round_without_a_model_tells_nothing(self) -> None:
        """Nothing said is nothing to compare."""
        assert Stability().compare(1, []) is None
