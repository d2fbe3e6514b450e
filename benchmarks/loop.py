"""Accuracy against money: active learning and random choice, paired by seed, on real digits.

Both arms of a seed have the same people, splits, prices and budget, and buy the same number of
test labels. The hub's own services run in one process, without HTTP (`benchmarks.loop_arm` says
what is left out), so that ten seeds take minutes; `labelloop demo` shows the same over HTTP.

Accuracy is that of the model that a release would make of what the hub believes at that moment, on
the truth of all 1,797 items (`held_out`: of those in no training split). The area is its mean over
the money spent, from nothing to the budget. `answers_to_90` and `answers_to_95` are the answers
paid for, test labels included, until the model reaches that share of what it reaches with the truth
of every training item.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from api.demo.digits import Digits, load_digits
from api.demo.options import FAST, FULL, Plan
from benchmarks.loop_accuracy import ArmResult, accuracy_of, splits
from benchmarks.loop_arm import Arm
from benchmarks.report import Report, stopwatch
from labeling.database import migrate, open_hub
from training.compute import Compute

SEEDS = 12
QUICK_SEEDS = 3
GUESS = 0.1
"""Accuracy before anything is known: one class of ten."""
Figures = dict[str, Any]
Pair = tuple[Figures, Figures]
"""One seed's figures: active learning, random."""


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="three seeds, a smaller budget")
    parser.add_argument("--keep", action="store_true", help="also add the lines to results/")
    parser.add_argument("--seeds", type=int, help="number of paired seeds")
    parser.add_argument("--strategy", default="auto", help="the strategy to hold against random")
    arguments = parser.parse_args()
    report = Report("loop", arguments.json, arguments.quick, arguments.keep)
    plan = FAST if arguments.quick else FULL
    n_seeds = arguments.seeds or (QUICK_SEEDS if arguments.quick else SEEDS)
    digits = load_digits()
    pairs: list[Pair] = []
    with tempfile.TemporaryDirectory() as folder, closing(Compute()) as compute:
        template = Path(folder) / "template.db"
        migrate(f"sqlite:///{template}")
        for seed in range(n_seeds):
            active, random = (
                _run_arm(report, template, compute, digits, plan, strategy, seed)
                for strategy in (arguments.strategy, "random")
            )
            pairs.append((active, random))
    report.line("paired", strategy=arguments.strategy, n_seeds=n_seeds, **summary(pairs))


def _run_arm(
    report: Report,
    template: Path,
    compute: Compute,
    digits: Digits,
    plan: Plan,
    strategy: str,
    seed: int,
) -> dict[str, Any]:
    """Run one arm in a data folder of its own, print its line and return its figures."""
    folder = template.parent / f"{strategy}-{seed}"
    folder.mkdir()
    shutil.copy(template, folder / "hub.db")
    with closing(open_hub(f"sqlite:///{folder / 'hub.db'}")) as hub, stopwatch() as spent:
        arm = Arm(hub, compute, folder, digits, plan, strategy, seed)
        result = arm.run()
    figures = arm_figures(result, plan, ceiling(digits, seed))
    shutil.rmtree(folder)
    report.line("arm", strategy=strategy, seed=seed, **figures, **spent.figures())
    return figures


def arm_figures(result: ArmResult, plan: Plan, full: float) -> dict[str, Any]:
    """Return the figures of one arm; `full` is the accuracy with all training truth."""
    money = [0.0, *(point.spend_micros / plan.budget_micros for point in result.points)]
    accuracy = [GUESS, *(point.accuracy for point in result.points)]
    held_out = [GUESS, *(point.held_out for point in result.points)]
    return {
        "area": round(float(np.trapezoid(accuracy, money)) / money[-1], 5),
        "accuracy": round(accuracy[-1], 4),
        "area_held_out": round(float(np.trapezoid(held_out, money)) / money[-1], 5),
        "accuracy_held_out": round(held_out[-1], 4),
        "full_accuracy": round(full, 4),
        "answers": result.answers,
        "spend": round(result.spend_micros / 1e6, 2),
        "labels": result.labels,
        "answers_to_90": answers_to(result, 0.90 * full),
        "answers_to_95": answers_to(result, 0.95 * full),
        "consensus_accuracy": round(result.consensus_accuracy, 4),
        "majority_accuracy": round(result.majority_accuracy, 4),
    }


def answers_to(result: ArmResult, accuracy: float) -> int | None:
    """Return the answers at the first point that reaches an accuracy, None where none does."""
    return next((point.answers for point in result.points if point.accuracy >= accuracy), None)


def ceiling(digits: Digits, seed: int) -> float:
    """Return the model's accuracy on all items, taught the truth of every training item."""
    drawn = splits(digits, seed)
    places = np.flatnonzero(drawn == "train")
    weights = np.ones(len(places))
    return accuracy_of(digits, drawn, places, digits.truth[places], weights).everywhere


def summary(pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return the paired differences, active minus random, with 95 % intervals."""
    return {
        **_difference("area_gain", [_gain(pair, "area") for pair in pairs]),
        **_difference("area_held_out_gain", [_gain(pair, "area_held_out") for pair in pairs]),
        **_difference("accuracy_held_out_gain", [_gain(p, "accuracy_held_out") for p in pairs]),
        **_difference("accuracy_gain", [_gain(pair, "accuracy") for pair in pairs]),
        **_difference(
            "consensus_minus_majority",
            [arm["consensus_accuracy"] - arm["majority_accuracy"] for p in pairs for arm in p],
        ),
        "consensus_accuracy": _mean([arm["consensus_accuracy"] for p in pairs for arm in p]),
        "majority_accuracy": _mean([arm["majority_accuracy"] for p in pairs for arm in p]),
        **_answers("answers_to_90", pairs),
        **_answers("answers_to_95", pairs),
    }


def _gain(pair: Pair, name: str) -> float:
    """Return by how much active learning leads."""
    return float(pair[0][name] - pair[1][name])


def _difference(name: str, values: Sequence[float]) -> dict[str, float]:
    """Return mean and 95 % interval of paired differences (t, for few pairs)."""
    from scipy.stats import t

    found = np.asarray(values)
    half = 0.0
    if len(found) > 1:
        half = float(t.ppf(0.975, len(found) - 1) * found.std(ddof=1) / np.sqrt(len(found)))
    mean = float(found.mean())
    return {
        name: round(mean, 5),
        f"{name}_low": round(mean - half, 5),
        f"{name}_high": round(mean + half, 5),
    }


def _answers(name: str, pairs: Sequence[Pair]) -> dict[str, Any]:
    """Return the mean answers of both arms over the seeds in which both got there."""
    both = [(a[name], r[name]) for a, r in pairs if a[name] is not None and r[name] is not None]
    reached = {
        f"{name}_active_reached": sum(a[name] is not None for a, _ in pairs),
        f"{name}_random_reached": sum(r[name] is not None for _, r in pairs),
    }
    if not both:
        return {f"{name}_active": None, f"{name}_random": None, **reached}
    ratio = float(np.exp(np.mean([np.log(a / r) for a, r in both])))
    return {
        f"{name}_active": round(float(np.mean([a for a, _ in both])), 1),
        f"{name}_random": round(float(np.mean([r for _, r in both])), 1),
        f"{name}_ratio": round(ratio, 3),
        **reached,
    }


def _mean(values: Sequence[float]) -> float:
    return round(float(np.mean(values)), 4)


if __name__ == "__main__":
    main()
