"""How adaptive and fixed overlap are compared, and that the replay spends fewer answers."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.overlap import Replay, Rule, _places
from benchmarks.overlap_figures import Curve, against, old_way, summary
from benchmarks.truth import Dataset
from tests.labeling.quality.crowds import make_crowd

POINTS = {
    1: {"answers": 1.0, "accuracy": 0.6},
    2: {"answers": 2.0, "accuracy": 0.8},
    3: {"answers": 3.0, "accuracy": 0.9},
    4: {"answers": 3.8, "accuracy": 0.88},
}


class TestCurve:
    """`Curve`."""

    def test_answers_are_read_off_between_overlaps(self) -> None:
        """Halfway up in accuracy is halfway along in answers."""
        curve = Curve.of(POINTS, 2)
        assert curve.needed(0.85) == pytest.approx(2.5)
        assert curve.at(2.5) == pytest.approx(0.85)

    def test_the_least_overlap_is_where_it_starts(self) -> None:
        """What the least one reaches needs the least, and not a part of it."""
        assert Curve.of(POINTS, 2).needed(0.5) == 2.0
        assert Curve.of(POINTS, 1).needed(0.7) == pytest.approx(1.5)

    def test_a_hair_is_no_difference(self) -> None:
        """Rounding alone never makes a curve unable to reach what it reaches."""
        curve = Curve.of(POINTS, 2)
        assert curve.needed(0.9 + 1e-9) is None
        assert curve.needed(0.9 + 1e-9, tolerance=1e-6) == pytest.approx(3.0, abs=1e-4)

    def test_more_answers_that_do_harm_are_not_needed(self) -> None:
        """Of overlaps as accurate the smallest counts."""
        assert Curve.of(POINTS, 2).needed(0.9) == pytest.approx(3.0)


def compared(case: str, answers: float, accuracy: float) -> dict[str, object]:
    """One arm's row as the benchmark makes it."""
    row = against({"fixed": Curve.of(POINTS, 2)}, answers, accuracy, 0.0)
    return {
        "case": case,
        "answers": answers,
        "accuracy": accuracy,
        "gain_at_equal_answers": 0.0,
        "one_vote_reaches_it": False,
        "answers_fixed_exactly": Curve.of(POINTS, 1).needed(accuracy),
        **row,
    }


class TestSummary:
    """`summary` and `old_way`."""

    def test_it_names_where_the_arm_loses_and_leaves_nothing_out(self) -> None:
        """A set that fixed overlap never reaches counts with the most answers of the curve."""
        rows = [compared("a", 2.0, 0.9), compared("b", 3.0, 0.8), compared("c", 1.9, 0.95)]
        found = summary(rows, ["fixed"])
        assert found["loses_to_fixed_on"] == ["b"]
        assert found["never_reached_by_fixed"] == ["c"]
        saved = found["saved_against_fixed"]
        assert saved["median"] == pytest.approx(1 / 3, abs=1e-4)
        assert saved["mean"] == pytest.approx((1 / 3 - 1 / 2 + 1 / 2) / 3, abs=1e-4)
        assert saved["mean_low"] < saved["mean"] < saved["mean_high"]
        assert saved["geometric_low"] < saved["geometric"] < saved["geometric_high"]
        assert old_way(rows)["left_out"] == ["c"]


class TestReplay:
    """The arms on a simulated crowd."""

    def test_what_may_be_gained_spends_fewer_answers_than_the_score_alone(self) -> None:
        """Both spend fewer than everything, the gain fewer still; a fixed overlap is exact."""
        crowd = make_crowd(0)
        known = np.arange(crowd.truth.size)
        data = Dataset(
            crowd.items, crowd.annotators, crowd.answers, crowd.n_classes, known, crowd.truth
        )
        replay = Replay(data, _places(data, np.random.default_rng(0)))
        most = int(replay.places.max()) + 1
        everything = replay.fixed(most, "dawid_skene")
        score = replay.adaptive(Rule("adaptive, score alone", 0.98, most, most))
        gain = replay.adaptive(Rule("adaptive", 0.98, most, most))
        assert gain.answers < score.answers < everything.answers
        assert gain.accuracy > everything.accuracy - 0.05
        assert replay.fixed(2, "dawid_skene").answers == 2.0
