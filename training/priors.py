"""The project's own model as a prior of each item's truth: out of fold, so it never hears itself.

A model trained on an item's label, or on its group's, says nothing about that item. It is a prior
and no annotator: consensus without it is the same call without features. How much it counts is
estimated from how well it foretells the answers, none of which it has seen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray
from scipy import special

from labeling.quality.truth import (
    Answers,
    TruthEstimate,
    infer_truth,
    log_likelihoods,
    read_answers,
    temper,
    vote_share,
)
from training.features import load_features
from training.features.featurizer import Matrix
from training.trainers import train_model

FOLDS: Final = 5
ROUNDS: Final = 2
DOUBT: Final = 0.1
"""Share of the even prior that is mixed in at least: no model rules a class out."""
LEAST_CLASSES: Final = 2
LEAST_ITEMS: Final = 50
"""Fewer answered items make no model worth asking."""
MOST_CELLS: Final = 20_000_000
"""Items times classes beyond which no prior is held."""
TEMPERATURES: Final = np.geomspace(0.25, 4.0, 9)
LEVEL: Final = 1.645
"""One-sided 95 %: a model has a say once its gain is above nothing at this level."""
EM_ROUNDS: Final = 100

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class WeighedPrior:
    """A model's word, weakened to what the answers bear out.

    Attributes
    ----------
    prior
        (n_items, n_classes): `weight` of the model at its temperature, the rest even.
    weight, temperature
        In [0, 1 - DOUBT], and to the inverse power of which the model's probabilities are taken.
    gain, gain_low
        Log-likelihood of an item's answers that the model adds in the mean, and the lower end of
        its one-sided 95 % interval.
    """

    prior: FloatArray
    weight: float
    temperature: float
    gain: float
    gain_low: float

    @property
    def is_useful(self) -> bool:
        """Whether the model foretells answers better than no model, beyond chance."""
        return self.gain_low > 0.0


@dataclass(frozen=True, slots=True)
class PriorRequest:
    """What the models are trained on and asked; all of it JSON can hold.

    Parameters
    ----------
    features : path of a feature file.
    items : (n_items,) item ids, ascending: of the training split, and of no audit.
    rows : (n_items,) their rows in the feature file.
    groups : (n_items,) numbers; items of one group share a fold.
    trainer, parameters : of the models.
    seed : from which the groups are dealt to the folds.
    """

    features: str
    items: list[int]
    rows: list[int]
    groups: list[int]
    trainer: str
    parameters: dict[str, Any] = field(default_factory=dict)
    seed: int = 0


def fit_prior(votes_file: str, prior_file: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """Ask models that never saw an item's label what they say of it, in the compute child.

    Parameters
    ----------
    votes_file
        As `labeling.quality.fits.compute.fit_votes` reads it; its capped annotators teach nothing.
    prior_file
        .npz to write: `items` (n,) and `probabilities` (n, n_classes), empty where the models
        have no say.
    request
        The fields of `PriorRequest`.

    Returns
    -------
    dict
        `used`, `reason` (None where used), `n_items`, `weight`, `temperature`, `gain`,
        `gain_low`, `folds`, `rounds`, `seed`, `trainer`.
    """
    asked = PriorRequest(**request)
    with np.load(votes_file) as stored:
        votes = dict(stored)
    found, reason = _ask(votes, asked)
    used = found is not None and found.is_useful
    if found is not None and not used:
        reason = "the model does not foretell the answers better than no model"
    n_classes = int(votes["n_classes"])
    with Path(prior_file).open("wb") as file:
        np.savez(
            file,
            items=np.array(asked.items if used else [], dtype=np.int64),
            probabilities=found.prior if found is not None and used else np.zeros((0, n_classes)),
        )
    names = ("weight", "temperature", "gain", "gain_low")
    figures = {name: None if found is None else round(getattr(found, name), 4) for name in names}
    setting = {"folds": FOLDS, "rounds": ROUNDS, "seed": asked.seed, "trainer": asked.trainer}
    return {"used": used, "reason": reason, "n_items": len(asked.items), **figures, **setting}


def _ask(votes: dict[str, Any], asked: PriorRequest) -> tuple[WeighedPrior | None, str | None]:
    """Return what the models say of the items asked about, or why nothing."""
    table, places, pinned = _answers_on(votes, asked)
    labels = np.unique(table.given)
    if len(asked.items) < LEAST_ITEMS:
        return None, f"{len(asked.items)} answered training items, {LEAST_ITEMS} are needed"
    if labels.size < LEAST_CLASSES:
        return None, "all answers name one class"
    if table.n_items * table.n_classes > MOST_CELLS:
        return None, f"more than {MOST_CELLS:,} items times classes"
    features = load_features(Path(asked.features))[np.asarray(asked.rows, dtype=np.int64)]
    groups = np.asarray(asked.groups, dtype=np.int64)
    rng = np.random.default_rng(asked.seed)
    people = infer_truth(*_arrays(table), n_items=table.n_items, pinned=pinned)
    share = vote_share(table.items, table.given, table.n_classes, table.n_items)
    fit, found = people, None
    for turn in range(ROUNDS):
        sure = temper(fit.posterior, share)[np.arange(table.n_items), fit.labels]
        model = out_of_fold_prior(
            features,
            fit.labels[places],
            sure[places],
            groups,
            table.n_classes,
            rng=rng,
            trainer=asked.trainer,
            parameters=asked.parameters,
        )
        found = weigh_prior(model, log_likelihoods(table, people.confusions)[places])
        if turn + 1 < ROUNDS:
            prior = np.tile(people.class_prior, (table.n_items, 1))
            prior[places] = found.prior
            known: dict[str, Any] = {"pinned": pinned, "item_prior": prior}
            fit = infer_truth(*_arrays(table), n_items=table.n_items, **known)
    return found, None


def _answers_on(
    votes: dict[str, Any], asked: PriorRequest
) -> tuple[Answers, IntArray, dict[int, int]]:
    """Return the answers that teach, the places of the items asked about, and what is reviewed."""
    free = ~np.isin(votes["annotators"], votes["capped"])
    items = np.unique(np.concatenate([votes["items"][free], asked.items]).astype(np.int64))
    known = np.isin(votes["pinned_items"], items)
    reviewed = np.searchsorted(items, votes["pinned_items"][known])
    pinned = dict(zip(reviewed.tolist(), votes["pinned_classes"][known].tolist(), strict=True))
    table = read_answers(
        np.searchsorted(items, votes["items"][free]),
        votes["annotators"][free],
        votes["answers"][free],
        int(votes["n_classes"]),
        n_items=items.size,
    )
    return table, np.searchsorted(items, asked.items), pinned


def _arrays(table: Answers) -> tuple[IntArray, IntArray, IntArray, int]:
    return table.items, table.annotator_ids[table.annotators], table.given, table.n_classes


def weigh_prior(model: FloatArray, log_likelihood: FloatArray) -> WeighedPrior:
    """Estimate how far a model's word carries, from answers that it has not seen.

    The weight is the one under which a mixture of the model and of no model makes the answers
    likeliest (stacking), at the best of a few temperatures. A model that knows nothing gets next
    to none, and one that is sure and wrong is flattened.

    Parameters
    ----------
    model
        (n_items, n_classes) its probabilities, rows sum to 1.
    log_likelihood
        (n_items, n_classes) of each item's answers under each class, under skills that were
        fitted without the model.

    References
    ----------
    Yao, Vehtari, Simpson and Gelman, "Using stacking to average Bayesian predictive
    distributions", Bayesian Analysis 13(3), 2018; Guo et al., "On calibration of modern neural
    networks", ICML 2017.
    """
    n_classes = model.shape[1]
    without = special.logsumexp(log_likelihood, axis=1) - np.log(n_classes)
    best: tuple[float, float, float, FloatArray, FloatArray] | None = None
    for temperature in TEMPERATURES.tolist():
        words = _tempered(model, temperature)
        ratio = special.logsumexp(log_likelihood + np.log(words), axis=1) - without
        weight = _weight(np.exp(np.clip(ratio, -500.0, 500.0)))
        gains = np.log1p(weight * np.expm1(np.clip(ratio, -500.0, 500.0)))
        if best is None or gains.sum() > best[0]:
            best = (float(gains.sum()), weight, temperature, gains, words)
    if best is None:  # pragma: no cover - there are temperatures
        raise AssertionError
    _, weight, temperature, gains, words = best
    error = float(gains.std()) / max(len(gains), 1) ** 0.5
    return WeighedPrior(
        prior=weight * words + (1.0 - weight) / n_classes,
        weight=weight,
        temperature=temperature,
        gain=float(gains.mean()),
        gain_low=float(gains.mean()) - LEVEL * error,
    )


def _tempered(model: FloatArray, temperature: float) -> FloatArray:
    logs = np.log(np.maximum(model, np.finfo(np.float64).tiny)) / temperature
    words: FloatArray = np.maximum(special.softmax(logs, axis=1), np.finfo(np.float64).tiny)
    return words


def _weight(ratio: FloatArray) -> float:
    """Return the weight of the likelier mixture by expectation maximisation, capped."""
    weight = 0.5
    for _ in range(EM_ROUNDS):
        weight = float(np.mean(weight * ratio / (1.0 - weight + weight * ratio)))
    return min(weight, 1.0 - DOUBT)


def out_of_fold_prior(
    features: Matrix,
    labels: IntArray,
    weights: FloatArray,
    groups: IntArray,
    n_classes: int,
    *,
    rng: np.random.Generator,
    trainer: str = "logistic_regression",
    parameters: Mapping[str, Any] | None = None,
) -> FloatArray:
    """Return what models that know neither an item nor its group say of it: (n_items, n_classes).

    Parameters
    ----------
    features
        (n_items, n_features), a numpy array or a scipy CSR array.
    labels, weights
        (n_items,) the class believed of each item and how far it is trusted; weight 0 for items
        that nobody answered, which are predicted and never trained on.
    groups
        (n_items,) items of one group (document, patient) share a fold.
    n_classes
        Of the question.
    rng
        Deals the groups to the folds.
    trainer, parameters
        A name of `training.trainers.TRAINERS`, and the trainer's own.

    Returns
    -------
    ndarray
        Rows sum to 1, no class is ruled out. Even where too little is known to train.
    """
    names, group = np.unique(groups, return_inverse=True)
    fold = rng.permutation(np.arange(names.size) % FOLDS)[group]
    even = np.full((labels.size, n_classes), 1.0 / n_classes)
    prior = even.copy()
    for k in range(FOLDS):
        out, seen = np.flatnonzero(fold == k), np.flatnonzero((fold != k) & (weights > 0))
        if not out.size or np.unique(labels[seen]).size < LEAST_CLASSES:
            continue
        model = train_model(
            trainer,
            features[seen],
            labels[seen],
            weights[seen],
            n_classes=n_classes,
            seed=k,
            parameters=parameters,
        )
        prior[out] = model.predict_proba(features[out])
    return (1.0 - DOUBT) * prior + DOUBT * even


def infer_with_model(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    n_classes: int,
    features: Matrix,
    *,
    rng: np.random.Generator,
    groups: IntArray | None = None,
    pinned: dict[int, int] | None = None,
) -> TruthEstimate:
    """Infer the truth with the out-of-fold predictions of a model as each item's prior.

    The model learns from the truth inferred without it; a second round learns from the first.

    Parameters
    ----------
    items, annotators, answers, n_classes, pinned
        As for `infer_truth`.
    features, groups
        As for `out_of_fold_prior`, a row for each item; every item its own group when None.

    Returns
    -------
    TruthEstimate
        Of Dawid–Skene under the prior. The one without the model is `infer_truth`'s.
    """
    n_items = features.shape[0]
    own = np.arange(n_items) if groups is None else groups
    share = vote_share(np.asarray(items), np.asarray(answers), n_classes, n_items)
    arrays = (items, annotators, answers, n_classes)
    fit = infer_truth(*arrays, n_items=n_items, pinned=pinned)
    for _ in range(ROUNDS):
        sure = temper(fit.posterior, share)[np.arange(n_items), fit.labels]
        known = share.sum(axis=1) > 0
        known[list(pinned or {})] = True
        weights = np.where(known, sure, 0.0)
        prior = out_of_fold_prior(features, fit.labels, weights, own, n_classes, rng=rng)
        fit = infer_truth(*arrays, n_items=n_items, pinned=pinned, item_prior=prior)
    return fit
