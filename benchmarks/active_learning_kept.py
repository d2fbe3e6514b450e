"""The figures over all pools from the lines that are kept, as pools are run one at a time."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from benchmarks.report import RESULTS

Line = Mapping[str, Any]
GAIN: Final = "(a) auto - random"
AUTO, RANDOM, BASELINE = "default + auto", "default + random", "baseline"


def kept_lines(least_seeds: int) -> dict[str, dict[str, Line]]:
    """Return the newest line of each pool and arm that rests on enough seeds."""
    found: dict[str, dict[str, Line]] = {}
    text = (RESULTS / "active_learning.jsonl").read_text(encoding="utf-8")
    for line in map(json.loads, text.splitlines()):
        if "arm" in line and not line["quick"] and line["seeds"] >= least_seeds:
            found.setdefault(line["case"], {})[line["arm"]] = line
    return found


def gains(lines: Mapping[str, Mapping[str, Line]]) -> dict[str, Line]:
    """Return each pool's difference of areas with its interval over seeds."""
    return {pool: arms[GAIN] for pool, arms in lines.items() if GAIN in arms}


def ratios(
    lines: Mapping[str, Mapping[str, Line]], arm: str, other: str, level: int
) -> dict[str, float]:
    """Return of each pool one arm's labels to a level over another's, means over seeds."""
    name = f"labels_to_{level}"
    return {
        pool: float(np.round(arms[arm][name] / arms[other][name], 3))
        for pool, arms in lines.items()
        if arm in arms and other in arms
    }
