"""Finds doubtful labels from features: out-of-fold probabilities, nearest items, both opinions.

Files and plain values in, plain values out: it runs in a compute process. No model is trained on
the label that it doubts, and none at all on items outside the training split (rule 6).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from active_learning.embeddings import dense_rows
from labeling.quality.scrutiny import LikelyError, likely_errors
from training.features import Matrix, load_features
from training.trainers import train_model

IntArray: TypeAlias = NDArray[np.int64]
FloatArray: TypeAlias = NDArray[np.float64]
N_FOLDS: Final = 5
N_NEIGHBOURS: Final = 10
LEAST_LABELLED: Final = 20
CHUNK: Final = 1_000


@dataclass(frozen=True, slots=True)
class DoubtRequest:
    """What the search needs; all of it JSON can hold.

    Parameters
    ----------
    features : path of a feature file; row numbers below are its rows.
    rows : (n_items,) distinct rows of the accepted items.
    labels : (n_items,) their class indices.
    is_training : (n_items,) whether the item is of the training split.
    n_classes : of the label schema.
    trainer, parameters : of the model.
    seed : from which the folds are drawn.
    """

    features: str
    rows: Sequence[int]
    labels: Sequence[int]
    is_training: Sequence[bool]
    n_classes: int
    trainer: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    seed: int = 0


def find_doubts(request: Mapping[str, Any]) -> dict[str, Any]:
    """Return the doubted places, most doubtful first, or the reason why nothing can be said.

    Parameters
    ----------
    request
        The fields of `DoubtRequest`.

    Returns
    -------
    dict
        `errors`, each as the fields of `LikelyError` with `row` a place in `rows`; `reason`.
    """
    asked = DoubtRequest(**request)
    labels = np.asarray(asked.labels, dtype=np.int64)
    training = np.flatnonzero(np.asarray(asked.is_training, dtype=bool))
    why = _why_not(labels[training])
    if why is not None:
        return {"errors": [], "reason": why}
    features = load_features(Path(asked.features))[np.asarray(asked.rows, dtype=np.int64)]
    probabilities = out_of_fold(features, labels, training, asked)
    neighbours = nearest(features, training, asked.seed)
    found: list[LikelyError] = likely_errors(labels, probabilities, neighbours)
    return {"errors": [asdict(error) for error in found], "reason": None}


def _why_not(labels: IntArray) -> str | None:
    if labels.size < LEAST_LABELLED:
        return f"{labels.size} accepted training items, {LEAST_LABELLED} are needed"
    if np.unique(labels).size == 1:
        return "all accepted training items have the same class"
    return None


def out_of_fold(
    features: Matrix, labels: IntArray, training: IntArray, asked: DoubtRequest
) -> FloatArray:
    """Return (n_items, n_classes) probabilities by models that never saw the item's label.

    Every class is spread over the folds; items outside the training split are predicted by the
    model of all training items.
    """
    rng = np.random.default_rng(asked.seed)
    shuffled = training[rng.permutation(training.size)]
    ordered = shuffled[np.argsort(labels[shuffled], kind="stable")]
    fold = np.full(labels.size, -1, dtype=np.int64)
    fold[ordered] = np.arange(ordered.size) % N_FOLDS
    table = np.zeros((labels.size, asked.n_classes))
    for number in range(-1, N_FOLDS):
        held = np.flatnonzero(fold == number)
        known = training[fold[training] != number]
        if not held.size:
            continue
        model = train_model(
            asked.trainer,
            features[known],
            labels[known],
            None,
            n_classes=asked.n_classes,
            seed=asked.seed % 2**32,
            parameters=asked.parameters,
        )
        table[held] = model.predict_proba(features[held])
    normed: FloatArray = table / np.maximum(table.sum(axis=1, keepdims=True), 1e-12)
    return normed


def nearest(features: Matrix, training: IntArray, seed: int) -> IntArray:
    """Return (n_items, k) places of the most similar other training items, by cosine."""
    known, everything = dense_rows(features[training], features, seed=seed)
    known, everything = (_unit(part) for part in (known, everything))
    k = min(N_NEIGHBOURS, training.size - 1)
    found = np.empty((len(everything), k), dtype=np.int64)
    place = np.full(len(everything), -1, dtype=np.int64)
    place[training] = np.arange(training.size)
    for start in range(0, len(everything), CHUNK):
        part = slice(start, start + CHUNK)
        alike = everything[part] @ known.T
        own = place[part]
        rows = np.flatnonzero(own >= 0)
        alike[rows, own[rows]] = -np.inf
        found[part] = training[np.argpartition(-alike, k - 1, axis=1)[:, :k]]
    return found


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = rows / np.maximum(length, 1e-12)
    return unit
