"""Answers that do not depend on the question: constant, in a pattern, or at random."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy import stats

from labeling.quality.arrays import FloatArray, IntArray
from labeling.quality.scrutiny.votes import holm, read_votes

LEAST_VOTES = 20
LONGEST_PERIOD = 6
CONSTANT_SHARE = 0.98
PATTERN_SHARE = 0.95
UNRELATED_LEVEL = 0.2
"""A p-value of "unrelated" above this means that no relation at all can be seen."""
Kind = Literal["constant", "pattern", "unrelated"]


@dataclass(frozen=True)
class Suspicion:
    """Why one annotator's answers seem not to depend on the items.

    Attributes
    ----------
    annotator
        The caller's number.
    kind
        "constant": nearly always one class, where others give several; "pattern": the classes
        repeat with a period; "unrelated": answers go with the others' no more than chance.
    share
        Of their answers that fit the constant or the pattern; for "unrelated" their agreement
        with the others beyond chance (kappa).
    n
        Votes that it rests on.
    p_value
        Of answers that honestly look like this, for "constant" and "pattern", corrected for the
        people looked at; None for "unrelated", where the finding is that nothing was found.
    """

    annotator: int
    kind: Kind
    share: float
    n: int
    p_value: float | None


def suspicions(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    n_classes: int,
    *,
    alpha: float = 0.01,
) -> list[Suspicion]:
    """Find annotators whose answers do not depend on the items.

    Parameters
    ----------
    items, annotators, answers
        (n_votes,) integers, as for `infer_truth`, oldest first.
    n_classes
        Number of declared classes.
    alpha
        Chance that anybody at all is named constant or patterned without reason.

    Returns
    -------
    list
        At most one per annotator, in the order of their numbers; who has fewer than 20 votes on
        shared items cannot be judged. Evidence for a person to look at, never proof.
    """
    votes = read_votes(items, annotators, answers, n_classes)
    said = votes.others_said()
    usual = np.bincount(votes.given, minlength=n_classes) / max(votes.given.size, 1)
    found: list[Suspicion] = []
    n_judged = 0
    for number, rows in zip(votes.annotator_ids.tolist(), votes.by_person(), strict=True):
        mine = rows[said[rows] >= 0]
        if mine.size >= LEAST_VOTES:
            n_judged += 1
            suspicion = _look(number, votes.given[mine], said[mine], usual)
            if suspicion is not None:
                found.append(suspicion)
    tested = [s for s in found if s.p_value is not None]
    # Who was looked at and shows nothing counts too: among thousands somebody is odd by chance.
    p_values = np.ones(n_judged)
    p_values[: len(tested)] = [s.p_value for s in tested]
    adjusted = holm(p_values)[: len(tested)]
    sure = {s.annotator for s, p in zip(tested, adjusted.tolist(), strict=True) if p <= alpha}
    return [s for s in found if s.p_value is None or s.annotator in sure]


def _look(number: int, given: IntArray, said: IntArray, usual: FloatArray) -> Suspicion | None:
    favourite = int(np.bincount(given).argmax())
    share = float((given == favourite).mean())
    if share >= CONSTANT_SHARE:
        hits = int((given == favourite).sum())
        p_value = float(stats.binom.sf(hits - 1, given.size, float(usual[favourite])))
        return Suspicion(number, "constant", share, int(given.size), p_value)
    patterned = _pattern(number, given, said)
    return patterned or _unrelated(number, given, said)


def _pattern(number: int, given: IntArray, said: IntArray) -> Suspicion | None:
    """Look for a period whose classes repeat although the others' answers do not."""
    for period in range(2, LONGEST_PERIOD + 1):
        if given.size <= 2 * period:
            break
        repeats = given[period:] == given[:-period]
        share = float(repeats.mean())
        chance = float((said[period:] == said[:-period]).mean())
        if share >= PATTERN_SHARE and share > chance:
            hits = int(repeats.sum())
            p_value = float(stats.binom.sf(hits - 1, repeats.size, max(chance, 1e-9)))
            return Suspicion(number, "pattern", share, int(given.size), p_value)
    return None


def _unrelated(number: int, given: IntArray, said: IntArray) -> Suspicion | None:
    """Say so where a test of independence sees no relation, and agreement is that of chance."""
    mine, theirs = np.unique(given, return_inverse=True)[1], np.unique(said, return_inverse=True)[1]
    table = np.zeros((mine.max() + 1, theirs.max() + 1))
    np.add.at(table, (mine, theirs), 1.0)
    if min(table.shape) == 1:
        return None  # the others gave one class: nothing to be related to
    p_value = float(stats.chi2_contingency(table, correction=False).pvalue)
    n_classes = int(max(given.max(), said.max())) + 1
    shares = np.bincount(given, minlength=n_classes) / given.size
    chance = float((shares * np.bincount(said, minlength=n_classes) / said.size).sum())
    kappa = float(((given == said).mean() - chance) / max(1.0 - chance, 1e-9))
    if p_value <= UNRELATED_LEVEL or kappa > 0.1:  # noqa: PLR2004 - "slight" on Landis and Koch's scale
        return None
    return Suspicion(number, "unrelated", kappa, int(given.size), None)
