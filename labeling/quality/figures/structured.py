"""The figures of questions that are no single choice: each kind by the coefficients that fit it.

Computed from the same rows of an export. What has no meaning for a kind says why, in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from labeling.quality.agreement import Agreement
from labeling.quality.agreement.result import undefined
from labeling.quality.arrays import FloatArray, IntArray, compress
from labeling.quality.figures.agreement import (
    BASES,
    MOST_CLASSES,
    AgreementFigures,
    ClassAgreement,
    Compared,
    PeriodAgreement,
    SliceAgreement,
    buckets,
    compared_answers,
    period_of,
    slice_parts,
    why_undefined,
    with_reasons,
)
from labeling.quality.figures.coefficients import COEFFICIENTS, Table
from labeling.quality.figures.difficulty import (
    MOST_ITEMS,
    PRIOR_PAIRS,
    ClassCount,
    HardItem,
    ItemFigures,
    unanimous,
)
from labeling.quality.figures.measures import Measure, measured
from labeling.quality.figures.pairs import pair_agreements
from labeling.quality.figures.structured_reading import Said
from labeling.quality.structured.kinds import kind_of
from labeling.quality.structured.values import Value

if TYPE_CHECKING:
    from labeling.schema.questions import Question

MOST_OF_AN_ITEM: Final = 10
"""Of an item that more people answered, the first so many answers are compared."""
MOST_CHARACTERS: Final = 80
MOST_PAIRS: Final = 30
MOST_SHARED: Final = 500
"""Of the items that two people share, the first so many are compared."""
PAIR: Final = 2


def structured_agreement(said: Said) -> AgreementFigures:
    """Compute how far people agree, by the coefficients of the question's kind.

    The headline is the first of them on the random sample and first answers.
    """
    answers = said.answers
    parts = [compared_answers(answers, basis) for basis in BASES]
    measures = [measure for part in parts for measure in _measures(said, part)]
    period = period_of(answers.at)
    pairs, n_pairs = pair_agreements(answers, partial(_compare, said), MOST_PAIRS)
    found = AgreementFigures(
        scope=said.scope,
        headline=measures[0],
        measures=tuple(measures),
        classes=tuple(found for part in parts for found in _by_class(said, part)),
        slices=tuple(
            SliceAgreement(name, value, _headline(said, part.only(kept)))
            for part in parts
            for name, value, kept in slice_parts(answers, part.items)
        ),
        pairs=tuple(pairs),
        n_pairs=n_pairs,
        period=period,
        periods=tuple(
            PeriodAgreement(start, end, int(kept.sum()), _headline(said, part.only(kept)))
            for part in parts
            for start, end, kept in buckets(part.items, part.at, period)
        ),
        why_empty={},
    )
    if said.question.class_keys():
        return with_reasons(found, answers)
    kind = said.question.kind
    return with_reasons(found, answers, f"answers of the kind {kind!r} name no class")


def _compare(said: Said, first: Sequence[int], second: Sequence[int]) -> tuple[str, Agreement]:
    """Compare two people's answers to the same items by the first coefficient of the kind."""
    name, coefficient = COEFFICIENTS[said.question.kind][0]
    kept = (first[:MOST_SHARED], second[:MOST_SHARED])
    return name, coefficient([[said.values[code] for code in codes] for codes in kept])


def _measures(said: Said, part: Compared) -> Iterator[Measure]:
    why, table = why_undefined(part.items, part.people), _table(said, part)
    for name, coefficient in COEFFICIENTS[said.question.kind]:
        found = undefined(0, why) if why else coefficient(table)
        yield measured(name, found, part.basis)


def _headline(said: Said, part: Compared) -> Measure:
    return next(_measures(said, part))


def _table(said: Said, part: Compared, label: str | None = None) -> Table:
    """Return answers as (most answers of an item, n_items), None where there is none.

    With a label, only what was marked with it.
    """
    items, place = compress(part.items)
    columns: list[list[Value]] = [[] for _ in items]
    for column, code in zip(place.tolist(), part.given.tolist(), strict=True):
        if len(columns[column]) < MOST_OF_AN_ITEM:
            columns[column].append(_only(said.values[code], label))
    most = max((len(column) for column in columns), default=0)
    return [
        [column[row] if row < len(column) else None for column in columns] for row in range(most)
    ]


def _only(value: Value, label: str | None) -> Value:
    if label is None or not isinstance(value, frozenset):
        return value
    kept: Any = frozenset(part for part in value if getattr(part, "label", part) == label)
    return kept  # type: ignore[no-any-return]


