"""How far people agree: on the whole, by class, slice, pair of people, and over time.

The headline rests on the random sample and everybody's first answers; what rests on chosen items
says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final, Literal, get_args

import numpy as np
import numpy.typing as npt

from labeling.quality.agreement import (
    Agreement,
    brennan_prediger,
    cohen_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    percent_agreement,
    scott_pi,
)
from labeling.quality.agreement.result import undefined
from labeling.quality.arrays import BoolArray, FloatArray, IntArray, compress
from labeling.quality.figures.answers import Answers, Basis
from labeling.quality.figures.measures import Measure, Scope, measured, scope_of
from labeling.quality.figures.pairs import PairAgreement, pair_agreements

ALPHA: Final = "krippendorff_alpha"
ALWAYS: Final = (ALPHA, "fleiss_kappa", "percent_agreement", "gwet_ac1", "brennan_prediger")
BASES: Final[tuple[Basis, ...]] = get_args(Basis)
MOST_OF_AN_ITEM: Final = 50
"""Of an item that more people answered, the first so many answers are compared."""
MOST_CLASSES: Final = 50
MOST_VALUES: Final = 20
MOST_ATTRIBUTES: Final = 10
DAY: Final = 86_400_000_000
DAYS_BY_DAY: Final = 21
MOST_PERIODS: Final = 60
PAIR: Final = 2
Period = Literal["day", "week"]


@dataclass(frozen=True)
class ClassAgreement:
    """Agreement on one class against all others."""

    key: str
    n_answers: int
    measure: Measure


@dataclass(frozen=True)
class SliceAgreement:
    """Agreement on the items that share an attribute's value."""

    attribute: str
    value: str
    measure: Measure


@dataclass(frozen=True)
class PeriodAgreement:
    """Agreement on the items whose newest answer falls in a day or week; UTC microseconds."""

    start: int
    end: int
    n_answers: int
    measure: Measure


@dataclass(frozen=True)
class AgreementFigures:
    """Agreement in every way it is shown.

    Attributes
    ----------
    headline
        Krippendorff's alpha on the random sample, first answers.
    measures
        Every coefficient, on the random sample and on chosen items.
    classes, slices, periods
        On both bases; the classes are the most used ones of `scope.n_classes`.
    pairs
        Those who share most items, of `n_pairs`; on chosen items.
    why_empty
        Of ``classes``, ``slices``, ``pairs`` and ``periods`` those that are empty, each with why.
    """

    scope: Scope
    headline: Measure
    measures: tuple[Measure, ...]
    classes: tuple[ClassAgreement, ...]
    slices: tuple[SliceAgreement, ...]
    pairs: tuple[PairAgreement, ...]
    n_pairs: int
    period: Period
    periods: tuple[PeriodAgreement, ...]
    why_empty: dict[str, str]


@dataclass(frozen=True, eq=False)
class Compared:
    """The answers that one basis compares."""

    basis: Basis
    items: IntArray
    people: IntArray
    given: IntArray
    at: IntArray

    def only(self, kept: BoolArray) -> Compared:
        """Return those that are kept."""
        return Compared(
            self.basis, self.items[kept], self.people[kept], self.given[kept], self.at[kept]
        )


def agreement_figures(answers: Answers) -> AgreementFigures:
    """Compute every figure of agreement from exported answers."""
    parts = [compared_answers(answers, basis) for basis in BASES]
    measures = [measure for part in parts for measure in _measures(answers, part)]
    period = period_of(answers.at)
    pairs, n_pairs = pair_agreements(answers)
    found = AgreementFigures(
        scope=scope_of(answers),
        headline=next(measure for measure in measures if measure.coefficient == ALPHA),
        measures=tuple(measures),
        classes=tuple(found for part in parts for found in _by_class(answers, part)),
        slices=tuple(found for part in parts for found in _by_slice(answers, part)),
        pairs=tuple(pairs),
        n_pairs=n_pairs,
        period=period,
        periods=tuple(found for part in parts for found in _by_period(part, period)),
        why_empty={},
    )
    return with_reasons(found, answers)


