"""Equal money under noisy annotators: asking again where it is worth it, against three others.

On pools of known truth below LABELLOOP_BENCH_DATA (default ../shared/data) simulated people err in
15 % or 30 % of their answers, some more than others. Each arm has 900 answers (300 with --quick):
ours (new items by `auto`, answered ones again where the scheduler finds them worth more), one
answer each, three each with majority, and ActiveLab by its published formula. Model, features,
batches, people and test sample are the same for all; what differs is whom the answers go to. The
figure is the model's accuracy on the test sample at the end, and its mean on the way.
"""

from __future__ import annotations

import argparse
import math
from dataclasses import replace
from typing import Any

import numpy as np

from active_learning.simulation import Point, Setting, World, even_crowd, run_campaign
from benchmarks.report import Report, stopwatch
from benchmarks.worlds import full_accuracy, read_pool, world_of

POOLS = ("digits8x8", "trec6", "sms_spam", "wle_har")
QUICK_POOLS = ("digits8x8", "trec6")
NOISES = (0.15, 0.30)
SEEDS, QUICK_SEEDS = 10, 2
ANSWERS, QUICK_ANSWERS = 900, 300
BATCH = 50
LEVEL = 1.96
ARMS = (
    Setting("ours", relabel="scheduler"),
    Setting("one answer each"),
    Setting("three with majority", least=3, most=3, truth="majority_vote"),
    Setting("activelab", relabel="activelab"),
)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="two pools, two seeds, 300 answers")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    arguments = parser.parse_args()
    report = Report("noise", arguments.json, arguments.quick, arguments.keep)
    seeds = range(QUICK_SEEDS if arguments.quick else SEEDS)
    answers = QUICK_ANSWERS if arguments.quick else ANSWERS
    found: list[dict[str, Any]] = []
    for name in QUICK_POOLS if arguments.quick else POOLS:
        features, truth = read_pool(name)
        worlds = [world_of(features, truth, seed) for seed in seeds]
        report.line(name, arm="all labels, right", **_mean([full_accuracy(w) for w in worlds]))
        for noise in NOISES:
            ours: list[list[Point]] = []
            for arm in ARMS:
                with stopwatch() as spent:
                    runs = [_run(world, arm, noise, answers, s) for s, world in enumerate(worlds)]
                ours = ours or runs
                line = _line(runs, ours)
                found.append({"noise": noise, "arm": arm.name, **line})
                report.line(
                    name, noise=noise, arm=arm.name, answers=answers, seeds=len(seeds), **line,
                    **spent.figures(),
                )  # fmt: skip
    for noise in NOISES:
        for arm in ARMS:
            rows = [row for row in found if (row["noise"], row["arm"]) == (noise, arm.name)]
            report.line("mean", noise=noise, arm=arm.name, pools=len(rows), **_over_pools(rows))


def _run(world: World, arm: Setting, noise: float, answers: int, seed: int) -> list[Point]:
    """Replay one campaign; the people are the same for every arm of a seed."""
    people = even_crowd(noise, world.n_classes, np.random.default_rng([seed, 1]), price=1.0)
    rng = np.random.default_rng([seed, 2])
    return run_campaign(world, people, replace(arm), budget=float(answers), batch=BATCH, rng=rng)


def _line(runs: list[list[Point]], ours: list[list[Point]]) -> dict[str, Any]:
    """Return the figures of an arm, and what we are ahead of it by, seed by seed."""
    ends = np.array([run[-1].accuracy for run in runs])
    areas = np.array([_area(run) for run in runs])
    ahead = np.array([run[-1].accuracy for run in ours]) - ends
    ahead_area = np.array([_area(run) for run in ours]) - areas
    labels = [run[-1].label_accuracy for run in runs]
    return {
        "accuracy": round(float(ends.mean()), 4),
        "accuracy_half_width": _half(ends),
        "on_the_way": round(float(areas.mean()), 4),
        "label_accuracy": round(float(np.mean([one or 0.0 for one in labels])), 4),
        "items": round(float(np.mean([run[-1].labels for run in runs])), 1),
        "ours_ahead": round(float(ahead.mean()), 4),
        "ours_ahead_half_width": _half(ahead),
        "ours_ahead_on_the_way": round(float(ahead_area.mean()), 4),
        "ours_ahead_on_the_way_half_width": _half(ahead_area),
    }


def _area(run: list[Point]) -> float:
    """Return the mean accuracy over the money spent."""
    spend, accuracy = [p.spend for p in run], [p.accuracy for p in run]
    return float(np.trapezoid(accuracy, spend)) / max(spend[-1] - spend[0], 1.0)


def _half(values: Any) -> float:
    """Return half the width of a 95 % interval of a mean."""
    if len(values) < 2:  # noqa: PLR2004 - a deviation needs two
        return 0.0
    return round(LEVEL * float(np.std(values, ddof=1)) / math.sqrt(len(values)), 4)


def _mean(values: list[float]) -> dict[str, float]:
    return {"accuracy": round(float(np.mean(values)), 4), "accuracy_half_width": _half(values)}


def _over_pools(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the means over pools; the interval is over pools."""
    ahead = [row["ours_ahead"] for row in rows]
    return {
        "accuracy": round(float(np.mean([row["accuracy"] for row in rows])), 4),
        "ours_ahead": round(float(np.mean(ahead)), 4),
        "ours_ahead_half_width": _half(ahead),
        "ours_ahead_on_the_way": round(
            float(np.mean([row["ours_ahead_on_the_way"] for row in rows])), 4
        ),
        "pools_where_behind": sum(value < 0 for value in ahead),
    }


if __name__ == "__main__":
    main()
