"""Certified auto-labels: how many, and how often the promise was broken, over many audits.

For each pool below LABELLOOP_BENCH_DATA (default ../shared/data) a model is trained on random
labels and predicts the rest; then an audit of 400 random items is drawn again and again. Coverage
is the share of the rest that is accepted, a violation an accepted set whose true precision is below
the target. Beside it: the threshold that a naive user picks (plug-in), and the best of many exact
thresholds without correction.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from scipy import special
from sklearn.ensemble import RandomForestClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from active_learning.autolabel import certify, certify_by_class
from benchmarks.report import Report, stopwatch
from labeling.quality.arrays import BoolArray, FloatArray, IntArray

POOLS = {
    "banking77": 4_000,
    "digits8x8": 300,
    "letter": 2_000,
    "mammography": 300,
    "sms_spam": 300,
    "trec6": 2_000,
    "wle_har": 1_500,
}
"""Labels that each pool's model is trained on."""
QUICK_POOLS = ("digits8x8", "sms_spam")
PRECISIONS = (0.95, 0.98)
DELTA = 0.05
AUDIT = 400
REPEATS, QUICK_REPEATS = 500, 100
STEPS = 20


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="two pools, 100 audits")
    parser.add_argument("--keep", action="store_true", help="add the lines to benchmarks/results")
    arguments = parser.parse_args()
    report = Report("autolabel", arguments.json, arguments.quick, arguments.keep)
    folder = Path(os.environ.get("LABELLOOP_BENCH_DATA", "../shared/data")) / "active_learning"
    repeats = QUICK_REPEATS if arguments.quick else REPEATS
    found: dict[tuple[float, str], list[dict[str, float]]] = {}
    for name in QUICK_POOLS if arguments.quick else POOLS:
        with stopwatch() as spent:
            classes, scores, right = predicted(folder / f"{name}.parquet", POOLS[name])
        report.line(name, arm="model", accuracy=round(float(right.mean()), 4), **spent.figures())
        for precision in PRECISIONS:
            for arm, choose in ARMS.items():
                figures = _repeat(choose, classes, scores, right, precision, repeats)
                report.line(name, arm=arm, precision=precision, delta=DELTA, **figures)
                found.setdefault((precision, arm), []).append(figures)
    for (precision, arm), rows in found.items():
        means = {
            key: round(float(np.mean([row[key] for row in rows])), 4)
            for key in ("coverage", "violations")
        }
        worst = max(row["violations"] for row in rows)
        report.line(
            "mean", arm=arm, precision=precision, **means, worst_violations=worst, repeats=repeats
        )


def predicted(path: Path, n_labels: int) -> tuple[IntArray, FloatArray, BoolArray]:
    """Train on random labels of a pool; predicted class, confidence and truth of all the others."""
    table = pq.read_table(path)
    classes = np.unique(table["label"].to_pylist(), return_inverse=True)[1]
    rng = np.random.default_rng(0)
    order = rng.permutation(classes.size)
    train, rest = order[:n_labels], order[n_labels:]
    if "text" in table.column_names:
        text = np.array(table["text"].to_pylist(), dtype=object)
        features = TfidfVectorizer(sublinear_tf=True).fit(text[train])
        model: Any = make_pipeline(features, LogisticRegression(C=10, max_iter=2_000))
        inputs: Any = text
    else:
        columns = [name for name in table.column_names if name not in {"label", "split"}]
        inputs = np.stack([table[name].to_numpy() for name in columns], axis=1).astype(float)
        model = RandomForestClassifier(300, random_state=0)
    model.fit(inputs[train], classes[train])
    probabilities = model.predict_proba(inputs[rest])
    chosen = model.classes_[probabilities.argmax(axis=1)]
    return chosen, probabilities.max(axis=1), chosen == classes[rest]


Chooser = Callable[[IntArray, FloatArray, IntArray, BoolArray, float], BoolArray]
"""(classes, scores, audited rows, whether those are right, precision) → accepted."""


def _certified(
    classes: IntArray, scores: FloatArray, audit: IntArray, right: BoolArray, precision: float
) -> BoolArray:
    del classes
    found = certify(scores, scores[audit], right, precision=precision, delta=DELTA)
    return scores >= (np.inf if found.threshold is None else found.threshold)


def _certified_by_class(
    classes: IntArray, scores: FloatArray, audit: IntArray, right: BoolArray, precision: float
) -> BoolArray:
    certificates = certify_by_class(
        classes, scores, classes[audit], scores[audit], right, precision=precision, delta=DELTA
    )
    thresholds = {
        one: np.inf if found.threshold is None else found.threshold
        for one, found in certificates.items()
    }
    return scores >= np.array([thresholds[one] for one in classes.tolist()])


def _best_of_many(
    classes: IntArray, scores: FloatArray, audit: IntArray, right: BoolArray, precision: float
) -> BoolArray:
    """Take the loosest threshold whose own exact bound holds, without paying for the search."""
    del classes
    for share in np.arange(STEPS, 0, -1) / STEPS:
        threshold = float(np.quantile(scores, 1.0 - share))
        above = scores[audit] >= threshold
        errors = int((above & ~right).sum())
        if special.bdtr(errors, int(above.sum()), 1.0 - precision) <= DELTA:
            return scores >= threshold
    return scores >= np.inf


def _plug_in(
    classes: IntArray, scores: FloatArray, audit: IntArray, right: BoolArray, precision: float
) -> BoolArray:
    """Take the loosest threshold above which the audit itself was right often enough."""
    del classes
    for share in np.arange(STEPS, 0, -1) / STEPS:
        threshold = float(np.quantile(scores, 1.0 - share))
        above = scores[audit] >= threshold
        if above.any() and right[above].mean() >= precision:
            return scores >= threshold
    return scores >= np.inf


ARMS: dict[str, Chooser] = {
    "certified": _certified,
    "certified by class": _certified_by_class,
    "best of many, uncorrected": _best_of_many,
    "plug-in": _plug_in,
}


def _repeat(
    choose: Chooser,
    classes: IntArray,
    scores: FloatArray,
    right: BoolArray,
    precision: float,
    repeats: int,
) -> dict[str, float]:
    """Audit anew `repeats` times: mean coverage, share of broken promises, and whether too many.

    By class a promise is broken where the precision of any accepted class is below the target; a
    violation is then counted per class.
    """
    coverages, broken, tried = [], 0, 0
    for seed in range(repeats):
        rng = np.random.default_rng(seed)
        audit = rng.choice(scores.size, min(AUDIT, scores.size // 2), replace=False)
        accepted = choose(classes, scores, audit, right[audit], precision)
        coverages.append(float(accepted.mean()))
        groups = np.unique(classes) if choose is _certified_by_class else [None]
        for group in groups:
            chosen = accepted if group is None else accepted & (classes == group)
            tried += 1
            broken += bool(chosen.any()) and float(right[chosen].mean()) < precision
    p_value = float(special.bdtrc(broken - 1, tried, DELTA))
    return {
        "coverage": round(float(np.mean(coverages)), 4),
        "violations": round(broken / tried, 4),
        "p_violations_above_delta": round(p_value, 4),
        "repeats": repeats,
        "audited": min(AUDIT, scores.size // 2),
    }


if __name__ == "__main__":
    main()
