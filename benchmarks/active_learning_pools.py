"""The pools of the benchmark of active learning, as rows that the hub's own featurizers read."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.features import Row

MOST_POOL, MOST_TEST = 5_000, 1_500
RARE: Final = {"sms_spam": 1, "mammography": 1}
"""Class whose F1 is the measure: less than one in seven."""
SPREAD: Final = {"banking77": (100, 2_000), "letter": (50, 1_000), "wle_har": (40, 800)}
BATCH, BUDGET = 20, 400
POOLS: Final = (
    "trec6",
    "sms_spam",
    "banking77",
    "sign_digits",
    "digits8x8",
    "letter",
    "mammography",
    "wle_har",
    "wine",
    "breast_cancer",
    "iris",
)


@dataclass(frozen=True, slots=True)
class Task:
    """A pool with all its labels, and the test set that judges.

    Parameters
    ----------
    name : of the pool.
    kinds : field → data type, as `training.features.choose_featurizer` takes it.
    train, test : rows of data.
    train_labels, test_labels : class indices.
    files : what a row's picture field names.
    batch, budget : labels asked for at a time, and in all.
    rare : class whose F1 is the measure; None for accuracy.
    """

    name: str
    kinds: dict[str, str]
    train: list[Row]
    train_labels: NDArray[np.int64]
    test: list[Row]
    test_labels: NDArray[np.int64]
    files: dict[str, bytes]
    batch: int
    budget: int
    rare: int | None

    @property
    def measure(self) -> str:
        """What is reported."""
        return "accuracy" if self.rare is None else "F1 of the rare class"

    @property
    def n_classes(self) -> int:
        """Of pool and test set."""
        return int(max(self.train_labels.max(), self.test_labels.max())) + 1

    def score(self, predicted: NDArray[np.int64]) -> float:
        """Return the measure of predictions of the test set."""
        if self.rare is None:
            return float((predicted == self.test_labels).mean())
        said, true = predicted == self.rare, self.test_labels == self.rare
        return float(2 * (said & true).sum() / max((said.sum() + true.sum()), 1))


def read_task(name: str, folder: Path) -> Task | None:
    """Return a pool by name; None where its file is not there."""
    if name in ("wine", "breast_cancer", "iris"):
        return _small(name)
    path = folder / f"{name}.parquet"
    if not path.exists():
        return None
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    labels = np.unique(table["label"].to_pylist(), return_inverse=True)[1]
    sides = np.array(table["split"].to_pylist())
    fields = [field for field in table.column_names if field not in {"label", "split"}]
    columns: dict[str, list[Any]] = {field: table[field].to_pylist() for field in fields}
    files: dict[str, bytes] = {}
    kinds = dict.fromkeys(fields, "number")
    if "image" in columns:
        files = {str(place): content for place, content in enumerate(columns["image"])}
        columns["image"] = list(files)
        kinds = {"image": "image"}
    elif "text" in columns:
        kinds = {"text": "text"}
    rng = np.random.default_rng(0)
    train = rng.permutation(np.flatnonzero(sides == "train"))[:MOST_POOL]
    test = rng.permutation(np.flatnonzero(sides == "test"))[:MOST_TEST]
    rows = [
        dict(zip(fields, values, strict=True)) for values in zip(*columns.values(), strict=True)
    ]
    batch, budget = SPREAD.get(name, (BATCH, BUDGET))
    return Task(
        name,
        kinds,
        [rows[i] for i in train],
        labels[train],
        [rows[i] for i in test],
        labels[test],
        files,
        batch,
        budget,
        RARE.get(name),
    )


def _small(name: str) -> Task:
    """Return one of scikit-learn's own tables, a third of it for the test."""
    from sklearn import datasets

    table = getattr(datasets, f"load_{name}")()
    order = np.random.default_rng(0).permutation(len(table.target))
    rows = [{f"f{i}": float(v) for i, v in enumerate(values)} for values in table.data]
    cut = len(rows) // 3
    test, train = order[:cut], order[cut:]
    return Task(
        name,
        dict.fromkeys(rows[0], "number"),
        [rows[i] for i in train],
        table.target[train].astype(np.int64),
        [rows[i] for i in test],
        table.target[test].astype(np.int64),
        {},
        5,
        60,
        None,
    )
