"""The guideline debugger: what good annotators confuse, and what a change of rule would do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from labeling.quality.arrays import BoolArray, IntArray
from labeling.quality.figures.agreement import ALPHA, alpha_of
from labeling.quality.figures.answers import Answers
from labeling.quality.figures.measures import Measure, Scope, measured, scope_of
from labeling.quality.figures.reference import reference_of
from labeling.quality.scrutiny.guideline import ConfusedPair, confused_pairs
from labeling.quality.scrutiny.peers import peer_agreement
from labeling.quality.scrutiny.votes import grouped

MOST_PAIRS: Final = 20
LEAST_KNOWN: Final = 10
"""Items of known truth that somebody must have answered to be judged by them."""
GOOD: Final = 0.8
SLACK: Final = 0.05
LEAST_VOTES: Final = 10


@dataclass(frozen=True)
class SplitExample:
    """An item that good annotators gave both classes, and how often each."""

    item: str
    n_first: int
    n_second: int


@dataclass(frozen=True)
class ConfusedClasses:
    """Two classes that good annotators give to the same items: the guideline leaves it open.

    Attributes
    ----------
    n_split, share, expected
        Items with both classes; of those with either, how many; how many if by chance.
    examples
        Cases that a rule must decide, the most evenly split first.
    merged
        Agreement if the two were one class.
    ruled
        Agreement at best under a clearer rule: each split item gets the class that most gave.
    split
        Agreement at best with a class of its own for the cases between the two.
    words
        The finding in a sentence.
    """

    first: str
    second: str
    n_split: int
    share: float
    expected: float
    examples: tuple[SplitExample, ...]
    merged: Measure
    ruled: Measure
    split: Measure
    words: str


@dataclass(frozen=True)
class GuidelineFigures:
    """Confused classes, most split items first; `trusted` says who the good annotators are."""

    scope: Scope
    trusted: tuple[str, ...]
    trusted_by: str
    agreement: Measure
    pairs: tuple[ConfusedClasses, ...]
    n_pairs: int
    words: str


def guideline_figures(answers: Answers) -> GuidelineFigures:
    """Find the classes that good annotators confuse, and what three changes would do."""
    trusted, why = _trusted(answers)
    rows = np.flatnonzero(answers.votes() & answers.is_person)
    items, people, given = answers.items[rows], answers.annotators[rows], answers.given[rows]
    found = confused_pairs(items, people, given, answers.n_classes, trusted=trusted)
    before = measured(ALPHA, alpha_of(items, people, given), "chosen_items")
    good = np.isin(people, trusted)
    pairs = [_explained(answers, pair, (items, people, given), good) for pair in found[:MOST_PAIRS]]
    words = "No two classes are confused by good annotators"
    if pairs:
        words = f"{pairs[0].first} and {pairs[0].second} need a rule: {pairs[0].words}"
    return GuidelineFigures(
        scope=scope_of(answers),
        trusted=tuple(answers.people[who].name for who in trusted),
        trusted_by=why,
        agreement=before,
        pairs=tuple(pairs),
        n_pairs=len(found),
        words=words,
    )


def _trusted(answers: Answers) -> tuple[list[int], str]:
    """Return the good annotators: by known truth where enough is known, else by their peers."""
    reference = reference_of(answers)
    known = answers.is_measured & answers.is_first & answers.is_person
    rows = np.flatnonzero(known & reference.is_known[answers.items])
    right = answers.is_right(rows)
    parts = grouped(answers.annotators[rows], len(answers.people))
    judged = {who: right[part].mean() for who, part in enumerate(parts) if part.size >= LEAST_KNOWN}
    if len(judged) > 1:
        good = [who for who, share in judged.items() if share >= GOOD]
        return good, f"at least {GOOD:.0%} of {LEAST_KNOWN} known items or more right"
    return _trusted_by_peers(answers), "agreement with the others, adjusted, is at least usual"


def _trusted_by_peers(answers: Answers) -> list[int]:
    rows = np.flatnonzero(answers.votes() & answers.is_person)
    peers = peer_agreement(
        answers.items[rows], answers.annotators[rows], answers.given[rows], answers.n_classes
    )
    known = [peer for peer in peers if peer.adjusted is not None and peer.n >= LEAST_VOTES]
    if not known:
        return []
    usual = np.average([peer.plain or 0.0 for peer in known], weights=[peer.n for peer in known])
    return [peer.annotator for peer in known if (peer.adjusted or 0.0) >= usual - SLACK]


def _explained(
    answers: Answers,
    pair: ConfusedPair,
    votes: tuple[IntArray, IntArray, IntArray],
    good: BoolArray,
) -> ConfusedClasses:
    items, people, _ = votes
    first, second = answers.classes[pair.first], answers.classes[pair.second]
    changes = _changes(pair, votes, good, answers.n_classes)
    merged, ruled, split = (
        measured(ALPHA, alpha_of(items, people, changed), "chosen_items") for changed in changes
    )
    return ConfusedClasses(
        first=first,
        second=second,
        n_split=pair.n_split,
        share=pair.share,
        expected=pair.expected,
        examples=tuple(_examples(answers, pair, votes, good)),
        merged=merged,
        ruled=ruled,
        split=split,
        words=f"{pair.n_split} items got both, {pair.share:.0%} of those with either",
    )


def _changes(
    pair: ConfusedPair,
    votes: tuple[IntArray, IntArray, IntArray],
    good: BoolArray,
    n_classes: int,
) -> tuple[IntArray, IntArray, IntArray]:
    """Return the votes as a merge, a clearer rule, and a class between would make them."""
    items, _, given = votes
    n_items = int(items.max(initial=-1)) + 1
    of_first = np.bincount(items[good & (given == pair.first)], minlength=n_items)
    of_second = np.bincount(items[good & (given == pair.second)], minlength=n_items)
    is_split = ((of_first > 0) & (of_second > 0))[items]
    either = (given == pair.first) | (given == pair.second)
    winner = np.where(of_second > of_first, pair.second, pair.first)[items]
    return (
        np.where(given == pair.second, pair.first, given),
        np.where(is_split & either, winner, given),
        np.where(is_split & either, n_classes, given),
    )


def _examples(
    answers: Answers,
    pair: ConfusedPair,
    votes: tuple[IntArray, IntArray, IntArray],
    good: BoolArray,
) -> Iterator[SplitExample]:
    items, _, given = votes
    for item in pair.items:
        said = given[good & (items == item)]
        yield SplitExample(
            answers.item_keys[item],
            int((said == pair.first).sum()),
            int((said == pair.second).sum()),
        )
