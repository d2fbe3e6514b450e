"""How many answers an item needs: adaptive against fixed overlap, by replay of real crowds.

Answers of the crowd sets below LABELLOOP_BENCH_DATA (default ../shared/data) are dealt out in
waves, one more to every open item, in an order drawn from the seed. Adaptive overlap closes an
item when its stop score reaches the threshold, after two answers at least. The truth is inferred
from the answers dealt so far, by the same method for all arms; a fixed overlap with majority vote
stands beside. Nothing here was tuned on these sets but what `benchmarks.truth` names.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Report, stopwatch
from benchmarks.truth import DATASETS, QUICK_DATASETS, Dataset, read_dataset
from labeling.quality.arrays import BoolArray, FloatArray, IntArray
from labeling.quality.truth import calibrate, infer_truth, temper, vote_share

THRESHOLDS = (0.7, 0.8, 0.9, 0.95, 0.98)
LEAST = 2
MOST = 10
SEEDS, QUICK_SEEDS = 10, 2
GOLD_ITEMS = 50
LEVEL = 1.96


@dataclass(frozen=True, eq=False)
class Dealt:
    """What one arm knows at its end.

    Attributes
    ----------
    answers
        Mean answers per item with known truth.
    accuracy
        Share of those items that are right.
    score, right, stopped
        (n_known,) stop score, whether the label is right, whether the score closed the item.
    """

    answers: float
    accuracy: float
    score: FloatArray
    right: BoolArray
    stopped: BoolArray


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="four small datasets, two seeds")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    arguments = parser.parse_args()
    report = Report("overlap", arguments.json, arguments.quick, arguments.keep)
    folder = Path(os.environ.get("LABELLOOP_BENCH_DATA", "../shared/data")) / "crowd"
    saved: list[dict[str, Any]] = []
    for name in QUICK_DATASETS if arguments.quick else DATASETS:
        data = read_dataset(folder / name)
        seeds = range(QUICK_SEEDS if arguments.quick else SEEDS)
        with stopwatch() as spent:
            lines, savings = _compare(data, seeds)
        for line in lines:
            report.line(name, **line)
        saved += savings
        report.line(name, arm="cost of this case", **spent.figures())
    for threshold in THRESHOLDS:
        of_one = [row for row in saved if row["threshold"] == threshold]
        report.line("mean", arm="adaptive", threshold=threshold, **_summary(of_one))


def _compare(data: Dataset, seeds: range) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Run every arm on one dataset: (lines to print, one row of savings per threshold)."""
    orders = [_places(data, np.random.default_rng(seed)) for seed in seeds]
    depth = min(MOST, int(orders[0].max()) + 1)
    fixed = {
        k: [_fixed(data, order, k, "dawid_skene") for order in orders] for k in range(1, depth + 1)
    }
    votes = {
        k: [_fixed(data, order, k, "majority_vote") for order in orders]
        for k in range(1, depth + 1)
    }
    lines = [{"arm": "fixed", "overlap": k, **_means(runs)} for k, runs in fixed.items()]
    lines += [{"arm": "fixed, majority", "overlap": k, **_means(runs)} for k, runs in votes.items()]
    savings = []
    for threshold in THRESHOLDS:
        runs = [_adaptive(data, order, threshold, depth) for order in orders]
        means = _means(runs)
        row = {
            "threshold": threshold,
            "answers": means["answers"],
            "accuracy": means["accuracy"],
            "answers_fixed": _needed(fixed, means["accuracy"]),
            "answers_majority": _needed(votes, means["accuracy"]),
            "accuracy_at_equal_answers": _at(fixed, means["answers"]),
        }
        savings.append(row)
        lines.append({"arm": "adaptive", **row, **_promise(runs)})
    return lines, savings


def _places(data: Dataset, rng: np.random.Generator) -> IntArray:
    """Which wave each answer comes in: (n_answers,), drawn anew for every item."""
    shuffled = rng.permutation(data.items.size)
    order = shuffled[np.argsort(data.items[shuffled], kind="stable")]
    starts = np.flatnonzero(np.diff(data.items[order], prepend=-1))
    sizes = np.diff(starts, append=order.size)
    places = np.empty(order.size, dtype=np.int64)
    places[order] = np.arange(order.size) - np.repeat(starts, sizes)
    return places


def _believe(data: Dataset, dealt: BoolArray, method: str) -> tuple[IntArray, FloatArray]:
    """Return labels and stop scores of all items from the answers dealt so far."""
    n_items = int(data.items.max()) + 1
    items, answers = data.items[dealt], data.answers[dealt]
    found = infer_truth(
        items, data.annotators[dealt], answers, data.n_classes, method=method, n_items=n_items
    )
    tempered = temper(found.posterior, vote_share(items, answers, data.n_classes, n_items))
    return found.labels, tempered[np.arange(n_items), found.labels]


