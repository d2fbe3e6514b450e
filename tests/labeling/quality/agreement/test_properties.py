"""What holds for any ratings: symmetry, the value of identical raters, intervals."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labeling.quality import agreement
from labeling.quality.agreement import Agreement
from labeling.quality.arrays import FloatArray

Coefficient = Callable[..., Agreement]

ANY_NUMBER: list[Coefficient] = [
    agreement.percent_agreement,
    agreement.fleiss_kappa,
    agreement.brennan_prediger,
    agreement.gwet_ac1,
    agreement.gwet_ac2,
    agreement.krippendorff_alpha,
]
PAIRWISE: list[Coefficient] = [agreement.cohen_kappa, agreement.scott_pi]
NOMINAL: list[Coefficient] = [c for c in ANY_NUMBER if c is not agreement.gwet_ac2]

CLASSES = [0.0, 1.0, 2.0, 3.0]
shapes = st.tuples(st.integers(1, 5), st.integers(1, 12))
ratings_strategy = hnp.arrays(
    np.float64, shapes, elements=st.sampled_from([*CLASSES, float("nan")])
)
same = pytest.approx


def equal(found: Agreement, other: Agreement) -> bool:
    """Whether two results are the same up to rounding, or both undefined."""
    if found.value is None or other.value is None:
        return found == other
    ends = (found.low, found.high), (other.low, other.high)
    return found.value == same(other.value) and ends[0] == same(ends[1], abs=1e-6)


class TestSymmetry:
    """Names and order do not matter."""

    @given(ratings_strategy, st.randoms(use_true_random=False))
    @settings(max_examples=60, deadline=None)
    def test_items_and_annotators_may_be_permuted(
        self, ratings: FloatArray, random: object
    ) -> None:
        """Any order of items and of annotators gives the same coefficient and interval."""
        rng = np.random.default_rng(int(getattr(random, "randint")(0, 999)))  # noqa: B009
        shuffled = rng.permutation(rng.permutation(ratings, axis=0), axis=1)
        for coefficient in ANY_NUMBER:
            before = coefficient(ratings, classes=CLASSES)
            assert equal(coefficient(shuffled, classes=CLASSES), before)

    @given(ratings_strategy, st.permutations(CLASSES))
    @settings(max_examples=60, deadline=None)
    def test_nominal_classes_may_be_renamed(
        self, ratings: FloatArray, renamed: list[float]
    ) -> None:
        """Without weights, which class is which does not matter."""
        known = ~np.isnan(ratings)
        other = ratings.copy()
        other[known] = np.array(renamed)[ratings[known].astype(int)]
        for coefficient in NOMINAL:
            before = coefficient(ratings, classes=CLASSES)
            assert equal(coefficient(other, classes=CLASSES), before)


class TestIdenticalRaters:
    """People who always agree."""

    @given(st.lists(st.sampled_from(CLASSES), min_size=2, max_size=20), st.integers(2, 4))
    @settings(max_examples=60, deadline=None)
    def test_identical_raters_agree_at_one(self, ratings: list[float], n: int) -> None:
        """The value is 1 wherever it is defined, and the interval does not claim certainty."""
        table = np.tile(ratings, (n, 1))
        pairwise = PAIRWISE if n == 2 else []
        for coefficient in [*ANY_NUMBER, *pairwise]:
            found = coefficient(table, classes=CLASSES)
            if found.value is None:
                assert len(set(ratings)) == 1
                continue
            assert found.value == same(1.0)
            assert found.low is not None
            assert found.low < 1.0


class TestIntervals:
    """The bootstrap and the jackknife over items."""

    def ratings(self) -> FloatArray:
        """Return 300 items by three annotators, right three times of four; some missing."""
        rng = np.random.default_rng(5)
        truth = rng.integers(3, size=300)
        guesses = rng.integers(3, size=(3, 300))
        table = np.where(rng.random((3, 300)) < 0.75, truth, guesses).astype(np.float64)
        table[rng.random(table.shape) < 0.1] = np.nan
        return table

    @pytest.mark.parametrize("coefficient", ANY_NUMBER)
    def test_both_intervals_match_resampling_the_ratings(self, coefficient: Coefficient) -> None:
        """Terms computed once per item give what recomputing on resampled items gives."""
        table = self.ratings()
        rng = np.random.default_rng(6)
        draws = [rng.integers(300, size=300) for _ in range(400)]
        naive = [coefficient(table[:, draw]).value or 0.0 for draw in draws]
        low, high = np.quantile(naive, [0.025, 0.975])
        for found in (coefficient(table), coefficient(table, rng=np.random.default_rng(7))):
            assert found.low == same(low, abs=0.02)
            assert found.high == same(high, abs=0.02)

    @pytest.mark.parametrize("coefficient", PAIRWISE)
    def test_intervals_of_pairs(self, coefficient: Coefficient) -> None:
        """The jackknife and the bootstrap agree for coefficients of two people."""
        table = self.ratings()[:2]
        fixed, drawn = coefficient(table), coefficient(table, rng=np.random.default_rng(7))
        assert (fixed.low, fixed.high) == same((drawn.low, drawn.high), abs=0.02)

    def test_the_same_generator_gives_the_same_interval(self) -> None:
        """Randomness comes from the generator alone."""
        first = agreement.krippendorff_alpha(self.ratings(), rng=np.random.default_rng(1))
        again = agreement.krippendorff_alpha(self.ratings(), rng=np.random.default_rng(1))
        assert first == again

    def test_the_interval_covers_as_often_as_it_says(self) -> None:
        """Over 200 samples of 100 items a 95 % interval holds the pool's value 91 to 99 %."""
        rng = np.random.default_rng(8)
        truth = rng.integers(3, size=100_000)
        wrong = rng.integers(3, size=(3, 100_000))
        pool = np.where(rng.random(wrong.shape) < 0.7, truth, wrong).astype(np.float64)
        value = agreement.fleiss_kappa(pool).value or 0.0
        hits = 0
        for _ in range(200):
            found = agreement.fleiss_kappa(pool[:, rng.integers(100_000, size=100)])
            hits += (found.low or 0.0) <= value <= (found.high or 0.0)
        assert 182 <= hits <= 198
