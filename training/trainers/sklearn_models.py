"""Logistic regression and random forest of scikit-learn, as skops files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.files import write_durably
from training.features.featurizer import Matrix
from training.trainers import skops_file
from training.trainers.trainer import (
    FloatArray,
    Parameters,
    TrainedModel,
    Trainer,
    TrainingSet,
    all_classes,
    is_sparse,
)

_TRUSTED = ["sklearn.tree._tree.Tree"]
_CLASSES_KEY = "labelloop_n_classes"


@dataclass(frozen=True, slots=True)
class SklearnModel:
    """A fitted scikit-learn classifier that answers for all classes of the schema.

    Parameters
    ----------
    estimator : fitted, with ``classes_`` a subset of the schema's class indices.
    n_classes : of the schema.
    """

    estimator: Any
    n_classes: int

    def predict_proba(self, features: Matrix) -> FloatArray:
        """Return (n_items, n_classes) float64; 0 for classes never seen in training."""
        if features.shape[0] == 0:
            return np.empty((0, self.n_classes))
        probabilities = np.asarray(self.estimator.predict_proba(features), dtype=np.float64)
        classes: NDArray[np.int64] = self.estimator.classes_
        return all_classes(probabilities, classes, self.n_classes)

    def save(self, path: Path) -> str:
        """Write the skops file durably and return its SHA-256."""
        content = skops_file.dump({_CLASSES_KEY: self.n_classes, "estimator": self.estimator})
        return write_durably(path, content)


def load_sklearn(content: bytes) -> TrainedModel:
    """Return the model in skops bytes.

    Raises
    ------
    ValueError
        It is no file of ours, or holds a type that is not trusted.
    """
    document = skops_file.load_document(content, _TRUSTED, _CLASSES_KEY)
    return SklearnModel(document["estimator"], int(document[_CLASSES_KEY]))


def train_logistic_regression(data: TrainingSet, seed: int, parameters: Parameters) -> TrainedModel:
    """Fit a multinomial logistic regression on standardised features.

    Sparse features are only scaled, which keeps them sparse; TF-IDF rows are left as they are,
    for they have length one already.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    scaler = "passthrough" if is_sparse(data.features) else StandardScaler()
    classifier = LogisticRegression(
        C=float(parameters["C"]), max_iter=int(parameters["max_iter"]), random_state=seed
    )
    return _fit(Pipeline([("scale", scaler), ("classify", classifier)]), data, "classify")


def train_random_forest(data: TrainingSet, seed: int, parameters: Parameters) -> TrainedModel:
    """Fit a random forest; needs no scaling and takes columns of very different kinds."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        n_estimators=int(parameters["n_estimators"]),
        min_samples_leaf=int(parameters["min_samples_leaf"]),
        random_state=seed,
        n_jobs=1,
    )
    return _fit(forest, data, None)


def _fit(estimator: Any, data: TrainingSet, step: str | None) -> TrainedModel:
    """Fit on one thread: with more, sums are added in another order and the last bits differ."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits

    weights = "sample_weight" if step is None else f"{step}__sample_weight"
    with threadpool_limits(limits=1), warnings.catch_warnings():
        # Stopped at max_iter is a setting, not a fault: its accuracy is measured like any other.
        warnings.simplefilter("ignore", ConvergenceWarning)
        estimator.fit(plain(data.features), data.labels, **{weights: data.weights})
    return SklearnModel(estimator, data.n_classes)


def plain(features: Matrix) -> Matrix:
    """Return a memory-mapped matrix as a plain array, which is what a saved model may refer to."""
    return features if is_sparse(features) else np.asarray(features)


LOGISTIC_REGRESSION = Trainer(
    "logistic_regression",
    "skops",
    train_logistic_regression,
    load_sklearn,
    {"C": 1.0, "max_iter": 300},
)
RANDOM_FOREST = Trainer(
    "random_forest",
    "skops",
    train_random_forest,
    load_sklearn,
    {"n_estimators": 200, "min_samples_leaf": 1},
)
