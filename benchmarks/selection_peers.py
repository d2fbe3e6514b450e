"""What modAL, small-text and scikit-activeml offer beside ours, as calls on the same arrays."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from types import MappingProxyType
from typing import Any

import numpy as np

N_CLASSES = 20

PEERS: Mapping[str, str] = MappingProxyType(
    {"modAL": "modAL", "small-text": "small_text", "scikit-activeml": "skactiveml"}
)
"""Peer → the package to import."""

OFFERS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "modAL": {
            "least_confidence": "modAL.uncertainty.uncertainty_sampling",
            "margin": "modAL.uncertainty.margin_sampling",
            "entropy": "modAL.uncertainty.entropy_sampling",
            "density": "modAL.batch.uncertainty_batch_sampling",
        },
        "small-text": {
            "random": "RandomSampling",
            "least_confidence": "LeastConfidence",
            "margin": "BreakingTies",
            "entropy": "PredictionEntropy",
            "k_center": "GreedyCoreset",
            "typiclust": "EmbeddingKMeans",
        },
        "scikit-activeml": {
            "random": "RandomSampling",
            "least_confidence": "UncertaintySampling:least_confident",
            "margin": "UncertaintySampling:margin_sampling",
            "entropy": "UncertaintySampling:entropy",
            "badge": "Badge",
            "k_center": "CoreSet",
            "typiclust": "TypiClust",
            "probcover": "ProbCover",
        },
    }
)
"""Peer → our strategy's name → theirs that comes nearest."""


def is_installed(peer: str) -> bool:
    """Whether a peer can be imported."""
    return find_spec(PEERS[peer]) is not None


def peer_call(
    peer: str, strategy: str, n: int, embeddings: Any, probabilities: Any
) -> Callable[[], Any]:
    """Return a call that chooses n rows by a peer's strategy."""
    name = OFFERS[peer][strategy]
    make = {"modAL": _modal, "small-text": _small_text, "scikit-activeml": _scikit_activeml}[peer]
    return make(name, n, embeddings, probabilities)


@dataclass(frozen=True, slots=True)
class Answers:
    """A model and a data set in one, that answers with probabilities computed before."""

    probabilities: Any

    def predict_proba(self, X: Any) -> Any:
        """Return the probabilities of all rows."""
        assert len(X) == len(self.probabilities)
        return self.probabilities

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.probabilities)

    def __getitem__(self, rows: Any) -> Answers:
        """Return some rows."""
        return Answers(self.probabilities[rows])


def _modal(name: str, n: int, embeddings: Any, probabilities: Any) -> Callable[[], Any]:
    """Return a call of modAL's query function; ranked batch needs labelled rows too."""
    module, _, function = name.rpartition(".")
    query = getattr(importlib.import_module(module), function)
    learner: Any = Answers(probabilities)
    if function == "uncertainty_batch_sampling":
        from modAL.models import ActiveLearner
        from sklearn.linear_model import LogisticRegression

        learner = ActiveLearner(
            LogisticRegression(max_iter=50),
            X_training=np.asarray(embeddings[:N_CLASSES]),
            y_training=np.arange(N_CLASSES),
        )
    return lambda: query(learner, np.asarray(embeddings), n_instances=n)[0]


def _small_text(name: str, n: int, embeddings: Any, probabilities: Any) -> Callable[[], Any]:
    """Return a call of small-text's strategy on given probabilities and embeddings."""
    module = importlib.import_module("small_text.query_strategies")
    strategy = getattr(module, name)()
    known, rest = np.arange(N_CLASSES), np.arange(N_CLASSES, len(embeddings))
    answers = Answers(probabilities)
    if name in ("GreedyCoreset", "EmbeddingKMeans"):
        return lambda: strategy.sample(
            answers, answers, rest, known, known, n, np.asarray(embeddings)
        )
    return lambda: strategy.query(answers, answers, np.arange(len(embeddings)), known[:0], [], n=n)


def _scikit_activeml(name: str, n: int, embeddings: Any, probabilities: Any) -> Callable[[], Any]:
    """Return a call of scikit-activeml's strategy; its own classifier learns from 20 rows."""
    del probabilities
    from sklearn.linear_model import LogisticRegression

    pool = importlib.import_module("skactiveml.pool")
    wrapped = importlib.import_module("skactiveml.classifier").SklearnClassifier
    kind, _, method = name.partition(":")
    options = {"method": method} if method else {}
    strategy = getattr(pool, kind)(random_state=0, **options)
    labels = np.full(len(embeddings), np.nan)
    labels[:N_CLASSES] = np.arange(N_CLASSES)
    arguments: dict[str, Any] = {"batch_size": n}
    if kind in ("UncertaintySampling", "Badge"):
        arguments["clf"] = wrapped(LogisticRegression(max_iter=50), classes=np.arange(N_CLASSES))
    return lambda: strategy.query(np.asarray(embeddings), labels, **arguments)
