"""How the answers to each kind of question are combined and compared: one line for each kind."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from labeling.quality.agreement.regions import mean_overlap
from labeling.quality.agreement.spans import partial_f1
from labeling.quality.agreement.texts import edit_similarity
from labeling.quality.arrays import FloatArray
from labeling.quality.truth.fusing import Kind
from labeling.quality.truth.regions import combine_regions
from labeling.quality.truth.spans import combine_spans
from labeling.quality.truth.texts import closest

if TYPE_CHECKING:
    from labeling.schema.questions import Question, QuestionKind

T = TypeVar("T", bound=Hashable)
HALF: Final = 0.5
ROUNDING: Final = 1e-9


def kind_of(question: Question) -> Kind[Any]:
    """Return how answers to a question are combined and compared."""
    return KINDS[question.kind](question)


def weighted_likeness(kind: Kind[T], answers: Sequence[T], weights: FloatArray, fused: T) -> float:
    """Return how alike answers are to the combined one in the mean, in [0, 1]: the agreement.

    It is 1 where there is one answer: nobody has disagreed.
    """
    alike = [kind.likeness(answer, fused) for answer in answers]
    return float(np.average(alike, weights=weights))


def combine_sets(
    answers: Sequence[frozenset[T]], weights: FloatArray
) -> tuple[frozenset[T], float]:
    """Keep the classes that more than half of the weight named: (set, mean share behind it)."""
    total = float(weights.sum())
    behind: dict[T, float] = {}
    for answer, weight in zip(answers, weights.tolist(), strict=True):
        for key in answer:
            behind[key] = behind.get(key, 0.0) + weight / total
    kept = frozenset(key for key, share in behind.items() if share > HALF)
    sides = [max(share, 1.0 - share) for share in behind.values()]
    return kept, float(np.mean(sides)) if sides else 1.0


def jaccard(one: frozenset[T], other: frozenset[T]) -> float:
    """Share of the classes in either set that are in both; 1 for two empty sets."""
    return len(one & other) / len(one | other) if one or other else 1.0


def combine_votes(answers: Sequence[T], weights: FloatArray) -> tuple[T, float]:
    """Return the answer with the most weight and its share; a tie goes to the one given first."""
    behind: dict[T, float] = {}
    for answer, weight in zip(answers, weights.tolist(), strict=True):
        behind[answer] = behind.get(answer, 0.0) + weight
    best = max(behind, key=lambda answer: round(behind[answer], 9))
    return best, behind[best] / float(weights.sum())


def combine_numbers(
    answers: Sequence[float], weights: FloatArray, *, question: Question
) -> tuple[float, float]:
    """Return the weighted median on the question's scale, and how near the answers are to it.

    One that errs far does not move it. Between two middles it is halfway, rounded to the scale.
    """
    values = np.array(answers, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    share = np.cumsum(weights[order]) / weights.sum()
    low = values[order][np.searchsorted(share, HALF - ROUNDING)]
    high = values[order][min(int(np.searchsorted(share, HALF + ROUNDING)), values.size - 1)]
    fused = on_scale(question, float(low + high) / 2.0)
    alike = [nearness(value, fused, question=question) for value in answers]
    return fused, float(np.average(alike, weights=weights))


def on_scale(question: Question, value: float) -> float:
    """Return the answer nearest to a value that the question allows."""
    if question.kind == "rating":
        return float(round(value))
    start = question.minimum or 0.0
    if question.step is not None:
        value = round(start + round((value - start) / question.step) * question.step, 9)
    low = -np.inf if question.minimum is None else question.minimum
    high = np.inf if question.maximum is None else question.maximum
    return float(min(max(value, low), high))


def nearness(one: float, other: float, *, question: Question) -> float:
    """Return 1 for equal numbers, 0 for those as far apart as can be: by the question's range.

    Without a range it is the difference beside the larger of the two.
    """
    low, high = question.minimum, question.maximum
    if question.kind == "rating":
        low, high = 1.0, float(question.max_rating or 2)
    if low is not None and high is not None:
        return 1.0 - abs(one - other) / (high - low)
    largest = max(abs(one), abs(other))
    return max(0.0, 1.0 - abs(one - other) / largest) if largest else 1.0


def _sets(_question: Question) -> Kind[Any]:
    return Kind(combine_sets, jaccard)


def _numbers(question: Question) -> Kind[Any]:
    return Kind(partial(combine_numbers, question=question), partial(nearness, question=question))


def _texts(_question: Question) -> Kind[Any]:
    return Kind(partial(closest, alike=edit_similarity), edit_similarity)


def _spans(_question: Question) -> Kind[Any]:
    return Kind(combine_spans, partial_f1)


def _regions(_question: Question) -> Kind[Any]:
    return Kind(combine_regions, mean_overlap)


def _votes(_question: Question) -> Kind[Any]:
    return Kind(combine_votes, lambda one, other: float(one == other))


KINDS: Final[dict[QuestionKind, Callable[[Question], Kind[Any]]]] = {
    "choice": _sets,
    "choices": _sets,
    "rating": _numbers,
    "number": _numbers,
    "text": _texts,
    "spans": _spans,
    "boxes": _regions,
    "polygons": _regions,
    "pair": _votes,
}
