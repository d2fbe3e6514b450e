"""Every coefficient against published numbers and other libraries."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality import agreement
from labeling.quality.arrays import FloatArray
from tests.labeling.quality import data_agreement as golden

CLOSE = 1e-9


def expand(counts: list[list[int]]) -> FloatArray:
    """Turn class counts of items into (annotators, items) ratings."""
    items = [[k for k, n in enumerate(row) for _ in range(n)] for row in counts]
    return np.array(items, dtype=np.float64).T


def two_annotators(table: list[list[int]]) -> FloatArray:
    """Turn a contingency table into (2, items) ratings."""
    pairs = [(i, j) for i, row in enumerate(table) for j, n in enumerate(row) for _ in range(n)]
    return np.array(pairs, dtype=np.float64).T


class TestPublishedValues:
    """Values from papers and worked examples."""

    @pytest.mark.parametrize(("name", "value"), golden.FLEISS_VALUES.items())
    def test_fleiss_worked_example(self, name: str, value: float) -> None:
        """Ten items by fourteen annotators give the published coefficients."""
        found = getattr(agreement, name)(expand(golden.FLEISS_COUNTS), classes=5)
        assert found.value == pytest.approx(value, abs=CLOSE)
        assert found.n_items == 10

    @pytest.mark.parametrize(("level", "value"), golden.KRIPPENDORFF_ALPHA.items())
    def test_alpha_at_every_level(self, level: agreement.Level, value: float) -> None:
        """Krippendorff's example C, with missing ratings, gives his four alphas."""
        found = agreement.krippendorff_alpha(golden.KRIPPENDORFF_RATINGS, level)
        assert found.value == pytest.approx(value, abs=CLOSE)
        assert found.n_items == 11

    @pytest.mark.parametrize(("name", "value"), golden.KRIPPENDORFF_VALUES.items())
    def test_missing_ratings_are_treated_as_by_gwet(self, name: str, value: float) -> None:
        """The same ratings give the values of Gwet's handbook."""
        found = getattr(agreement, name)(golden.KRIPPENDORFF_RATINGS)
        assert found.value == pytest.approx(value, abs=CLOSE)

    @pytest.mark.parametrize(("weights", "value"), golden.GWET_AC2.items())
    def test_ac2(self, weights: str, value: float) -> None:
        """AC2 with named weights equals irrCAC's."""
        found = agreement.gwet_ac2(golden.KRIPPENDORFF_RATINGS, weights=weights)
        assert found.value == pytest.approx(value, abs=CLOSE)

    @pytest.mark.parametrize(("name", "value"), golden.GRANT_VALUES.items())
    def test_two_annotators(self, name: str, value: float) -> None:
        """Fifty grant proposals give the published kappa, pi and AC1."""
        found = getattr(agreement, name)(two_annotators(golden.GRANT_TABLE))
        assert found.value == pytest.approx(value, abs=CLOSE)

    @pytest.mark.parametrize(("name", "value"), golden.PARADOX_VALUES.items())
    def test_the_kappa_paradox(self, name: str, value: float) -> None:
        """With a rare class kappa is below zero and AC1 near one."""
        found = getattr(agreement, name)(two_annotators(golden.PARADOX_TABLE))
        assert found.value == pytest.approx(value, abs=CLOSE)

    @pytest.mark.parametrize(("weights", "value"), golden.WEIGHTED_KAPPA.items())
    def test_weighted_kappa(self, weights: str, value: float) -> None:
        """Linear and quadratic kappa equal those of three libraries."""
        found = agreement.cohen_kappa(golden.ORDERED_RATINGS, weights=weights)
        assert found.value == pytest.approx(value, abs=CLOSE)

    @pytest.mark.parametrize("classes", [None, [1, 2, 3, 4, 5]])
    def test_unused_classes_keep_their_distance(self, classes: list[float] | None) -> None:
        """Weights follow the class values, whether or not the classes between are declared."""
        found = agreement.cohen_kappa(
            golden.UNUSED_CLASS_RATINGS, classes=classes, weights="linear"
        )
        assert found.value == pytest.approx(golden.UNUSED_CLASS_LINEAR_KAPPA, abs=CLOSE)

    def test_total_disagreement(self) -> None:
        """Four items on which two annotators always differ: -1, and -.75 for alpha."""
        ratings = [[0, 1, 0, 1], [1, 0, 1, 0]]
        for name in ("cohen_kappa", "scott_pi", "fleiss_kappa", "gwet_ac1", "brennan_prediger"):
            assert getattr(agreement, name)(ratings).value == pytest.approx(-1.0)
        assert agreement.krippendorff_alpha(ratings).value == pytest.approx(-0.75)
        assert agreement.percent_agreement(ratings).value == 0.0
