"""Classes that good annotators confuse: the guideline's fault, and what a merge would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse, stats

from labeling.quality.agreement import Agreement, krippendorff_alpha
from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.scrutiny.votes import Votes, holm, read_votes

MOST_EXAMPLES = 20
LEAST_SPLIT_ITEMS = 3
LEVEL = 0.05
ONLY_PAIR = 2
"""With two classes every disagreement is between them: there is no other pair to compare with."""


@dataclass(frozen=True)
class ConfusedPair:
    """Two classes that trusted people give to the same items.

    Attributes
    ----------
    first, second
        The classes; `first` is the lower number.
    n_split
        Items that got both classes.
    share
        Of the items that got either of the two from at least two people, how many got both.
    expected
        The share that these people's disagreements would give if they fell on classes by chance.
    items
        Up to 20 such items, the most evenly split first: the cases a rule must decide.
    """

    first: int
    second: int
    n_split: int
    share: float
    expected: float
    items: tuple[int, ...]


@dataclass(frozen=True)
class Merge:
    """Agreement as it is, and as it would be with two classes taken for one."""

    before: Agreement
    after: Agreement


def confused_pairs(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    n_classes: int,
    *,
    trusted: Sequence[int],
) -> list[ConfusedPair]:
    """Find classes that trusted annotators give to the same items more often than chance has it.

    Where people who are right elsewhere disagree, more training does not help: the guideline
    leaves the case open.

    Parameters
    ----------
    items, annotators, answers
        (n_votes,) integers, as for `infer_truth`.
    n_classes
        Number of declared classes.
    trusted
        Numbers of the annotators whose accuracy on gold or review is good.

    Returns
    -------
    list
        Pairs with at least three split items and surely more than expected (of two classes: the
        one pair there is), most split first.
    """
    whole = [np.asarray(part) for part in (items, annotators, answers)]
    chosen = np.isin(whole[1], list(trusted)) if whole[1].size else np.zeros(0, dtype=bool)
    numbers = np.unique(whole[0][chosen]) if chosen.any() else np.zeros(0, dtype=np.int64)
    votes = read_votes(whole[0][chosen], whole[1][chosen], whole[2][chosen], n_classes)
    return _pairs(votes, numbers)


def _pairs(votes: Votes, numbers: IntArray) -> list[ConfusedPair]:
    item, klass = votes.cells // votes.n_classes, votes.cells % votes.n_classes
    several = votes.n_of_item[item] > 1
    item, klass, counts = item[several], klass[several], votes.n_of_cell[several]
    if not item.size:
        return []
    shape = (votes.n_items, votes.n_classes)
    given = sparse.csc_array((counts, (item, klass)), shape=shape)
    met = sparse.csc_array((np.ones(item.size, dtype=np.int64), (item, klass)), shape=shape)
    used = np.bincount(klass, minlength=votes.n_classes)
    n_classes_of = np.bincount(item, minlength=votes.n_items)
    rate = float((n_classes_of > 1).sum()) / float((n_classes_of > 0).sum())
    n_used = int((used > 0).sum())
    expected = rate / max(n_used - 1, 1)
    both = sparse.coo_array(sparse.triu(met.T @ met, k=1))
    either = used[both.row] + used[both.col] - both.data
    by_chance = holm(np.asarray(stats.binom.sf(both.data - 1, either, expected)))
    is_odd = (by_chance <= LEVEL) | (n_used == ONLY_PAIR)
    found = []
    for place in np.flatnonzero(is_odd & (both.data >= LEAST_SPLIT_ITEMS)).tolist():
        first, second, n_split = (int(part[place]) for part in (both.row, both.col, both.data))
        examples = tuple(numbers[_most_even(given, first, second)].tolist())
        share = n_split / int(either[place])
        found.append(ConfusedPair(first, second, n_split, share, expected, examples))
    return sorted(found, key=lambda pair: (-pair.n_split, pair.first, pair.second))


def _most_even(given: sparse.csc_array, first: int, second: int) -> IntArray:
    """Return the items that got both classes, the most evenly split first."""
    (one, n_one), (other, n_other) = _column(given, first), _column(given, second)
    items, mine, theirs = np.intersect1d(one, other, return_indices=True)
    balance = np.abs(n_one[mine] - n_other[theirs])
    rows: IntArray = items[np.argsort(balance, kind="stable")[:MOST_EXAMPLES]].astype(np.int64)
    return rows


def _column(given: sparse.csc_array, klass: int) -> tuple[IntArray, IntArray]:
    """Return the items that got a class, and how often."""
    part = slice(given.indptr[klass], given.indptr[klass + 1])
    return given.indices[part], given.data[part]


def merge_effect(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    n_classes: int,
    merged: Sequence[int],
    *,
    rng: np.random.Generator | None = None,
) -> Merge:
    """Compare Krippendorff's alpha with what it would be were some classes one.

    Parameters
    ----------
    items, annotators, answers
        (n_votes,) integers, as for `infer_truth`; a later vote of a person on an item replaces an
        earlier one.
    n_classes
        Number of declared classes.
    merged
        Classes to take for one.
    rng
        For bootstrap intervals; jackknife when None.

    Raises
    ------
    ValueError
        A class out of range.
    """
    if any(not 0 <= one < n_classes for one in merged):
        message = f"merged must name classes from 0 to {n_classes - 1}, not {list(merged)}"
        raise ValueError(message)
    votes = read_votes(items, annotators, answers, n_classes)
    target = np.arange(n_classes)
    target[list(merged)] = min(merged, default=0)
    return Merge(
        krippendorff_alpha(_table(votes, votes.given), rng=rng),
        krippendorff_alpha(_table(votes, target[votes.given]), rng=rng),
    )


def _table(votes: Votes, given: IntArray) -> FloatArray:
    table = np.full((votes.annotator_ids.size, votes.n_items), np.nan)
    table[votes.annotators, votes.items] = given
    return table
