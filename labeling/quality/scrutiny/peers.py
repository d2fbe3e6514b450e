"""How far a person agrees with the others on the same items, whatever items they were given."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from labeling.quality.scrutiny.votes import read_votes

LEVEL = 1.96


@dataclass(frozen=True)
class PeerAgreement:
    """A person's agreement with the others; agreement, not accuracy.

    Attributes
    ----------
    annotator
        The caller's number.
    n
        Votes on items that somebody else answered too.
    plain
        Mean share of the others who said the same; None without such votes.
    expected
        What the average person's agreement was on these same items.
    adjusted
        `plain` as it would be on items of everybody's difficulty: whole mean + (plain - expected).
    low, high
        95 % interval of `adjusted`; None below two votes.
    """

    annotator: int
    n: int
    plain: float | None
    expected: float | None
    adjusted: float | None
    low: float | None
    high: float | None


def peer_agreement(
    items: npt.ArrayLike, annotators: npt.ArrayLike, answers: npt.ArrayLike, n_classes: int
) -> list[PeerAgreement]:
    """Measure each annotator's agreement with the others, adjusted for the items they were given.

    A plain mean makes those look worst who are asked the disputed items, often the experts. Here
    an annotator is compared with how much people agreed with each other on the very same items.

    Parameters
    ----------
    items, annotators, answers
        (n_votes,) integers, as for `infer_truth`.
    n_classes
        Number of declared classes.

    Returns
    -------
    list
        One for each annotator, in ascending order of their numbers.

    References
    ----------
    Direct comparison within strata, as in Breslow and Day, "Statistical methods in cancer
    research II", 1987 (standardised differences).
    """
    votes = read_votes(items, annotators, answers, n_classes)
    shared = votes.agreement()
    overall = float(shared.same.mean()) if shared.same.size else 0.0
    return [
        _of_one(int(number), shared.same[mine], shared.usual[mine], overall)
        for number, mine in zip(votes.annotator_ids, shared.by_person(), strict=True)
    ]


def _of_one(
    number: int,
    same: npt.NDArray[np.float64],
    typical: npt.NDArray[np.float64],
    overall: float,
) -> PeerAgreement:
    n = int(same.size)
    if n == 0:
        return PeerAgreement(number, 0, None, None, None, None, None)
    plain, expected = float(same.mean()), float(typical.mean())
    adjusted = min(max(overall + plain - expected, 0.0), 1.0)
    if n == 1:
        return PeerAgreement(number, n, plain, expected, adjusted, None, None)
    # One more vote of each kind, so that unanimity does not claim to be certain.
    apart = np.concatenate([same - typical, [0.5, -0.5]])
    half = LEVEL * float(apart.std(ddof=1)) / n**0.5
    return PeerAgreement(
        number, n, plain, expected, adjusted, max(adjusted - half, 0.0), min(adjusted + half, 1.0)
    )
