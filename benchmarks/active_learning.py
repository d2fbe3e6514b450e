"""What choosing the questions is worth, and what the whole default is, on pools with all labels.

Each run starts with no label, asks for a batch at a time and is judged on a test set it never sees.
Everything but what is compared is the same in all arms of a pool: items, order of seeds, batch,
budget, censoring (an arm that never reaches a level counts with the whole budget). Accuracy is the
measure, on skewed pools F1 of the rare class.

(a) Selection alone: ``auto`` and random with the default features and model; area under the curve.
(b) The whole default against pixels, plain numbers or TF-IDF with logistic regression and random
    choice: labels to 90 % and 95 % of what that model reaches on all labels of the pool. Beside it
    the same with pretrained sentence embeddings for texts, where the package is installed.

Pools lie below LABELLOOP_BENCH_DATA (default ../shared/data); the default features and model were
chosen by looking at learning curves on these, so that their figures flatter it. scikit-learn's own
(iris, wine, breast cancer) come besides, and nothing was chosen on them.
"""

from __future__ import annotations

import argparse
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.active_learning_arms import ARMS, Curve, full_score, run_arm
from benchmarks.active_learning_kept import (
    AUTO,
    BASELINE,
    RANDOM,
    gains,
    kept_lines,
    ratios,
)
from benchmarks.active_learning_pools import POOLS, Task, read_task
from benchmarks.report import Report, stopwatch

SEEDS, QUICK_SEEDS = 10, 2
QUICK_POOLS = ("digits8x8", "wine")
LEVELS = (0.90, 0.95)
DRAWS = 2_000
SPAM = "sms_spam"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="two pools, two seeds: proves nothing")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    parser.add_argument("--pools", default="", help="some pools only, with commas between")
    parser.add_argument("--seeds", type=int, default=None, help="instead of ten")
    parser.add_argument("--arms", default="", help="some arms only, with commas between")
    parser.add_argument(
        "--summary", action="store_true", help="run nothing: the figures over the pools kept so far"
    )
    options = parser.parse_args()
    report = Report("active_learning", options.json, options.quick, options.keep)
    folder = Path(os.environ.get("LABELLOOP_BENCH_DATA", "../shared/data")) / "active_learning"
    seeds = options.seeds or (QUICK_SEEDS if options.quick else SEEDS)
    if options.summary:
        summarise_kept(report, seeds)
        return
    names = options.pools.split(",") if options.pools else QUICK_POOLS if options.quick else POOLS
    arms = [arm for arm in ARMS if not options.arms or arm in options.arms.split(",")]
    found: dict[str, dict[str, list[Curve]]] = {}
    warnings.simplefilter("ignore")
    for name in names:
        task = read_task(name, folder)
        if task is not None:
            found[name] = run_pool(report, task, arms, seeds)
    if len(found) > 1:
        summarise(report, found, seeds)


def summarise_kept(report: Report, seeds: int) -> None:
    """Print the two figures over the pools whose lines are kept, each run by itself."""
    lines = kept_lines(seeds)
    own = gains(lines)
    report.line(
        "(a) selection alone: area, auto - random",
        **interval([line["mean"] for line in own.values()]),
        by_pool={name: [line["mean"], line["low"], line["high"]] for name, line in own.items()},
        surely_better=[name for name, line in own.items() if line["low"] > 0],
        surely_worse=[name for name, line in own.items() if line["high"] < 0],
        pools=len(own),
        seeds=seeds,
    )
    for level in (90, 95):
        for label, arm, other, without in (
            ("(a)", AUTO, RANDOM, ()),
            ("(a) without spam", AUTO, RANDOM, (SPAM,)),
            ("(b)", AUTO, BASELINE, ()),
        ):
            found = {n: r for n, r in ratios(lines, arm, other, level).items() if n not in without}
            if found:
                spread = interval([float(np.log(ratio)) for ratio in found.values()])
                means = {name: round(float(np.exp(value)), 3) for name, value in spread.items()}
                case = f"{label} labels to {level}%, {arm} / {other}"
                report.line(case, **means, by_pool=found, pools=len(found), seeds=seeds)