def with_reasons(
    found: AgreementFigures, answers: Answers, no_classes: str = "no class has been named"
) -> AgreementFigures:
    """Return figures that say of each part that is empty why it is."""
    rows = answers.votes()
    items, people = answers.items[rows], answers.annotators[rows]
    nobody = "no answers yet"
    why = {
        "classes": no_classes if items.size else nobody,
        "slices": "no answered item has an attribute to slice by" if items.size else nobody,
        "pairs": why_undefined(items, people) or "no two people answered the same item",
        "periods": "no answer has a time" if items.size else nobody,
    }
    return replace(
        found, why_empty={name: text for name, text in why.items() if not getattr(found, name)}
    )


def headline(answers: Answers) -> Measure:
    """Return the headline figure alone: Krippendorff's alpha on the random sample."""
    part = compared_answers(answers, "random_sample")
    return measured(ALPHA, alpha_of(part.items, part.people, part.given), part.basis)


def compared_answers(answers: Answers, basis: Basis) -> Compared:
    """Return the answers that a basis compares."""
    rows = np.flatnonzero(answers.compared(basis))
    return Compared(
        basis,
        answers.items[rows],
        answers.annotators[rows],
        answers.given[rows],
        answers.at[rows],
    )


def alpha_of(items: IntArray, people: IntArray, given: IntArray) -> Agreement:
    """Krippendorff's nominal alpha of parallel arrays, one entry per answer."""
    why = why_undefined(items, people)
    return undefined(0, why) if why else krippendorff_alpha(slots(items, given))


def slots(items: IntArray, given: npt.NDArray[np.generic]) -> FloatArray:
    """Return answers as (n_answers of the item with most, n_items), NaN where there is none.

    Who gave them does not matter to a coefficient for many people, and a row for each of thousands
    would be mostly empty.
    """
    values, place = compress(items)
    order = np.argsort(place, kind="stable")
    sorted_place = place[order]
    starts = np.searchsorted(sorted_place, np.arange(values.size))
    rank = np.arange(order.size) - starts[sorted_place]
    kept = rank < MOST_OF_AN_ITEM
    table = np.full((int(rank[kept].max(initial=-1)) + 1, values.size), np.nan)
    table[rank[kept], sorted_place[kept]] = given[order][kept]
    return table


def why_undefined(items: IntArray, people: IntArray) -> str | None:
    """Say why nothing can be compared; the slots cannot tell one person from many."""
    n_people = np.unique(people).size
    if n_people < PAIR:
        return "one person so far" if n_people else "no answers yet"
    if np.bincount(compress(items)[1]).max() < PAIR:
        return "no item was answered by two people"
    return None


def _measures(answers: Answers, part: Compared) -> Iterator[Measure]:
    """Yield every coefficient that is made for the question and the number of people."""
    why = why_undefined(part.items, part.people)
    table, n = slots(part.items, part.given), answers.n_classes
    found: dict[str, Agreement] = {}
    if why:
        found = dict.fromkeys(ALWAYS, undefined(0, why))
    else:
        found[ALPHA] = krippendorff_alpha(table)
        found["fleiss_kappa"] = fleiss_kappa(table)
        found["percent_agreement"] = percent_agreement(table)
        found["gwet_ac1"] = gwet_ac1(table, classes=n)
        found["brennan_prediger"] = brennan_prediger(table, classes=n)
        scale = _scale(answers.classes)
        if scale is not None and n <= MOST_CLASSES:
            known = np.nan_to_num(table).astype(np.int64)
            ordered = np.where(np.isnan(table), np.nan, scale[known])
            found[f"{ALPHA}_ordinal"] = krippendorff_alpha(ordered, level="ordinal")
            found["gwet_ac2_quadratic"] = gwet_ac2(ordered, classes=scale)
        if np.unique(part.people).size == PAIR:
            both = _by_person(part)
            found["cohen_kappa"] = cohen_kappa(both)
            found["scott_pi"] = scott_pi(both)
    for name, value in found.items():
        yield measured(name, value, part.basis)


