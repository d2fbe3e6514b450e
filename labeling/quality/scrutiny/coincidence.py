"""Whose errors are the same beyond chance: copying, or one source behind two voices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse, special

from labeling.quality.arrays import FloatArray, IntArray, compress
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
    wrong = np.flatnonzero((truth[votes.items] >= 0) & (votes.given != truth[votes.items]))
    pairs = _compare(votes, truth, wrong)
    if not pairs.n_wrong.size:
        return []
    adjusted = holm(pairs.p_value)
    named = [
        Coincidence(
            int(votes.annotator_ids[pairs.first[place]]),
            int(votes.annotator_ids[pairs.second[place]]),
            int(pairs.n_wrong[place]),
            int(pairs.n_same[place]),
            float(pairs.expected[place]),
            float(adjusted[place]),
        )
        for place in np.flatnonzero(adjusted <= alpha).tolist()
    ]
    return sorted(named, key=lambda pair: pair.p_value)


@dataclass(frozen=True, eq=False)
class _Pairs:
    """Every pair of annotators with enough errors on the same items; all (n_pairs,)."""

    first: IntArray
    second: IntArray
    n_wrong: IntArray
    n_same: IntArray
    expected: FloatArray
    p_value: FloatArray


def _compare(votes: Votes, truth: IntArray, wrong: IntArray) -> _Pairs:
    """Count each pair's errors on the same items, how many are the same, and how many by chance."""
    people, items = votes.annotators[wrong], votes.items[wrong]
    n_people = votes.annotator_ids.size
    _, cell = compress(votes.cell_of[wrong])
    erred = _incidence(people, items, (n_people, votes.n_items))
    alike = _incidence(people, cell, (n_people, int(cell.max(initial=-1)) + 1))
    chance = _chance_of_alike(votes, truth, wrong)
    both = sparse.coo_array(sparse.triu(erred @ erred.T, k=1))
    enough = both.data >= LEAST_ERRORS
    first, second = both.row[enough].astype(np.int64), both.col[enough].astype(np.int64)
    n_wrong = both.data[enough].astype(np.int64)
    same = sparse.csr_array(alike @ alike.T)
    by_chance = sparse.csr_array(erred.multiply(chance[None, :]).tocsr() @ erred.T)
    n_same, expected = _at(same, first, second), _at(by_chance, first, second)
    mean = np.clip(expected / np.maximum(n_wrong, 1.0), 0.0, 1.0)
    p_value = np.where(n_same > 0, special.bdtrc(n_same - 1, n_wrong, mean), 1.0)
    return _Pairs(first, second, n_wrong, n_same.astype(np.int64), expected, p_value)


def _at(table: sparse.csr_array, rows: IntArray, columns: IntArray) -> FloatArray:
    """Return the values at given places; sparse arrays know no answer to an empty question."""
    found = table[rows, columns] if rows.size else np.zeros(0)
    return np.asarray(found, dtype=np.float64).reshape(-1)


def _incidence(rows: IntArray, columns: IntArray, shape: tuple[int, int]) -> sparse.csr_array:
    """Return 1 where a (row, column) occurs."""
    met = sparse.csr_array((np.ones(rows.size), (rows, columns)), shape=shape)
    met.data[:] = 1.0
    return met


def _chance_of_alike(votes: Votes, truth: IntArray, wrong: IntArray) -> FloatArray:
    """(n_items,) how likely two wrong answers to an item are the same, by everybody's errors.

    With a little for every wrong class that nobody gave, so that a class with one error does not
    make all errors look alike by nature.
    """
    k = votes.n_classes
    true = truth[votes.items[wrong]]
    cells, place = compress(true * k + votes.given[wrong])
    counts, base = np.bincount(place).astype(np.float64), PSEUDO / max(k - 1, 1)
    rows = cells // k
    totals = np.bincount(rows, counts, k) + PSEUDO
    squares = np.bincount(rows, (counts + base) ** 2, k)
    unseen = max(k - 1, 1) - np.bincount(rows, minlength=k)
    chance_of_class = (squares + unseen * base**2) / totals**2
    chance: FloatArray = np.where(truth >= 0, chance_of_class[np.maximum(truth, 0)], 0.0)
    return chance
