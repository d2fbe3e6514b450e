"""Which answered items deserve another answer: what a model that never saw them makes of them.

The model is refitted without a fold of the items and asked about that fold: it never votes on an
item whose label it was trained on. Its prediction, tempered, is the item's prior, and truth
inference weighs the answers against it, which also tells the annotators' noise where every item
has one answer only. Arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.truth import infer_truth

FOLDS: Final = 4
LEAST_LABELS: Final = 20
"""Fewer labels make no model whose contradiction means anything."""
LEAST_PROBABILITY: Final = 1e-3
"""No prior is surer than this: one strange item must not outweigh any number of answers."""
TEMPERATURES: Final = np.geomspace(0.25, 4.0, 17)
ACCURACIES: Final = np.linspace(0.4, 0.99, 20)

Fit = Callable[[IntArray, int], Callable[[IntArray], FloatArray]]
"""(places to train on, fold) to a function from places to (n, n_classes) probabilities."""


@dataclass(frozen=True, eq=False)
class Doubt:
    """What the answers and an out-of-fold model say of the answered items together.

    Attributes
    ----------
    posterior
        (n_items, n_classes), rows sum to one.
    model
        (n_items, n_classes) the out-of-fold predictions, tempered.
    accuracy
        Annotator to the estimated probability of a right answer, and on how many answers it rests.
    temperature
        At which the model's predictions were taken.
    """

    posterior: FloatArray
    model: FloatArray
    accuracy: dict[int, tuple[float, int]]
    temperature: float = 1.0

    def contradicted(self, labels: npt.ArrayLike) -> npt.NDArray[np.bool_]:
        """Whether the most probable class of each item is another than its label: (n_items,)."""
        return np.asarray(self.posterior.argmax(axis=1) != np.asarray(labels))


def out_of_fold(
    labels: IntArray, n_classes: int, fit: Fit, rng: np.random.Generator, folds: int = FOLDS
) -> FloatArray:
    """Return (n, n_classes) predictions, each by a model that was not trained on that item.

    Parameters
    ----------
    labels : (n,) class indices; folds hold about the same share of each.
    n_classes : of the question.
    fit : trains on some places; see `Fit`. A fold that cannot be trained is left uniform.
    rng : deals the items into folds.
    folds : how many, at least 2.

    """
    fold_of = stratified_folds(labels, folds, rng)
    found = np.full((len(labels), n_classes), 1.0 / n_classes)
    for fold in range(folds):
        inside = np.flatnonzero(fold_of == fold)
        if not inside.size:
            continue
        try:
            predict = fit(np.flatnonzero(fold_of != fold), fold)
        except ValueError:  # a fold's training part with one class says nothing
            continue
        found[inside] = predict(inside)
    return found


def stratified_folds(labels: IntArray, folds: int, rng: np.random.Generator) -> IntArray:
    """Deal items into folds, class by class: (n,) fold numbers from 0."""
    order = rng.permutation(len(labels))
    order = order[np.argsort(np.asarray(labels)[order], kind="stable")]
    found = np.empty(len(labels), dtype=np.int64)
    found[order] = np.arange(len(labels)) % folds
    return found


def temperature_of(model: FloatArray, answers: IntArray) -> float:
    """Return the temperature at which predictions are as sure as the answers bear out.

    The answers are right with a probability that is found with it: a model looks bad beside noisy
    answers, and would be trusted too little if they were taken for the truth.

    Parameters
    ----------
    model : (n_answers, n_classes) the prediction for each answer's item.
    answers : (n_answers,) class indices.

    References
    ----------
    Guo et al., "On calibration of modern neural networks", ICML 2017.

    """
    if not len(answers):
        return 1.0
    places, n_wrong = np.arange(len(answers)), max(model.shape[1] - 1, 1)
    best, most = 1.0, -np.inf
    for temperature in TEMPERATURES:
        p = tempered(model, temperature)[places, answers]
        likelihoods = np.outer(p, ACCURACIES) + np.outer(1.0 - p, (1.0 - ACCURACIES) / n_wrong)
        found = float(np.log(likelihoods).sum(axis=0).max())
        if found > most:
            best, most = float(temperature), found
    return best


def tempered(model: FloatArray, temperature: float) -> FloatArray:
    """Return predictions to the power 1 / temperature, none surer than `LEAST_PROBABILITY`."""
    logs = np.log(np.clip(np.asarray(model, dtype=np.float64), LEAST_PROBABILITY, 1.0))
    scaled = np.exp(logs / temperature)
    scaled = np.maximum(scaled / scaled.sum(axis=1, keepdims=True), LEAST_PROBABILITY)
    found: FloatArray = scaled / scaled.sum(axis=1, keepdims=True)
    return found


def weigh(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    model: FloatArray,
) -> Doubt:
    """Weigh every item's answers against what an out-of-fold model says of it.

    Parameters
    ----------
    items, annotators, answers : (n_answers,) as `infer_truth` takes them; items by their row in
        `model`.
    model : (n_items, n_classes) from `out_of_fold`.

    References
    ----------
    Lin, Mausam and Weld, "Re-active learning: active learning with relabeling", AAAI 2016; Goh
    and Mueller, "ActiveLab: active learning with re-labeling by multiple annotators", 2023, whose
    idea this is, with annotators' confusions in place of their agreement.

    """
    given, people = np.asarray(answers, dtype=np.int64), np.asarray(annotators, dtype=np.int64)
    rows = np.asarray(items, dtype=np.int64)
    temperature = temperature_of(model[rows], given)
    prior = tempered(model, temperature)
    estimate = infer_truth(
        items, people, given, model.shape[1], method="one_coin",
        n_items=len(model), item_prior=prior,
    )  # fmt: skip
    right = estimate.posterior[rows, given] if rows.size else np.zeros(0)
    accuracy = {
        int(person): (float(right[people == person].mean()), int((people == person).sum()))
        for person in np.unique(people)
    }
    return Doubt(estimate.posterior, prior, accuracy, temperature)
