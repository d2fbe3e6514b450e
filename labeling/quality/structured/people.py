"""What a full fit learns of people for the kinds of question that have a model of their own.

Ratings and numbers: everybody's bias and spread. Sets of classes: how often each names a class that
is there, and one that is not. Pairs: how often each chooses with the order of the objects. Spans,
boxes and texts have no such model: they are combined by everybody's likeness alone.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from labeling.quality.arrays import FloatArray, IntArray, compress
from labeling.quality.structured.kinds import on_scale
from labeling.quality.truth.methods import infer_truth
from labeling.quality.truth.pairs import infer_pairs
from labeling.quality.truth.ratings import infer_ratings

if TYPE_CHECKING:
    from labeling.schema.questions import Question, QuestionKind

Learned = dict[str, Any]
"""JSON, as the record of the fit keeps it; `people` by the annotator's id as text."""
Pair = tuple[Hashable, Hashable]
RATINGS: Final = "ratings"
SETS: Final = "label_sets"
PAIRS: Final = "bradley_terry"
LIKENESS: Final = "likeness"
"""The method where nothing else was learned."""
LEAST_ITEMS: Final = 10
"""Items that two people answered below which nothing is learned but likeness."""
MOST_NUMBERS: Final = 50_000
"""So many numbers of people are kept at most; beyond them likeness has to do."""
DIGITS: Final = 5
LEFT: Final = "left"
RIGHT: Final = "right"
LEAST_SURE: Final = 0.5
"""Nobody counts against what they chose."""
MOST_SURE: Final = 0.999
"""Nobody outweighs all others for ever."""


@dataclass(frozen=True, eq=False)
class Given:
    """Answers to one question, one entry each.

    Attributes
    ----------
    items, people
        (n_answers,) places of the items, ids of the annotators.
    values
        What each says, as `structured.values.parse_value` reads it.
    pairs
        By item: the two objects it compares, left and right; empty where none are known.
    """

    items: IntArray
    people: IntArray
    values: Sequence[Any]
    pairs: Sequence[Pair] = ()

    @property
    def n_shared(self) -> int:
        """Items that two or more answered."""
        return int((np.bincount(self.items) > 1).sum()) if self.items.size else 0


def learn(question: Question, given: Given) -> Learned | None:
    """Fit what the question's kind has a model for; None where there is none, or too little."""
    method = METHODS.get(question.kind)
    if method is None or given.n_shared < LEAST_ITEMS:
        return None
    return method.learn(question, given)


def combine(
    question: Question, learned: Learned | None, people: Sequence[int], values: Sequence[Any]
) -> Any | None:
    """Combine one item's answers by what was learned; None where likeness has to do.

    What everybody says of an item is what it comes to: no model knows better than all.
    """
    method = METHODS.get(question.kind)
    if learned is None or method is None or learned.get("method") != method.name:
        return None
    if all(value == values[0] for value in values):
        return values[0]
    return method.combine(question, learned, [str(who) for who in people], values)


def _learn_ratings(_question: Question, given: Given) -> Learned:
    found = infer_ratings(given.items, given.people, np.array(given.values, dtype=np.float64))
    people = {
        str(who): [round(bias, DIGITS), round(spread, DIGITS)]
        for who, bias, spread in zip(
            found.annotator_ids.tolist(), found.bias.tolist(), found.spread.tolist(), strict=True
        )
    }
    usual = float(np.sqrt(np.mean(np.square(found.spread))))
    return {"method": RATINGS, "people": people, "usual": [0.0, round(usual, DIGITS)]}


def _combine_ratings(
    question: Question, learned: Learned, people: Sequence[str], values: Sequence[float]
) -> float | None:
    """Return the mean of what people say without their bias, the steady ones first, on the scale.

    It never leaves the range of what was said: a bias is an estimate, an answer is not.
    """
    terms = np.array([learned["people"].get(who, learned["usual"]) for who in people])
    given = np.array(values, dtype=np.float64)
    if not (terms[:, 1] > 0).all():
        return None
    mean = float(np.average(given - terms[:, 0], weights=1.0 / terms[:, 1] ** 2))
    return on_scale(question, float(np.clip(mean, given.min(), given.max())))


