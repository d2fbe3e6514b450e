"""Answers that are no numbers, by annotator and item, and what their pairs have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from itertools import combinations
from typing import TypeVar

import numpy as np
from scipy import sparse

from labeling.quality.agreement.interval import Coefficient, Terms, estimate
from labeling.quality.agreement.ratings import PAIR
from labeling.quality.agreement.result import Agreement, undefined
from labeling.quality.arrays import FloatArray

T = TypeVar("T", bound=Hashable)
Answers = Sequence[Sequence[T | None]]
"""One row per annotator, one answer per item; None where there is none."""


def by_item(answers: Answers[T]) -> list[list[T]]:
    """Return the answers of each item that has at least two, in order of the annotators.

    Raises
    ------
    ValueError
        The rows are not equally long.
    """
    if len({len(row) for row in answers}) > 1:
        message = "answers must have one entry per item for every annotator, None where missing"
        raise ValueError(message)
    items = [
        [given for given in column if given is not None] for column in zip(*answers, strict=True)
    ]
    return [given for given in items if len(given) >= PAIR]


def why_undefined(answers: Answers[T], n_items: int) -> str | None:
    """Say why nothing can be compared, or None."""
    people = sum(any(given is not None for given in row) for row in answers)
    if people == 0:
        return "no answers yet"
    if people == 1:
        return "one person so far"
    return None if n_items else "no item was answered by two people"


def mean_similarity(
    answers: Answers[T],
    similarity: Callable[[T, T], float],
    rng: np.random.Generator | None,
) -> Agreement:
    """Mean over items of the mean similarity of an item's pairs of answers.

    Parameters
    ----------
    answers
        (n_annotators, n_items), None where missing.
    similarity
        Of two answers, symmetric, in [0, 1].
    rng
        For a bootstrap interval; jackknife when None.
    """
    items = by_item(answers)
    why = why_undefined(answers, len(items))
    if why is not None:
        return undefined(len(items), why)
    apart = [
        1.0 - float(np.mean([similarity(one, other) for one, other in combinations(given, PAIR)]))
        for given in items
    ]
    ones = np.ones(len(items))
    terms = Terms(
        ones.astype(np.int64), np.stack([ones, apart], axis=1), sparse.csr_array((ones.size, 0))
    )
    return estimate(terms, Coefficient(_mean, lowest=0.0), len(items), rng, "no items")


def _mean(scalars: FloatArray, _: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Mean disagreement of the items; nothing is allowed for chance."""
    mean: FloatArray = scalars[:, 1] / scalars[:, 0]
    return mean, np.ones_like(mean)
