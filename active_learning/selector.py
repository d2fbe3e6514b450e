"""The selector: a quick refit that only chooses items. Files and plain values in, plain values out.

It runs in the compute child, knows no database, and is never gated or served. Whatever goes wrong
with the model or the strategy, rows come out: at random, with the reason on record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from active_learning import cold_start, strategies
from active_learning.advice import Chosen
from active_learning.comparison import compare
from active_learning.embeddings import dense_rows
from active_learning.refits import QUICK_TRAINER
from active_learning.strategies import Selection
from active_learning.targets import Parts, Targets, choose_by_targets
from training.evaluation import Estimate, wilson
from training.features import Matrix, load_features
from training.trainers import TrainedModel, train_model
from training.trainers.blend import judgement_of

N_MEMBERS = 5
SLOW_TRAINERS = frozenset({"blend", "torch_mlp"})
MOST_UNLABELLED = 6_000
"""Candidates that the quick model may look at."""
_CHUNK = 8192

FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SelectionRequest:
    """What the selector needs to choose; all of it JSON can hold.

    Parameters
    ----------
    features : path of a feature file (.npy or .npz); row numbers below are its rows.
    labelled : (n_labelled,) rows with a label, of the training split.
    labels : (n_labelled,) their class indices.
    n_classes : of the label schema.
    strategy : as `active_learning.strategies.select` takes it, by name.
    n : how many rows to choose.
    seed : from which every random draw of the round comes.
    candidates : rows to choose from; None for all that are neither labelled nor test rows.
    weights : (n_labelled,) how far each label is trusted; None for all alike.
    test, test_labels : rows of the labelled random test sample; never trained on nor chosen.
    options : the strategy's own keywords.
    trainer : of the quick model.
    parameters : the trainer's own.
    watched : rows whose predicted classes are told, to compare one selector with the next.
    situation : what `active_learning.advice.Situation` holds; None where nothing is compared.
    guess : what `active_learning.cold_start.Guess` holds of the candidates; None for none.
    shares : of a blend's members as an earlier fit found them; None to judge them now.
    judged_at : labels that the shares rest on.
    targets : what `active_learning.targets.Targets` holds, where the question is no single choice;
        labels then say no more than that there is an answer.
    """

    features: str
    labelled: Sequence[int]
    labels: Sequence[int]
    n_classes: int
    strategy: str
    n: int
    seed: int
    candidates: Sequence[int] | None = None
    weights: Sequence[float] | None = None
    test: Sequence[int] = ()
    test_labels: Sequence[int] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    trainer: str = "logistic_regression"
    parameters: Mapping[str, Any] = field(default_factory=dict)
    watched: Sequence[int] = ()
    situation: Mapping[str, Any] | None = None
    guess: Mapping[str, Any] | None = None
    shares: Mapping[str, Sequence[float]] | None = None
    judged_at: int = 0
    targets: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class SelectionResult:
    """What was chosen and why; all of it JSON can hold.

    Parameters
    ----------
    rows : chosen rows of the feature file, best first.
    scores : each row's score by the strategy's measure; None where the strategy tells none.
    strategy : the one that chose: for ``auto`` the one it settled on, ``random`` after a fallback.
    reason : one sentence for the person who asks "why this item?".
    fallback_reason : why the strategy asked for could not choose, or None.
    accuracy : of the quick model on the test rows; undefined, with the reason, without them.
    n_labelled, n_candidates : how many rows were trained on and chosen from.
    seconds, cpu_seconds : wall and processor time.
    watched : predicted class indices of the rows asked about; empty without a model.
    advice : what could be asked, compared; None where the request did not ask.
    fit_seconds : processor time of the quick model's fit; None where there was nothing to fit.
    shares, judged_at : of a blend's members, and the labels that they were judged on.
    """

    rows: list[int]
    scores: list[float | None]
    strategy: str
    reason: str
    fallback_reason: str | None
    accuracy: Estimate
    n_labelled: int
    n_candidates: int
    seconds: float
    cpu_seconds: float
    watched: list[int] = field(default_factory=list)
    advice: dict[str, Any] | None = None
    fit_seconds: float | None = None
    shares: dict[str, list[float]] | None = None
    judged_at: int = 0


def run_selection(request: SelectionRequest) -> SelectionResult:
    """Fit the quick model, score the candidates and choose.

    Raises
    ------
    ValueError
        The request contradicts itself: lengths differ, a row is outside the file, or a test row
        is also labelled or a candidate. A model or a strategy that fails raises nothing.
    """
    wall, cpu = time.perf_counter(), time.process_time()
    features = load_features(Path(request.features))
    rows = _Rows.checked(request, features.shape[0])
    if request.targets is not None:
        return _by_targets(request, Targets(**request.targets), features, rows, (wall, cpu))
    rng = np.random.default_rng(request.seed)
    if len(rows.labelled) == 0:
        _rehearse(request)
    began = time.process_time()
    model, trouble = _fit(request, features, rows)
    fit_seconds = time.process_time() - began
    chosen, fallback = _choose(request, features, rows, model, trouble, rng)
    accuracy = _accuracy(model, features, rows, trouble)
    advice = _compare(request, features, rows, model, chosen, accuracy, fit_seconds)
    return replace(
        _told(rows, chosen, fallback, accuracy, (wall, cpu)),
        watched=_watched(model, features, request.watched),
        advice=advice,
        fit_seconds=None if model is None else fit_seconds,
        shares=None if model is None else judgement_of(model),
        judged_at=request.judged_at if request.shares else len(rows.labelled),
    )


def _by_targets(
    request: SelectionRequest,
    targets: Targets,
    features: Matrix,
    rows: _Rows,
    began: tuple[float, float],
) -> SelectionResult:
    """Choose for a question that is no single choice; at random where that cannot be done."""
    parts = Parts(rows.labelled, rows.candidates, rows.test)
    weights = None
    if request.weights is not None:
        weights = np.asarray(request.weights, dtype=np.float64)
    fallback: str | None
    try:
        chosen, fallback, accuracy = choose_by_targets(
            targets, features, parts, weights, request.strategy, request.n, request.seed
        )
    except Exception as error:  # noqa: BLE001 - no model's error may empty the queue
        fallback = f"{request.strategy} failed: {error}"
        rng, size = np.random.default_rng(request.seed), len(rows.candidates)
        chosen = strategies.choose("random", request.n, rng=rng, pool_size=size)
        accuracy = Estimate.undefined(fallback)
    return _told(rows, chosen, fallback, accuracy, began)


def _told(
    rows: _Rows,
    chosen: strategies.Selection,
    fallback: str | None,
    accuracy: Estimate,
    began: tuple[float, float],
) -> SelectionResult:
    """Return what was chosen as a round records it; `began` is wall and CPU seconds."""
    return SelectionResult(
        rows=[int(row) for row in rows.candidates[chosen.indices]],
        scores=[float(s) if np.isfinite(s) else None for s in chosen.scores],
        strategy=chosen.strategy,
        reason=chosen.reason,
        fallback_reason=fallback,
        accuracy=accuracy,
        n_labelled=len(rows.labelled),
        n_candidates=len(rows.candidates),
        seconds=time.perf_counter() - began[0],
        cpu_seconds=time.process_time() - began[1],
    )


def _compare(
    request: SelectionRequest,
    features: Matrix,
    rows: _Rows,
    model: TrainedModel | None,
    chosen: Selection,
    accuracy: Estimate,
    fit_seconds: float,
) -> dict[str, Any] | None:
    """Return the advice of the round, where it was asked for."""
    if request.situation is None:
        return None

    quick = request
    if request.trainer in SLOW_TRAINERS:
        quick = replace(request, trainer=QUICK_TRAINER, parameters={})
        began = time.process_time()
        model, _ = _fit(quick, features, rows)
        fit_seconds = time.process_time() - began

    def fit(places: IntArray, fold: int) -> Callable[[IntArray], FloatArray]:
        part = _fit_places(quick, features, rows, places, request.seed + fold)
        return lambda inside: _predict(part, features, rows.labelled[inside])

    def predict() -> FloatArray:
        if model is None:
            return np.full((len(rows.candidates), request.n_classes), 1.0 / request.n_classes)
        return _predict(model, features, rows.candidates)

    done = Chosen(
        labels=rows.labels,
        n_classes=request.n_classes,
        chosen=np.asarray(chosen.indices, dtype=np.int64),
        n=request.n,
        error=None if accuracy.value is None else 1.0 - accuracy.value,
        n_test=len(rows.test),
        fit_seconds=fit_seconds,
        seed=request.seed,
    )
    return compare(request.situation, done, fit, predict)


def run_selection_json(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what `run_selection` does, for a caller who speaks JSON: the compute child's.

    Raises
    ------
    ValueError
        As `run_selection`.
    """
    return asdict(run_selection(SelectionRequest(**request)))


