"""Agreement between two groups, beyond chance."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.agreement import cross_agreement
from labeling.quality.arrays import FloatArray


def counts(given: list[list[int]], n_classes: int = 2) -> FloatArray:
    """Return (n_items, n_classes) counts of each item's answers."""
    return np.array([np.bincount(one, minlength=n_classes) for one in given], dtype=np.float64)


class TestCrossAgreement:
    """`cross_agreement`."""

    def test_a_worked_example(self) -> None:
        """Four items, one answer a group: apart on one, and by chance on half."""
        first, second = counts([[0], [0], [1], [1]]), counts([[0], [0], [1], [0]])
        found = cross_agreement(first, second)
        assert found.value == pytest.approx(1 - 0.25 / (1 - (0.5 * 0.75 + 0.5 * 0.25)))
        assert found.low is not None
        assert found.value is not None
        assert found.low < found.value <= 1.0
        assert found.n_items == 4

    def test_same_answers_are_one_and_independent_ones_about_nothing(self) -> None:
        """Groups that say the same agree at 1; those that do not look at the item at 0."""
        rng = np.random.default_rng(0)
        one, other = (rng.integers(0, 3, (400, 5)).tolist() for _ in range(2))
        same = [[row[0]] * 3 for row in one]
        assert cross_agreement(counts(same, 3), counts(same, 3)).value == pytest.approx(1.0)
        found = cross_agreement(counts(one, 3), counts(other, 3))
        assert found.value == pytest.approx(0.0, abs=0.05)

    def test_it_is_symmetric_and_knows_what_it_cannot_say(self) -> None:
        """The order of the groups is no matter; undefined cases come with a reason."""
        first, second = counts([[0, 1], [1], [1, 1]]), counts([[0], [1, 0], [1]])
        assert cross_agreement(first, second) == cross_agreement(second, first)
        apart = cross_agreement(counts([[0], []]), counts([[], [1]]))
        assert (apart.value, apart.reason) == (None, "no item was answered by both groups")
        same = cross_agreement(counts([[0], [0]]), counts([[0], [0]]))
        assert same.value is None
        assert same.reason is not None
        with pytest.raises(ValueError, match="one shape"):
            cross_agreement(first, second[:2])