def _scale(classes: tuple[str, ...]) -> FloatArray | None:
    """Return the classes as numbers where all are: then their order means something."""
    try:
        scale = np.array([float(key) for key in classes], dtype=np.float64)
    except ValueError:
        return None
    distinct = np.unique(scale)
    return scale if distinct.size == scale.size > PAIR and np.isfinite(scale).all() else None


def _by_person(part: Compared) -> FloatArray:
    """Return (n_people, n_items) ratings, for coefficients of exactly two people."""
    _, column = compress(part.items)
    _, row = compress(part.people)
    table = np.full((int(row.max()) + 1, int(column.max()) + 1), np.nan)
    table[row, column] = part.given
    return table


def _by_class(answers: Answers, part: Compared) -> Iterator[ClassAgreement]:
    counts = np.bincount(part.given, minlength=answers.n_classes)
    used = np.argsort(-counts, kind="stable")[:MOST_CLASSES]
    for code in sorted(used[counts[used] > 0].tolist()):
        found = alpha_of(part.items, part.people, (part.given == code).astype(np.int64))
        measure = measured(ALPHA, found, part.basis)
        yield ClassAgreement(answers.classes[code], int(counts[code]), measure)


def _by_slice(answers: Answers, part: Compared) -> Iterator[SliceAgreement]:
    for attribute, value, kept in slice_parts(answers, part.items):
        rows = part.only(kept)
        measure = measured(ALPHA, alpha_of(rows.items, rows.people, rows.given), part.basis)
        yield SliceAgreement(attribute, value, measure)


def slice_parts(answers: Answers, items: IntArray) -> Iterator[tuple[str, str, BoolArray]]:
    """Yield attribute, value, and which answers (by their items) have it; the commonest values."""
    for found in islice(answers.slices, MOST_ATTRIBUTES):
        codes = found.codes[items]
        counts = np.bincount(codes[codes >= 0], minlength=len(found.values))
        commonest = np.argsort(-counts, kind="stable")[:MOST_VALUES]
        for code in sorted(commonest[counts[commonest] > 0].tolist()):
            yield found.attribute, found.values[code], codes == code


def period_of(at: IntArray) -> Period:
    """Return how finely time is cut: days for three weeks, then weeks."""
    known = at[at > 0]
    span = int(known.max() - known.min()) if known.size else 0
    return "day" if span < DAYS_BY_DAY * DAY else "week"


def _by_period(part: Compared, period: Period) -> Iterator[PeriodAgreement]:
    for start, end, kept in buckets(part.items, part.at, period):
        rows = part.only(kept)
        measure = measured(ALPHA, alpha_of(rows.items, rows.people, rows.given), part.basis)
        yield PeriodAgreement(start, end, int(rows.items.size), measure)


def buckets(items: IntArray, at: IntArray, period: Period) -> Iterator[tuple[int, int, BoolArray]]:
    """Yield the newest periods in order: start, end, and which answers are of them.

    An item is in the period of its newest answer.
    """
    length = DAY if period == "day" else 7 * DAY
    if not items.size:
        return
    _, place = compress(items)
    newest = np.zeros(int(place.max()) + 1, dtype=np.int64)
    np.maximum.at(newest, place, at)
    # Weeks begin on a Monday; the epoch was a Thursday.
    offset = 0 if period == "day" else 3 * DAY
    bucket = (newest[place] + offset) // length
    for number in np.unique(bucket[at > 0])[-MOST_PERIODS:].tolist():
        start = number * length - offset
        yield start, start + length, bucket == number
