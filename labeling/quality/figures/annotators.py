"""What each annotator's answers are worth: accuracy where truth is known, else agreement.

In the order of their pseudonyms, never of their figures: this is no leaderboard.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from labeling.quality.arrays import BoolArray, IntArray
from labeling.quality.figures.answers import Answers
from labeling.quality.figures.measures import Scope, ShareFigure, scope_of, shared
from labeling.quality.figures.reference import GOLD, Against, Reference, reference_of
from labeling.quality.scrutiny.peers import PeerAgreement, peer_agreement
from labeling.quality.scrutiny.votes import grouped
from labeling.quality.skill import accuracy

LEAST_TRUE: Final = 5
"""Items of a class that somebody must have answered before their confusions are told."""
LEAST_TIMES: Final = 3
LEAST_SHARE: Final = 0.1
MOST_CONFUSIONS: Final = 5
MILLI: Final = 1_000
NO_TRUTH: Final = "this question has no single truth"
By = Literal["person", "workforce"]


@dataclass(frozen=True)
class PeerFigure:
    """Agreement with the others, adjusted for the difficulty of the items; not accuracy.

    `plain` is the share of the others who said the same, `expected` what the average person had on
    these items, `value` what `plain` would be on items of everybody's difficulty.
    """

    value: float | None
    low: float | None
    high: float | None
    n: int
    plain: float | None
    expected: float | None
    reason: str | None


@dataclass(frozen=True)
class PersonalConfusion:
    """One class that somebody gives for another, in how much of that other."""

    true: str
    given: str
    n: int
    n_true: int
    share: float
    low: float
    high: float
    against: Against
    words: str


@dataclass(frozen=True)
class AnnotatorFigure:
    """One annotator under a pseudonym, or one workforce where only groups are shown."""

    name: str
    workforce: str
    kind: str
    n_answers: int
    gold: ShareFigure
    reviewed: ShareFigure
    agreement: PeerFigure
    confusions: tuple[PersonalConfusion, ...]
    seconds: float | None
    n_timed: int


@dataclass(frozen=True)
class AnnotatorFigures:
    """All annotators by name; `seconds` is the median of everybody's active time."""

    scope: Scope
    by: By
    annotators: tuple[AnnotatorFigure, ...]
    seconds: float | None


def annotator_figures(answers: Answers, *, by: By = "person") -> AnnotatorFigures:
    """Measure every annotator, or with `by="workforce"` only the groups they belong to."""
    groups, names = groups_of(answers, by)
    reference = reference_of(answers)
    rows = grouped(groups[answers.annotators], len(names))
    peers = _peers(answers, groups)
    found = [
        _figure(answers, reference, name, mine, peers.get(place))
        for place, (name, mine) in enumerate(zip(names, rows, strict=True))
    ]
    return AnnotatorFigures(scope_of(answers), by, tuple(found), seconds_of(answers.active_ms)[0])


def groups_of(answers: Answers, by: By) -> tuple[IntArray, list[tuple[str, str, str]]]:
    """Return each person's group, and the groups as (name, workforce, kind) in order of names."""
    people = answers.people
    if by == "person":
        names = [(person.name, person.workforce, person.kind) for person in people]
        return np.arange(len(people)), names
    known = sorted({(person.workforce, person.workforce, person.kind) for person in people})
    places = [known.index((person.workforce, person.workforce, person.kind)) for person in people]
    return np.array(places, dtype=np.int64), known


def _figure(
    answers: Answers,
    reference: Reference,
    who: tuple[str, str, str],
    rows: IntArray,
    peer: PeerAgreement | None,
) -> AnnotatorFigure:
    measured = rows[answers.is_measured[rows]]
    known = measured[answers.is_first[measured] & reference.is_known[answers.items[measured]]]
    is_gold = answers.truth_from[answers.items[known]] == GOLD
    seconds, n_timed = seconds_of(answers.active_ms[rows])
    return AnnotatorFigure(
        name=who[0],
        workforce=who[1],
        kind=who[2],
        n_answers=int(answers.is_current[rows].sum()),
        gold=_right(answers, known[is_gold]),
        reviewed=_right(answers, known[~is_gold]),
        agreement=_peer(peer),
        confusions=tuple(_confusions(answers, reference, measured[answers.is_current[measured]])),
        seconds=seconds,
        n_timed=n_timed,
    )


