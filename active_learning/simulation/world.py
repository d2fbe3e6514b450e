"""Data whose truth is known, and the model that is trained on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from active_learning.quick_model import SLOW_TRAINERS
from active_learning.refits import FEWER_TREES, QUICK_TRAINER
from labeling.quality.arrays import FloatArray, IntArray
from training.features import Matrix
from training.trainers import train_model
from training.trainers.trainer import TrainedModel

CHUNK: Final = 8_192


@dataclass(frozen=True, eq=False)
class World:
    """Data whose truth is known.

    Attributes
    ----------
    features
        (n_items, n_features) that the model learns from.
    embeddings
        (n_items, n_dimensions) dense, for distances.
    truth
        (n_items,) class indices.
    n_classes
        Of the question.
    pool, test
        Rows that can be asked about, and rows by which the model is judged.
    trainer, parameters
        Of the model.
    """

    features: Matrix
    embeddings: FloatArray
    truth: IntArray
    n_classes: int
    pool: IntArray
    test: IntArray
    trainer: str = "logistic_regression"
    parameters: dict[str, Any] = field(default_factory=lambda: {"max_iter": 100})

    def fit(
        self,
        rows: IntArray,
        labels: IntArray,
        weights: FloatArray,
        shares: dict[str, list[float]] | None = None,
    ) -> TrainedModel:
        """Train the model on some rows; a blend looks at the rest of the pool too.

        `shares` is what a blend's members were worth a little earlier: they are not judged anew.
        """
        is_blend = self.trainer == "blend"
        kept = FEWER_TREES | {"shares": shares} if is_blend and shares else {}
        return train_model(
            self.trainer, self.features[rows], labels, weights,
            n_classes=self.n_classes, seed=0, parameters=self.parameters | kept,
            unlabelled=self.features[np.setdiff1d(self.pool, rows)] if is_blend else None,
        )  # fmt: skip

    def fit_quickly(self, rows: IntArray, labels: IntArray, weights: FloatArray) -> TrainedModel:
        """Train what stands in for the model where it is refitted for every fold."""
        if self.trainer not in SLOW_TRAINERS:
            return self.fit(rows, labels, weights)
        return train_model(
            QUICK_TRAINER, self.features[rows], labels, weights, n_classes=self.n_classes, seed=0
        )

    def predict(self, model: TrainedModel, rows: IntArray) -> FloatArray:
        """Return (n_rows, n_classes) probabilities."""
        parts = [
            model.predict_proba(self.features[rows[start : start + CHUNK]])
            for start in range(0, len(rows), CHUNK)
        ]
        return np.concatenate(parts) if parts else np.zeros((0, self.n_classes))

    def accuracy(self, model: TrainedModel | None) -> float:
        """Return the share of test rows that a model gets right; without one, by guessing."""
        if model is None:
            return 1.0 / self.n_classes
        said = self.predict(model, self.test).argmax(axis=1)
        return float((said == self.truth[self.test]).mean())
