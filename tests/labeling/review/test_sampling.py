"""Which items are reviewed: draws that nothing influences, and values that order the disputes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, kstest

from labeling.projects.policies.review import ReviewPolicy
from labeling.review import sampling
from labeling.review.sampling import draw_accepted, draw_disputed, expected_value, uniform

KEYS = st.text(max_size=20)
SHARES = st.floats(0, 1)


class TestUniform:
    """The number that an item's key gives."""

    @given(KEYS, KEYS, KEYS)
    def test_it_lies_in_the_unit_interval_and_stays(
        self, salt: str, purpose: str, key: str
    ) -> None:
        """Any text gives a number in [0, 1), the same each time."""
        found = uniform(salt, purpose, key)
        assert 0 <= found < 1
        assert found == uniform(salt, purpose, key)

    def test_keys_are_spread_evenly(self) -> None:
        """Ten thousand keys in a row look uniform, and two purposes are independent."""
        first = [uniform("s", "review", str(n)) for n in range(10_000)]
        second = [uniform("s", "second review", str(n)) for n in range(10_000)]
        assert kstest(first, "uniform").pvalue > 0.001
        both = sum(a < 0.5 and b < 0.5 for a, b in zip(first, second, strict=True))
        assert binomtest(both, 10_000, 0.25).pvalue > 0.001


class TestAccepted:
    """The random sample."""

    @given(SHARES, KEYS)
    def test_a_larger_share_holds_the_smaller_sample(self, share: float, key: str) -> None:
        """Raising the share adds items and drops none; the probability is the share."""
        small = draw_accepted(ReviewPolicy(random_share=share / 2), "s", key, "train")
        large = draw_accepted(ReviewPolicy(random_share=share), "s", key, "train")
        assert small is None or large is not None
        assert large is None or large.inclusion_probability == share

    def test_the_share_is_met(self) -> None:
        """A twentieth of many items is drawn, and all or none at the ends."""
        for share in (0.0, 0.05, 1.0):
            policy = ReviewPolicy(random_share=share)
            drawn = sum(
                draw_accepted(policy, "s", str(n), "train") is not None for n in range(20_000)
            )
            assert binomtest(drawn, 20_000, share).pvalue > 0.001

    @pytest.mark.parametrize(("test_items", "expected"), [("all", "test"), ("disputed", None)])
    def test_test_items_by_policy(self, test_items: str, expected: str | None) -> None:
        """`all` takes every accepted test item with probability 1; else they are as all others."""
        policy = ReviewPolicy.model_validate({"random_share": 0.0, "test_items": test_items})
        draw = draw_accepted(policy, "s", "k", "test")
        assert (None if draw is None else draw.why) == expected
        assert draw is None or draw.inclusion_probability == 1.0
        assert draw_accepted(policy, "s", "k", "train") is None

    def test_the_sample_is_mixed_among_the_disputes(self) -> None:
        """Its priorities fill the upper half of the scale evenly."""
        policy = ReviewPolicy(random_share=1.0)
        draws = [draw_accepted(policy, "s", str(n), "train") for n in range(2_000)]
        values = [draw.priority / sampling.SCALE for draw in draws if draw is not None]
        assert len(values) == 2_000
        assert kstest(values, "uniform", args=(0.5, 0.5)).pvalue > 0.001

    def test_some_are_for_two(self) -> None:
        """A twentieth of the reviews asks two reviewers, by another draw."""
        policy = ReviewPolicy(random_share=1.0, second_share=0.05)
        draws = [draw_accepted(policy, "s", str(n), "train") for n in range(20_000)]
        two = sum(draw is not None and draw.reviewers == 2 for draw in draws)
        assert binomtest(two, 20_000, 0.05).pvalue > 0.001


class TestDisputed:
    """The order of the disputes."""

    @given(SHARES, SHARES, st.floats(0, 100))
    def test_the_less_sure_comes_first(self, a: float, b: float, worth: float) -> None:
        """P(wrong) × worth: never negative, falls with confidence, grows with worth."""
        low, high = sorted((a, b))
        assert expected_value(low, worth) >= expected_value(high, worth) >= 0
        assert expected_value(a, worth) == pytest.approx(worth * expected_value(a, 1.0))

    def test_a_test_item_is_worth_more(self) -> None:
        """By the policy's factor, at the same confidence."""
        policy = ReviewPolicy(test_worth=3.0)
        train, test = (draw_disputed(policy, "s", "k", split, 0.4) for split in ("train", "test"))
        assert train is not None
        assert test is not None
        assert test.priority == 3 * train.priority == 3 * 600_000
        assert train.inclusion_probability is None

    def test_none_where_the_policy_reviews_none(self) -> None:
        """`disputed: false` leaves disputes to the owner."""
        assert draw_disputed(ReviewPolicy(disputed=False), "s", "k", "train", 0.4) is None
