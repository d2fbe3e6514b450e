"""What an annotator's answers are worth, with an interval: against gold, or against consensus.

Against gold it is accuracy; against consensus only agreement, because the annotator's own answers
are part of what they are compared with. Plain functions over counts and arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import betaincinv, ndtri

from labeling.quality.arrays import FloatArray, integers

JEFFREYS = 0.5


@dataclass(frozen=True)
class Skill:
    """A rate with its interval.

    Attributes
    ----------
    value, low, high
        The rate and its interval; None where undefined.
    n
        How many answers (or expected answers) it rests on.
    reason
        Why it is undefined, in words; None where it is defined.
    """

    value: float | None
    low: float | None
    high: float | None
    n: float
    reason: str | None = None


def accuracy(n_correct: float, n: float, confidence: float = 0.95) -> Skill:
    """Share of right answers with Jeffreys' interval.

    Parameters
    ----------
    n_correct, n
        Right and all answers; fractions are allowed, as expected counts under a posterior are.
    confidence
        Coverage of the interval.

    Raises
    ------
    ValueError
        Not 0 ≤ n_correct ≤ n, or confidence not between 0 and 1.

    References
    ----------
    Brown, Cai and DasGupta, "Interval estimation for a binomial proportion", Statistical
    Science 16(2), 2001: the interval starts at 0 when nothing, ends at 1 when all is right.
    """
    if not (0 <= n_correct <= n and np.isfinite(n)):
        message = f"n_correct must be from 0 to n, not {n_correct} of {n}"
        raise ValueError(message)
    tail = _tail(confidence)
    if n == 0:
        return Skill(None, None, None, 0, "no answer to compare yet")
    right, wrong = n_correct + JEFFREYS, n - n_correct + JEFFREYS
    low = 0.0 if n_correct == 0 else float(betaincinv(right, wrong, tail))
    high = 1.0 if n_correct == n else float(betaincinv(right, wrong, 1.0 - tail))
    return Skill(n_correct / n, low, high, n)


def accuracy_against_gold(
    annotators: npt.ArrayLike, correct: npt.ArrayLike, confidence: float = 0.95
) -> dict[int, Skill]:
    """Each annotator's accuracy on items whose answer is known.

    Parameters
    ----------
    annotators, correct
        (n_answers,) who answered a gold item, and whether rightly (0 or 1).
    confidence
        Coverage of the intervals.
    """
    return _by_annotator(annotators, np.asarray(correct, dtype=np.float64), confidence)


def agreement_with_consensus(
    items: npt.ArrayLike,
    annotators: npt.ArrayLike,
    answers: npt.ArrayLike,
    posterior: FloatArray,
    confidence: float = 0.95,
) -> dict[int, Skill]:
    """Each annotator's expected share of answers equal to the truth, on items others answered too.

    Parameters
    ----------
    items, annotators, answers
        (n_answers,) as for `infer_truth`.
    posterior
        (n_items, n_classes), best tempered.
    confidence
        Coverage of the intervals, which leave out that the posterior itself is uncertain.

    Returns
    -------
    dict
        Every annotator; undefined for one with whom nobody shares an item.
    """
    rows = integers("items", items, below=posterior.shape[0])
    people = integers("annotators", annotators)
    given = integers("answers", answers, below=posterior.shape[1])
    pairs = np.unique(np.stack([rows, people]), axis=1)
    shared = np.bincount(pairs[0], minlength=posterior.shape[0]) > 1
    comparable = shared[rows]
    credit = posterior[rows[comparable], given[comparable]]
    found = _by_annotator(people[comparable], credit, confidence)
    alone = Skill(None, None, None, 0, "nobody else has answered the same items yet")
    return {person: found.get(person, alone) for person in np.unique(people).tolist()}


def mean_recall(counts: FloatArray, confidence: float = 0.95) -> Skill:
    """Mean over the true classes of P(right | class): the mean of the confusion's diagonal.

    Unlike accuracy it does not reward answering the commonest class. Classes of which the
    annotator has (nearly) seen none, less than half an expected item, are left out.

    Parameters
    ----------
    counts
        (n_classes, n_classes) expected counts, true by given, unsmoothed (`Confusions.counts`).
    confidence
        Coverage of the interval: normal, with each class's variance under Jeffreys' prior.
    """
    tail = _tail(confidence)
    totals = counts.sum(axis=1)
    seen = totals >= JEFFREYS
    n_seen = int(seen.sum())
    if n_seen == 0:
        return Skill(None, None, None, 0, "no answer to compare yet")
    right, n = counts.diagonal()[seen], totals[seen]
    value = float((right / n).mean())
    smoothed = (right + JEFFREYS) / (n + 2 * JEFFREYS)
    variance = smoothed * (1.0 - smoothed) / (n + 2 * JEFFREYS + 1)
    half = float(-ndtri(tail) * np.sqrt(variance.sum()) / n_seen)
    return Skill(value, max(0.0, value - half), min(1.0, value + half), float(n.sum()))


def _by_annotator(
    annotators: npt.ArrayLike, credit: FloatArray, confidence: float
) -> dict[int, Skill]:
    people = integers("annotators", annotators)
    ids, places = np.unique(people, return_inverse=True)
    counts = np.bincount(places, minlength=ids.size)
    right = np.minimum(np.bincount(places, credit, ids.size), counts)
    rows = zip(ids.tolist(), right.tolist(), counts.tolist(), strict=True)
    return {person: accuracy(n_right, n, confidence) for person, n_right, n in rows}


def _tail(confidence: float) -> float:
    if not 0 < confidence < 1:
        message = f"confidence must be between 0 and 1, not {confidence}"
        raise ValueError(message)
    return (1.0 - confidence) / 2.0
