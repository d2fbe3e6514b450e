"""What every trainer and every trained model can do, and the checks they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from training.features.featurizer import Matrix

FloatArray: TypeAlias = NDArray[np.floating[Any]]
IntArray: TypeAlias = NDArray[np.integer[Any]]
Parameters: TypeAlias = Mapping[str, Any]


class TrainedModel(Protocol):
    """A model that can be asked and written down."""

    @property
    def n_classes(self) -> int:
        """Number of classes of the label schema."""
        ...

    def predict_proba(self, features: Matrix) -> FloatArray:
        """Return (n_items, n_classes) float64, rows sum to one; 0 for classes never trained on."""
        ...

    def save(self, path: Path) -> str:
        """Write the artefact durably and return its SHA-256."""
        ...


@dataclass(frozen=True, slots=True)
class Trainer:
    """One entry of the registry.

    Parameters
    ----------
    name : as projects' policies and training runs record it.
    format : ``skops`` or ``safetensors``; also the artefact's file ending.
    train : takes a `TrainingSet`, a seed and all parameters.
    load : takes the artefact's bytes.
    parameters : its own parameters with their defaults.
    extra : the optional dependency it needs, or None.
    uses_unlabelled : whether it looks at rows without a label, where it is given some.
    """

    name: str
    format: str
    train: Callable[[TrainingSet, int, Parameters], TrainedModel]
    load: Callable[[bytes], TrainedModel]
    parameters: Parameters = field(default_factory=dict)
    extra: str | None = None
    uses_unlabelled: bool = False


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Checked training data.

    Parameters
    ----------
    features : (n_items, n_features), a numpy array or a scipy CSR array.
    labels : (n_items,) class indices.
    weights : (n_items,) above or at zero.
    n_classes : of the label schema, seen or not.
    unlabelled : (n_others, n_features) of the same pool, for trainers that look at them; or None.
    """

    features: Matrix
    labels: NDArray[np.int64]
    weights: NDArray[np.float64]
    n_classes: int
    unlabelled: Matrix | None = None

    @classmethod
    def checked(
        cls,
        features: Matrix,
        labels: IntArray,
        weights: FloatArray | None,
        n_classes: int,
        unlabelled: Matrix | None = None,
    ) -> TrainingSet:
        """Check shapes and values.

        Raises
        ------
        ValueError
            Naming the argument: lengths differ, NaN, a label outside the classes, fewer than two
            classes among the labels, weights that are negative or all zero.
        """
        y = np.asarray(labels)
        w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
        if features.ndim != 2 or features.shape[0] != len(y):  # noqa: PLR2004 - axes
            msg = f"features: shape {features.shape}, but there are {len(y)} labels"
            raise ValueError(msg)
        values = features.data if is_sparse(features) else features
        if not np.isfinite(values).all():
            msg = "features: NaN or infinite values"
            raise ValueError(msg)
        if w.shape != y.shape or not np.isfinite(w).all() or (w < 0).any():
            msg = "weights: one finite number, zero or above, per label is needed"
            raise ValueError(msg)
        if len(y) and (y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= n_classes):
            msg = f"labels: class indices from 0 to {n_classes - 1} are needed"
            raise ValueError(msg)
        used = w > 0  # what weighs nothing must not decide which classes there are
        if len(np.unique(y[used])) < 2:  # noqa: PLR2004 - a choice needs two
            msg = "labels: at least two classes are needed to train on"
            raise ValueError(msg)
        if unlabelled is not None and unlabelled.shape[1] != features.shape[1]:
            msg = f"unlabelled: {unlabelled.shape[1]} columns, but features has {features.shape[1]}"
            raise ValueError(msg)
        return cls(features[used], y[used].astype(np.int64), w[used], n_classes, unlabelled)


def is_sparse(features: Matrix) -> bool:
    """Tell a scipy sparse array from a dense one without importing scipy."""
    return not isinstance(features, np.ndarray)


def all_classes(
    probabilities: FloatArray, classes: NDArray[np.int64], n_classes: int
) -> FloatArray:
    """Put columns of the classes seen in training into columns of all classes."""
    result = np.zeros((len(probabilities), n_classes))
    result[:, classes] = probabilities
    return result
