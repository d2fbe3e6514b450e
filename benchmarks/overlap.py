"""How many answers an item needs: adaptive against fixed overlap, by replay of real crowds.

Answers of the crowd sets below LABELLOOP_BENCH_DATA (default ../shared/data) are dealt out in
waves, one more to every open item, in an order drawn from the seed. Adaptive overlap closes an
item when its stop score reaches the threshold, or when no answers that may still come are worth
asking for (`gain_per_answer` below the policy's default `overlap_gain`), after two answers at
least; beside it stands the stop score alone. The truth is inferred from the answers dealt so far,
by Dawid-Skene in all arms, for that is what the hub's full fits are; a fixed overlap with majority
vote stands beside.

Answers are compared at equal accuracy: what a fixed overlap, from two answers up as the adaptive
one (of one answer each no skill can be inferred), needs to come within one item of it. The default
gain was chosen on TUNED_ON, five looked-ahead answers too; the others were not looked at before.
"""

from __future__ import annotations

import argparse
import os
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.overlap_figures import Curve, against, old_way, summary
from benchmarks.report import Report, stopwatch
from benchmarks.truth import DATASETS, QUICK_DATASETS, Dataset, read_dataset
from labeling.projects.policy import Policy
from labeling.quality.arrays import BoolArray, FloatArray, IntArray
from labeling.quality.truth import (
    calibrate,
    gain_per_answer,
    infer_truth,
    temper,
    vote_share,
)
from labeling.quality.truth.confusions import Pooled

THRESHOLDS = (0.7, 0.8, 0.9, 0.95, 0.98)
DEFAULTS = Policy.model_validate({})
GAIN = DEFAULTS.overlap_gain
ARMS = {"adaptive": GAIN, "adaptive, score alone": 0.0}
"""Least gain by arm; the threshold comes on top."""
FIXED = {"dawid_skene": "fixed", "majority_vote": "fixed, majority"}
PEERS = ("fixed", "majority")
LEAST = 2
MOST, MOST_OF_HUB = 10, DEFAULTS.overlap_most
TUNED_ON = frozenset({"bluebird", "dog", "rte", "temporal", "wsd"})
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
        (n_known,) stop score, whether the label is right, whether the score closed the item before
        it had the most.
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
    rows: list[dict[str, Any]] = []
    for name in QUICK_DATASETS if arguments.quick else DATASETS:
        data = read_dataset(folder / name)
        seeds = range(QUICK_SEEDS if arguments.quick else SEEDS)
        with stopwatch() as spent:
            lines, compared = _compare(data, seeds)
        for line in lines + compared:
            report.line(name, **line)
        rows += [{"case": name, **row} for row in compared]
        report.line(name, arm="cost of this case", **spent.figures())
    _summarise(report, rows)


def _summarise(report: Report, rows: list[dict[str, Any]]) -> None:
    """Print each arm over all datasets, and over those that the default gain was not chosen on."""
    for arm in ARMS:
        for most in (MOST, MOST_OF_HUB):
            for threshold in THRESHOLDS:
                labels = {"arm": arm, "most": most, "threshold": threshold}
                of_one = [row for row in rows if labels.items() <= row.items()]
                report.line("all datasets", **labels, **summary(of_one, PEERS))
                unseen = [row for row in of_one if row["case"] not in TUNED_ON]
                if unseen:
                    report.line("datasets not tuned on", **labels, **summary(unseen, PEERS))
                if arm != "adaptive" and most == MOST:
                    report.line("mean, as counted before", **labels, **old_way(of_one))


