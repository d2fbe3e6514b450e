"""Multi-label answers: sets of classes, nearer to each other the more they share."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import Final, Literal, get_args

import numpy as np

from labeling.quality.agreement.answers import Answers
from labeling.quality.agreement.distance_alpha import distance_alpha
from labeling.quality.agreement.result import Agreement

ClassSet = frozenset[Hashable]
SetDistance = Literal["masi", "jaccard"]
SUBSET, OVERLAP = 2 / 3, 1 / 3
"""Passonneau's weights: one set within the other, or only some classes in common."""


def jaccard_distance(one: ClassSet, other: ClassSet) -> float:
    """1 - shared classes / classes in either; 0 for two empty sets."""
    union = len(one | other)
    return 1.0 - len(one & other) / union if union else 0.0


def masi_distance(one: ClassSet, other: ClassSet) -> float:
    """1 - Jaccard similarity × how the sets lie: equal 1, one within the other 2/3, crossing 1/3.

    References
    ----------
    Passonneau, "Measuring agreement on set-valued items (MASI) for semantic and pragmatic
    annotation", LREC 2006.
    """
    if one == other:
        return 0.0
    weight = SUBSET if one <= other or other <= one else OVERLAP
    return 1.0 - (1.0 - jaccard_distance(one, other)) * weight


DISTANCES: Final[dict[SetDistance, Callable[[ClassSet, ClassSet], float]]] = {
    "masi": masi_distance,
    "jaccard": jaccard_distance,
}


def set_alpha(
    answers: Answers[ClassSet],
    distance: SetDistance = "masi",
    *,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Krippendorff's alpha over sets of classes.

    Parameters
    ----------
    answers
        (n_annotators, n_items) frozensets of classes, None where missing; an empty set is an
        answer ("none of them").
    distance
        "masi" or "jaccard".
    rng
        For a bootstrap interval; jackknife when None.

    Raises
    ------
    ValueError
        An unknown distance, or rows that are not equally long.
    """
    if distance not in DISTANCES:
        message = f"distance must be one of {', '.join(get_args(SetDistance))}, not {distance!r}"
        raise ValueError(message)
    return distance_alpha(answers, DISTANCES[distance], rng=rng)
