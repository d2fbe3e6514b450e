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
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.overlap_figures import Curve, against, old_way, summary
from benchmarks.report import Report, stopwatch
from benchmarks.truth import DATASETS, QUICK_DATASETS, Dataset, read_dataset
from labeling.projects.policy import Policy
from labeling.quality.arrays import BoolArray, FloatArray, IntArray
from labeling.quality.truth import (
    TruthEstimate,
    calibrate,
    gain_per_answer,
    infer_truth,
    temper,
    vote_share,
)

THRESHOLDS = (0.7, 0.8, 0.9, 0.95, 0.98)
DEFAULTS = Policy.model_validate({})
GAIN = DEFAULTS.overlap_gain
ARMS = {"adaptive": GAIN, "adaptive, score alone": 0.0}
"""Least gain by arm; the threshold comes on top."""
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
    orders = [_places(data, np.random.default_rng(seed)) for seed in seeds]
    depth = min(MOST, int(orders[0].max()) + 1)
    overlaps = range(1, depth + 1)
    fixed, votes = (
        {k: _means([_fixed(data, order, k, method) for order in orders]) for k in overlaps}
        for method in ("dawid_skene", "majority_vote")
    )
    lines = [{"arm": "fixed", "overlap": k, **means} for k, means in fixed.items()]
    lines += [{"arm": "fixed, majority", "overlap": k, **means} for k, means in votes.items()]
    curves = {"fixed": Curve.of(fixed, LEAST), "majority": Curve.of(votes, LEAST)}
    from_one, one_item = Curve.of(fixed, 1), 1.0 / data.known.size
    rows = []
    for most in (depth, min(MOST_OF_HUB, depth)):
        for arm, gain in ARMS.items():
            for threshold in THRESHOLDS:
                rule = Rule(threshold, gain, most)
                runs = [_adaptive(data, order, rule) for order in orders]
                means = _means(runs)
                reached = (means["answers"], means["accuracy"])
                exactly = from_one.needed(reached[1])
                rows.append(
                    {
                        "arm": arm,
                        "most": MOST if most == depth else most,
                        "threshold": threshold,
                        "gain": gain,
                        **means,
                        **against(curves, *reached, one_item),
                        "gain_at_equal_answers": round(
                            reached[1] - curves["fixed"].at(reached[0]), 4
                        ),
                        "answers_fixed_exactly": None if exactly is None else round(exactly, 3),
                        "one_vote_reaches_it": votes[1]["accuracy"] >= reached[1] - one_item,
                        **_promise(runs),
                    }
                )
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
    """When an item is closed: a stop score, a least gain per answer (0: none), or the most."""

    threshold: float
    gain: float
    most: int


def _infer(data: Dataset, dealt: BoolArray, method: str) -> tuple[TruthEstimate, FloatArray]:
    """Return what the answers dealt so far say of all items, and the stop scores."""
    n_items = int(data.items.max()) + 1
    items, answers = data.items[dealt], data.answers[dealt]
    found = infer_truth(
        items, data.annotators[dealt], answers, data.n_classes, method=method, n_items=n_items
    )
    tempered = temper(found.posterior, vote_share(items, answers, data.n_classes, n_items))
    return found, tempered[np.arange(n_items), found.labels]


def _fixed(data: Dataset, places: IntArray, overlap: int, method: str) -> Dealt:
    return _outcome(data, places < overlap, np.zeros(int(data.items.max()) + 1, bool), method)


def _adaptive(data: Dataset, places: IntArray, rule: Rule) -> Dealt:
    closed = np.zeros(int(data.items.max()) + 1, dtype=bool)
    sure, dealt = closed.copy(), np.zeros(places.size, dtype=bool)
    for wave in range(rule.most):
        dealt |= (places == wave) & ~closed[data.items]
        n_more = rule.most - wave - 1
        if wave + 1 >= LEAST and n_more:
            found, score = _infer(data, dealt, "dawid_skene")
            sure |= ~closed & (score >= rule.threshold)
            closed |= sure
            asked = np.flatnonzero(~closed)
            if rule.gain:
                posterior = found.posterior[asked]
                gain = gain_per_answer(posterior, found.confusions.pooled, n_more)
                closed[asked] = gain < rule.gain
    return _outcome(data, dealt, sure, "dawid_skene")


def _outcome(data: Dataset, dealt: BoolArray, sure: BoolArray, method: str) -> Dealt:
    found, score = _infer(data, dealt, method)
    counts = np.bincount(data.items[dealt], minlength=sure.size)[data.known]
    right = found.labels[data.known] == data.truth
    return Dealt(
        float(counts.mean()), float(right.mean()), score[data.known], right, sure[data.known]
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