def _compare(data: Dataset, seeds: range) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Run every arm on one dataset: (lines of the fixed arms, those of the adaptive ones)."""
    fixed: dict[tuple[str, int], list[Dealt]] = {}
    adaptive: dict[Rule, list[Dealt]] = {}
    for seed in seeds:
        replay = Replay(data, _places(data, np.random.default_rng(seed)))
        depth = min(MOST, int(replay.places.max()) + 1)
        for method, overlap in product(FIXED, range(1, depth + 1)):
            fixed.setdefault((method, overlap), []).append(replay.fixed(overlap, method))
        for arm, most, threshold in product(ARMS, (MOST, MOST_OF_HUB), THRESHOLDS):
            rule = Rule(arm, threshold, most, depth)
            adaptive.setdefault(rule, []).append(replay.adaptive(rule))
    lines: list[dict[str, Any]] = [
        {"arm": FIXED[method], "overlap": overlap, **_means(runs)}
        for (method, overlap), runs in fixed.items()
    ]
    inferred, votes = (
        {line["overlap"]: line for line in lines if line["arm"] == arm} for arm in FIXED.values()
    )
    curves = {"fixed": Curve.of(inferred, LEAST), "majority": Curve.of(votes, LEAST)}
    rows, one_item = [], 1.0 / data.known.size
    for rule, runs in adaptive.items():
        found = _means(runs)
        reached = (found["answers"], found["accuracy"])
        exactly = Curve.of(inferred, 1).needed(found["accuracy"])
        compared = {
            **against(curves, *reached, one_item),
            "gain_at_equal_answers": round(reached[1] - curves["fixed"].at(reached[0]), 4),
            "answers_fixed_exactly": None if exactly is None else round(exactly, 3),
            "one_vote_reaches_it": votes[1]["accuracy"] >= reached[1] - one_item,
        }
        rows.append({**rule.labels(), **found, **compared, **_promise(runs)})
    return lines, rows


def _places(data: Dataset, rng: np.random.Generator) -> IntArray:
    """Which wave each answer comes in: (n_answers,), drawn anew for every item."""
    shuffled = rng.permutation(data.items.size)
    order = shuffled[np.argsort(data.items[shuffled], kind="stable")]
    starts = np.flatnonzero(np.diff(data.items[order], prepend=-1))
    sizes = np.diff(starts, append=order.size)
    places = np.empty(order.size, dtype=np.int64)
    places[order] = np.arange(order.size) - np.repeat(starts, sizes)
    return places


@dataclass(frozen=True)
class Rule:
    """When an item is closed: a stop score, the least gain per answer of the arm, or the most."""

    arm: str
    threshold: float
    most: int
    depth: int

    def labels(self) -> dict[str, Any]:
        """As fields of a line."""
        gain = ARMS[self.arm]
        return {"arm": self.arm, "most": self.most, "threshold": self.threshold, "gain": gain}


@dataclass(frozen=True, eq=False)
class Inferred:
    """What some answers say: labels and stop scores (n_items,), the rest for what may be gained."""

    labels: IntArray
    score: FloatArray
    posterior: FloatArray
    pooled: Pooled


@dataclass(frozen=True, eq=False)
class Replay:
    """One order of a dataset's answers; what was inferred of the same answers is kept."""

    data: Dataset
    places: IntArray
    known: dict[tuple[str, bytes], Inferred] = field(default_factory=dict)

    @property
    def n_items(self) -> int:
        """Of all items, also those of unknown truth."""
        return int(self.data.items.max()) + 1

    def fixed(self, overlap: int, method: str) -> Dealt:
        """Deal so many answers to every item."""
        return self._outcome(self.places < overlap, np.zeros(self.n_items, dtype=bool), method)

    def adaptive(self, rule: Rule) -> Dealt:
        """Deal waves to the items that are open."""
        data, gain = self.data, ARMS[rule.arm]
        most = min(rule.most, rule.depth)
        closed = np.zeros(self.n_items, dtype=bool)
        sure, dealt = closed.copy(), np.zeros(self.places.size, dtype=bool)
        for wave in range(most):
            dealt |= (self.places == wave) & ~closed[data.items]
            n_more = most - wave - 1
            if wave + 1 < LEAST or not n_more:
                continue
            found = self._infer(dealt, "dawid_skene")
            sure |= ~closed & (found.score >= rule.threshold)
            closed |= sure
            if gain:
                asked = np.flatnonzero(~closed)
                expected = gain_per_answer(found.posterior[asked], found.pooled, n_more)
                closed[asked] = expected < gain
        return self._outcome(dealt, sure, "dawid_skene")

    def _infer(self, dealt: BoolArray, method: str) -> Inferred:
        data, key = self.data, (method, np.packbits(dealt).tobytes())
        if key not in self.known:
            items, answers = data.items[dealt], data.answers[dealt]
            arrays = (items, data.annotators[dealt], answers, data.n_classes)
            found = infer_truth(*arrays, method=method, n_items=self.n_items)
            share = vote_share(items, answers, data.n_classes, self.n_items)
            score = temper(found.posterior, share)[np.arange(self.n_items), found.labels]
            pooled = found.confusions.pooled
            self.known[key] = Inferred(found.labels, score, found.posterior, pooled)
        return self.known[key]

    def _outcome(self, dealt: BoolArray, sure: BoolArray, method: str) -> Dealt:
        data, found = self.data, self._infer(dealt, method)
        counts = np.bincount(data.items[dealt], minlength=sure.size)[data.known]
        right = found.labels[data.known] == data.truth
        return Dealt(
            answers=float(counts.mean()),
            accuracy=float(right.mean()),
            score=found.score[data.known],
            right=right,
            stopped=sure[data.known],
        )


def _means(runs: list[Dealt]) -> dict[str, float]:
    accuracy = [run.accuracy for run in runs]
    half = LEVEL * float(np.std(accuracy, ddof=1)) / len(runs) ** 0.5
    return {
        "answers": round(float(np.mean([run.answers for run in runs])), 3),
        "accuracy": round(float(np.mean(accuracy)), 4),
        "accuracy_half_width": round(half, 4),
    }


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


if __name__ == "__main__":
    main()
