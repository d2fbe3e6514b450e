"""How far every two people agree on what both answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import sparse

from labeling.quality.agreement import Agreement, cohen_kappa
from labeling.quality.arrays import IntArray, compress
from labeling.quality.figures.answers import Answers
from labeling.quality.figures.measures import Measure, measured

MOST_PAIRS: Final = 100
Compare = Callable[[Sequence[int], Sequence[int]], tuple[str, Agreement]]
"""Takes what two people gave to the same items, as classes by place."""


@dataclass(frozen=True)
class PairAgreement:
    """Agreement of two people on the items that both answered."""

    first: str
    second: str
    n_shared: int
    n_same: int
    measure: Measure


def kappa(first: Sequence[int], second: Sequence[int]) -> tuple[str, Agreement]:
    """Compare two people by Cohen's kappa."""
    return "cohen_kappa", cohen_kappa(np.array([first, second], dtype=float))


def pair_agreements(
    answers: Answers, compare: Compare = kappa, most: int = MOST_PAIRS
) -> tuple[list[PairAgreement], int]:
    """Compare every two people on what both answered; those who share most, and how many pairs."""
    rows = np.flatnonzero(answers.votes())
    items, people, given = answers.items[rows], answers.annotators[rows], answers.given[rows]
    n_people = len(answers.people)
    shared = _together(people, items, n_people)
    firsts, seconds = shared.row, shared.col
    order = np.lexsort((seconds, firsts, -shared.data))[:most]
    by_person = {
        who: dict(zip(items[people == who].tolist(), given[people == who].tolist(), strict=True))
        for who in np.unique([firsts[order], seconds[order]]).tolist()
    }
    found = []
    for place in order.tolist():
        one, other = by_person[int(firsts[place])], by_person[int(seconds[place])]
        both = sorted(one.keys() & other.keys())
        first, second = [one[item] for item in both], [other[item] for item in both]
        same = sum(mine == theirs for mine, theirs in zip(first, second, strict=True))
        name, agreement = compare(first, second)
        measure = measured(name, agreement, "chosen_items")
        names = (answers.people[int(firsts[place])].name, answers.people[int(seconds[place])].name)
        found.append(PairAgreement(*names, len(both), same, measure))
    return found, int(shared.data.size)


def _together(people: IntArray, items: IntArray, n_people: int) -> sparse.coo_array:
    """Count the items that two people share, each pair once: (n_people, n_people)."""
    _, place = compress(items)
    shape = (n_people, int(place.max(initial=-1)) + 1)
    met = sparse.csr_array((np.ones(people.size, dtype=np.int64), (people, place)), shape=shape)
    met.data[:] = 1
    return sparse.coo_array(sparse.triu(met @ met.T, k=1))
