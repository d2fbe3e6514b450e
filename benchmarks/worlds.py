"""Pools of known truth as worlds of simulated campaigns: features, a model, a test sample."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from active_learning.embeddings import dense_rows
from active_learning.simulation import World
from labeling.quality.arrays import FloatArray, IntArray

MOST_ITEMS = 6_000
TEST_SHARE, MOST_TEST = 0.3, 1_000
DIMENSIONS = 100


def pool_folder() -> Path:
    """Return the folder of the pools: below LABELLOOP_BENCH_DATA, default ../shared/data."""
    given = Path(os.environ.get("LABELLOOP_BENCH_DATA", "../shared/data"))
    return given if given.name == "active_learning" else given / "active_learning"


def read_pool(name: str) -> tuple[FloatArray, IntArray]:
    """Return features (dense: texts by TF-IDF reduced to 100 dimensions) and class indices."""
    table = pq.read_table(pool_folder() / f"{name}.parquet")
    truth = np.unique(table["label"].to_pylist(), return_inverse=True)[1].astype(np.int64)
    if "text" in table.column_names:
        from sklearn.decomposition import TruncatedSVD
        from sklearn.feature_extraction.text import TfidfVectorizer

        words = TfidfVectorizer(sublinear_tf=True, min_df=2)
        counts = words.fit_transform(table["text"].to_pylist())
        found = TruncatedSVD(DIMENSIONS, random_state=0).fit_transform(counts)
    else:
        names = [name for name in table.column_names if name not in {"label", "split"}]
        found = np.stack([table[name].to_numpy() for name in names], axis=1)
    features, _ = dense_rows(found.astype(np.float32), found.astype(np.float32), seed=0)
    return features.astype(np.float64), truth


def world_of(features: FloatArray, truth: IntArray, seed: int) -> World:
    """Return a world with a test sample drawn from the seed; of a large pool, a random part."""
    rng = np.random.default_rng([seed, 7])
    order = rng.permutation(truth.size)[:MOST_ITEMS]
    n_test = min(round(TEST_SHARE * order.size), MOST_TEST)
    return World(
        features=features.astype(np.float32),
        embeddings=features.astype(np.float32),
        truth=truth,
        n_classes=int(truth.max()) + 1,
        pool=np.sort(order[n_test:]),
        test=order[:n_test],
    )


def full_accuracy(world: World) -> float:
    """Return the model's accuracy when it is trained on the truth of the whole pool."""
    weights = np.ones(world.pool.size)
    return world.accuracy(world.fit(world.pool, world.truth[world.pool], weights))
