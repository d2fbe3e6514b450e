"""How often a forecast's range holds what then happens, on replayed curves.

Pools below LABELLOOP_BENCH_DATA (default ../shared/data) are labelled again, at random and by
margin, up to a budget. A forecast sees the beginning of a curve, measured on 200 random test items
as a project measures it, and is asked what the next answers add, and when a target is reached that
is fixed then, as an owner fixes it: a share of the errors that are left. What then happens is the
rest of the curve, on the same items. A target that is not reached within the budget was forecast
rightly by a range that ends beyond it, or by "hardly a plausible curve". (`target_reached` is the
easier to miss: targets chosen afterwards, among those that the curve did reach soon.)

The fit was tuned on the pools marked `tuned`; the others judge it. How much of what plausible
curves say makes a range (its level) is cross-validated: for each pool in turn it is chosen on the
other pools, by the rule that the default was chosen by, and judged on that pool (the lines `left
out`). `--curves FILE` keeps the replayed curves, or takes them from there, as the replays cost far
more than the forecasts.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.isotonic import IsotonicRegression

from active_learning.forecast import (
    CONFIDENCE,
    GAIN_LEVEL,
    TARGET_LEVEL,
    answers_spread,
    gain_spread,
)
from active_learning.learning_curves import Curves, fit_curves
from benchmarks.forecast_curves import BATCH, N_TEST, Replay, replays
from benchmarks.report import Report, stopwatch
from labeling.quality.arrays import FloatArray, IntArray
from training.evaluation import wilson

TUNED = (
    "digits8x8",
    "mammography",
    "sms_spam",
    "trec6",
    "wle_har",
    "trec6:2",
    "letter:6",
    "letter:12",
    "banking77:10",
)
JUDGED = ("banking77", "banking77:30", "letter")
QUICK_POOLS = ("digits8x8", "sms_spam")
STRATEGIES = ("random", "margin")
SEEDS, QUICK_SEEDS = 5, 2
CUTS = (160, 240, 320)
"""Answers at which a forecast is made."""
SHARES = (0.1, 0.2, 0.35, 0.5)
"""Targets are without so much of the errors that the newest three points still make."""
AHEAD = (1.25, 1.5, 1.8)
"""Targets that were reached lie where the curve will be after so many times the answers."""
LEAST_RISE = 0.005
"""A target no further above is reached at once, whatever was forecast."""
FURTHER = 100
"""Answers whose gain is forecast."""
WHATS = {"target": TARGET_LEVEL, "target_reached": TARGET_LEVEL, "gain": GAIN_LEVEL}
LEVELS = tuple(round(0.3 + 0.05 * step, 2) for step in range(13))


@dataclass(frozen=True, slots=True)
class Asked:
    """One question to a forecast: whether it knew, at which levels its range held, how wide it was.

    `held` is one for each of `LEVELS`; `width` NaN where the range has no end.
    """

    what: str
    held: tuple[bool, ...] = ()
    width: float = np.nan
    is_never: bool = False
    happened: bool = True

    def held_at(self, level: float) -> bool:
        """Return whether the range of a level holds."""
        return self.held[LEVELS.index(level)]


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="two pools, two seeds")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    parser.add_argument("--curves", type=Path, help="file with the replayed curves")
    arguments = parser.parse_args()
    report = Report("forecast", arguments.json, arguments.quick, arguments.keep)
    folder = Path(os.environ.get("LABELLOOP_BENCH_DATA", "../shared/data")) / "active_learning"
    seeds = QUICK_SEEDS if arguments.quick else SEEDS
    pools = QUICK_POOLS if arguments.quick else TUNED + JUDGED
    kept = Kept(arguments.curves)
    found: dict[str, list[Asked]] = {}
    for name in pools:
        with stopwatch() as spent:
            curves = kept.curves(name, folder, seeds)
            found[name] = [one for curve in curves for one in ask(curve)]
        for what in WHATS:
            figures = summary([one for one in found[name] if one.what == what])
            half = "tuned" if name in TUNED else "judged"
            report.line(name, half=half, what=what, seeds=seeds, **figures, **spent.figures())
    for half, names in (("tuned", TUNED), ("judged", JUDGED), ("all", pools)):
        asked = [one for name in names for one in found.get(name, [])]
        for what in WHATS:
            report.line(half, what=what, **summary([one for one in asked if one.what == what]))
    for what in WHATS:
        by_pool = {
            name: [one for one in asked if one.what == what and one.held]
            for name, asked in found.items()
        }
        for line in left_out(by_pool):
            report.line("left out", what=what, **line)


class Kept:
    """Replayed curves in a file, so that a forecast can be judged anew without them."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        there = path is not None and path.exists()
        self.known: dict[str, Any] = json.loads(path.read_text()) if path and there else {}

    def curves(self, name: str, folder: Path, seeds: int) -> list[Replay]:
        """Return a pool's curves, replayed where they are not known."""
        key = f"{name}.{seeds}"
        if key not in self.known:
            self.known[key] = [
                [curve.answers.tolist(), curve.measured.tolist()]
                for strategy in STRATEGIES
                for curve in replays(name, folder, strategy, seeds)
            ]
            if self.path is not None:
                self.path.write_text(json.dumps(self.known))
        return [Replay(np.array(x), np.array(y)) for x, y in self.known[key]]


