"""First scores without a model of one's own: from a model elsewhere, or from the classes' names.

Both only order the first items. They are never labels, votes or figures, and the project's own
model takes over as soon as there are labels to train it on. Arrays in, arrays out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from active_learning import strategies
from active_learning.strategies import Selection
from labeling.quality.arrays import FloatArray
from training.features import choose_featurizer

LABELS_NEEDED: Final = 20
"""With so many labels the project's own model chooses."""
SCORE_ASSUMED: Final = 0.8
"""Taken for the score of a prediction that names a class and no score."""
TEMPERATURE: Final = 0.05
"""Of cosines between texts and names of classes: what encoders are trained with."""
LEAST_COVERED: Final = 0.5
"""A guess about fewer of the candidates than this leaves too many out to choose by."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What is known of the candidates before there are labels; all of it JSON can hold.

    Parameters
    ----------
    source : who says so, in words.
    classes : of each candidate, the class index that was predicted; -1 where none was.
    scores : of each candidate, the predicted class's score in [0, 1]; None where it has none.
    names : (n_classes, n_dimensions) embeddings of the classes' names, in the space of the
        features; None where classes and scores are given.
    """

    source: str
    classes: Sequence[int] = ()
    scores: Sequence[float | None] = ()
    names: Sequence[Sequence[float]] | None = None


def from_predictions(
    classes: npt.ArrayLike, scores: Sequence[float | None], n_classes: int
) -> FloatArray:
    """Return (n_items, n_classes) probabilities: the score to the class, the rest shared alike.

    A score below an even chance, or none, says no more than the class: 0.8 is assumed. Stated
    scores are not calibrated, which an order does not ask for.

    Raises
    ------
    ValueError
        The lengths differ, or a class is outside the question's.

    """
    said = np.asarray(classes, dtype=np.int64)
    given = np.array([np.nan if one is None else one for one in scores], dtype=np.float64)
    if said.shape != given.shape or (said.size and said.max() >= n_classes):
        message = f"classes: {said.size} of at most {n_classes} classes, but {given.size} scores"
        raise ValueError(message)
    sure = np.where((given > 1.0 / n_classes) & (given <= 1.0), given, SCORE_ASSUMED)
    found = np.full((said.size, n_classes), 1.0 / n_classes)
    known = np.flatnonzero(said >= 0)
    rest = (1.0 - sure[known]) / max(n_classes - 1, 1)
    found[known] = rest[:, None]
    found[known, said[known]] = sure[known]
    return found


def from_names(items: FloatArray, names: FloatArray) -> FloatArray:
    """Return (n_items, n_classes) probabilities by the likeness of texts to names of classes.

    Parameters
    ----------
    items : (n_items, n_dimensions) embeddings.
    names : (n_classes, n_dimensions) of the classes' names.

    Raises
    ------
    ValueError
        The embeddings are of other lengths.

    References
    ----------
    Yin, Hay and Roth, "Benchmarking zero-shot text classification", EMNLP 2019.

    """
    if items.shape[1] != names.shape[1]:
        message = f"names: {names.shape[1]} dimensions, but the items have {items.shape[1]}"
        raise ValueError(message)
    cosine = _unit(items) @ _unit(names).T / TEMPERATURE
    cosine = np.exp(cosine - cosine.max(axis=1, keepdims=True))
    found: FloatArray = cosine / cosine.sum(axis=1, keepdims=True)
    return found


def embed_names(names: Sequence[str]) -> list[list[float]]:
    """Return the embeddings of classes' names, where a sentence encoder is installed.

    Raises
    ------
    ValueError
        There is none; the message says how to get one.

    """
    rows = [{"name": name} for name in names]
    encoder = choose_featurizer({"name": "text"}, "sentences").fit(rows)
    found: list[list[float]] = np.round(encoder.transform(rows).astype(np.float64), 5).tolist()
    return found


def _unit(rows: FloatArray) -> FloatArray:
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    found: FloatArray = np.asarray(rows, dtype=np.float64) / np.maximum(length, 1e-12)
    return found


def choose_by_guess(
    guess: Guess,
    n: int,
    features: Any,
    embeddings: npt.NDArray[np.floating[Any]],
    n_classes: int,
    rng: np.random.Generator,
) -> Selection | None:
    """Choose the first items by a guess; None where it says too little.

    Doubtful items that differ from each other (cluster-margin), as with a model of one's own.

    Parameters
    ----------
    guess : of the candidates, in their order.
    n : how many.
    features : (n_items, n_features) of the candidates, in the space of the names.
    embeddings : (n_items, n_dimensions) dense, for distances.
    n_classes : of the question.
    rng : of every draw.

    """
    if guess.names is not None:
        probabilities = from_names(np.asarray(features), np.asarray(guess.names))
    else:
        said = np.asarray(guess.classes, dtype=np.int64)
        if not said.size or float((said >= 0).mean()) < LEAST_COVERED:
            return None
        probabilities = from_predictions(said, guess.scores, n_classes)
    found = strategies.choose(
        "cluster_margin", n, rng=rng, probabilities=probabilities, embeddings=embeddings
    )
    return Selection(
        found.indices, found.scores, found.strategy, f"{found.reason}, by {guess.source}"
    )


def guess_of(document: Mapping[str, Any] | None) -> Guess | None:
    """Return a request's guess as the dataclass."""
    return None if document is None else Guess(**document)
