"""What an arm of the loop benchmark is judged by: a model's accuracy on all items' truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.demo.digits import CLASSES, Digits, digest_of
from labeling.items.hashing import group_hash, split_of
from labeling.projects.policy import Policy
from training.features import choose_featurizer
from training.trainers import train_model

_features: dict[int, NDArray[np.float32]] = {}


@dataclass(frozen=True, slots=True)
class Point:
    """What is known when so much is spent: accuracies against the truth."""

    spend_micros: int
    answers: int
    accuracy: float
    held_out: float


@dataclass(slots=True)
class ArmResult:
    """One project's curve, and its labels against the truth at the end."""

    points: list[Point] = field(default_factory=list)
    answers: int = 0
    spend_micros: int = 0
    labels: int = 0
    consensus_accuracy: float = 0.0
    majority_accuracy: float = 0.0


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Shares of right predictions: of all items, and of those that are in no training split."""

    everywhere: float
    held_out: float


def splits(digits: Digits, seed: int) -> NDArray[np.str_]:
    """Return (n,) the split of each picture, as the hub draws it in an arm of this seed."""
    pictures = [{"picture": {"blob": digest_of(f), "mime": "image/png"}} for f in digits.files]
    return np.array([split_of(salt_of(seed), group_hash(None, row)) for row in pictures])


def salt_of(seed: int) -> str:
    """Return the split salt of both arms of a seed."""
    return f"demo-{seed}"


def features_of(digits: Digits) -> NDArray[np.float32]:
    """Return (n, n_features) what a model sees of the pictures; computed once a process."""
    if id(digits) not in _features:
        files = {str(place): file for place, file in enumerate(digits.files)}
        rows = [{"picture": name} for name in files]
        featurizer = choose_featurizer({"picture": "image"}).fit(rows, files.__getitem__)
        _features[id(digits)] = featurizer.transform(rows, files.__getitem__)
    return _features[id(digits)]


def accuracy_of(
    digits: Digits, drawn: NDArray[np.str_], places: Any, labels: Any, weights: Any
) -> Accuracy:
    """Return the accuracy, by the truth, of a model trained on some items' labels.

    The model is what a release makes: the default trainer on the default features, which also
    looks at the training items without a label. Before two classes are known it guesses among ten.

    Parameters
    ----------
    drawn
        (n,) the split of each item.
    places, labels, weights
        (n_labelled,) which items are labelled, with which class, trusted how far.

    """
    if len(np.unique(labels)) < 2:  # noqa: PLR2004 - two classes
        return Accuracy(1 / len(CLASSES), 1 / len(CLASSES))
    features = features_of(digits)
    others = np.setdiff1d(np.flatnonzero(drawn == "train"), places)
    model = train_model(
        Policy.model_fields["trainer"].default,
        features[places],
        labels,
        weights,
        n_classes=len(CLASSES),
        seed=0,
        unlabelled=features[others] if len(others) else None,
    )
    said = model.predict_proba(features).argmax(axis=1)
    right = said == digits.truth
    return Accuracy(float(right.mean()), float(right[drawn != "train"].mean()))
