"""The quick model: fitted on the labelled rows, asked in chunks, measured on test rows."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from active_learning.selection_request import IntArray, Rows, SelectionRequest, distinct_rows
from training.evaluation import Estimate, wilson
from training.trainers import TrainedModel, train_model

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from training.features import Matrix

SLOW_TRAINERS: Final = frozenset({"blend", "torch_mlp"})
MOST_UNLABELLED: Final = 6_000
"""Candidates that the quick model may look at."""
_CHUNK: Final = 8192


def rehearse(request: SelectionRequest) -> None:
    """Fit the trainer on made-up rows, so that its libraries are there before an answer waits."""
    corners = np.eye(4, dtype=np.float32)
    with suppress(Exception):  # a trainer that cannot says so when it is asked in earnest
        train_model(
            request.trainer,
            corners,
            np.array([0, 1, 0, 1]),
            None,
            n_classes=2,
            seed=0,
            parameters=request.parameters,
        )


def fit_model(
    request: SelectionRequest, features: Matrix, rows: Rows, bootstrap: int | None = None
) -> tuple[TrainedModel | None, str | None]:
    """Train the quick model, on a bootstrap sample for a committee's member; or say why not."""
    places: IntArray = np.arange(len(rows.labelled))
    if bootstrap is not None:
        places = _bootstrap(rows.labels, np.random.default_rng([request.seed, bootstrap]))
    try:
        return fit_places(request, features, rows, places, request.seed), None
    except Exception as error:  # noqa: BLE001 - no model error may empty the queue
        return None, f"no model yet: {error}"


def fit_places(
    request: SelectionRequest, features: Matrix, rows: Rows, places: IntArray, seed: int
) -> TrainedModel:
    """Train the quick model on some of the labelled rows."""
    weights = None
    if request.weights is not None:
        weights = np.asarray(request.weights, dtype=np.float64)[places]
    parameters = dict(request.parameters)
    if request.trainer == "blend" and request.shares:
        parameters["shares"] = request.shares
    whole = len(places) == len(rows.labelled) and np.array_equal(places, np.arange(len(places)))
    return train_model(
        request.trainer,
        features[rows.labelled[places]],
        rows.labels[places],
        weights,
        n_classes=request.n_classes,
        seed=seed % 2**32,
        parameters=parameters,
        # Folds and committee members are many, and are compared with each other alone.
        unlabelled=_unlabelled(request, features, rows) if whole else None,
    )


def _unlabelled(request: SelectionRequest, features: Matrix, rows: Rows) -> Matrix | None:
    """Return some of the candidates' rows, for trainers that also look at those."""
    if not isinstance(features, np.ndarray) or len(rows.candidates) == 0:
        return None
    places = rows.candidates
    if len(places) > MOST_UNLABELLED:
        rng = np.random.default_rng([request.seed, len(places)])
        places = np.sort(rng.choice(places, MOST_UNLABELLED, replace=False))
    return features[places]


def _bootstrap(labels: IntArray, rng: np.random.Generator) -> IntArray:
    """Draw with replacement within each class, so that no member lacks one."""
    return np.concatenate(
        [
            rng.choice(members, len(members))
            for members in (np.flatnonzero(labels == k) for k in np.unique(labels))
        ]
    )


def predict(model: TrainedModel, features: Matrix, rows: IntArray) -> NDArray[Any]:
    """Return (n_rows, n_classes) probabilities, a chunk of rows in memory at a time."""
    result = np.empty((len(rows), model.n_classes), dtype=np.float32)
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        result[start : start + len(part)] = model.predict_proba(features[part])
    return result


def predict_watched(
    model: TrainedModel | None, features: Matrix, watched: Sequence[int]
) -> list[int]:
    """Return the predicted classes of the rows that are watched from round to round."""
    if model is None or not watched:
        return []
    rows = distinct_rows("watched", watched, features.shape[0])
    found: list[int] = predict(model, features, rows).argmax(axis=1).tolist()
    return found


def accuracy_of(
    model: TrainedModel | None, features: Matrix, rows: Rows, trouble: str | None
) -> Estimate:
    """Return the quick model's accuracy on the test rows."""
    if model is None:
        return Estimate.undefined(trouble or "there is no model")
    if len(rows.test) == 0:
        return Estimate.undefined("there are no labelled test items")
    right = predict(model, features, rows.test).argmax(axis=1) == rows.test_labels
    share = float(right.mean())
    return Estimate(share, *wilson(share, len(right)), len(right))
