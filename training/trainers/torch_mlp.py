"""A small neural network in torch (extra ``torch``), as a safetensors file.

torch is imported inside functions: it takes seconds and 200 MB, and most projects never use it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from labeling.files import write_durably
from training.features.featurizer import Matrix
from training.trainers.trainer import (
    FloatArray,
    Parameters,
    TrainedModel,
    Trainer,
    TrainingSet,
    all_classes,
    is_sparse,
)

if TYPE_CHECKING:
    import torch

_PREDICTION_ROWS = 4096
_KEY = "labelloop"


@dataclass(frozen=True, slots=True)
class TorchMlp:
    """A trained network as plain arrays; torch itself is not needed to ask it.

    Parameters
    ----------
    tensors : ``mean``, ``scale`` (n_features,), ``weight1``, ``bias1``, ``weight2``, ``bias2``,
        ``classes`` (the class indices seen in training).
    n_classes : of the schema.
    """

    tensors: dict[str, NDArray[Any]]
    n_classes: int

    def predict_proba(self, features: Matrix) -> FloatArray:
        """Return (n_items, n_classes) float64; 0 for classes never seen in training."""
        parts: list[FloatArray] = [np.empty((0, self.n_classes))]
        for start in range(0, features.shape[0], _PREDICTION_ROWS):
            rows = dense(features[start : start + _PREDICTION_ROWS])
            parts.append(all_classes(self._softmax(rows), self.tensors["classes"], self.n_classes))
        return np.concatenate(parts)

    def save(self, path: Path) -> str:
        """Write the safetensors file durably and return its SHA-256."""
        from safetensors.numpy import save

        # One metadata key only: safetensors writes several in random order.
        return write_durably(
            path, save(self.tensors, metadata={_KEY: json.dumps({"n_classes": self.n_classes})})
        )

    def _softmax(self, rows: NDArray[np.float32]) -> FloatArray:
        """Return (n_rows, n_seen) probabilities."""
        t = self.tensors
        hidden = ((rows - t["mean"]) / t["scale"]) @ t["weight1"].T + t["bias1"]
        logits = (np.maximum(hidden, 0) @ t["weight2"].T + t["bias2"]).astype(np.float64)
        powers = np.exp(logits - logits.max(axis=1, keepdims=True))
        shares: FloatArray = powers / powers.sum(axis=1, keepdims=True)
        return shares


def load_torch_mlp(content: bytes) -> TrainedModel:
    """Return the model in safetensors bytes.

    Raises
    ------
    ValueError
        It is no file of ours.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors = load(content)
        length = int.from_bytes(content[:8], "little")
        metadata = json.loads(content[8 : 8 + length])["__metadata__"]
        return TorchMlp(tensors, int(json.loads(metadata[_KEY])["n_classes"]))
    except (SafetensorError, KeyError) as error:
        msg = f"path: this safetensors file was not written by a trainer: {error}"
        raise ValueError(msg) from error


def train_torch_mlp(data: TrainingSet, seed: int, parameters: Parameters) -> TrainedModel:
    """Fit one hidden layer with ReLU and dropout by AdamW on standardised features.

    Deterministic on one machine: own seeded generators, one thread, deterministic kernels.

    Raises
    ------
    ModuleNotFoundError
        The extra ``torch`` is not installed.
    """
    classes, targets = np.unique(data.labels, return_inverse=True)
    mean, scale = _standardisation(data.features)
    with _deterministic(seed):
        network = _network(data.features.shape[1], len(classes), parameters)
        _optimise(network, data, targets, (mean, scale), seed, parameters)
        trained = {key: value.numpy().copy() for key, value in network.state_dict().items()}
        tensors = {
            "mean": mean,
            "scale": scale,
            "weight1": trained["0.weight"],
            "bias1": trained["0.bias"],
            "weight2": trained["3.weight"],
            "bias2": trained["3.bias"],
            "classes": classes.astype(np.int64),
        }
    return TorchMlp(tensors, data.n_classes)


def dense(rows: Matrix) -> NDArray[np.float32]:
    """Return rows as a dense float32 array."""
    full = rows.toarray() if is_sparse(rows) else rows
    return np.asarray(full, dtype=np.float32)


def _standardisation(features: Matrix) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return mean and deviation; sparse features, of which most are zero, are left as they are."""
    n_features = features.shape[1]
    if is_sparse(features):
        return np.zeros(n_features, dtype=np.float32), np.ones(n_features, dtype=np.float32)
    deviation = features.std(axis=0, dtype=np.float64)
    deviation[deviation == 0] = 1
    return features.mean(axis=0, dtype=np.float64).astype(np.float32), deviation.astype(np.float32)


def _network(n_features: int, n_classes: int, parameters: Parameters) -> torch.nn.Sequential:
    """Return an untrained network."""
    from torch import nn

    hidden = int(parameters["hidden"])
    return nn.Sequential(
        nn.Linear(n_features, hidden),
        nn.ReLU(),
        nn.Dropout(float(parameters["dropout"])),
        nn.Linear(hidden, n_classes),
    )


def _optimise(
    network: torch.nn.Sequential,
    data: TrainingSet,
    targets: NDArray[np.int64],
    standardisation: tuple[NDArray[np.float32], NDArray[np.float32]],
    seed: int,
    parameters: Parameters,
) -> None:
    """Run all epochs over shuffled batches."""
    import torch

    mean, scale = standardisation
    optimiser = torch.optim.AdamW(
        network.parameters(),
        lr=float(parameters["learning_rate"]),
        weight_decay=float(parameters["weight_decay"]),
    )
    order = np.random.default_rng(seed)
    size = int(parameters["batch_size"])
    network.train()
    for _ in range(int(parameters["epochs"])):
        shuffled = order.permutation(len(targets))
        for start in range(0, len(shuffled), size):
            rows = shuffled[start : start + size]
            batch = torch.from_numpy((dense(data.features[rows]) - mean) / scale)
            weights = torch.from_numpy(data.weights[rows].astype(np.float32))
            loss = torch.nn.functional.cross_entropy(
                network(batch), torch.from_numpy(targets[rows]), reduction="none"
            )
            optimiser.zero_grad()
            torch.autograd.backward((loss * weights).sum() / weights.sum())
            optimiser.step()


@contextmanager
def _deterministic(seed: int) -> Iterator[None]:
    """Seed torch, hold it to one thread and deterministic kernels, and put everything back."""
    import torch

    threads = torch.get_num_threads()
    before = torch.are_deterministic_algorithms_enabled()
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        torch.set_num_threads(1)
        torch.use_deterministic_algorithms(mode=True)
        try:
            yield
        finally:
            torch.set_num_threads(threads)
            torch.use_deterministic_algorithms(mode=before)


TORCH_MLP = Trainer(
    "torch_mlp",
    "safetensors",
    train_torch_mlp,
    load_torch_mlp,
    {
        "hidden": 128,
        "dropout": 0.2,
        "epochs": 40,
        "batch_size": 64,
        "learning_rate": 1e-3,
        "weight_decay": 1e-2,
    },
    extra="torch",
)
