"""Data requests over counts made up for them."""

from __future__ import annotations

import pytest

from active_learning.data_request import Group, Pool, groups_of, lack_of

POOL = Pool({"a": 400, "b": 20}, untouched=1_000, items_per_day=50.0)


class TestGroupsOf:
    """Classes and slices of a test sample."""

    def test_classes_and_slice_values_are_counted(self) -> None:
        """Each item counts in its class and in every slice it has."""
        found = groups_of(["a", "b", "a"], ["a", "a", "a"], [{"site": 1}, {}, {"site": 2}])
        counted = {(one.kind, one.name): (one.n_test, one.n_right) for one in found}
        assert counted == {
            ("class", "a"): (2, 2),
            ("class", "b"): (1, 0),
            ("slice", "site=1"): (1, 1),
            ("slice", "site=2"): (1, 1),
        }

    def test_lists_of_other_lengths_are_refused(self) -> None:
        """They must tell of the same items."""
        with pytest.raises(ValueError, match="lengths differ"):
            groups_of(["a"], [], [{}])


class TestLackOf:
    """What one class lacks."""

    def test_a_rare_class_below_the_target_wants_more_than_the_pool_holds(self) -> None:
        """It is named with what is wanted, what the pool holds, and how long it takes."""
        found = lack_of(Group("class", "b", 20, 6), 1_000, 0.9, POOL)
        assert found.verdict == "below"
        assert found.wanted.low is not None
        assert found.lacking.low is not None
        assert 0 < found.lacking.low < found.wanted.low
        assert found.in_pool.high is not None
        assert found.in_pool.high < 40
        assert found.days.low == pytest.approx(found.wanted.low / 50)
        assert "20 test items" in found.reason

    def test_a_class_at_the_target_wants_nothing(self) -> None:
        """Its estimate is enough; the request is no place for doubt about it."""
        found = lack_of(Group("class", "a", 500, 470), 1_000, 0.9, POOL)
        assert found.verdict == "reached"
        assert (found.wanted.low, found.wanted.high) == (0.0, 0.0)

    def test_few_test_items_give_no_verdict(self) -> None:
        """Unknown comes with how many are missing."""
        found = lack_of(Group("class", "b", 4, 1), 1_000, 0.9, POOL)
        assert found.verdict == "unclear"
        assert found.accuracy is None
        assert "4 of the 10" in found.reason

    def test_a_target_inside_the_interval_is_unclear(self) -> None:
        """The range of what is wanted then begins at nothing."""
        found = lack_of(Group("slice", "site=1", 40, 34), 1_000, 0.9, POOL)
        assert found.verdict == "unclear"
        assert found.wanted.low == 0

    def test_without_a_pace_there_is_no_date(self) -> None:
        """Days are unknown, because nobody has labelled lately."""
        found = lack_of(Group("class", "b", 20, 6), 1_000, 0.9, Pool({"b": 20}, 0, None))
        assert found.days.low is None
        assert "pace" in str(found.days.reason)
