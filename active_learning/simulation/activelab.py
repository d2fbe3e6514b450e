"""ActiveLab's choice by its published formula: what our relabelling is compared with.

Written from the paper; `cleanlab.multiannotator.get_active_learning_scores` is the authors' own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from labeling.quality.arrays import BoolArray, FloatArray, IntArray

if TYPE_CHECKING:
    from active_learning.simulation.campaign import Campaign


def activelab_scores(
    items: IntArray,
    annotators: IntArray,
    answers: IntArray,
    labels: IntArray,
    labelled: FloatArray,
    unlabelled: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """Return how sure a label is, of labelled and of unlabelled items; the least sure are asked.

    Parameters
    ----------
    items, annotators, answers : (n_answers,) items by their row in `labelled`.
    labels : (n_labelled,) consensus.
    labelled : (n_labelled, n_classes) out-of-fold predictions.
    unlabelled : (n_unlabelled, n_classes) predictions.

    References
    ----------
    Goh and Mueller, "ActiveLab: active learning with re-labeling by multiple annotators", ICLR
    workshop on trustworthy ML, 2023; weights as in Goh, Tkachenko and Mueller, "CROWDLAB", 2022.

    """
    n_classes = labelled.shape[1]
    agree = answers == labels[items]
    counts = np.bincount(items, minlength=len(labels))
    shared = counts[items] > 1
    said = labelled.argmax(axis=1)
    # With one answer each there is nobody else to agree with: the model stands in.
    comparable = agree[shared] if shared.any() else (answers == said[items])
    trust = float(np.clip(comparable.mean(), 1.0 / n_classes, 1.0 - 1e-6))
    frequent = np.bincount(labels, minlength=n_classes).argmax()
    baseline = max(1.0 - float((labels == frequent).mean()), 1e-6)
    weight_of = np.array(
        [
            max(1.0 - (1.0 - _agreement(annotators == one, agree, shared, trust)) / baseline, 1e-6)
            for one in np.unique(annotators)
        ]
    )
    places = np.searchsorted(np.unique(annotators), annotators)
    model = max(1.0 - float((said != labels).mean()) / baseline, 1e-6)
    model *= float(np.sqrt(counts.mean()))
    mean = float(weight_of.mean())
    likely = np.where(agree, trust, (1.0 - trust) / max(n_classes - 1, 1))
    weights = weight_of[places]
    above = np.bincount(items, weights * likely, len(labels))
    below = np.bincount(items, weights, len(labels))
    own = labelled[np.arange(len(labels)), labels]
    known = (model * own + mean / n_classes + above) / (model + mean + below)
    new = (model * unlabelled.max(axis=1) + mean / n_classes) / (model + mean)
    return known, new


def _agreement(own: BoolArray, agree: BoolArray, shared: BoolArray, trust: float) -> float:
    """Return how often somebody agrees with the consensus on items that others answered too."""
    both = own & shared
    return float(agree[both].mean()) if both.any() else trust


def activelab_choice(campaign: Campaign, n: int) -> list[int]:
    """Return the rows that ActiveLab would ask next: the least sure of all, new or answered."""
    free = campaign.free()
    if campaign.model is None or campaign.labels.size < n:
        drawn: list[int] = campaign.rng.choice(free, min(n, free.size), replace=False).tolist()
        return drawn
    model = campaign.out_of_fold()
    known, new = activelab_scores(
        campaign.places(),
        np.array(campaign.people),
        np.array(campaign.answers),
        campaign.labels,
        model,
        campaign.world.predict(campaign.model, free),
    )
    rows = np.concatenate([campaign.labelled, free])
    scores = np.concatenate([known, new])
    order = np.lexsort((campaign.rng.random(rows.size), scores))
    can = [row for row in rows[order].tolist() if _has_room(campaign, row)]
    return can[:n]


def _has_room(campaign: Campaign, row: int) -> bool:
    return len(campaign.asked.get(row, ())) < campaign.crowd.size
