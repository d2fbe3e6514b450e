"""Rounds of questions that are no single choice: which classes apply, a rating, a number.

Arrays in, arrays out: quick models over the features that every round has, and the strategy that
knows the doubt of such a target.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np
from numpy.typing import NDArray

from active_learning import strategies
from active_learning.embeddings import dense_rows
from active_learning.strategies import Selection
from training.evaluation import Estimate, wilson
from training.features import Matrix
from training.trainers import train_model

LEAST_LABELS: Final = 10
"""With fewer, items that stand for many others are asked about first."""
N_MEMBERS: Final = 5
QUICK_TRAINER: Final = "logistic_regression"
STRATEGY_OF: Final[Mapping[str, str]] = {
    "choices": "multi_label",
    "rating": "regression",
    "number": "regression",
}
"""Kind of question → the strategy for it; other kinds have no model here."""
_CHUNK: Final = 8_192
_ALPHAS: Final = (0.1, 1.0, 10.0, 100.0, 1_000.0)

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Targets:
    """What is known of the labelled rows; all of it JSON can hold.

    Parameters
    ----------
    kind : of the question: one of ``STRATEGY_OF``.
    values : of each labelled row, the classes that apply as indices, or a number.
    test_values : of each row of the test sample.
    n_classes : that can apply; 0 for numbers.
    """

    kind: str
    values: Sequence[Any]
    test_values: Sequence[Any]
    n_classes: int = 0


@dataclass(frozen=True, slots=True)
class Parts:
    """The rows of a round: all index the features."""

    labelled: IntArray
    candidates: IntArray
    test: IntArray


def choose_by_targets(
    targets: Targets,
    features: Matrix,
    rows: Parts,
    weights: FloatArray | None,
    strategy: str,
    n: int,
    seed: int,
) -> tuple[Selection, str | None, Estimate]:
    """Fit the quick models of a kind of question, score the candidates and choose.

    Parameters
    ----------
    targets : what is known.
    features : (n_rows, n_features).
    rows : labelled, candidates and the test sample.
    weights : (n_labelled,) how far each value is trusted; None for all alike.
    strategy : as the policy names it: ``random``, or any other for the one that fits the kind.
    n : how many.
    seed : of every draw.

    Returns
    -------
    tuple
        The choice; why another strategy chose than the one asked for, or None; how often the model
        is right on the test sample: all classes of an item, or the rating rounded.

    Raises
    ------
    ValueError
        There is no model for the kind, or the values are not those of the rows.
    """
    if targets.kind not in STRATEGY_OF:
        msg = f"a question of kind {targets.kind} has no model here that could choose"
        raise ValueError(msg)
    for name, found, wanted in (
        ("values", targets.values, rows.labelled),
        ("test_values", targets.test_values, rows.test),
    ):
        if len(found) != len(wanted):
            msg = f"{name}: {len(found)}, but there are {len(wanted)} rows"
            raise ValueError(msg)
    rng = np.random.default_rng(seed)
    size = len(rows.candidates)
    known, pool = dense_rows(features[rows.labelled], features[rows.candidates], seed=seed)
    if len(rows.labelled) < LEAST_LABELS or size == 0:
        words = f"fewer than {LEAST_LABELS} answers to learn from"
        first = "random" if strategy == "random" else "typiclust"
        asked = {"embeddings": pool, "labelled_embeddings": known, "pool_size": size}
        chosen = strategies.choose(first, n, rng=rng, **asked)
        return chosen, None, Estimate.undefined(words)
    model = _fit(targets, features[rows.labelled], weights, seed)
    accuracy = _accuracy(targets, model, features, rows.test)
    if strategy == "random":
        return strategies.choose("random", n, rng=rng, pool_size=size), None, accuracy
    own = STRATEGY_OF[targets.kind]
    told = {model.argument: model.predict_all(features, rows.candidates)}
    chosen = strategies.choose(own, n, rng=rng, embeddings=pool, labelled_embeddings=known, **told)
    fallback = None
    if strategy not in {"auto", own}:
        fallback = f"{strategy} compares single classes; {own} fits a question of {targets.kind}"
    return chosen, fallback, accuracy


class _Model(ABC):
    """A quick model: what the strategy calls its predictions, and how it makes them."""

    argument: ClassVar[str]

    @abstractmethod
    def predict(self, features: Matrix) -> FloatArray:
        """Return predictions of rows, which stand in the axis that `predict_all` joins."""

    def predict_all(self, features: Matrix, rows: IntArray) -> FloatArray:
        """Return predictions of many rows, a chunk in memory at a time."""
        axis = 1 if self.argument == "predicted_values" else 0
        parts = [
            self.predict(features[rows[start : start + _CHUNK]])
            for start in range(0, max(len(rows), 1), _CHUNK)
        ]
        return np.concatenate(parts, axis=axis)


class OneVsRest(_Model):
    """For each class whether it applies, by a model of its own; one seen always or never by rate.

    Parameters
    ----------
    applies : (n_items, n_classes) of booleans.
    """

    argument: ClassVar[str] = "label_probabilities"

    def __init__(
        self,
        features: Matrix,
        applies: NDArray[np.bool_],
        weights: FloatArray | None,
        seed: int,
    ) -> None:
        n = len(applies)
        self.rates = (applies.sum(axis=0) + 1.0) / (n + 2.0)
        self.models = [
            train_model(
                QUICK_TRAINER, features, column.astype(np.int64), weights, n_classes=2,
                seed=seed % 2**32,
            )
            if 0 < column.sum() < n
            else None
            for column in applies.T
        ]  # fmt: skip

    def predict(self, features: Matrix) -> FloatArray:
        """Return (n_items, n_classes) probabilities, each class by itself."""
        found = np.tile(self.rates, (features.shape[0], 1))
        for place, model in enumerate(self.models):
            if model is not None and features.shape[0]:
                found[:, place] = model.predict_proba(features)[:, 1]
        return found


class Committee(_Model):
    """Ridge regressions on bootstrap samples; the first has seen everything.

    Parameters
    ----------
    values : (n_items,).
    """

    argument: ClassVar[str] = "predicted_values"

    def __init__(
        self, features: Matrix, values: FloatArray, weights: FloatArray | None, seed: int
    ) -> None:
        from sklearn.linear_model import RidgeCV
        from sklearn.preprocessing import StandardScaler

        dense = isinstance(features, np.ndarray)
        self.scale = StandardScaler(with_mean=dense).fit(features)
        scaled, rng = self.scale.transform(features), np.random.default_rng(seed)
        draws: list[NDArray[np.int64]] = [np.arange(len(values))]
        draws += [rng.choice(len(values), len(values)) for _ in range(N_MEMBERS - 1)]
        self.members = [
            RidgeCV(_ALPHAS).fit(
                scaled[rows], values[rows], None if weights is None else weights[rows]
            )
            for rows in draws
        ]

    def predict(self, features: Matrix) -> FloatArray:
        """Return (n_members, n_items) numbers."""
        if features.shape[0] == 0:
            return np.empty((len(self.members), 0))
        scaled = self.scale.transform(features)
        return np.stack([member.predict(scaled) for member in self.members])


def _fit(
    targets: Targets, features: Matrix, weights: FloatArray | None, seed: int
) -> OneVsRest | Committee:
    if targets.kind == "choices":
        return OneVsRest(features, _applies(targets.values, targets.n_classes), weights, seed)
    return Committee(features, np.asarray(targets.values, dtype=np.float64), weights, seed)


def _applies(values: Sequence[Any], n_classes: int) -> NDArray[np.bool_]:
    found = np.zeros((len(values), n_classes), dtype=bool)
    for place, classes in enumerate(values):
        found[place, list(classes)] = True
    return found


def _accuracy(
    targets: Targets, model: OneVsRest | Committee, features: Matrix, test: IntArray
) -> Estimate:
    """Return how often all is right on the test sample, where that can be said."""
    if targets.kind == "number":
        return Estimate.undefined("a number is not right or wrong; it is near or far")
    if not len(test):
        return Estimate.undefined("there are no labelled test items")
    found = model.predict_all(features, test)
    if targets.kind == "rating":
        right = np.round(found[0]) == np.asarray(targets.test_values, dtype=np.float64)
    else:
        wanted = _applies(targets.test_values, targets.n_classes)
        right = ((found > 0.5) == wanted).all(axis=1)  # noqa: PLR2004 - likelier than not
    share = float(right.mean())
    return Estimate(share, *wilson(share, len(right)), len(right))