def _right(answers: Answers, rows: IntArray) -> ShareFigure:
    if answers.is_subjective:
        return ShareFigure(None, None, None, 0, NO_TRUTH, "chosen_items")
    n_right = int(answers.is_right(rows).sum())
    return shared(accuracy(n_right, int(rows.size)), "chosen_items")


def seconds_of(active_ms: IntArray) -> tuple[float | None, int]:
    """Return the median active time of an answer in seconds, and of how many it is known."""
    timed = active_ms[active_ms > 0]
    return (float(np.median(timed)) / MILLI if timed.size else None), int(timed.size)


def _peers(answers: Answers, groups: IntArray) -> dict[int, PeerAgreement]:
    """Compare everybody with the other people; a model with the people, never they with it."""
    person, votes = answers.is_person, answers.votes()
    found = _compare(answers, groups, votes & person)
    for place in np.unique(groups[answers.annotators[votes & ~person]]).tolist():
        model = votes & ~person & (groups[answers.annotators] == place)
        met = np.zeros(answers.n_items, dtype=bool)
        met[answers.items[model]] = True
        found |= {
            who: figure
            for who, figure in _compare(
                answers, groups, model | (votes & person & met[answers.items])
            ).items()
            if who == place
        }
    return found


def _compare(answers: Answers, groups: IntArray, kept: BoolArray) -> dict[int, PeerAgreement]:
    rows = np.flatnonzero(kept)
    people = groups[answers.annotators[rows]]
    found = peer_agreement(answers.items[rows], people, answers.given[rows], answers.n_classes)
    return {figure.annotator: figure for figure in found}


def _peer(found: PeerAgreement | None) -> PeerFigure:
    if found is None or found.adjusted is None:
        reason = "nobody else has answered the same items yet"
        return PeerFigure(None, None, None, 0, None, None, reason)
    return PeerFigure(
        found.adjusted, found.low, found.high, found.n, found.plain, found.expected, None
    )


def _confusions(
    answers: Answers, reference: Reference, rows: IntArray
) -> Iterator[PersonalConfusion]:
    """Yield the surest of one annotator's habits: which class they give for which other."""
    rows = rows[reference.truth[answers.items[rows]] >= 0]
    if not rows.size:
        return
    items, given = answers.items[rows], answers.given[rows]
    truth, known = reference.truth[items], reference.is_known[items]
    wrong = (given != truth) & ~(known & answers.is_right(rows))
    n_true = np.bincount(truth, minlength=answers.n_classes)
    cells, counts = np.unique(truth[wrong] * answers.n_classes + given[wrong], return_counts=True)
    told = []
    for cell, n in zip(cells.tolist(), counts.tolist(), strict=True):
        true, other = divmod(cell, answers.n_classes)
        found = accuracy(n, int(n_true[true]))
        enough = n >= LEAST_TIMES and n_true[true] >= LEAST_TRUE
        if enough and (found.value or 0.0) >= LEAST_SHARE:
            told.append((-(found.low or 0.0), true, other, n, found))
    against: Against = "known" if bool(known[wrong].all()) else "consensus"
    for _, true, other, n, found in sorted(told, key=lambda row: row[:3])[:MOST_CONFUSIONS]:
        one, second = answers.classes[true], answers.classes[other]
        share = found.value or 0.0
        yield PersonalConfusion(
            true=one,
            given=second,
            n=n,
            n_true=int(n_true[true]),
            share=share,
            low=found.low or 0.0,
            high=found.high or 0.0,
            against=against,
            words=f"says {second} for {one} in {share:.0%} of {int(n_true[true])} × {one}",
        )