def _learn_sets(_question: Question, given: Given) -> Learned | None:
    """Fit each class that somebody named as a yes-or-no question, as `infer_sets` does."""
    keys = sorted({str(key) for value in given.values for key in value})
    ids, _ = compress(given.people)
    if not keys or 2 * len(keys) * ids.size > MOST_NUMBERS:
        return None
    classes = {}
    for key in keys:
        said = np.array([key in value for value in given.values], dtype=np.int64)
        found = infer_truth(given.items, given.people, said, 2)
        people = {}
        for who in ids.tolist():
            table = found.confusion(who)
            people[str(who)] = [
                round(float(table[0, 1]), DIGITS),
                round(float(table[1, 1]), DIGITS),
            ]
        default = np.array(list(people.values())).mean(axis=0).round(DIGITS).tolist()
        prior = round(float(found.class_prior[1]), DIGITS)
        classes[key] = {"prior": prior, "people": people, "usual": default}
    return {"method": SETS, "classes": classes}


def _combine_sets(
    _question: Question, learned: Learned, people: Sequence[str], values: Sequence[frozenset[str]]
) -> frozenset[str] | None:
    """Keep the classes that are likelier there than not, by who named them and who did not."""
    named = frozenset(key for value in values for key in value)
    if not named <= learned["classes"].keys():
        return None  # somebody named a class that the fit has not seen
    return frozenset(key for key in named if _chance(learned["classes"][key], key, people, values))


def _chance(
    known: Learned, key: str, people: Sequence[str], values: Sequence[frozenset[str]]
) -> bool:
    rates = np.array([known["people"].get(who, known["usual"]) for who in people])
    rates = rates.clip(1.0 - MOST_SURE, MOST_SURE)
    said = np.array([key in value for value in values])
    odds = np.where(said, rates[:, 1] / rates[:, 0], (1 - rates[:, 1]) / (1 - rates[:, 0]))
    prior = min(max(known["prior"], 1.0 - MOST_SURE), MOST_SURE)
    return bool(np.log(odds).sum() + np.log(prior / (1.0 - prior)) > 0.0)


def _learn_pairs(_question: Question, given: Given) -> Learned:
    """Fit one order of all objects; objects that come up in one item alone are only there."""
    places: dict[Hashable, int] = {}
    sides: Sequence[Pair] = given.pairs or [
        ((item, LEFT), (item, RIGHT)) for item in range(int(given.items.max()) + 1)
    ]
    winners, losers, people = [], [], []
    for item, who, value in zip(
        given.items.tolist(), given.people.tolist(), given.values, strict=True
    ):
        left, right = (places.setdefault(side, len(places)) for side in sides[item])
        if left == right:
            continue  # the same object twice: nothing can be told by it
        winners.append(left if value == LEFT else right)
        losers.append(right if value == LEFT else left)
        people.append(who)
    found = infer_pairs(winners, losers, people, len(places))
    reliability = {
        str(who): round(share, DIGITS)
        for who, share in zip(found.annotator_ids.tolist(), found.reliability.tolist(), strict=True)
    }
    usual = float(found.reliability.mean()) if found.reliability.size else LEAST_SURE
    return {"method": PAIRS, "people": reliability, "usual": round(usual, DIGITS)}


def _combine_pairs(
    _question: Question, learned: Learned, people: Sequence[str], values: Sequence[str]
) -> str | None:
    """Return the side with more behind it, everybody by the log-odds of their reliability."""
    known: FloatArray = np.array([learned["people"].get(who, learned["usual"]) for who in people])
    known = known.clip(LEAST_SURE, MOST_SURE)
    weights = np.log(known / (1.0 - known))
    left = np.array([value == LEFT for value in values])
    balance = float(weights[left].sum() - weights[~left].sum())
    if abs(balance) < 10**-DIGITS:
        return None
    return LEFT if balance > 0 else RIGHT


@dataclass(frozen=True, slots=True)
class Method:
    """One model: its name in the record, how it is fitted, and how it combines an item."""

    name: str
    learn: Callable[[Question, Given], Learned | None]
    combine: Callable[[Question, Learned, Sequence[str], Sequence[Any]], Any]


METHODS: Final[dict[QuestionKind, Method]] = {
    "choices": Method(SETS, _learn_sets, _combine_sets),
    "rating": Method(RATINGS, _learn_ratings, _combine_ratings),
    "number": Method(RATINGS, _learn_ratings, _combine_ratings),
    "pair": Method(PAIRS, _learn_pairs, _combine_pairs),
}
"""By kind; a kind that is not here is combined by likeness."""
