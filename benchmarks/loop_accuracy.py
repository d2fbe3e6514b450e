"""What an arm of the loop benchmark is judged by: a model's accuracy on all items' truth."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from api.demo.digits import CLASSES, Digits
from training.trainers import train_model


@dataclass(frozen=True, slots=True)
class Point:
    """What is known when so much is spent: accuracies against the truth."""

    spend_micros: int
    answers: int
    accuracy: float


@dataclass(slots=True)
class ArmResult:
    """One project's curve, and its labels against the truth at the end."""

    points: list[Point] = field(default_factory=list)
    answers: int = 0
    spend_micros: int = 0
    labels: int = 0
    consensus_accuracy: float = 0.0
    majority_accuracy: float = 0.0


def accuracy_of(digits: Digits, places: Any, labels: Any, weights: Any) -> float:
    """Return the accuracy on all items' truth of a model trained on some items' labels.

    The model is the selector's: logistic regression on pixels. Before two classes are known it
    guesses among ten.
    """
    if len(np.unique(labels)) < 2:  # noqa: PLR2004 - two classes
        return 1 / len(CLASSES)
    model = train_model(
        "logistic_regression",
        digits.ink[places].astype(np.float32),
        labels,
        weights,
        n_classes=len(CLASSES),
        seed=0,
        parameters={"max_iter": 100},
    )
    said = model.predict_proba(digits.ink.astype(np.float32))
    return float((said.argmax(axis=1) == digits.truth).mean())
