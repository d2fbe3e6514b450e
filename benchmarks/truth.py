"""Truth inference on real crowds with known truth: right labels, honest confidence.

Reads the datasets below the folder LABELLOOP_BENCH_DATA (default ../shared/data), `crowd/NAME`
with labels.csv (task, worker, label) and truth.csv (task, label). The smoothing of Dawid–Skene,
its start and its number of rounds were chosen on these same sets, and the candidates of `auto`;
that it blends them by stacking was chosen on simulated crowds, that every fifth is held out in
turn on these sets, as was the share of belief that stays with what most said: fact_eval alone asks
for it, and chosen without that set it would have lost 1.9 points there. Nothing of the calibration
was chosen on them.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import importlib.util
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.report import Report, Spent, peak_mebibytes, stopwatch
from labeling.quality.arrays import BoolArray, FloatArray, IntArray
from labeling.quality.truth import (
    METHODS,
    calibrate,
    calibration_error,
    infer_truth,
    temper,
    vote_share,
)

DATASETS = (
    "bluebird",
    "d_possent",
    "dog",
    "face_sentiment",
    "fact_eval",
    "metaphor_novelty",
    "rte",
    "sentiment_polarity",
    "temporal",
    "weather_amt",
    "wsd",
)
QUICK_DATASETS = ("bluebird", "dog", "rte", "wsd")
LEAST_PROBABILITY = 1e-6
"""Log loss counts a smaller probability of the truth as this."""

SLOW_PEER, SLOW_PEER_MOST = "crowd-kit GLAD", 100_000
"""Beyond so many answers that peer takes a quarter of an hour; it is left out."""

FLOOR_DRAWS = 200
GOLD_ITEMS, GOLD_DRAWS, GOLD_FLOOR_DRAWS, GOLD_AUTO_DRAWS = 50, 50, 10, 5
"""How many known items calibrate the rest, how often they are drawn anew."""
SEED = 0


@dataclass(frozen=True, eq=False)
class Dataset:
    """Answers (n_answers,) each, and the truth of some items."""

    items: IntArray
    annotators: IntArray
    answers: IntArray
    n_classes: int
    known: IntArray
    truth: IntArray


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="four small datasets, 100,000 answers")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    parser.add_argument("--speed", action="store_true", help="the cost of large crowds alone")
    arguments = parser.parse_args()
    report = Report("truth", arguments.json, arguments.quick, arguments.keep)
    if not arguments.speed:
        _measure_methods(report)
    measure_speed(report, 100_000 if report.quick else 1_000_000)
    if not report.quick:
        measure_speed(report, 5_000_000, with_peer=False)


def _measure_methods(report: Report) -> None:
    """Give every method's figures on every dataset, then the means and the worst."""
    folder = Path(os.environ.get("LABELLOOP_BENCH_DATA", "../shared/data")) / "crowd"
    names = QUICK_DATASETS if report.quick else DATASETS
    found: dict[str, dict[str, dict[str, Any]]] = {}
    for name in names:
        data = read_dataset(folder / name)
        for method, figures in measure(data):
            report.line(name, method=method, **figures)
            found.setdefault(method, {})[name] = figures
    for method, rows in found.items():
        worst = _worst(rows, found["majority_vote"])
        report.line("mean", method=method, n_datasets=len(rows), **_means(list(rows.values())))
        report.line("worst", method=method, n_datasets=len(rows), **worst)


def read_dataset(folder: Path) -> Dataset:
    """Read labels.csv and truth.csv, numbering tasks, workers and labels."""
    labels, truth = _read(folder / "labels.csv"), _read(folder / "truth.csv")
    names = sorted({row["label"] for row in labels} | {row["label"] for row in truth})
    classes = {name: place for place, name in enumerate(names)}
    tasks: dict[str, int] = {}
    workers: dict[str, int] = {}
    rows = [
        (
            tasks.setdefault(row["task"], len(tasks)),
            workers.setdefault(row["worker"], len(workers)),
            classes[row["label"]],
        )
        for row in labels
    ]
    items, annotators, answers = np.array(rows, dtype=np.int64).T
    known = np.array([tasks[row["task"]] for row in truth])
    right = np.array([classes[row["label"]] for row in truth])
    return Dataset(items, annotators, answers, len(classes), known, right)


