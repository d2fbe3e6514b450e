"""Whether the project's own model, as an out-of-fold prior, makes the inferred truth truer.

Handwritten digits (scikit-learn), answered by simulated annotators: the pictures and their truth
are real, the answers are not. Each overlap is measured with and without the prior, on the same
answers. Nothing was tuned here but what `training.priors` names.
"""

from __future__ import annotations

import argparse
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from benchmarks.report import Report, stopwatch
from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.truth import infer_truth
from training.priors import infer_with_model

OVERLAPS = (1, 2, 3, 5)
ERRORS = ((0.1, 0.4), (0.3, 0.6))
"""Annotators' shares of wrong answers are even between the two."""
N_ANNOTATORS, N_CLASSES = 30, 10
SEEDS, QUICK_SEEDS = 10, 2
LEVEL = 1.96


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="two seeds")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    arguments = parser.parse_args()
    report = Report("model_prior", arguments.json, arguments.quick, arguments.keep)
    digits = load_digits()
    features, truth = digits.data / 16.0, digits.target.astype(np.int64)
    seeds = range(QUICK_SEEDS if arguments.quick else SEEDS)
    for low, high in ERRORS:
        for overlap in OVERLAPS:
            with stopwatch() as spent:
                runs = [measure(features, truth, overlap, (low, high), seed) for seed in seeds]
            case = f"digits, {overlap} answers, {low:.0%} to {high:.0%} wrong"
            report.line(case, simulated=True, n_seeds=len(seeds), **_means(runs), **spent.figures())


def measure(
    features: FloatArray, truth: IntArray, overlap: int, wrong: tuple[float, float], seed: int
) -> dict[str, float]:
    """Return the accuracy of the vote, of Dawid–Skene, and of it under the model's prior."""
    rng = np.random.default_rng(seed)
    items = np.repeat(np.arange(truth.size), overlap)
    annotators = np.concatenate(
        [rng.permutation(N_ANNOTATORS)[:overlap] for _ in range(truth.size)]
    )
    errs = rng.random(items.size) < rng.uniform(*wrong, N_ANNOTATORS)[annotators]
    slip = (truth[items] + rng.integers(1, N_CLASSES, items.size)) % N_CLASSES
    answers = np.where(errs, slip, truth[items])
    arrays = (items, annotators, answers, N_CLASSES)
    found = {
        "majority_vote": infer_truth(*arrays, method="majority_vote").labels,
        "dawid_skene": infer_truth(*arrays).labels,
        "with_model": infer_with_model(*arrays, features, rng=rng).labels,
    }
    return {name: float((labels == truth).mean()) for name, labels in found.items()}


def _means(runs: list[dict[str, float]]) -> dict[str, Any]:
    gain = np.array([run["with_model"] - run["dawid_skene"] for run in runs])
    half = LEVEL * float(gain.std(ddof=1)) / len(runs) ** 0.5
    means = {name: round(float(np.mean([run[name] for run in runs])), 4) for name in runs[0]}
    return means | {"gain": round(float(gain.mean()), 4), "gain_half_width": round(half, 4)}


if __name__ == "__main__":
    main()
