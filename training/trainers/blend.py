"""A blend of a linear model, trees and neighbours, each weighted by how well it foresees labels.

No one of the three is best everywhere: on texts the linear model, on tables the trees, with few
labels the neighbours, who also look at rows without a label. Which one it is here is seen in what
each says of labels it has not been shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from labeling.files import write_durably
from training.features.featurizer import Matrix
from training.trainers import skops_file
from training.trainers.blend_members import (
    FITTERS,
    KNOWN_TYPES,
    MemberData,
    Scaled,
    beliefs_of_folds,
    fits,
    member_from,
)
from training.trainers.trainer import (
    FloatArray,
    Parameters,
    TrainedModel,
    Trainer,
    TrainingSet,
    all_classes,
)

MOST_JUDGED = 1_500
"""Labelled rows of which the members are judged by; more say no more of a few weights."""
POWERS = (0.5, 0.7, 1.0, 1.4, 2.0, 2.8, 4.0)
_FLOOR = 1e-4
_DOUBT = 0.02
_LEAST_SHARE = 0.03
"""A member with less changes no answer, and is not kept."""
_PREDICTION_ROWS = 8_192
_KEY = "labelloop_blend"


@dataclass(frozen=True, slots=True)
class BlendModel:
    """The fitted members with their weights.

    Parameters
    ----------
    members : name → fitted member.
    powers : name → exponent that makes the member's probabilities as sure as it is right.
    weights : name → share in the blend; they sum to one.
    classes : class indices seen in training.
    scale : what features are centred and scaled by.
    n_classes : of the schema.
    """

    members: dict[str, Any]
    powers: dict[str, float]
    weights: dict[str, float]
    classes: NDArray[np.int64]
    scale: Scaled
    n_classes: int

    def predict_proba(self, features: Matrix) -> FloatArray:
        """Return (n_items, n_classes) float64; 0 for classes never seen in training."""
        parts: list[FloatArray] = [np.empty((0, self.n_classes))]
        for start in range(0, features.shape[0], _PREDICTION_ROWS):
            rows = self.scale.apply(features[start : start + _PREDICTION_ROWS])
            mixed = np.zeros((rows.shape[0], len(self.classes)))
            for name, member in self.members.items():
                said = sharpened(member.predict_proba(rows), self.powers[name])
                mixed += self.weights[name] * said
            mixed /= mixed.sum(axis=1, keepdims=True)
            parts.append(all_classes(mixed, self.classes, self.n_classes))
        return np.concatenate(parts)

    def save(self, path: Path) -> str:
        """Write the skops file durably and return its SHA-256."""
        document = {
            _KEY: self.n_classes,
            "members": {name: member.document() for name, member in self.members.items()},
            "powers": self.powers,
            "weights": self.weights,
            "classes": self.classes,
            "scale": {"mean": self.scale.mean, "deviation": self.scale.deviation},
        }
        return write_durably(path, skops_file.dump(document))


def load_blend(content: bytes) -> TrainedModel:
    """Return the model in skops bytes.

    Raises
    ------
    ValueError
        It is no file of ours, or holds a type that is not trusted.
    """
    document = skops_file.load_document(content, KNOWN_TYPES, _KEY)
    return BlendModel(
        members={name: member_from(name, what) for name, what in document["members"].items()},
        powers=document["powers"],
        weights=document["weights"],
        classes=document["classes"],
        scale=Scaled(**document["scale"]),
        n_classes=int(document[_KEY]),
    )


def train_blend(data: TrainingSet, seed: int, parameters: Parameters) -> TrainedModel:
    """Fit the members, judge each on labels it was not shown, and weigh them by that."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(limits=1):  # sums in one order: the same bytes in every process
        member_data = MemberData.of(data, seed, parameters)
        shares, powers = _said_before(member_data, parameters) or _judge(
            member_data, _judged(data, seed)
        )
        members = {name: FITTERS[name](member_data) for name in shares}
    return BlendModel(
        members, powers, shares, member_data.classes, member_data.scale, data.n_classes
    )


