"""The curves that forecasts are judged on: pools labelled again, as projects measure them.

`letter:6` is a pool of six of letter's classes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow.parquet as pq
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from active_learning.strategies import select

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from labeling.quality.arrays import FloatArray, IntArray

BATCH, BUDGET = 20, 600
N_TEST = 200
"""Test items that a project has labelled."""


@dataclass(frozen=True, slots=True)
class Replay:
    """One curve: labels, and what the project measures."""

    answers: IntArray
    measured: FloatArray


def replays(name: str, folder: Path, strategy: str, seeds: int) -> Iterator[Replay]:
    """Label a pool again and again, each time by other draws."""
    pool, classes, test, truth = features_of(name, folder)
    for seed in range(seeds):
        rng = np.random.default_rng(seed)
        sample = rng.choice(truth.size, min(N_TEST, truth.size // 2), replace=False)
        labelled = rng.choice(classes.size, BATCH, replace=False)
        points: list[tuple[int, float]] = []
        while labelled.size <= BUDGET:
            rest = np.setdiff1d(np.arange(classes.size), labelled)
            rest = rng.choice(rest, min(2_000, rest.size), replace=False)
            chosen = rng.choice(rest.size, BATCH, replace=False)
            if np.unique(classes[labelled]).size > 1:
                model = LogisticRegression(C=10, max_iter=300)
                model.fit(pool[labelled], classes[labelled])
                right = model.predict(test[sample]) == truth[sample]
                points.append((labelled.size, float(right.mean())))
                if strategy != "random":
                    shares = model.predict_proba(pool[rest])
                    chosen = select(strategy, BATCH, probabilities=shares, rng=rng)
            labelled = np.concatenate([labelled, rest[chosen]])
        yield Replay(np.array([x for x, _ in points]), np.array([y for _, y in points]))


def features_of(name: str, folder: Path) -> tuple[Any, IntArray, Any, IntArray]:
    """Return features and classes of a pool's training and test items."""
    file, _, n_classes = name.partition(":")
    table = pq.read_table(folder / f"{file}.parquet")
    classes = np.unique(table["label"].to_pylist(), return_inverse=True)[1]
    is_test = np.array([split == "test" for split in table["split"].to_pylist()])
    if "text" in table.column_names:
        text = np.array(table["text"].to_pylist(), dtype=object)
        fitted: Any = TfidfVectorizer(sublinear_tf=True, max_features=5_000).fit(text[~is_test])
        rows: Any = fitted.transform(text)
    else:
        columns = [name for name in table.column_names if name not in {"label", "split"}]
        rows = np.stack([table[name].to_numpy() for name in columns], axis=1).astype(float)
        rows = StandardScaler().fit(rows[~is_test]).transform(rows)
    if n_classes:
        drawn = np.random.default_rng(int(n_classes)).permutation(classes.max() + 1)
        kept = np.flatnonzero(np.isin(classes, drawn[: int(n_classes)]))
        rows, is_test = rows[kept], is_test[kept]
        classes = np.unique(classes[kept], return_inverse=True)[1]
    return rows[~is_test], classes[~is_test], rows[is_test], classes[is_test]
