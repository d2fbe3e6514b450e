"""Classes that good annotators confuse: the guideline's fault, and what a merge would do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from labeling.quality.agreement import Agreement, krippendorff_alpha
from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.scrutiny.votes import Votes, read_votes

MOST_EXAMPLES = 20
LEAST_SPLIT_ITEMS = 3


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
        Pairs with at least three split items and more than expected, most split first.
    """
    whole = [np.asarray(part) for part in (items, annotators, answers)]
    chosen = np.isin(whole[1], list(trusted)) if whole[1].size else np.zeros(0, dtype=bool)
    numbers = np.unique(whole[0][chosen]) if chosen.any() else np.zeros(0, dtype=np.int64)
    votes = read_votes(whole[0][chosen], whole[1][chosen], whole[2][chosen], n_classes)
    several = votes.counts.sum(axis=1) > 1
    return _pairs(votes.counts[several], numbers[several])


def _pairs(counts: FloatArray, numbers: IntArray) -> list[ConfusedPair]:
    given = counts > 0
    n_split = given.astype(np.int64).T @ given.astype(np.int64)
    used = given.sum(axis=0)
    in_dispute = given[given.sum(axis=1) > 1]
    rate = len(in_dispute) / max(len(given), 1)
    found = []
    for first, second in combinations(np.flatnonzero(used).tolist(), 2):
        both, either = int(n_split[first, second]), int((given[:, first] | given[:, second]).sum())
        rivals = max(int((used > 0).sum()) - 1, 1)
        expected = rate / rivals
        if both >= LEAST_SPLIT_ITEMS and both / either > expected:
            rows = np.flatnonzero(given[:, first] & given[:, second])
            balance = np.abs(counts[rows, first] - counts[rows, second])
            examples = numbers[rows[np.argsort(balance, kind="stable")[:MOST_EXAMPLES]]]
            found.append(
                ConfusedPair(first, second, both, both / either, expected, tuple(examples.tolist()))
            )
    return sorted(found, key=lambda pair: (-pair.n_split, pair.first, pair.second))


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
    table = np.full((votes.annotator_ids.size, votes.counts.shape[0]), np.nan)
    table[votes.annotators, votes.items] = given
    return table
