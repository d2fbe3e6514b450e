"""Ratings that say nothing: a value or a reason in words, never a NaN, never a warning."""

from __future__ import annotations

import math

import numpy as np
import pytest

from labeling.quality import agreement
from tests.labeling.quality.data_agreement import NAN

CHANCE_CORRECTED = [
    "brennan_prediger",
    "cohen_kappa",
    "fleiss_kappa",
    "gwet_ac1",
    "gwet_ac2",
    "krippendorff_alpha",
    "scott_pi",
]
NAMES = [*CHANCE_CORRECTED, "percent_agreement"]


class TestUndefined:
    """Where there is nothing to compare."""

    @pytest.mark.parametrize("name", NAMES)
    @pytest.mark.parametrize(
        ("ratings", "reason"),
        [
            (np.zeros((0, 0)), "no ratings yet"),
            (np.zeros((2, 0)), "no ratings yet"),
            ([[NAN, NAN], [NAN, NAN]], "no ratings yet"),
            ([[0, 1, 0]], "one person so far"),
            ([[0, 1, 0], [NAN, NAN, NAN]], "one person so far"),
            ([[0, NAN, 0], [NAN, 1, NAN]], "no item was rated by two people"),
        ],
    )
    def test_nothing_to_compare(self, name: str, ratings: object, reason: str) -> None:
        """No ratings, one person and no overlap are each said in words."""
        found = getattr(agreement, name)(ratings, rng=np.random.default_rng(0))
        assert (found.value, found.low, found.high) == (None, None, None)
        assert found.reason == reason

    @pytest.mark.parametrize("name", CHANCE_CORRECTED)
    def test_constant_answers_have_no_chance_corrected_value(self, name: str) -> None:
        """Everybody always answering the same class is "undefined, because"."""
        found = getattr(agreement, name)([[0, 0, 0, 0, 0], [0, 0, 0, 0, 0]])
        assert found.value is None
        assert found.reason.startswith(("no variation", "one class only"))

    def test_constant_answers_agree(self) -> None:
        """Percent agreement is 1; five items leave room for a third of disagreement."""
        found = agreement.percent_agreement([[0] * 5, [0] * 5])
        assert found.value == 1.0
        assert found.low == pytest.approx(0.025 ** (1 / 5))

    @pytest.mark.parametrize("name", ["gwet_ac1", "gwet_ac2", "brennan_prediger"])
    def test_declared_classes_make_constant_answers_agree(self, name: str) -> None:
        """With two declared classes, all answering one of them is perfect agreement."""
        assert getattr(agreement, name)([[0] * 5, [0] * 5], classes=2).value == 1.0

    @pytest.mark.parametrize("name", ["cohen_kappa", "scott_pi"])
    def test_a_coefficient_of_two_people_refuses_three(self, name: str) -> None:
        """Cohen's kappa and Scott's pi say that they compare two people."""
        found = getattr(agreement, name)([[0, 1], [0, 1], [1, 1]])
        assert found.value is None
        assert found.reason == "this coefficient compares two people, and 3 rated"


class TestExtremes:
    """Defined, if barely."""

    def test_one_item_has_a_value_and_no_interval(self) -> None:
        """One disagreement: a value without an interval."""
        found = agreement.percent_agreement([[0], [1]])
        assert (found.value, found.low, found.high, found.n_items) == (0.0, None, None, 1)
        assert agreement.cohen_kappa([[0], [1]]).value == 0.0
        assert agreement.krippendorff_alpha([[0], [1]]).value == 0.0

    def test_one_shared_item_among_others(self) -> None:
        """Class shares come from all items (Gwet), so kappa is 1; alpha knows one item only."""
        ratings = np.array([[0, 1], [0, NAN]])
        assert agreement.fleiss_kappa(ratings).value == 1.0
        assert agreement.gwet_ac1(ratings).value == 1.0
        assert agreement.krippendorff_alpha(ratings).value is None

    def test_an_annotator_with_one_answer(self) -> None:
        """Someone who answered once counts where they answered and harms nothing else."""
        ratings = np.array([[0, 1, 0, 1, 1], [0, 1, 0, 1, 0], [1, NAN, NAN, NAN, NAN]])
        for name in set(NAMES) - {"cohen_kappa", "scott_pi"}:
            found = getattr(agreement, name)(ratings)
            assert found.value is not None
            assert math.isfinite(found.value)

    @pytest.mark.parametrize("name", NAMES)
    def test_ten_thousand_classes(self, name: str) -> None:
        """Ten thousand classes are counted sparsely: no table of classes by classes is made."""
        rng = np.random.default_rng(3)
        first = rng.integers(10_000, size=500)
        second = np.where(rng.random(500) < 0.7, first, rng.integers(10_000, size=500))
        weights = {"weights": None} if name == "gwet_ac2" else {}
        found = getattr(agreement, name)(np.stack([first, second]), classes=10_000, **weights)
        assert found.value == pytest.approx(0.7, abs=0.06)


class TestRefused:
    """Arguments that make no sense name themselves."""

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            ({"ratings": [0, 1]}, "ratings"),
            ({"ratings": [[0, math.inf], [0, 1]]}, "ratings"),
            ({"ratings": [[0, 7], [0, 1]], "classes": 2}, "declared classes"),
            ({"ratings": [[0, 1], [0, 1]], "classes": []}, "classes"),
            ({"ratings": [[0, 1], [0, 1]], "weights": "cubic"}, "weights"),
            ({"ratings": [[0, 1], [0, 1]], "weights": np.zeros((2, 2))}, "weights"),
            ({"ratings": [[0, 1], [0, 1]], "weights": np.eye(3)}, "weights"),
            ({"ratings": [[0, 1], [0, 1]], "weights": [1.0, 1.0]}, "weights"),
            ({"ratings": [[0, 1], [0, 1]], "weights": "linear", "classes": 5000}, "weights"),
        ],
    )
    def test_bad_arguments(self, arguments: dict[str, object], named: str) -> None:
        """A ValueError says which argument is wrong."""
        for coefficient in (agreement.fleiss_kappa, agreement.cohen_kappa):
            with pytest.raises(ValueError, match=named):
                coefficient(**arguments)  # type: ignore[arg-type] # wrong on purpose

    def test_bad_levels(self) -> None:
        """An unknown level, and a ratio below zero, are refused."""
        with pytest.raises(ValueError, match="level"):
            agreement.krippendorff_alpha([[0, 1]], "cardinal")  # type: ignore[arg-type] # on purpose
        with pytest.raises(ValueError, match="ratio"):
            agreement.krippendorff_alpha([[-1, 1], [-1, 1]], "ratio")

    def test_own_weights(self) -> None:
        """A matrix of credits works as the named weights do, and full credit leaves no chance."""
        ratings = [[0, 1, 2, 1], [0, 2, 2, 1]]
        linear = 1 - np.abs(np.subtract.outer(range(3), range(3))) / 2
        own = agreement.cohen_kappa(ratings, weights=linear)
        assert own == agreement.cohen_kappa(ratings, weights="linear")
        assert agreement.fleiss_kappa(ratings, weights=np.ones((3, 3))).value is None
