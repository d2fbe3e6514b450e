"""What an arm of the loop benchmark is judged by: a model's accuracy on all items' truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from api.demo.digits import CLASSES, Digits, digest_of
from labeling.items.hashing import group_hash, split_of
from training.trainers import train_model


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


def accuracy_of(
    digits: Digits, drawn: NDArray[np.str_], places: Any, labels: Any, weights: Any
) -> Accuracy:
    """Return the accuracy, by the truth, of a model trained on some items' labels.

    The model is the selector's: logistic regression on pixels. Before two classes are known it
    guesses among ten.

    Parameters
    ----------
    drawn
        (n,) the split of each item.
    places, labels, weights
        (n_labelled,) which items are labelled, with which class, trusted how far.

    """
    if len(np.unique(labels)) < 2:  # noqa: PLR2004 - two classes
        return Accuracy(1 / len(CLASSES), 1 / len(CLASSES))
    model = train_model(
        "logistic_regression",
        digits.ink[places].astype(np.float32),
        labels,
        weights,
        n_classes=len(CLASSES),
        seed=0,
        parameters={"max_iter": 100},
    )
    said = model.predict_proba(digits.ink.astype(np.float32)).argmax(axis=1)
    right = said == digits.truth
    return Accuracy(float(right.mean()), float(right[drawn != "train"].mean()))
