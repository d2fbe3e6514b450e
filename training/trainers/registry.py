"""The list of trainers, and the two verbs: train by name, load by digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from training.features.featurizer import Matrix
from training.trainers.blend import BLEND
from training.trainers.sklearn_models import LOGISTIC_REGRESSION, RANDOM_FOREST
from training.trainers.torch_mlp import TORCH_MLP
from training.trainers.trainer import (
    FloatArray,
    IntArray,
    Parameters,
    TrainedModel,
    Trainer,
    TrainingSet,
)

TRAINERS: Mapping[str, Trainer] = MappingProxyType(
    {trainer.name: trainer for trainer in (BLEND, LOGISTIC_REGRESSION, RANDOM_FOREST, TORCH_MLP)}
)


def train_model(
    trainer: str,
    features: Matrix,
    labels: IntArray,
    weights: FloatArray | None = None,
    *,
    n_classes: int,
    seed: int,
    parameters: Parameters | None = None,
    unlabelled: Matrix | None = None,
) -> TrainedModel:
    """Train a model: the same inputs and seed give the same artefact.

    Parameters
    ----------
    trainer : a name of ``TRAINERS``.
    features : (n_items, n_features), a numpy array or a scipy CSR array.
    labels : (n_items,) class indices.
    weights : (n_items,), zero or above; all one where None.
    n_classes : of the label schema; classes without an item get probability 0.
    seed : a 32-bit number, from which every random draw of the training comes.
    parameters : some of the trainer's own; the others take their defaults.
    unlabelled : (n_others, n_features), rows of the pool without a label, never test rows; looked
        at by ``blend`` alone.

    Raises
    ------
    ValueError
        Naming the argument: unknown trainer or parameter, misshapen data, fewer than two classes.
    """
    entry = _entry(trainer)
    unknown = sorted(set(parameters or {}) - set(entry.parameters))
    if unknown:
        takes = ", ".join(entry.parameters)
        msg = f"parameters: {trainer!r} takes no {unknown[0]!r} (it takes: {takes})"
        raise ValueError(msg)
    data = TrainingSet.checked(features, labels, weights, n_classes, unlabelled)
    return entry.train(data, seed, {**entry.parameters, **(parameters or {})})


def load_model(trainer: str, path: Path, expected_digest: str) -> TrainedModel:
    """Read a model back after comparing its digest; no code in the file is ever run.

    Raises
    ------
    ValueError
        Unknown trainer, another digest, or a file that the trainer did not write.
    """
    entry = _entry(trainer)
    content = path.read_bytes()
    found = hashlib.sha256(content).hexdigest()
    if found != expected_digest:
        msg = f"path: {path.name} has digest {found}, not {expected_digest}"
        raise ValueError(msg)
    return entry.load(content)


def _entry(trainer: str) -> Trainer:
    """Find a trainer by name."""
    if trainer not in TRAINERS:
        msg = f"trainer: {trainer!r} is unknown; known are {', '.join(TRAINERS)}"
        raise ValueError(msg)
    return TRAINERS[trainer]