def _fixed(data: Dataset, places: IntArray, overlap: int, method: str) -> Dealt:
    return _outcome(data, places < overlap, np.zeros(int(data.items.max()) + 1, bool), method)


def _adaptive(data: Dataset, places: IntArray, threshold: float, most: int) -> Dealt:
    closed = np.zeros(int(data.items.max()) + 1, dtype=bool)
    dealt = np.zeros(places.size, dtype=bool)
    for wave in range(most):
        dealt |= (places == wave) & ~closed[data.items]
        if wave + 1 >= LEAST:
            _, score = _believe(data, dealt, "dawid_skene")
            closed |= score >= threshold
    return _outcome(data, dealt, closed, "dawid_skene")


def _outcome(data: Dataset, dealt: BoolArray, closed: BoolArray, method: str) -> Dealt:
    labels, score = _believe(data, dealt, method)
    counts = np.bincount(data.items[dealt], minlength=closed.size)[data.known]
    right = labels[data.known] == data.truth
    return Dealt(
        float(counts.mean()), float(right.mean()), score[data.known], right, closed[data.known]
    )


def _means(runs: list[Dealt]) -> dict[str, float]:
    accuracy = [run.accuracy for run in runs]
    half = LEVEL * float(np.std(accuracy, ddof=1)) / len(runs) ** 0.5
    return {
        "answers": round(float(np.mean([run.answers for run in runs])), 3),
        "accuracy": round(float(np.mean(accuracy)), 4),
        "accuracy_half_width": round(half, 4),
    }


def _curve(arms: dict[int, list[Dealt]]) -> tuple[FloatArray, FloatArray]:
    """Mean answers and, never falling, mean accuracy of growing fixed overlaps."""
    answers = np.array([np.mean([run.answers for run in runs]) for runs in arms.values()])
    accuracy = np.array([np.mean([run.accuracy for run in runs]) for runs in arms.values()])
    return answers, np.maximum.accumulate(accuracy)


def _needed(arms: dict[int, list[Dealt]], accuracy: float) -> float | None:
    """Answers at which a fixed overlap reaches an accuracy, between whole ones; None: never."""
    answers, reached = _curve(arms)
    if accuracy > reached[-1]:
        return None
    return round(float(np.interp(accuracy, reached, answers)), 3)


def _at(arms: dict[int, list[Dealt]], answers: float) -> float:
    at, accuracy = _curve(arms)
    return round(float(np.interp(answers, at, accuracy)), 4)


def _promise(runs: list[Dealt]) -> dict[str, float | None]:
    """What the scores of closed items promised and what came true, also after 50 gold items."""
    promised, came, corrected, came_rest = [], [], [], []
    for seed, run in enumerate(runs):
        order = np.random.default_rng(seed).permutation(run.right.size)
        gold, rest = order[:GOLD_ITEMS], order[GOLD_ITEMS:]
        line = calibrate(run.score[gold], run.right[gold])
        rest = rest[run.stopped[rest]]
        promised += run.score[run.stopped].tolist()
        came += run.right[run.stopped].tolist()
        corrected += line.apply(run.score[rest]).tolist()
        came_rest += run.right[rest].tolist()
    return {
        "closed_share": round(float(np.mean([run.stopped.mean() for run in runs])), 4),
        "promised": _mean(promised),
        "came_true": _mean(came),
        "promised_with_gold": _mean(corrected),
        "came_true_beside_gold": _mean(came_rest),
    }


def _mean(values: list[float]) -> float | None:
    return round(float(np.mean(values)), 4) if values else None


def _summary(rows: list[dict[str, Any]]) -> dict[str, Any]:
    """Mean over datasets: answers saved at equal accuracy where a fixed overlap reaches it."""

    def saved(name: str) -> Iterator[float]:
        return (1.0 - row["answers"] / row[name] for row in rows if row[name] is not None)

    gains = [row["accuracy"] - row["accuracy_at_equal_answers"] for row in rows]
    return {
        "n_datasets": len(rows),
        "answers": _mean([row["answers"] for row in rows]),
        "accuracy": _mean([row["accuracy"] for row in rows]),
        "accuracy_gain_at_equal_answers": _mean(gains),
        "saved_against_fixed": _mean(list(saved("answers_fixed"))),
        "saved_against_majority": _mean(list(saved("answers_majority"))),
        "never_reached_by_fixed": sum(row["answers_fixed"] is None for row in rows),
        "never_reached_by_majority": sum(row["answers_majority"] is None for row in rows),
    }


if __name__ == "__main__":
    main()
