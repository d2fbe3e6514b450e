"""The members of a blend: how each is fitted, asked and written down, and what each foresees."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from training.features.featurizer import Matrix
from training.trainers.graph import NeighbourGraph, as_shares, ask_neighbours
from training.trainers.trainer import FloatArray, Parameters, TrainingSet, is_sparse

KNOWN_TYPES: Final = ["sklearn.tree._tree.Tree"]
MOST_NODES: Final = 4_000
"""Rows of a graph; beyond it a random part of the unlabelled ones."""
MOST_SPREAD: Final = 2_000
"""Labels beyond which neighbours add nothing: the graph is left out."""
FEW: Final = 300
_UNIT_TOLERANCE: Final = 1e-2

IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Scaled:
    """What dense features are centred and scaled by; None leaves them as they are."""

    mean: NDArray[np.float32] | None
    deviation: NDArray[np.float32] | None

    @classmethod
    def of(cls, features: Matrix) -> Scaled:
        """Learn from rows; sparse rows, and rows of length one, are on one scale already."""
        if is_sparse(features):
            return cls(None, None)
        rows = np.asarray(features, dtype=np.float64)
        lengths = np.einsum("ij,ij->i", rows, rows)
        if (np.abs(lengths[lengths > 0] - 1) < _UNIT_TOLERANCE).all():
            return cls(None, None)
        deviation = rows.std(axis=0)
        deviation[deviation == 0] = 1
        return cls(rows.mean(axis=0).astype(np.float32), deviation.astype(np.float32))

    def apply(self, features: Matrix) -> Matrix:
        """Return the rows on that scale, sparse ones as CSR, dense ones as float32."""
        if is_sparse(features):
            return features.tocsr()
        rows = np.asarray(features, dtype=np.float32)
        if self.mean is None or self.deviation is None:
            return rows
        return (rows - self.mean) / self.deviation


@dataclass(frozen=True, slots=True)
class MemberData:
    """What members are fitted on.

    Parameters
    ----------
    features : (n_labelled, n_features), scaled.
    labels : (n_labelled,) places in ``classes``.
    weights : (n_labelled,).
    classes : the class indices that occur.
    scale : already applied.
    graph : over labelled rows, first, and unlabelled ones; None where there is none.
    seed, parameters : as the trainer was given them.
    """

    features: Matrix
    labels: IntArray
    weights: FloatArray
    classes: IntArray
    scale: Scaled
    graph: NeighbourGraph | None
    seed: int
    parameters: Parameters

    @classmethod
    def of(cls, data: TrainingSet, seed: int, parameters: Parameters) -> MemberData:
        """Scale by the unlabelled rows too, where there are any, and join them to a graph."""
        classes, labels = np.unique(data.labels, return_inverse=True)
        extra = _some(data.unlabelled, MOST_NODES - len(labels), seed)
        known: Matrix = data.features
        scale = Scaled.of(known if extra is None else np.concatenate([known, extra]))
        features = scale.apply(known)
        graph = None
        if not is_sparse(features) and len(labels) <= MOST_SPREAD:
            nodes = features if extra is None else np.concatenate([features, scale.apply(extra)])
            graph = NeighbourGraph.of(nodes)
        return cls(features, labels, data.weights, classes, scale, graph, seed, parameters)

    def shares(self, chosen: NDArray[np.bool_] | None = None) -> FloatArray:
        """Return (n_classes,) how frequent each class is, half an item added to each."""
        used = slice(None) if chosen is None else chosen
        counts = np.bincount(
            self.labels[used], weights=self.weights[used], minlength=len(self.classes)
        )
        result: FloatArray = (counts + 0.5) / (counts + 0.5).sum()
        return result

    def part(self, chosen: NDArray[np.bool_]) -> MemberData:
        """Return the same of some labelled rows alone: no graph, a third of the trees."""
        return MemberData(
            self.features[chosen],
            self.labels[chosen],
            self.weights[chosen],
            self.classes,
            self.scale,
            None,
            self.seed,
            {**self.parameters, "n_estimators": max(int(self.parameters["n_estimators"]) // 3, 1)},
        )


def _some(rows: Matrix | None, count: int, seed: int) -> NDArray[np.float32] | None:
    """Return a random part of the unlabelled rows; None where there are none, or sparse ones."""
    if rows is None or is_sparse(rows) or len(rows) == 0 or count <= 0:
        return None
    if len(rows) > count:
        picked = np.sort(np.random.default_rng(seed).choice(len(rows), count, replace=False))
        rows = rows[picked]
    return np.asarray(rows, dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Classifier:
    """A scikit-learn classifier that answers for all classes that occur."""

    estimator: Any
    n_classes: int

    def predict_proba(self, features: Matrix) -> FloatArray:
        """Return (n_items, n_classes)."""
        result = np.zeros((features.shape[0], self.n_classes))
        if features.shape[0]:
            result[:, self.estimator.classes_] = self.estimator.predict_proba(features)
        return result

    def document(self) -> dict[str, Any]:
        """Return what skops writes."""
        return {"estimator": self.estimator, "n_classes": self.n_classes}


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Rows of a pool and what each believes after the labels were spread over it."""

    rows: NDArray[np.float32]
    beliefs: FloatArray
    width: float

    def predict_proba(self, features: Matrix) -> FloatArray:
        """Return (n_items, n_classes)."""
        if len(features) == 0:
            return np.empty((0, self.beliefs.shape[1]))
        return ask_neighbours(self.rows, self.beliefs, self.width, features)

    def document(self) -> dict[str, Any]:
        """Return what skops writes."""
        return {"rows": self.rows, "beliefs": self.beliefs, "width": self.width}


