"""How far groups of people agree, within and with each other; no group too small to hide in.

Groups are what people said of themselves, with consent. A figure rests on at least so many people
of each group as the project asks; what rests on fewer says so and has no value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import numpy as np
from pydantic import TypeAdapter

from labeling.quality.agreement import cross_agreement
from labeling.quality.agreement.result import undefined
from labeling.quality.arrays import BoolArray, FloatArray, IntArray, compress
from labeling.quality.figures.agreement import ALPHA, BASES, alpha_of
from labeling.quality.figures.answers import Answers, Basis
from labeling.quality.figures.measures import Measure, Scope, measured, scope_of
from labeling.quality.figures.reading import read_answers, rows_of

CROSS: Final = "cross_agreement"


@dataclass(frozen=True)
class GroupAgreement:
    """How far the people of one group agree among themselves, on each basis."""

    value: str
    n_people: int
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class BetweenGroups:
    """How far the people of two groups agree with each other, on each basis."""

    first: str
    second: str
    measures: tuple[Measure, ...]


@dataclass(frozen=True)
class AttributeFigures:
    """Agreement by one attribute.

    Attributes
    ----------
    groups
        Those of at least `least_n` people who answered, in the order they are declared.
    n_hidden
        Further groups of which somebody answered, too small to be shown.
    between
        Every two of the groups shown.
    """

    attribute: str
    groups: tuple[GroupAgreement, ...]
    n_hidden: int
    between: tuple[BetweenGroups, ...]
    words: str


@dataclass(frozen=True)
class GroupFigures:
    """Agreement by group, for each attribute that the project asks."""

    scope: Scope
    least_n: int
    attributes: tuple[AttributeFigures, ...]


GROUPS: Final = TypeAdapter(GroupFigures)
"""Writes the figures as JSON and reads them back."""


def group_figures(
    answers: Answers, given: Mapping[str, Mapping[str, str]], least_n: int
) -> GroupFigures:
    """Compute agreement by group from exported answers.

    Parameters
    ----------
    answers
        From `read_answers`.
    given
        Attribute → pseudonym → value.
    least_n
        Fewer people make no group that is shown.
    """
    return GroupFigures(
        scope_of(answers),
        least_n,
        tuple(_by_attribute(answers, name, of, least_n) for name, of in given.items()),
    )


def _by_attribute(
    answers: Answers, name: str, of: Mapping[str, str], least_n: int
) -> AttributeFigures:
    values = list(dict.fromkeys(of.values()))
    number = {value: place for place, value in enumerate(values)}
    group = np.array([number.get(of.get(one.name, ""), -1) for one in answers.people], np.int64)
    bases = {basis: answers.compared(basis) for basis in BASES}
    said = np.unique(answers.annotators[np.any(list(bases.values()), axis=0)])
    n_people = [int((group[said] == place).sum()) for place in range(len(values))]
    shown = sorted(
        (place for place, n in enumerate(n_people) if n >= least_n), key=lambda place: values[place]
    )
    groups = tuple(
        GroupAgreement(
            values[place],
            n_people[place],
            tuple(
                _within(answers, group == place, rows, basis, least_n)
                for basis, rows in bases.items()
            ),
        )
        for place in shown
    )
    between = tuple(
        BetweenGroups(
            values[one],
            values[other],
            tuple(
                _across(answers, (group == one, group == other), rows, basis, least_n)
                for basis, rows in bases.items()
            ),
        )
        for one, other in combinations(shown, 2)
    )
    n_hidden = sum(0 < n < least_n for n in n_people)
    return AttributeFigures(
        name, groups, n_hidden, between, _words(name, groups, n_hidden, least_n)
    )


def _words(name: str, groups: tuple[GroupAgreement, ...], n_hidden: int, least_n: int) -> str:
    if not groups:
        return f"no group by {name} has {least_n} people who consented and answered"
    hidden = f"; {n_hidden} smaller than {least_n} people are not shown" if n_hidden else ""
    return f"{len(groups)} groups by {name}{hidden}"


def _within(
    answers: Answers, members: BoolArray, rows: BoolArray, basis: Basis, least_n: int
) -> Measure:
    kept = rows & members[answers.annotators]
    people = answers.annotators[kept]
    if np.unique(people).size < least_n:
        return measured(ALPHA, undefined(0, _few(least_n)), basis)
    return measured(ALPHA, alpha_of(answers.items[kept], people, answers.given[kept]), basis)


def _across(
    answers: Answers,
    groups: tuple[BoolArray, BoolArray],
    rows: BoolArray,
    basis: Basis,
    least_n: int,
) -> Measure:
    parts = [rows & members[answers.annotators] for members in groups]
    if any(np.unique(answers.annotators[part]).size < least_n for part in parts):
        return measured(CROSS, undefined(0, _few(least_n)), basis)
    _, place = compress(answers.items[parts[0] | parts[1]])
    where = np.zeros(answers.items.size, dtype=np.int64)
    where[parts[0] | parts[1]] = place
    first, second = (_counts(answers, where, part, int(place.max()) + 1) for part in parts)
    return measured(CROSS, cross_agreement(first, second), basis)


def _counts(answers: Answers, place: IntArray, part: BoolArray, n_items: int) -> FloatArray:
    cells = place[part] * answers.n_classes + answers.given[part]
    counts = np.bincount(cells, minlength=n_items * answers.n_classes)
    return counts.astype(np.float64).reshape(n_items, answers.n_classes)


def _few(least_n: int) -> str:
    return f"fewer than {least_n} people of a group answered here"


def write_group_figures(
    rows_file: str,
    report_file: str,
    about: dict[str, Any],
    given: dict[str, dict[str, str]],
    least_n: int,
) -> None:
    """Compute agreement by group from a file of answers, as `write_report` does the others."""
    answers = read_answers(rows_of(Path(rows_file)), **about)
    Path(report_file).write_bytes(GROUPS.dump_json(group_figures(answers, given, least_n)))