def run_pool(report: Report, task: Task, arms: list[str], seeds: int) -> dict[str, list[Curve]]:
    """Run all arms of a pool and print a line for each."""
    goal = full_score(task)
    head: dict[str, Any] = {"pool": len(task.train), "batch": task.batch, "budget": task.budget}
    head |= {"measure": task.measure, "seeds": seeds, "full_data": round(goal, 4)}
    curves: dict[str, list[Curve]] = {}
    for arm in arms:
        if not ARMS[arm].suits(task):
            continue
        with stopwatch() as spent:
            curves[arm] = [run_arm(task, arm, seed) for seed in range(seeds)]
        mean = np.mean([curve.scores for curve in curves[arm]], axis=0)
        labels = {
            f"labels_to_{level:.0%}".replace("%", ""): round(
                float(np.mean([curve.labels_to(level * goal) for curve in curves[arm]])), 1
            )
            for level in LEVELS
        }
        report.line(
            task.name,
            arm=arm,
            **head,
            area=round(float(np.mean([curve.area() for curve in curves[arm]])), 4),
            **labels,
            never_reached_90=sum(not c.reaches(0.9 * goal) for c in curves[arm]),
            curve=[round(float(value), 3) for value in mean],
            **spent.figures(),
        )
    if {"default + auto", "default + random"} <= set(curves):
        gain = [
            a.area() - b.area()
            for a, b in zip(curves["default + auto"], curves["default + random"], strict=True)
        ]
        report.line(task.name, arm="(a) auto - random", **interval(gain), seeds=seeds)
    return curves


def summarise(report: Report, found: Mapping[str, Mapping[str, list[Curve]]], seeds: int) -> None:
    """Print the two figures over all pools that have the arms for them."""
    both = {n: c for n, c in found.items() if {"default + auto", "default + random"} <= set(c)}
    if both:
        gains = {
            name: np.array([a.area() - b.area() for a, b in zip(*_pair(curves), strict=True)])
            for name, curves in both.items()
        }
        means = [float(gain.mean()) for gain in gains.values()]
        below = [n for n, gain in gains.items() if interval(gain.tolist())["high"] < 0]
        above = [n for n, gain in gains.items() if interval(gain.tolist())["low"] > 0]
        report.line(
            "(a) selection alone: area, auto - random",
            **interval(means),
            surely_better=above,
            surely_worse=below,
            pools=len(means),
            seeds=seeds,
        )
        for level in LEVELS:
            for without in ((), (SPAM,)):
                used = [name for name in both if name not in without]
                if used:
                    ratio = _ratio(both, used, "default + auto", "default + random", level)
                    label = " without spam" if without else ""
                    report.line(
                        f"(a) labels to {level:.0%}, auto / random{label}", **ratio, seeds=seeds
                    )
    for arm in ("default + auto", "default with embeddings + auto"):
        used = [name for name, curves in found.items() if {arm, "baseline"} <= set(curves)]
        for level in LEVELS:
            if used:
                ratio = _ratio(found, used, arm, "baseline", level)
                report.line(f"(b) labels to {level:.0%}, {arm} / baseline", **ratio, seeds=seeds)


def _pair(curves: Mapping[str, list[Curve]]) -> tuple[list[Curve], list[Curve]]:
    return curves["default + auto"], curves["default + random"]


def _ratio(
    found: Mapping[str, Mapping[str, list[Curve]]],
    names: list[str],
    arm: str,
    other: str,
    level: float,
) -> dict[str, Any]:
    """Return the geometric mean over pools of one arm's labels to a level over another's."""
    logs = {}
    for name in names:
        goal = level * found[name][arm][0].goal
        mine, theirs = (
            np.mean([curve.labels_to(goal) for curve in found[name][which]])
            for which in (arm, other)
        )
        logs[name] = float(np.log(mine / theirs))
    spread = interval(list(logs.values()))
    return {
        **{key: round(float(np.exp(value)), 3) for key, value in spread.items()},
        "by_pool": {name: round(float(np.exp(value)), 3) for name, value in logs.items()},
    }


def interval(values: list[float]) -> dict[str, float]:
    """Return the mean and its 95 % bootstrap interval."""
    rng = np.random.default_rng(0)
    array = np.array(values)
    means = array[rng.integers(len(array), size=(DRAWS, len(array)))].mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return {
        "mean": round(float(array.mean()), 4),
        "low": round(float(low), 4),
        "high": round(float(high), 4),
    }


if __name__ == "__main__":
    main()
