"""Intervals that may be looked at any time, the rate of gold, doubt about an item."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeling.gold.scoring import (
    bucket_of,
    difficulty_of,
    gold_rate,
    interval,
    is_below,
    is_doubtful,
    log_evidence,
)

COUNTS = st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


class TestInterval:
    """The always-valid interval of an accuracy."""

    @given(COUNTS, st.floats(0.5, 0.999))
    def test_its_ends_frame_the_share(self, counts: tuple[int, int], confidence: float) -> None:
        """Shows 0 ≤ low ≤ share ≤ high ≤ 1, and that each end is where the evidence says."""
        right, n = counts
        found = interval(right, n, confidence)
        assert 0 <= found.low <= right / n <= found.high <= 1
        limit = -math.log(1 - confidence) + 1e-6
        for end in (found.low, found.high):
            assert log_evidence(right, n, end) <= limit

    @given(COUNTS)
    def test_more_confidence_is_wider(self, counts: tuple[int, int]) -> None:
        """Shows that the ends move outwards with the confidence."""
        wide, narrow = interval(*counts, 0.99), interval(*counts, 0.8)
        assert wide.low <= narrow.low
        assert narrow.high <= wide.high

    def test_without_an_answer_everything_is_possible(self) -> None:
        """Shows the interval from 0 to 1."""
        found = interval(0, 0, 0.95)
        assert (found.low, found.high) == (0.0, 1.0)

    def test_an_honest_person_at_the_bar_is_hardly_ever_paused(self) -> None:
        """Shows at most 5 % false pauses although every fifth of 400 answers is looked at."""
        rng = np.random.default_rng(7)
        n_people, n_answers, bar = 1_000, 400, 0.7
        right = np.cumsum(rng.random((n_people, n_answers)) < bar, axis=1)
        paused = sum(
            any(is_below(int(row[n - 1]), n, bar, 0.95, 10) for n in range(10, n_answers + 1, 5))
            for row in right
        )
        assert paused <= 0.05 * n_people

    def test_somebody_who_guesses_is_found_soon(self) -> None:
        """Shows that half of those who are right one time in three are paused within 30 answers."""
        rng = np.random.default_rng(8)
        right = (rng.random((200, 30)) < 1 / 3).sum(axis=1)
        assert np.mean([is_below(int(k), 30, 0.7, 0.95, 10) for k in right]) > 0.5


class TestRate:
    """How much gold somebody is served."""

    def test_it_falls_from_the_first_to_the_least(self) -> None:
        """Shows both ends, and that it never rises as right answers come in."""
        rates = [gold_rate(n, n, first=0.2, least=0.05, firm_width=0.2) for n in range(200)]
        asked = [
            gold_rate(5, 9, first=0.2, least=0.05, firm_width=0.2, urgency=urgency)
            for urgency in (0.0, 1.0)
        ]
        assert asked == pytest.approx([0.05, 0.2])
        assert rates[0] == 0.2
        assert rates[-1] == 0.05
        assert all(later <= earlier for earlier, later in pairwise(rates))


class TestDoubt:
    """When a gold item is wrong rather than those who miss it."""

    @pytest.mark.parametrize(
        ("missed", "n", "expected"), [(4, 4, True), (3, 3, False), (5, 20, False), (12, 15, True)]
    )
    def test_many_good_people_missing_it_is_doubt(
        self, missed: int, n: int, *, expected: bool
    ) -> None:
        """Shows that few answers or few misses are none."""
        assert is_doubtful(missed, n, miss=0.3, least=4, confidence=0.95) is expected

    def test_difficulty_is_seen_or_guessed(self) -> None:
        """Shows that a guess counts until answers come."""
        assert bucket_of(difficulty_of(0, 0, 0.5)) == "hard"
        assert bucket_of(difficulty_of(0, 30, 0.5)) == "easy"
        assert bucket_of(difficulty_of(0, 0, None)) == "middle"
