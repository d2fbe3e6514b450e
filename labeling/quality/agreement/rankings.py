"""Rankings of an item's objects: whether two people put them in the same order."""

from __future__ import annotations

from collections.abc import Hashable
from itertools import combinations

import numpy as np

from labeling.quality.agreement.answers import Answers, mean_similarity
from labeling.quality.agreement.result import Agreement

Ranking = tuple[Hashable, ...]
"""An item's objects, best first."""


def ranking_agreement(
    answers: Answers[Ranking], *, rng: np.random.Generator | None = None
) -> Agreement:
    """Mean share of pairs of objects that two people order alike; .5 is chance.

    Kendall's tau of two rankings is twice this share, less 1. A choice between two objects is a
    ranking of two; where a tie may be answered, use `krippendorff_alpha` on the three answers.

    Parameters
    ----------
    answers
        (n_annotators, n_items) tuples of an item's objects, best first, None where missing; all
        rankings of an item name the same objects, at least two.
    rng
        For a bootstrap interval; jackknife when None.

    Raises
    ------
    ValueError
        A ranking repeats an object, names fewer than two, or others than the first one's; rows
        that are not equally long.

    References
    ----------
    Kendall, "A new measure of rank correlation", Biometrika 30, 1938.
    """
    for column in zip(*answers, strict=True):
        _check([ranking for ranking in column if ranking is not None])
    return mean_similarity(answers, concordance, rng)


def concordance(one: Ranking, other: Ranking) -> float:
    """Share of pairs of objects that two rankings order alike."""
    place = {name: rank for rank, name in enumerate(other)}
    alike = [place[first] < place[second] for first, second in combinations(one, 2)]
    return sum(alike) / len(alike)


def _check(rankings: list[Ranking]) -> None:
    for ranking in rankings:
        if len(set(ranking)) != len(ranking) or len(ranking) < 2:  # noqa: PLR2004 - a pair
            message = f"a ranking must name at least two objects, each once, not {ranking}"
            raise ValueError(message)
        if set(ranking) != set(rankings[0]):
            message = f"rankings of one item must name the same objects, not {ranking}"
            raise ValueError(message)