def left_out(by_pool: dict[str, list[Asked]]) -> Iterator[dict[str, Any]]:
    """Choose the level on all pools but one, and judge it on that one; then over all of those."""
    held: list[bool] = []
    for name, asked in by_pool.items():
        others = [found for other, found in by_pool.items() if other != name and found]
        if not asked or not others:
            continue
        level = chosen_level(others)
        here = [one.held_at(level) for one in asked]
        held += here
        yield {"pool": name, "level": level, **_share(here)}
    if held:
        everywhere = chosen_level([found for found in by_pool.values() if found])
        yield {"pool": "all, each by a level of the others", "chosen_on_all": everywhere} | _share(
            held
        )


def chosen_level(pools: list[list[Asked]]) -> float:
    """Return the least level that holds the claim in the mean, and in no pool significantly less.

    Where no level does both, the widest.
    """
    for level in LEVELS:
        shares = [float(np.mean([one.held_at(level) for one in asked])) for asked in pools]
        highs = [wilson(share, len(asked))[1] for share, asked in zip(shares, pools, strict=True)]
        if np.mean(shares) >= CONFIDENCE and min(highs) >= CONFIDENCE:
            return level
    return LEVELS[-1]


def _share(held: list[bool]) -> dict[str, Any]:
    share = float(np.mean(held))
    low, high = wilson(share, len(held))
    ends = {"held_low": round(low, 4), "held_high": round(high, 4)}
    return {"claimed": CONFIDENCE, "known": len(held), "held": round(share, 4), **ends}


def summary(asked: list[Asked]) -> dict[str, Any]:
    """Return how often ranges held, with an interval, and how wide they were."""
    known = [one for one in asked if one.held]
    if not known:
        return {"asked": len(asked), "known": 0}
    widths = [one.width for one in known if np.isfinite(one.width)]
    never = float(np.mean([one.is_never for one in known]))
    return {
        "asked": len(asked),
        **_share([one.held_at(WHATS[one.what]) for one in known]),
        "happened": round(float(np.mean([one.happened for one in known])), 4),
        "open_ended": round(1.0 - len(widths) / len(known) - never, 4),
        "never": round(never, 4),
        "median_width": round(float(np.median(widths)), 4) if widths else None,
    }


def ask(curve: Replay) -> Iterator[Asked]:
    """Ask a forecast at every cut about targets, and about the next answers."""
    smooth = IsotonicRegression().fit_transform(curve.answers, curve.measured)
    for cut in CUTS:
        seen = curve.answers <= cut
        n_seen = int(seen.sum())
        curves = fit_curves(
            curve.answers[seen].tolist(), curve.measured[seen].tolist(), [float(N_TEST)] * n_seen
        )
        now = float(curve.measured[seen][-3:].mean())
        for share in SHARES:
            yield _target("target", curves, curve.answers, smooth, now + share * (1.0 - now))
        for ahead in AHEAD:
            later = int(np.searchsorted(curve.answers, ahead * cut))
            if later < smooth.size and smooth[later] - smooth[seen][-1] >= LEAST_RISE:
                target = float(smooth[later])
                yield _target("target_reached", curves, curve.answers, smooth, target)
        later = int(np.searchsorted(curve.answers, cut + FURTHER))
        if later < smooth.size:
            yield _gain(curves, float(smooth[later] - smooth[seen][-1]))


def _target(
    what: str, curves: Curves | str, answers: IntArray, smooth: FloatArray, target: float
) -> Asked:
    if isinstance(curves, str):
        return Asked(what)
    spread = answers_spread(curves, target)
    reaches = np.flatnonzero(smooth >= target)
    reached = float(answers[reaches[0]]) if reaches.size else np.inf
    # The curve is known at every batch: it crossed in between, or somewhere beyond its end.
    before = reached - BATCH if reaches.size else float(answers[-1])
    held = []
    for level in LEVELS:
        found = spread.between(level, curves.answers)
        is_right = reached == np.inf if found is None else found[0] <= reached
        held.append(is_right and (found is None or before <= found[1]))
    said = spread.between(TARGET_LEVEL, curves.answers)
    width = said[1] / said[0] if said is not None and np.isfinite(said[1]) else np.nan
    return Asked(what, tuple(held), width, said is None, bool(reaches.size))


def _gain(curves: Curves | str, gain: float) -> Asked:
    if isinstance(curves, str):
        return Asked("gain")
    spread = gain_spread(curves, curves.answers + FURTHER)
    ranges = [spread.middle(level) for level in LEVELS]
    low, high = spread.middle(GAIN_LEVEL)
    return Asked("gain", tuple(low <= gain <= high for low, high in ranges), high - low)


if __name__ == "__main__":
    main()