def judgement_of(model: TrainedModel) -> dict[str, list[float]] | None:
    """Return a blend's ``shares``, for a refit on a few more labels; None of another model."""
    if not isinstance(model, BlendModel):
        return None
    return {name: [share, model.powers[name]] for name, share in model.weights.items()}


def _judge(
    data: MemberData, judged: NDArray[np.int64]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return each member's share and power by what it says of labels that it was not shown."""
    foreseen = beliefs_of_folds(data, judged)
    names = [name for name in FITTERS if name in foreseen.by_member]
    powers, said = {}, []
    for name in names:
        powers[name] = _best_power(foreseen.by_member[name], foreseen.truth, foreseen.weights)
        sharp = sharpened(foreseen.by_member[name], powers[name])
        said.append((1 - _DOUBT) * _of_truth(sharp, foreseen.truth) + _DOUBT * foreseen.chance)
    weights = mixture_weights(np.stack(said, axis=1), foreseen.weights)
    heard = weights >= min(_LEAST_SHARE, float(weights.max()))
    shares = {
        name: float(weight / weights[heard].sum())
        for name, weight, is_heard in zip(names, weights, heard, strict=True)
        if is_heard
    }
    return shares, powers


def _said_before(
    data: MemberData, parameters: Parameters
) -> tuple[dict[str, float], dict[str, float]] | None:
    """Return the shares and powers that the caller knows of an earlier fit; None to judge anew."""
    given = parameters["shares"] or {}
    known = {name: pair for name, pair in given.items() if fits(name, data)}
    total = sum(share for share, _ in known.values())
    if total <= 0:
        return None
    return (
        {name: float(share / total) for name, (share, _) in known.items()},
        {name: float(power) for name, (_, power) in known.items()},
    )


def sharpened(probabilities: FloatArray, power: float) -> FloatArray:
    """Return probabilities to a power, summing to one again; above 1 makes them surer."""
    raised = np.power(np.maximum(probabilities, _FLOOR), power)
    result: FloatArray = raised / raised.sum(axis=1, keepdims=True)
    return result


def mixture_weights(likelihoods: FloatArray, weights: FloatArray, steps: int = 50) -> FloatArray:
    """Return (n_members,) the shares under which the mixture foresees the labels best.

    One made-up observation per member keeps each at some share where there is little to go by.

    Parameters
    ----------
    likelihoods : (n_rows, n_members), what each member gave the true class.
    weights : (n_rows,) how much each row counts.

    References
    ----------
    Dempster, Laird and Rubin, "Maximum likelihood from incomplete data via the EM algorithm",
    JRSS B 1977.
    """
    n_members = likelihoods.shape[1]
    shares = np.full(n_members, 1 / n_members)
    for _ in range(steps):
        parts = likelihoods * shares
        parts *= (weights / parts.sum(axis=1))[:, np.newaxis]
        shares = (parts.sum(axis=0) + 1) / (weights.sum() + n_members)
    return shares


def _best_power(said: FloatArray, truth: NDArray[np.int64], weights: FloatArray) -> float:
    """Return the exponent under which a member's log-likelihood is best, 1 where little speaks."""
    values = [
        float((weights * np.log(_of_truth(sharpened(said, power), truth))).sum())
        - 2 * np.log(power) ** 2
        for power in POWERS
    ]
    return POWERS[int(np.argmax(values))]


def _of_truth(said: FloatArray, truth: NDArray[np.int64]) -> FloatArray:
    """Return what each row gave its true class."""
    given: FloatArray = said[np.arange(len(truth)), truth]
    return given


def _judged(data: TrainingSet, seed: int) -> NDArray[np.int64]:
    """Return the labelled rows to judge the members by."""
    n = len(data.labels)
    if n <= MOST_JUDGED:
        return np.arange(n)
    return np.sort(np.random.default_rng(seed).choice(n, MOST_JUDGED, replace=False))


BLEND = Trainer(
    "blend",
    "skops",
    train_blend,
    load_blend,
    {"C": 10.0, "n_estimators": 100, "max_iter": 200, "shares": None},
    uses_unlabelled=True,
)
