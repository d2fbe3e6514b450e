"""Figures over pools that were run one at a time."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import active_learning_kept
from benchmarks.active_learning_kept import AUTO, GAIN, RANDOM, gains, kept_lines, ratios


def line(case: str, arm: str, **figures: Any) -> str:
    """Return a kept line."""
    head = {"case": case, "arm": arm, "quick": False, "seeds": 10}
    return json.dumps(head | figures)


class TestKeptLines:
    """The newest line of a pool and arm counts, and none that proves nothing."""

    def test_few_seeds_quick_runs_and_summaries_are_left_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What is left makes the ratio."""
        text = [
            line("wine", AUTO, labels_to_90=9.0),
            line("wine", AUTO, labels_to_90=5.0),
            line("wine", RANDOM, labels_to_90=10.0),
            line("wine", GAIN, mean=0.01, low=0.001, high=0.02),
            line("iris", AUTO, labels_to_90=1.0, seeds=2),
            line("iris", RANDOM, labels_to_90=1.0, quick=True),
            json.dumps({"case": "(b) labels to 90%", "quick": False, "seeds": 10}),
        ]
        (tmp_path / "active_learning.jsonl").write_text("\n".join(text), encoding="utf-8")
        monkeypatch.setattr(active_learning_kept, "RESULTS", tmp_path)
        lines = kept_lines(10)
        assert ratios(lines, AUTO, RANDOM, 90) == {"wine": 0.5}
        assert gains(lines)["wine"]["mean"] == 0.01
