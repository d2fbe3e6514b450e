"""The selector: a quick refit that only chooses items. Files and plain values in, plain values out.

It runs in the compute child, knows no database, and is never gated or served. Whatever goes wrong
with the model or the strategy, rows come out: at random, with the reason on record.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from active_learning import cold_start, strategies
from active_learning.advice import Chosen
from active_learning.comparison import compare
from active_learning.embeddings import dense_rows
from active_learning.modal_learner import DISAGREEMENT, Committee, Learner
from active_learning.quick_model import (
    SLOW_TRAINERS,
    accuracy_of,
    fit_model,
    fit_places,
    predict,
    predict_watched,
    rehearse,
)
from active_learning.refits import QUICK_TRAINER
from active_learning.selection_request import IntArray, Rows, SelectionRequest, SelectionResult
from active_learning.strategies import Selection
from active_learning.targets import Parts, Targets, choose_by_targets
from training.evaluation import Estimate
from training.features import Matrix, load_features
from training.trainers import TrainedModel
from training.trainers.blend import judgement_of

N_MEMBERS = 5

FloatArray: TypeAlias = NDArray[np.float64]


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
    rows = Rows.checked(request, features.shape[0])
    if request.targets is not None:
        return _by_targets(request, Targets(**request.targets), features, rows, (wall, cpu))
    rng = np.random.default_rng(request.seed)
    if len(rows.labelled) == 0:
        rehearse(request)
    began = time.process_time()
    model, trouble = fit_model(request, features, rows)
    fit_seconds = time.process_time() - began
    chosen, fallback = _choose(request, features, rows, model, trouble, rng)
    accuracy = accuracy_of(model, features, rows, trouble)
    advice = _compare(request, features, rows, model, chosen, accuracy, fit_seconds)
    return replace(
        _told(rows, chosen, fallback, accuracy, (wall, cpu)),
        watched=predict_watched(model, features, request.watched),
        advice=advice,
        fit_seconds=None if model is None else fit_seconds,
        shares=None if model is None else judgement_of(model),
        judged_at=request.judged_at if request.shares else len(rows.labelled),
    )


def _by_targets(
    request: SelectionRequest,
    targets: Targets,
    features: Matrix,
    rows: Rows,
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
    rows: Rows,
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
    rows: Rows,
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
        model, _ = fit_model(quick, features, rows)
        fit_seconds = time.process_time() - began

    def fit(places: IntArray, fold: int) -> Callable[[IntArray], FloatArray]:
        part = fit_places(quick, features, rows, places, request.seed + fold)
        return lambda inside: predict(part, features, rows.labelled[inside])

    def predicted() -> FloatArray:
        if model is None:
            return np.full((len(rows.candidates), request.n_classes), 1.0 / request.n_classes)
        return predict(model, features, rows.candidates)

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
    return compare(request.situation, done, fit, predicted)


def run_selection_json(request: Mapping[str, Any]) -> dict[str, Any]:
    """Do what `run_selection` does, for a caller who speaks JSON: the compute child's.

    Raises
    ------
    ValueError
        As `run_selection`.
    """
    return asdict(run_selection(SelectionRequest(**request)))


def _choose(
    request: SelectionRequest,
    features: Matrix,
    rows: Rows,
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
    request: SelectionRequest, features: Matrix, rows: Rows, rng: np.random.Generator
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
    request: SelectionRequest, features: Matrix, rows: Rows, model: TrainedModel | None
) -> dict[str, Any] | None:
    """Return what the strategy looks at; None where it needs a model and there is none."""
    needs = strategies.needs(request.strategy)
    automatic = request.strategy == "auto"
    if model is None and {"probabilities", "committee_probabilities", "learner"} & set(needs):
        return None
    arguments: dict[str, Any] = {"labels": rows.labels}
    if model is not None and ("probabilities" in needs or automatic):
        arguments["probabilities"] = predict(model, features, rows.candidates)
    if "committee_probabilities" in needs:
        arguments["committee_probabilities"] = np.stack(
            [predict(m, features, rows.candidates) for m in _members(request, features, rows)]
        )
    if "embeddings" in needs or automatic:
        known, pool = dense_rows(
            features[rows.labelled], features[rows.candidates], seed=request.seed, reuse=True
        )
        arguments["embeddings"] = pool
        arguments["labelled_embeddings"] = known
    if "learner" in needs and model is not None:
        arguments["learner"] = _learner(request, features, rows, model)
        arguments["X"] = features[rows.candidates]
    return arguments


def _members(request: SelectionRequest, features: Matrix, rows: Rows) -> list[TrainedModel]:
    """Return models of bootstrap samples; those that could not be fitted are left out."""
    fitted = [fit_model(request, features, rows, k)[0] for k in range(N_MEMBERS)]
    return [model for model in fitted if model is not None]


def _learner(
    request: SelectionRequest, features: Matrix, rows: Rows, model: TrainedModel
) -> Learner | Committee:
    """Return what modAL's query strategies ask: the model, or for disagreement a committee."""
    known = features[rows.labelled], rows.labels
    if request.strategy.startswith(DISAGREEMENT):
        members = _members(request, features, rows)
        return Committee([Learner(member, *known) for member in members])
    return Learner(model, *known)
