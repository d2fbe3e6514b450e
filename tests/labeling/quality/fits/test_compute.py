"""What a full fit finds on files: skills, and what a stop score is worth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeling.quality.fits.compute import Checks, fit_votes, measure
from labeling.quality.truth import calibration_error
from tests.labeling.quality.crowds import make_crowd


def checks(n: int, *, promised: float, right: float, seed: int = 0) -> Checks:
    """Return checked gold of one score and one chance of being right."""
    rng = np.random.default_rng(seed)
    score = np.clip(rng.normal(promised, 0.02, n), 0.5, 0.99)
    return Checks(score, rng.random(n) < right, n)


def fitted(folder: Path, **more: Any) -> dict[str, Any]:
    """Fit a crowd of 300 items and return what the calibration says; `more` is in the file."""
    crowd = make_crowd(0)
    votes: dict[str, Any] = {
        "items": crowd.items,
        "annotators": crowd.annotators,
        "answers": crowd.answers,
        "n_classes": 4,
        "pinned_items": np.arange(0),
        "pinned_classes": np.arange(0),
        "gold_votes": np.empty((0, 3), dtype=np.int64),
        "gold_right": np.empty((0, 2), dtype=np.int64),
        "capped": np.arange(0),
        "needed": 50,
    }
    np.savez(folder / "votes.npz", **(votes | more))
    fit_votes(str(folder / "votes.npz"), str(folder / "fitted.npz"))
    with np.load(folder / "fitted.npz") as found:
        return dict(json.loads(str(found["calibration"])))


class TestMeasure:
    """From checked items to a probability."""

    def test_too_few_checks_leave_it_a_stop_score(self) -> None:
        """What is there is shown; nothing is corrected."""
        found = measure(checks(49, promised=0.95, right=0.7), 50)
        assert not found["is_calibrated"]
        assert (found["slope"], found["intercept"], found["calibrated"]) == (1.0, 0.0, [])
        assert sum(part["n"] for part in found["stop_score"]) == 49

    def test_enough_checks_bring_promise_and_truth_together(self) -> None:
        """A score that says .95 and is right .7 of the time is calibrated near its floor."""
        found = measure(checks(400, promised=0.95, right=0.7), 50)
        assert found["is_calibrated"]
        assert found["error"] < found["floor"] + 0.04
        assert min(part["promised"] for part in found["stop_score"]) > 0.9
        assert all(0.6 < part["promised"] < 0.8 for part in found["calibrated"])

    def test_each_bin_has_an_interval_around_what_came_true(self) -> None:
        """Ten checks prove little, and the interval says so."""
        (found,) = measure(checks(19, promised=0.9, right=0.9), 20)["stop_score"]
        assert found["low"] < found["right"] < found["high"]
        assert found["high"] - found["low"] > 0.1

    def test_without_checks_nothing_is_claimed(self) -> None:
        """No bins, no error: undefined, never zero."""
        found = measure(Checks(np.empty(0), np.empty(0, dtype=np.bool_), 0), 50)
        assert (found["error"], found["floor"], found["stop_score"]) == (None, None, [])


class TestFitVotes:
    """The file that goes in and the one that comes out."""

    def test_reviewed_items_do_not_vouch_for_themselves(self, tmp_path: Path) -> None:
        """Reviews that contradict every answer make the score wrong, not the annotators right."""
        crowd = make_crowd(0)
        items = np.arange(60)
        contradicted = (crowd.truth[items] + 2) % 4
        found = fitted(tmp_path, pinned_items=items, pinned_classes=contradicted)
        assert (found["n_reviewed"], found["n_gold"]) == (60, 0)
        assert sum(part["n"] * part["right"] for part in found["stop_score"]) < 20

    def test_gold_counts_by_its_first_answers(self, tmp_path: Path) -> None:
        """A hundred answers on one gold item weigh as three, as many as a usual item has."""
        first = [(0, 0, 1), (0, 1, 1), (0, 2, 1)]
        later = [(0, who % 12, 2) for who in range(97)]
        votes = np.array(first + later)
        found = fitted(tmp_path, gold_votes=votes, gold_right=np.array([[0, 1]]))
        (part,) = found["stop_score"]
        assert (found["n_gold"], part["n"], part["right"]) == (1, 1, 1.0)

    def test_calibrated_on_gold_the_rest_is_honest(self, tmp_path: Path) -> None:
        """Gold from the same crowd, whose errors coincide, corrects the score of the others."""
        crowd = make_crowd(0)
        chosen = crowd.items < 100
        table = np.stack([crowd.items, crowd.annotators, crowd.answers], axis=1)[chosen]
        right = np.stack([np.arange(100), crowd.truth[:100]], axis=1)
        found = fitted(tmp_path, gold_votes=table, gold_right=right)
        assert found["is_calibrated"]
        assert found["error"] == pytest.approx(found["floor"], abs=0.06)

    def test_a_capped_annotator_teaches_nobody_anything(self, tmp_path: Path) -> None:
        """A hundred votes of an unproven model leave the posterior as it was, and are measured."""
        crowd = make_crowd(0)
        robot = np.full(100, 77)
        more = {
            "items": np.concatenate([crowd.items, np.arange(100)]),
            "annotators": np.concatenate([crowd.annotators, robot]),
            "answers": np.concatenate([crowd.answers, (crowd.truth[:100] + 1) % 4]),
        }
        fitted(tmp_path)
        with np.load(tmp_path / "fitted.npz") as found:
            alone = dict(found)
        fitted(tmp_path, **more, capped=np.array([77]))
        with np.load(tmp_path / "fitted.npz") as found:
            beside = dict(found)
        assert np.array_equal(alone["posterior"], beside["posterior"])
        assert beside["weights"][beside["cells"][:, 0] == 77].sum() == pytest.approx(100, abs=0.1)

    def test_the_error_is_that_of_held_out_checks(self) -> None:
        """The published figure is not the one of the items that the line was drawn through."""
        sample = checks(60, promised=0.8, right=0.6, seed=3)
        found = measure(sample, 50)
        assert found["error"] >= 0
        raw = calibration_error(sample.score, sample.right)
        assert raw is not None
        assert found["error"] < raw