@dataclass(frozen=True, slots=True)
class _Rows:
    """The request's row numbers as arrays."""

    labelled: IntArray
    labels: IntArray
    candidates: IntArray
    test: IntArray
    test_labels: IntArray

    @classmethod
    def checked(cls, request: SelectionRequest, n_rows: int) -> _Rows:
        """Check that rows exist, lengths agree, and no test row is trained on or chosen."""
        labelled = _rows("labelled", request.labelled, n_rows)
        test = _rows("test", request.test, n_rows)
        taken = np.union1d(labelled, test)
        free = np.setdiff1d(np.arange(n_rows), taken).tolist()
        given = free if request.candidates is None else request.candidates
        candidates = _rows("candidates", given, n_rows)
        labels = np.asarray(request.labels, dtype=np.int64)
        test_labels = np.asarray(request.test_labels, dtype=np.int64)
        weights = request.labels if request.weights is None else request.weights
        for name, found, wanted in (
            ("labels", len(labels), len(labelled)),
            ("weights", len(weights), len(labelled)),
            ("test_labels", len(test_labels), len(test)),
        ):
            if found != wanted:
                msg = f"{name}: {found}, but there are {wanted} rows"
                raise ValueError(msg)
        if len(np.intersect1d(test, np.union1d(labelled, candidates))):
            msg = "test: a test row is also labelled for training or a candidate"
            raise ValueError(msg)
        return cls(labelled, labels, candidates, test, test_labels)