def _by_class(said: Said, part: Compared) -> Iterator[ClassAgreement]:
    """Yield agreement on each class or label alone: the most used ones."""
    name, coefficient = COEFFICIENTS[said.question.kind][0]
    why = why_undefined(part.items, part.people)
    used = Counter(label for code in part.given.tolist() for label in _labels(said.values[code]))
    shown = dict(used.most_common(MOST_CLASSES))
    for key in said.question.class_keys():
        if key in shown:
            found: Agreement = undefined(0, why) if why else coefficient(_table(said, part, key))
            yield ClassAgreement(key, shown[key], measured(name, found, part.basis))


def _labels(value: Value) -> set[str]:
    """Return the classes or labels that an answer names."""
    if not isinstance(value, frozenset):
        return set()
    return {str(getattr(part, "label", part)) for part in value}


@dataclass(frozen=True, eq=False)
class Likenesses:
    """How alike people's votes are, on the items that at least two answered.

    Attributes
    ----------
    rows
        (n_votes,) the answers.
    to_others
        (n_votes,) mean likeness of each to the others on its item, in [0, 1].
    of_item
        (n_votes,) mean likeness of all pairs of its item.
    """

    rows: IntArray
    to_others: FloatArray
    of_item: FloatArray


def likenesses(said: Said, people: IntArray) -> Likenesses:
    """Compare what people say of the same item now; `people` (n_answers,) tells them apart."""
    answers, alike = said.answers, kind_of(said.question).likeness
    rows = np.flatnonzero(answers.votes() & answers.is_person)
    rows = rows[np.argsort(answers.items[rows], kind="stable")]
    groups = np.split(rows, np.flatnonzero(np.diff(answers.items[rows])) + 1)
    kept: list[int] = []
    to_others: list[float] = []
    of_item: list[float] = []
    for group in groups:
        found = group.tolist()[:MOST_OF_AN_ITEM]
        if np.unique(people[found]).size < PAIR:
            continue
        table = np.eye(len(found))
        for one, other in combinations(range(len(found)), PAIR):
            first, second = (said.values[int(answers.given[found[n]])] for n in (one, other))
            table[one, other] = table[other, one] = alike(first, second)
        mean = (table.sum(axis=1) - 1.0) / (len(found) - 1)
        kept += found
        to_others += mean.tolist()
        of_item += [float(mean.mean())] * len(found)
    return Likenesses(np.array(kept, dtype=np.int64), np.array(to_others), np.array(of_item))


def structured_items(said: Said) -> ItemFigures:
    """Order the items by how far the people who answered them differ."""
    answers = said.answers
    found = likenesses(said, answers.annotators)
    items, first, n = np.unique(answers.items[found.rows], return_index=True, return_counts=True)
    apart = 1.0 - found.of_item[first]
    usual = float(apart.mean()) if items.size else 0.0
    pairs = n * (n - 1) / 2
    difficulty = (apart * pairs + PRIOR_PAIRS * usual) / (pairs + PRIOR_PAIRS)
    order = np.lexsort((np.arange(n.size), -n, -difficulty))
    hardest = [
        _hard(said, int(items[row]), float(difficulty[row]), found)
        for row in order.tolist()
        if apart[row] > 0
    ][:MOST_ITEMS]
    differ = int((apart > 0).sum())
    return ItemFigures(
        scope=said.scope,
        unanimous=unanimous(answers),
        usual=usual if items.size else None,
        n_compared=int(items.size),
        n_differing=differ,
        hardest=tuple(hardest),
        words=f"People differ on {differ:,} of {items.size:,} items that two or more answered",
    )


def _hard(said: Said, item: int, difficulty: float, found: Likenesses) -> HardItem:
    answers = said.answers
    given = answers.given[found.rows[answers.items[found.rows] == item]]
    codes, counts = np.unique(given, return_counts=True)
    order = np.lexsort((codes, -counts)).tolist()
    believed = int(answers.believed[item])
    return HardItem(
        item=answers.item_keys[item],
        difficulty=difficulty,
        n_answers=int(given.size),
        answers=tuple(
            ClassCount(words_of(said.question, said.values[int(codes[n])]), int(counts[n]))
            for n in order
        ),
        believed=None if believed < 0 else words_of(said.question, said.values[believed]),
        is_accepted=bool(answers.is_accepted[item]),
        confidence=float(answers.confidence[item]),
    )


def words_of(question: Question, value: Value) -> str:
    """Return an answer in a few words: what it says, or how much it marks."""
    if isinstance(value, str):
        return value if len(value) <= MOST_CHARACTERS else value[: MOST_CHARACTERS - 1] + "…"
    if isinstance(value, float):
        return f"{value:g}"
    if question.kind == "choices":
        return ", ".join(sorted(map(str, value))) or "none"
    labels = sorted(str(getattr(part, "label", part)) for part in value)
    counts = {label: labels.count(label) for label in labels}
    return ", ".join(f"{n} × {label}" for label, n in counts.items()) or "nothing marked"
