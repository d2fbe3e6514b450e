"""Whether the project's own model, as an out-of-fold prior, makes the inferred truth truer.

Handwritten digits (scikit-learn), answered by simulated annotators: the pictures and their truth
are real, the answers are not. Each overlap is measured with and without the prior, on the same
answers. `alone` and `in_hub` are what the hub's full fit believes without and with the model: of
the classes somebody answered, by the stop score; `in_hub_of_nonsense` is a model of shuffled
pictures. Nothing was tuned here but what `training.priors` names.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.datasets import load_digits

from benchmarks.report import Report, stopwatch
from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.fits.compute import fit_votes
from labeling.quality.truth import Cells, Confusions, infer_truth, weigh
from training.priors import fit_prior, infer_with_model

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
    found |= in_hub(arrays, features, seed)
    return {name: float((labels == truth).mean()) for name, labels in found.items()}


def in_hub(
    arrays: tuple[IntArray, IntArray, IntArray, int], features: FloatArray, seed: int
) -> dict[str, IntArray]:
    """Return what the hub's full fit believes: alone, with the model, with a model of nonsense."""
    items, annotators, answers, n_classes = arrays
    none = np.zeros((0, 3), dtype=np.int64)
    votes: dict[str, Any] = {
        "items": items,
        "annotators": annotators,
        "answers": answers,
        "n_classes": n_classes,
        "pinned_items": none[:, 0],
        "pinned_classes": none[:, 0],
        "capped": none[:, 0],
        "gold_votes": none,
        "gold_right": none[:, :2],
        "needed": 50,
    }
    shuffled = np.random.default_rng(seed).permutation(features)
    models = {"alone": None, "in_hub": features, "in_hub_of_nonsense": shuffled}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        return {case: _believed(folder, votes, seen, seed) for case, seen in models.items()}


def _believed(
    folder: Path, votes: dict[str, Any], features: FloatArray | None, seed: int
) -> IntArray:
    """Return the class of each item after a full fit on files, as the hub makes it."""
    asked, prior, fitted = (str(folder / f"{name}.npz") for name in ("votes", "prior", "fitted"))
    n_items = int(votes["items"].max()) + 1
    priors: list[FloatArray | None] = [None] * n_items
    np.savez(asked, **votes)
    if features is not None:
        np.save(folder / "features.npy", features.astype(np.float32))
        numbers = list(range(n_items))
        request = {
            "features": str(folder / "features.npy"),
            "items": numbers,
            "rows": numbers,
            "groups": numbers,
            "trainer": "logistic_regression",
            "seed": seed,
        }
        fit_prior(asked, prior, request)
        with np.load(prior) as said:
            np.savez(asked, **votes, prior_items=said["items"], prior=said["probabilities"])
            for item, row in zip(said["items"].tolist(), said["probabilities"], strict=True):
                priors[item] = row
    fit_votes(asked, fitted)
    with np.load(fitted) as found:
        alone = _confusions(found["cells"], found["weights"], votes["n_classes"])
        with_model = alone
        if "model_cells" in found:
            with_model = _confusions(
                found["model_cells"], found["model_weights"], votes["n_classes"]
            )
    of_item: list[list[tuple[int, int]]] = [[] for _ in range(n_items)]
    rows = (votes[name].tolist() for name in ("items", "annotators", "answers"))
    for item, who, given in zip(*rows, strict=True):
        of_item[item].append((who, given))
    return np.array(
        [
            weigh(said, alone if before is None else with_model, votes["n_classes"], before)[0]
            for said, before in zip(of_item, priors, strict=True)
        ],
        dtype=np.int64,
    )


def _confusions(cells: IntArray, weights: FloatArray, n_classes: int) -> Confusions:
    return Confusions.from_cells(n_classes, cells[:, 0], Cells(cells[:, 1], cells[:, 2], weights))


def _means(runs: list[dict[str, float]]) -> dict[str, Any]:
    gain = np.array([run["with_model"] - run["dawid_skene"] for run in runs])
    half = LEVEL * float(gain.std(ddof=1)) / len(runs) ** 0.5
    means = {name: round(float(np.mean([run[name] for run in runs])), 4) for name in runs[0]}
    return means | {"gain": round(float(gain.mean()), 4), "gain_half_width": round(half, 4)}


if __name__ == "__main__":
    main()
