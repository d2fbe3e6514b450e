"""The project's own model as a prior of each item's truth: out of fold, so it never hears itself.

A model trained on an item's label, or on its group's, says nothing about that item. It is a prior
and no annotator: consensus without it is the same call without features.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from numpy.typing import NDArray

from labeling.quality.truth import TruthEstimate, infer_truth, temper, vote_share
from training.features.featurizer import Matrix
from training.trainers import train_model

FOLDS: Final = 5
ROUNDS: Final = 2
DOUBT: Final = 0.1
"""Share of the even prior that is mixed in: no model rules a class out."""
LEAST_CLASSES: Final = 2

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


def out_of_fold_prior(
    features: Matrix,
    labels: IntArray,
    weights: FloatArray,
    groups: IntArray,
    n_classes: int,
    *,
    rng: np.random.Generator,
    trainer: str = "logistic_regression",
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
    trainer
        A name of `training.trainers.TRAINERS`.

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
            trainer, features[seen], labels[seen], weights[seen], n_classes=n_classes, seed=k
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
