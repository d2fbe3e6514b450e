"""The interval of a paired difference, the exact test, and the number of items it takes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from tests.training.gates.data_paired import TANGO
from training.gates.paired import (
    MOST_ITEMS,
    PairedCounts,
    items_needed,
    mcnemar_exact,
    score_interval,
)

Z = 1.959964


class TestScoreInterval:
    """Tango's interval."""

    @pytest.mark.parametrize(("counts", "bounds"), TANGO)
    def test_agrees_with_published_values(
        self, counts: tuple[int, int, int], bounds: tuple[float, float]
    ) -> None:
        """To the digits printed."""
        found = score_interval(PairedCounts(*counts), Z)
        np.testing.assert_allclose(found, bounds, atol=6e-4)

    @given(st.integers(1, 400), st.integers(0, 400), st.integers(0, 400))
    def test_is_an_interval_around_the_difference(self, n: int, wins: int, losses: int) -> None:
        """Bounds enclose the estimate, stay in [−1, 1], and mirror when sides change."""
        wins, losses = wins % (n + 1), losses % (n + 1)
        if wins + losses > n:
            wins, losses = n - wins, n - losses
        low, high = score_interval(PairedCounts(n, wins, losses), Z)
        assert -1 <= low <= (wins - losses) / n <= high <= 1
        mirrored = score_interval(PairedCounts(n, losses, wins), Z)
        np.testing.assert_allclose(mirrored, (-high, -low), atol=1e-9)

    def test_covers_as_often_as_it_says(self) -> None:
        """At n = 80 with 15 % wins and 10 % losses the exact coverage is near 95 %."""
        n, p_win, p_loss = 80, 0.15, 0.10
        covered = 0.0
        for wins in range(40):
            for losses in range(40):
                chance = binom.pmf(wins, n, p_win)
                chance *= binom.pmf(losses, n - wins, p_loss / (1 - p_win))
                low, high = score_interval(PairedCounts(n, wins, losses), Z)
                covered += chance * (low <= p_win - p_loss <= high)
        assert 0.93 < covered < 0.97

    def test_without_items_there_is_none(self) -> None:
        """An interval of nothing is refused."""
        with pytest.raises(ValueError, match=r"^counts: "):
            score_interval(PairedCounts(0, 0, 0), Z)


class TestMcNemar:
    """The exact test of equal accuracy."""

    def test_agrees_with_the_binomial_by_hand(self) -> None:
        """One of eight: 2 · (1 + 8) / 256."""
        assert mcnemar_exact(PairedCounts(21, 1, 7)) == pytest.approx(18 / 256)

    def test_no_difference_is_one(self) -> None:
        """Without a differing pair nothing speaks against equality."""
        assert mcnemar_exact(PairedCounts(50, 0, 0)) == 1


class TestItemsNeeded:
    """How many items in all bring a verdict."""

    def test_that_many_decide_in_four_of_five_repeats(self) -> None:
        """Simulated: equal models, margin 3 points, power near .8 (less alpha/2 for false ones)."""
        counts = PairedCounts(200, 10, 10)
        n = items_needed(counts, 0.03, 0.05)
        rng = np.random.default_rng(0)
        draws = rng.multinomial(n, [0.05, 0.05, 0.9], size=1000)
        decided = 0
        for wins, losses, _ in draws.tolist():
            low, high = score_interval(PairedCounts(n, wins, losses), Z)
            decided += low > -0.03 or high < 0
        assert 0.76 < decided / 1000 < 0.86

    def test_is_more_than_there_are(self) -> None:
        """An inconclusive report never asks for what it already has."""
        assert items_needed(PairedCounts(500, 20, 18), 0.01, 0.05) > 500

    def test_a_larger_margin_needs_fewer(self) -> None:
        """Allowing more loss to go unseen is cheaper to show."""
        counts = PairedCounts(100, 5, 5)
        assert items_needed(counts, 0.05, 0.05) < items_needed(counts, 0.02, 0.05)

    def test_what_cannot_be_decided_names_the_most(self) -> None:
        """Equal models and no margin: no number of items tells them apart."""
        assert items_needed(PairedCounts(100, 5, 5), 0, 0.05) == MOST_ITEMS

    def test_without_items_a_usual_rate_is_assumed(self) -> None:
        """A first number for planning: one answer in ten differing."""
        assert 1000 < items_needed(PairedCounts(0, 0, 0), 0.02, 0.05) < 3000
