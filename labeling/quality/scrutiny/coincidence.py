"""Whose errors are the same beyond chance: copying, or one source behind two voices."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt
from scipy import special

from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.scrutiny.votes import Votes, holm, read_votes

LEAST_ERRORS = 5
"""Items on which both are wrong, below which nothing can be said."""
PSEUDO = 1.0


@dataclass(frozen=True)
class Coincidence:
    """Two annotators who are wrong in the same way more often than chance has it.

    Attributes
    ----------
    first, second
        The callers' numbers.
    n_wrong
        Items on which both differ from the reference.
    n_same
        On how many of these they gave the same wrong class.
    expected
        How many one would expect of people with their habits.
    p_value
        Of so many by chance, corrected for the pairs looked at.
    """

    first: int
    second: int
    n_wrong: int
    n_same: int
    expected: float
    p_value: float


def coinciding_errors(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    reference: npt.ArrayLike,
    n_classes: int,
    *,
    alpha: float = 0.01,
) -> list[Coincidence]:
    """Find pairs of annotators whose wrong answers coincide beyond chance.

    Right answers coincide by being right; only errors tell. What is likely as an error, for each
    true class, is taken from everybody's errors there: a trap that catches all is no evidence.
    Give a language model's answers as one more annotator to see who leans on one.

    Parameters
    ----------
    items, annotators, answers
        (n_votes,) integers, as for `infer_truth`.
    reference
        (n_items,) class held to be true, by item number; -1 where none is.
    n_classes
        Number of declared classes.
    alpha
        Chance that any pair at all is named without reason.

    Returns
    -------
    list
        The pairs, surest first: evidence for a person to look at, never proof.

    References
    ----------
    Wesolowsky, "Detecting excessive similarity in answers on multiple choice exams", Journal of
    Applied Statistics 27(7), 2000.
    """
    votes = read_votes(items, annotators, answers, n_classes)
    truth = np.asarray(reference, dtype=np.int64)[np.unique(np.asarray(items, dtype=np.int64))]
    wrong = (truth[votes.items] >= 0) & (votes.given != truth[votes.items])
    by_person = _errors(votes, wrong)
    everybody = _error_shares(votes, truth, wrong)
    pairs = list(combinations(range(votes.annotator_ids.size), 2))
    found = [_compare(one, other, by_person, truth, everybody) for one, other in pairs]
    kept = [(pair, row) for pair, row in zip(pairs, found, strict=True) if row is not None]
    if not kept:
        return []
    adjusted = holm(np.array([row[3] for _, row in kept]))
    named = [
        Coincidence(
            int(votes.annotator_ids[one]),
            int(votes.annotator_ids[other]),
            n_wrong,
            n_same,
            expected,
            float(p),
        )
        for ((one, other), (n_wrong, n_same, expected, _)), p in zip(kept, adjusted, strict=True)
        if p <= alpha
    ]
    return sorted(named, key=lambda pair: pair.p_value)


def _errors(votes: Votes, wrong: npt.NDArray[np.bool_]) -> list[dict[int, int]]:
    """Return each annotator's wrong answers by item."""
    by_person: list[dict[int, int]] = [{} for _ in votes.annotator_ids]
    for row in np.flatnonzero(wrong).tolist():
        by_person[int(votes.annotators[row])][int(votes.items[row])] = int(votes.given[row])
    return by_person


def _error_shares(votes: Votes, truth: IntArray, wrong: npt.NDArray[np.bool_]) -> FloatArray:
    """Which wrong class people give for each true one: (n_classes, n_classes), rows sum to 1."""
    counts = np.full((votes.n_classes, votes.n_classes), PSEUDO / max(votes.n_classes - 1, 1))
    np.fill_diagonal(counts, 0.0)
    np.add.at(counts, (truth[votes.items[wrong]], votes.given[wrong]), 1.0)
    shares: FloatArray = counts / np.maximum(counts.sum(axis=1, keepdims=True), PSEUDO)
    return shares


def _compare(
    one: int,
    other: int,
    by_person: list[dict[int, int]],
    truth: IntArray,
    shares: FloatArray,
) -> tuple[int, int, float, float] | None:
    """Return (both wrong, alike, expected alike, p-value); None where there is too little."""
    first, second = by_person[one], by_person[other]
    both = sorted(first.keys() & second.keys())
    if len(both) < LEAST_ERRORS:
        return None
    alike = sum(first[item] == second[item] for item in both)
    chance = (shares[truth[both]] ** 2).sum(axis=1)
    mean = float(chance.mean())
    p_value = float(special.bdtrc(alike - 1, len(both), mean)) if alike else 1.0
    return len(both), alike, mean * len(both), p_value
