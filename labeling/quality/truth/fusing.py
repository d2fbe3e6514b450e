"""Answers that can be combined but not counted: weigh, combine, compare, weigh again."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import FloatArray, IntArray, compress, equally_long, integers

T = TypeVar("T")
PSEUDO_ANSWERS = 2.0
"""So many answers of average likeness stand behind everybody's skill."""
MAX_ROUNDS = 20
TOLERANCE = 1e-3


@dataclass(frozen=True, eq=False)
class FusedEstimate(Generic[T]):
    """What the answers of every item come to.

    Attributes
    ----------
    answers
        (n_items,) the combined answer, None where there is none.
    confidence
        (n_items,) weighted share of the answers behind it, in [0, 1]: a stop score, see
        `calibrate`; 0 where there is no answer.
    skill
        By annotator: mean likeness of their answers to what was combined, in [0, 1].
    n_iterations
        Rounds until the weights stood still.
    """

    answers: list[T | None]
    confidence: FloatArray
    skill: Mapping[int, float]
    n_iterations: int


@dataclass(frozen=True)
class Kind(Generic[T]):
    """How answers of one kind are combined and compared.

    Attributes
    ----------
    combine
        (answers of one item, their weights (n,) > 0) → (combined answer, confidence in [0, 1]).
    likeness
        Of an answer to the combined one, in [0, 1].
    """

    combine: Callable[[Sequence[T], FloatArray], tuple[T, float]]
    likeness: Callable[[T, T], float]


def fuse(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: Sequence[T],
    kind: Kind[T],
    *,
    n_items: int | None = None,
) -> FusedEstimate[T]:
    """Combine each item's answers, weighing annotators by how alike theirs are to the result.

    Weights are squared likenesses: who agrees half as much as another weighs a quarter.

    Parameters
    ----------
    items, annotators
        (n_answers,) integers, as for `infer_truth`.
    answers
        (n_answers,) answers of the kind.
    kind
        How they are combined and compared.
    n_items
        Length of the result; by default up to the highest item.

    Raises
    ------
    ValueError
        Arrays of different lengths.
    """
    rows, people = integers("items", items, below=n_items), integers("annotators", annotators)
    equally_long(items=rows.size, annotators=people.size, answers=len(answers))
    count = n_items if n_items is not None else int(rows.max(initial=-1)) + 1
    ids, who = compress(people)
    order = np.argsort(rows, kind="stable")
    groups = np.split(order, np.flatnonzero(np.diff(rows[order])) + 1) if rows.size else []
    skill, rounds = _skill(_mutual_likeness(groups, answers, kind), who, ids.size), 0
    combined: list[T | None] = [None] * count
    confidence = np.zeros(count)
    for done in range(1, MAX_ROUNDS + 1):
        likeness = np.zeros(rows.size)
        for group in groups:
            row, given = int(rows[group[0]]), [answers[place] for place in group]
            fused, confidence[row] = kind.combine(given, skill[who[group]] ** 2)
            combined[row] = fused
            likeness[group] = [kind.likeness(answer, fused) for answer in given]
        before, skill, rounds = skill, _skill(likeness, who, ids.size), done
        if np.abs(skill - before).max(initial=0.0) <= TOLERANCE:
            break
    by_annotator = dict(zip(ids.tolist(), skill.tolist(), strict=True))
    return FusedEstimate(combined, confidence, by_annotator, rounds)


def _mutual_likeness(groups: list[IntArray], answers: Sequence[T], kind: Kind[T]) -> FloatArray:
    """Mean likeness of each answer to the others on its item, 1 where it is alone: (n_answers,).

    The first weights: a plain vote of a split item finds nothing that anybody could be like.
    """
    likeness: FloatArray = np.ones(len(answers))
    for group in groups:
        places = group.tolist()
        if len(places) > 1:
            for place in places:
                others = [answers[other] for other in places if other != place]
                alike = [kind.likeness(answers[place], other) for other in others]
                likeness[place] = sum(alike) / len(alike)
    return likeness


def _skill(likeness: FloatArray, who: IntArray, n_annotators: int) -> FloatArray:
    """Mean likeness of each annotator's answers, drawn to everybody's: (n_annotators,), above 0."""
    overall = float(likeness.mean()) if likeness.size else 1.0
    sums = np.bincount(who, likeness, n_annotators) + PSEUDO_ANSWERS * overall
    skill: FloatArray = sums / (np.bincount(who, minlength=n_annotators) + PSEUDO_ANSWERS)
    return np.maximum(skill, np.finfo(np.float64).tiny ** 0.5)
