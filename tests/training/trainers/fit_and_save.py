"""Run as a program: train on made-up data, save, print the digest."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
from scipy.sparse import csr_array

from training.trainers import train_model

SMALL: dict[str, dict[str, Any]] = {
    "blend": {"n_estimators": 10},
    "logistic_regression": {},
    "random_forest": {"n_estimators": 10},
    "torch_mlp": {"epochs": 20, "hidden": 16, "learning_rate": 0.01},
}


def data(*, sparse: bool = False) -> tuple[Any, Any]:
    """Return 120 rows of the classes 0, 1 and 3 of 4."""
    rng = np.random.default_rng(0)
    labels = np.array([0, 1, 3])[np.arange(120) % 3]
    features = rng.normal(size=(120, 10)).astype(np.float32)
    features[np.arange(120), labels] += 4
    return (csr_array(features) if sparse else features), labels


def fit(trainer: str, *, sparse: bool = False, seed: int = 1) -> Any:
    """Return a model of the made-up data."""
    features, labels = data(sparse=sparse)
    return train_model(trainer, features, labels, n_classes=4, seed=seed, parameters=SMALL[trainer])


if __name__ == "__main__":
    print(fit(sys.argv[1]).save(Path(sys.argv[2])))