def _linear(data: MemberData) -> Classifier:
    """Fit a multinomial logistic regression."""
    import warnings

    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(
        C=float(data.parameters["C"]),
        max_iter=int(data.parameters["max_iter"]),
        random_state=data.seed,
    )
    with warnings.catch_warnings():
        # Stopped at max_iter is a setting, not a fault: the member is weighed by what it foresees.
        warnings.simplefilter("ignore", ConvergenceWarning)
        model.fit(data.features, data.labels, sample_weight=data.weights)
    return Classifier(model, len(data.classes))


def _trees(data: MemberData) -> Classifier:
    """Fit extremely randomised trees."""
    from sklearn.ensemble import ExtraTreesClassifier

    model = ExtraTreesClassifier(
        n_estimators=int(data.parameters["n_estimators"]), random_state=data.seed, n_jobs=1
    )
    model.fit(data.features, data.labels, sample_weight=data.weights)
    return Classifier(model, len(data.classes))


def _neighbours(data: MemberData) -> Neighbours:
    """Spread all labels over the graph."""
    graph = data.graph
    assert graph is not None  # noqa: S101 - members are chosen by whether there is one
    known = np.zeros((len(graph.rows), len(data.classes)))
    known[np.arange(len(data.labels)), data.labels] = data.weights
    return Neighbours(graph.rows, as_shares(graph.spread(known), data.shares()), graph.width)


FITTERS: Final[Mapping[str, Callable[[MemberData], Classifier | Neighbours]]] = {
    "linear": _linear,
    "trees": _trees,
    "neighbours": _neighbours,
}


def member_from(name: str, document: Mapping[str, Any]) -> Classifier | Neighbours:
    """Return a member as `document` wrote it."""
    return Neighbours(**document) if name == "neighbours" else Classifier(**document)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What each member said of labels it had not been shown.

    Parameters
    ----------
    by_member : name → (n_judged, n_classes).
    truth : (n_judged,) places of the true classes.
    weights : (n_judged,).
    chance : (n_judged,) how frequent the true class is.
    """

    by_member: dict[str, FloatArray]
    truth: IntArray
    weights: FloatArray
    chance: FloatArray


def beliefs_of_folds(data: MemberData, judged: IntArray) -> Foreseen:
    """Fit each member without a fold of the judged rows, in turn, and ask it about that fold."""
    n, n_classes = len(data.labels), len(data.classes)
    n_folds = 5 if len(judged) <= FEW else 3
    fold = np.full(n, -1)
    fold[judged] = _folds(data.labels[judged], n_folds, data.seed)
    names = [name for name in FITTERS if fits(name, data)]
    said = {name: np.zeros((n, n_classes)) for name in names}
    spread = _spread_without_folds(data, fold, n_folds) if "neighbours" in names else []
    for k in range(n_folds):
        out, rest = fold == k, fold != k
        if not out.any():
            continue
        part = data.part(rest)
        for name in names:
            if name == "neighbours":
                said[name][out] = as_shares(spread[k], data.shares(rest))[:n][out]
            elif len(np.unique(part.labels)) < 2:  # noqa: PLR2004 - a choice needs two
                said[name][out] = data.shares(rest)
            else:
                said[name][out] = FITTERS[name](part).predict_proba(data.features[out])
    truth = data.labels[judged]
    return Foreseen(
        {name: values[judged] for name, values in said.items()},
        truth,
        data.weights[judged],
        data.shares()[truth],
    )


def fits(name: str, data: MemberData) -> bool:
    """Whether a member can be fitted: trees and neighbours want dense rows."""
    if name == "neighbours":
        return data.graph is not None
    return name == "linear" or not is_sparse(data.features)


def _folds(labels: IntArray, n_folds: int, seed: int) -> IntArray:
    """Return a fold for each row, each class spread evenly over them."""
    rng = np.random.default_rng([seed, n_folds])
    result = np.empty(len(labels), dtype=np.int64)
    for label in np.unique(labels):
        mine = np.flatnonzero(labels == label)
        result[mine] = (rng.permutation(len(mine)) + rng.integers(n_folds)) % n_folds
    return result


def _spread_without_folds(data: MemberData, fold: IntArray, n_folds: int) -> list[FloatArray]:
    """Return for each fold what the graph's rows believe without that fold's labels."""
    graph = data.graph
    assert graph is not None  # noqa: S101 - as above
    n_classes = len(data.classes)
    known = np.zeros((len(graph.rows), n_folds * n_classes))
    for k in range(n_folds):
        rest = np.flatnonzero(fold != k)
        known[rest, k * n_classes + data.labels[rest]] = data.weights[rest]
    belief = graph.spread(known)
    return [belief[:, k * n_classes : (k + 1) * n_classes] for k in range(n_folds)]