def _read(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def measure(data: Dataset) -> Iterable[tuple[str, dict[str, Any]]]:
    """Give each method's figures on one dataset, the peer's last."""
    share = vote_share(data.items, data.answers, data.n_classes)[data.known]
    for method in METHODS:
        with stopwatch() as spent:
            fit = infer_truth(
                data.items, data.annotators, data.answers, data.n_classes, method=method
            )
        labels, posterior = fit.labels[data.known], fit.posterior[data.known]
        figures = _figures(labels, posterior, share, data.truth, spent)
        yield method, figures | {"n_iterations": fit.n_iterations, "reason": fit.reason or None}
    yield "auto, 50 gold", _auto_with_gold(data)
    for method, aggregate in _peers().items():
        if method == SLOW_PEER and data.items.size > SLOW_PEER_MOST:
            continue
        with stopwatch() as spent:
            posterior = aggregate(data)[data.known]
        yield method, _figures(posterior.argmax(axis=1), posterior, share, data.truth, spent)


def _auto_with_gold(data: Dataset) -> dict[str, Any]:
    """Accuracy of `auto` where it knows 50 items, on the others; redrawn."""
    rng = np.random.default_rng(SEED)
    right = []
    with stopwatch() as spent:
        for _ in range(GOLD_AUTO_DRAWS):
            order = rng.permutation(data.known.size)
            gold, rest = order[:GOLD_ITEMS], order[GOLD_ITEMS:]
            pinned = dict(zip(data.known[gold].tolist(), data.truth[gold].tolist(), strict=True))
            arrays = (data.items, data.annotators, data.answers, data.n_classes)
            fit = infer_truth(*arrays, method="auto", pinned=pinned)
            right.append(float((fit.labels[data.known[rest]] == data.truth[rest]).mean()))
    return {"accuracy": round(float(np.mean(right)), 4), **spent.figures()}


def _figures(
    labels: IntArray, posterior: FloatArray, share: FloatArray, truth: IntArray, spent: Spent
) -> dict[str, Any]:
    rows = np.arange(truth.size)
    tempered = temper(posterior, share)
    confidence = tempered[rows, labels]
    return {
        "accuracy": round(float((labels == truth).mean()), 4),
        **_honesty("raw", posterior, labels, truth),
        **_honesty("tempered", tempered, labels, truth),
        "tempered_calibration_floor": round(_calibration_floor(confidence), 4),
        **_with_gold(confidence, labels == truth),
        **spent.figures(),
    }


def _honesty(
    name: str, posterior: FloatArray, labels: IntArray, truth: IntArray
) -> dict[str, float]:
    """Brier score (summed over classes), log loss and calibration error of a posterior."""
    rows = np.arange(truth.size)
    squares = (posterior**2).sum(axis=1) - 2.0 * posterior[rows, truth] + 1.0
    log_loss = -np.log(np.maximum(posterior[rows, truth], LEAST_PROBABILITY))
    error = calibration_error(posterior[rows, labels], labels == truth)
    return {
        f"{name}_brier": round(float(squares.mean()), 4),
        f"{name}_log_loss": round(float(log_loss.mean()), 4),
        f"{name}_calibration_error": round(error or 0.0, 4),
    }


def _calibration_floor(confidence: FloatArray) -> float:
    """Mean calibration error that perfectly honest confidences of this number would show."""
    rng = np.random.default_rng(SEED)
    honest = np.clip(confidence, 0.0, 1.0)
    draws = [rng.random(honest.size) < honest for _ in range(FLOOR_DRAWS)]
    return float(np.mean([calibration_error(honest, draw) for draw in draws]))


def _with_gold(confidence: FloatArray, correct: BoolArray) -> dict[str, float]:
    """Calibration on 50 gold items, measured on the others: mean error, and its floor."""
    rng = np.random.default_rng(SEED)
    errors, floors = [], []
    for _ in range(GOLD_DRAWS):
        order = rng.permutation(confidence.size)
        gold, rest = order[:GOLD_ITEMS], order[GOLD_ITEMS:]
        promised = calibrate(confidence[gold], correct[gold]).apply(confidence[rest])
        errors.append(calibration_error(promised, correct[rest]) or 0.0)
        honest = [rng.random(rest.size) < promised for _ in range(GOLD_FLOOR_DRAWS)]
        floors += [calibration_error(promised, draw) or 0.0 for draw in honest]
    error, floor = float(np.mean(errors)), float(np.mean(floors))
    return {
        "gold_calibration_error": round(error, 4),
        "gold_calibration_floor": round(floor, 4),
        "gold_calibration_excess": round(error - floor, 4),
    }


def _worst(rows: dict[str, dict[str, Any]], majority: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Return on which dataset a method loses most to majority, and where it promises worst."""
    against = {name: row["accuracy"] - majority[name]["accuracy"] for name, row in rows.items()}
    lost = min(against, key=against.__getitem__)
    found = {"loses_most_on": lost, "against_majority": round(against[lost], 4)}
    excess = {
        name: row["gold_calibration_excess"]
        for name, row in rows.items()
        if "gold_calibration_excess" in row
    }
    if excess:
        worst = max(excess, key=excess.__getitem__)
        found |= {"promises_worst_on": worst, "gold_calibration_excess": excess[worst]}
    return found


def _means(rows: list[dict[str, Any]]) -> dict[str, float]:
    names = [name for name, value in rows[0].items() if isinstance(value, float)]
    return {name: round(float(np.mean([row[name] for row in rows])), 4) for name in names}


def measure_speed(report: Report, n_answers: int, *, with_peer: bool = True) -> None:
    """Measure twenty rounds of Dawid–Skene on simulated answers, the peer beside it.

    The peak is that of the whole process so far; without a peer, so of what came before too.
    """
    data = _simulated(n_answers)
    with stopwatch() as spent:
        infer_truth(
            data.items,
            data.annotators,
            data.answers,
            data.n_classes,
            max_iterations=20,
            tolerance=0.0,
        )
    memory = {"peak_mib": peak_mebibytes()}
    report.line("speed", method="dawid_skene", n_answers=n_answers, **memory, **spent.figures())
    # The peer stops as soon as its loss gains less than the tolerance; this one lets it go on.
    peer = _peers(n_iterations=20, tolerance=-np.inf).get("crowd-kit DawidSkene")
    if peer is not None and with_peer:
        with stopwatch() as spent:
            peer(data)
        name = "crowd-kit DawidSkene"
        report.line("speed", method=name, n_answers=n_answers, **spent.figures())


def _simulated(n_answers: int) -> Dataset:
    """Make five answers per item by 2,000 annotators, right 40 to 95 % of the time."""
    rng = np.random.default_rng(SEED)
    truth = rng.integers(4, size=n_answers // 5)
    items = np.repeat(np.arange(truth.size), 5)
    annotators = rng.integers(2_000, size=items.size)
    right = rng.random(items.size) < rng.uniform(0.4, 0.95, 2_000)[annotators]
    answers = np.where(right, truth[items], rng.integers(4, size=items.size))
    return Dataset(items, annotators, answers, 4, np.arange(truth.size), truth)


def _peers(
    n_iterations: int = 100, tolerance: float = 1e-5
) -> dict[str, Callable[[Dataset], FloatArray]]:
    """Return crowd-kit's methods where it is installed, by name."""
    if importlib.util.find_spec("crowdkit") is None:
        return {}
    pandas = importlib.import_module("pandas")
    crowdkit = importlib.import_module("crowdkit.aggregation")

    def peer(made: Any) -> Callable[[Dataset], FloatArray]:
        def aggregate(data: Dataset) -> FloatArray:
            columns = {"task": data.items, "worker": data.annotators, "label": data.answers}
            found = made.fit_predict_proba(pandas.DataFrame(columns))
            whole = found.reindex(columns=range(data.n_classes), fill_value=0.0).sort_index()
            return np.asarray(whole, dtype=np.float64)

        return aggregate

    return {
        "crowd-kit MajorityVote": peer(crowdkit.MajorityVote()),
        "crowd-kit DawidSkene": peer(crowdkit.DawidSkene(n_iter=n_iterations, tol=tolerance)),
        "crowd-kit GLAD": peer(crowdkit.GLAD()),
    }


if __name__ == "__main__":
    main()
