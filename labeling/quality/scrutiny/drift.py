"""Whether somebody has changed: their agreement with the others before and after a point."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import stats

from labeling.quality.arrays import FloatArray
from labeling.quality.scrutiny.votes import Votes, read_votes

LEAST_VOTES = 40
LEAST_SIDE = 20
"""Votes needed on each side of a change."""
SPLITS = 8
"""Places along a person's votes where a change is looked for."""


@dataclass(frozen=True)
class Drift:
    """A change of one person's agreement with the others.

    Attributes
    ----------
    annotator
        The caller's number.
    after
        How many of their votes came before the change.
    before_mean, after_mean
        Agreement, less what was usual on the same items, before and after.
    p_value
        Of no change, corrected for the places and the people looked at.
    """

    annotator: int
    after: int
    before_mean: float
    after_mean: float
    p_value: float


def find_drift(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    n_classes: int,
    *,
    alpha: float = 0.01,
) -> list[Drift]:
    """Find annotators whose agreement with the others moved; a change of items is no change.

    Parameters
    ----------
    items, annotators, answers
        (n_votes,) integers, as for `infer_truth`, oldest first.
    n_classes
        Number of declared classes.
    alpha
        Chance that anybody at all is named without reason.

    Returns
    -------
    list
        The changes that are surely there, surest first; people with fewer than 40 votes on
        shared items cannot be judged and are left out.
    """
    rows, people, given = (np.asarray(part) for part in (items, annotators, answers))
    found: list[Drift] = []
    while True:
        change = _surest(read_votes(rows, people, given, n_classes))
        if change is None or change.p_value > alpha:
            return found
        found.append(change)
        # Who has changed makes the others look changed too: they are compared without them.
        kept = people != change.annotator
        rows, people, given = rows[kept], people[kept], given[kept]


def _surest(votes: Votes) -> Drift | None:
    """Return the clearest change of anybody, corrected for the people looked at."""
    shared = votes.agreement()
    apart = shared.same - shared.usual
    changes = [
        _largest_change(int(number), apart[mine])
        for number, mine in zip(votes.annotator_ids, shared.by_person(), strict=True)
    ]
    judged = [change for change in changes if change is not None]
    if not judged:
        return None
    best = min(judged, key=lambda change: change.p_value)
    return replace(best, p_value=min(1.0, best.p_value * len(judged)))


def _largest_change(number: int, apart: FloatArray) -> Drift | None:
    """Return the clearest of a few possible changes, its p-value corrected for their number."""
    if apart.size < LEAST_VOTES:
        return None
    places = np.unique(np.linspace(LEAST_SIDE, apart.size - LEAST_SIDE, SPLITS).astype(np.int64))
    tests = [_p_value(apart[:place], apart[place:]) for place in places.tolist()]
    best = int(np.argmin(tests))
    place = int(places[best])
    before, after = float(apart[:place].mean()), float(apart[place:].mean())
    return Drift(number, place, before, after, min(1.0, tests[best] * len(tests)))


def _p_value(before: FloatArray, after: FloatArray) -> float:
    if np.ptp(before) == 0 and np.ptp(after) == 0 and before[0] == after[0]:
        return 1.0
    return float(stats.mannwhitneyu(before, after).pvalue)
