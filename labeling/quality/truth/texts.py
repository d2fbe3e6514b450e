"""The best of several free texts: the one that is closest to all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from labeling.quality.agreement.texts import SIMILARITIES, TextSimilarity
from labeling.quality.arrays import FloatArray
from labeling.quality.truth.fusing import FusedEstimate, Kind, fuse


def infer_texts(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: Sequence[str],
    *,
    similarity: TextSimilarity = "edit",
) -> FusedEstimate[str]:
    """Choose one of the texts given to every item: no text is made up.

    The chosen one has the largest weighted mean similarity to the item's texts, which is also its
    confidence; a tie goes to the one given first.

    Parameters
    ----------
    items, annotators
        (n_answers,) integers, as for `infer_truth`.
    answers
        (n_answers,) texts.
    similarity
        "edit" by characters (transcripts), "token" by words (descriptions).

    Raises
    ------
    ValueError
        Arrays of different lengths, or an unknown similarity.

    References
    ----------
    Li and Fukumoto, "A dataset of crowdsourced word sequences", 2019 (SMV, its closest-answer
    family of methods).
    """
    if similarity not in SIMILARITIES:
        message = f"similarity must be one of {', '.join(SIMILARITIES)}, not {similarity!r}"
        raise ValueError(message)
    alike = SIMILARITIES[similarity]
    return fuse(items, annotators, answers, Kind(partial(closest, alike=alike), alike))


def closest(
    answers: Sequence[str], weights: FloatArray, *, alike: Callable[[str, str], float]
) -> tuple[str, float]:
    """Return the text nearest to all, and its weighted mean similarity to them."""
    table = np.array([[alike(one, other) for other in answers] for one in answers])
    means = table @ (weights / weights.sum())
    best = int(np.argmax(np.round(means, 12)))
    return answers[best], float(means[best])