def _rows(name: str, values: Sequence[int], n_rows: int) -> IntArray:
    """Return distinct rows that are inside the file."""
    rows = np.asarray(values, dtype=np.int64)
    if len(rows) and (rows.min() < 0 or rows.max() >= n_rows):
        msg = f"{name}: a row is outside the feature file's {n_rows}"
        raise ValueError(msg)
    if len(np.unique(rows)) != len(rows):
        msg = f"{name}: a row occurs twice"
        raise ValueError(msg)
    return rows


def _rehearse(request: SelectionRequest) -> None:
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


def _fit(
    request: SelectionRequest, features: Matrix, rows: _Rows, bootstrap: int | None = None
) -> tuple[TrainedModel | None, str | None]:
    """Train the quick model, on a bootstrap sample for a committee's member; or say why not."""
    places: IntArray = np.arange(len(rows.labelled))
    if bootstrap is not None:
        places = _bootstrap(rows.labels, np.random.default_rng([request.seed, bootstrap]))
    try:
        return _fit_places(request, features, rows, places, request.seed), None
    except Exception as error:  # noqa: BLE001 - no model error may empty the queue
        return None, f"no model yet: {error}"


def _fit_places(
    request: SelectionRequest, features: Matrix, rows: _Rows, places: IntArray, seed: int
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


def _unlabelled(request: SelectionRequest, features: Matrix, rows: _Rows) -> Matrix | None:
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


def _choose(
    request: SelectionRequest,
    features: Matrix,
    rows: _Rows,
    model: TrainedModel | None,
    trouble: str | None,
    rng: np.random.Generator,
) -> tuple[Selection, str | None]:
    """Run the strategy on what it needs; at random where that cannot be done."""
    size = len(rows.candidates)
    if size == 0:
        return strategies.choose("random", request.n, rng=rng, pool_size=0), None
    try:
        found = _by_guess(request, features, rows, rng)
        if found is not None:
            return found, None
        arguments = _arguments(request, features, rows, model)
        if arguments is None:
            fallback = trouble or "there is no model"
        else:
            wanted = {**arguments, **request.options, "pool_size": size}
            return strategies.choose(request.strategy, request.n, rng=rng, **wanted), None
    except Exception as error:  # noqa: BLE001 - no strategy's error may empty the queue
        fallback = f"{request.strategy} failed: {error}"
    return strategies.choose("random", request.n, rng=rng, pool_size=size), fallback


def _by_guess(
    request: SelectionRequest, features: Matrix, rows: _Rows, rng: np.random.Generator
) -> Selection | None:
    """Choose by what a model elsewhere, or the classes' names, say, while labels are few."""
    guess = cold_start.guess_of(request.guess)
    if guess is None or request.strategy == "random":
        return None
    if len(rows.labelled) >= cold_start.LABELS_NEEDED:
        return None
    pool = features[rows.candidates]
    _, embeddings = dense_rows(features[rows.labelled], pool, seed=request.seed)
    return cold_start.choose_by_guess(guess, request.n, pool, embeddings, request.n_classes, rng)


def _arguments(
    request: SelectionRequest, features: Matrix, rows: _Rows, model: TrainedModel | None
) -> dict[str, Any] | None:
    """Return what the strategy looks at; None where it needs a model and there is none."""
    needs = strategies.needs(request.strategy)
    automatic = request.strategy == "auto"
    if model is None and {"probabilities", "committee_probabilities", "learner"} & set(needs):
        return None
    arguments: dict[str, Any] = {"labels": rows.labels}
    if model is not None and ("probabilities" in needs or automatic):
        arguments["probabilities"] = _predict(model, features, rows.candidates)
    if "committee_probabilities" in needs:
        members = [_fit(request, features, rows, k)[0] for k in range(N_MEMBERS)]
        arguments["committee_probabilities"] = np.stack(
            [_predict(m, features, rows.candidates) for m in members if m is not None]
        )
    if "embeddings" in needs or automatic:
        known, pool = dense_rows(
            features[rows.labelled], features[rows.candidates], seed=request.seed, reuse=True
        )
        arguments["embeddings"] = pool
        arguments["labelled_embeddings"] = known
    if "learner" in needs:
        arguments["learner"], arguments["X"] = model, features[rows.candidates]
    return arguments


def _predict(model: TrainedModel, features: Matrix, rows: IntArray) -> NDArray[Any]:
    """Return (n_rows, n_classes) probabilities, a chunk of rows in memory at a time."""
    result = np.empty((len(rows), model.n_classes), dtype=np.float32)
    for start in range(0, len(rows), _CHUNK):
        part = rows[start : start + _CHUNK]
        result[start : start + len(part)] = model.predict_proba(features[part])
    return result


def _watched(model: TrainedModel | None, features: Matrix, watched: Sequence[int]) -> list[int]:
    """Return the predicted classes of the rows that are watched from round to round."""
    if model is None or not watched:
        return []
    rows = _rows("watched", watched, features.shape[0])
    found: list[int] = _predict(model, features, rows).argmax(axis=1).tolist()
    return found


def _accuracy(
    model: TrainedModel | None, features: Matrix, rows: _Rows, trouble: str | None
) -> Estimate:
    """Return the quick model's accuracy on the test rows."""
    if model is None:
        return Estimate.undefined(trouble or "there is no model")
    if len(rows.test) == 0:
        return Estimate.undefined("there are no labelled test items")
    right = _predict(model, features, rows.test).argmax(axis=1) == rows.test_labels
    share = float(right.mean())
    return Estimate(share, *wilson(share, len(right)), len(right))
