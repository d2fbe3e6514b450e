"""The gate itself: champion against challenger on one test set, as pass, fail or inconclusive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import NormalDist
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from training.evaluation.intervals import wilson
from training.gates.paired import (
    MOST_ITEMS,
    PairedCounts,
    items_needed,
    mcnemar_exact,
    score_interval,
)
from training.gates.report import GateReport, SliceEvidence, Verdict

BoolArray: TypeAlias = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class _Answers:
    """Which items each side got right."""

    champion: BoolArray
    challenger: BoolArray

    def counts(self, rows: BoolArray | None = None) -> PairedCounts:
        """Count wins and losses, over all rows or some."""
        old = self.champion if rows is None else self.champion[rows]
        new = self.challenger if rows is None else self.challenger[rows]
        return PairedCounts(len(old), int((new & ~old).sum()), int((old & ~new).sum()))


def compare(
    champion_predictions: ArrayLike | None,
    challenger_predictions: ArrayLike,
    truth: ArrayLike,
    *,
    margin: float,
    alpha: float,
    slices: Mapping[str, ArrayLike] | ArrayLike | None = None,
    floors: Mapping[str, float] | None = None,
) -> GateReport:
    """Judge whether a challenger may replace the champion.

    ``margin`` is the loss of accuracy that is allowed to go unseen, not one that is welcome:

    - **fail**: the interval of the difference lies wholly below zero (shown worse), or a slice's
      lies wholly below −margin, or a slice is shown to be below its floor;
    - **pass**: otherwise, if the interval lies wholly above −margin (shown not worse by that
      much), which a clearly better challenger reaches with few items and an equal one with many;
    - **inconclusive**: otherwise; ``needs_n`` items in all would decide with power .8, if the
      rates stay as seen.

    With the two-sided 1 − alpha interval a challenger truly worse by the margin passes, and one
    truly no worse fails, each with probability alpha/2 at most. Intervals by slice are corrected
    for the number of slices (Bonferroni), so that many slices do not fail good models.

    A first model (``champion_predictions`` None) is compared, with margin zero, with always
    answering the test set's most frequent class: it passes only when shown to be better.

    Parameters
    ----------
    champion_predictions, challenger_predictions : (n_items,) predicted classes, or None.
    truth : (n_items,) true classes, adjudicated by people.
    margin : 0 ≤ margin < 1, in accuracy (.01 is one point).
    alpha : 0 < alpha < 1.
    slices : name → (n_items,) booleans, or (n_items,) names of the one slice each item is in.
    floors : least accuracy by slice name.

    Returns
    -------
    GateReport

    Raises
    ------
    ValueError
        Naming the argument: other lengths, missing values, margin or alpha out of range, a floor
        for an unknown slice.

    References
    ----------
    Tango 1998 for the interval (see `score_interval`); Committee for Medicinal Products for Human
    Use, "Points to consider on switching between superiority and non-inferiority", 2000, for
    reading both questions off one interval.

    Examples
    --------
    >>> compare([0] * 100, [1] * 100, [1] * 100, margin=0.01, alpha=0.05).verdict.value
    'pass'
    """
    check_settings(margin, alpha)
    y = _classes("truth", truth, None)
    new = _classes("challenger_predictions", challenger_predictions, len(y))
    first = champion_predictions is None
    old = _majority(y) if first else _classes("champion_predictions", champion_predictions, len(y))
    answers = _Answers(old == y, new == y)
    parts = _slice_evidence(answers, _masks(slices, len(y)), floors or {}, margin, alpha)
    return _judge(answers, parts, 0.0 if first else margin, alpha, first=first)


def _judge(
    answers: _Answers,
    parts: tuple[SliceEvidence, ...],
    margin: float,
    alpha: float,
    *,
    first: bool,
) -> GateReport:
    """Read the verdict off the interval and the slices, and put it into words."""
    counts = answers.counts()
    n = len(answers.challenger)
    low, high = score_interval(counts, _z(alpha)) if n else (None, None)
    failed = any(part.failed for part in parts)
    verdict = Verdict.FAIL if failed else read_verdict(low, high, margin)
    needs_n = None if verdict is not Verdict.INCONCLUSIVE else items_needed(counts, margin, alpha)
    other = "always answering the most frequent class" if first else "the champion"
    return GateReport(
        verdict=verdict,
        reason=_reason(verdict, parts, low, margin, needs_n, other),
        needs_n=needs_n,
        baseline="majority_class" if first else "champion",
        n=n,
        wins=int(counts.wins),
        losses=int(counts.losses),
        champion_accuracy=float(answers.champion.mean()) if n else None,
        challenger_accuracy=float(answers.challenger.mean()) if n else None,
        difference=counts.difference if n else None,
        low=low,
        high=high,
        p_value=mcnemar_exact(counts) if n else None,
        margin=margin,
        alpha=alpha,
        slices=parts,
    )


def read_verdict(low: float | None, high: float | None, margin: float) -> Verdict:
    """Read a verdict off the interval of the challenger's gain; None where nothing is known.

    Fail comes first: what is shown to be worse is not excused by a margin.
    """
    if high is not None and high < 0:
        return Verdict.FAIL
    if low is not None and low > -margin:
        return Verdict.PASS
    return Verdict.INCONCLUSIVE


def _reason(
    verdict: Verdict,
    parts: tuple[SliceEvidence, ...],
    low: float | None,
    margin: float,
    needs_n: int | None,
    other: str,
) -> str:
    """Say in one sentence what decided."""
    failed = [part.failed for part in parts if part.failed]
    if failed:
        return "; ".join(failed)
    if verdict is Verdict.FAIL:
        return f"shown to be worse than {other}"
    if verdict is Verdict.PASS:
        if low is not None and low > 0:
            return f"shown to be better than {other}"
        return f"shown not to be worse than {other} by {100 * margin:g} points or more"
    number = f"about {needs_n}" if needs_n != MOST_ITEMS else f"more than {MOST_ITEMS:,}"
    return f"too few test items to tell it from {other}: {number} in all would decide"


def _slice_evidence(
    answers: _Answers,
    masks: Mapping[str, BoolArray],
    floors: Mapping[str, float],
    margin: float,
    alpha: float,
) -> tuple[SliceEvidence, ...]:
    """Compare within each slice at a level corrected for how many there are."""
    unknown = sorted(set(floors) - set(masks))
    if unknown:
        msg = f"floors: there is no slice {unknown[0]!r}"
        raise ValueError(msg)
    level = alpha / max(1, len(masks))
    return tuple(
        _one_slice(name, answers, rows, floors.get(name), margin, level)
        for name, rows in masks.items()
    )


def _one_slice(
    name: str,
    answers: _Answers,
    rows: BoolArray,
    floor: float | None,
    margin: float,
    level: float,
) -> SliceEvidence:
    """Compare within one slice."""
    n = int(rows.sum())
    if n == 0:
        return SliceEvidence(name, 0, None, None, None, None, None, floor, None)
    counts = answers.counts(rows)
    low, high = score_interval(counts, _z(level))
    accuracy = float(answers.challenger[rows].mean())
    failed = None
    if high < -margin:
        failed = f"slice {name!r} is shown to lose more than {100 * margin:g} points"
    elif floor is not None and wilson(accuracy, n, level)[1] < floor:
        failed = f"slice {name!r} is shown to be below its floor of {floor:g}"
    champion = float(answers.champion[rows].mean())
    return SliceEvidence(name, n, champion, accuracy, counts.difference, low, high, floor, failed)


def _masks(slices: Mapping[str, ArrayLike] | ArrayLike | None, n: int) -> dict[str, BoolArray]:
    """Return each slice's rows as booleans, in a fixed order."""
    if slices is None:
        return {}
    if not isinstance(slices, Mapping):
        names = np.asarray(slices)
        if names.shape != (n,):
            msg = f"slices: {n} names are needed, not shape {names.shape}"
            raise ValueError(msg)
        return {str(name): names == name for name in np.unique(names)}
    masks = {name: np.asarray(rows) for name, rows in sorted(slices.items())}
    for name, rows in masks.items():
        if rows.shape != (n,) or rows.dtype != np.bool_:
            msg = f"slices: {name!r} must be {n} booleans"
            raise ValueError(msg)
    return masks


def _classes(name: str, values: ArrayLike | None, n: int | None) -> NDArray[Any]:
    """Return a vector of classes of the right length without missing values."""
    array = np.asarray(values)
    if array.ndim != 1:
        msg = f"{name}: one class per item is needed, not {array.ndim} axes"
        raise ValueError(msg)
    if n is not None and len(array) != n:
        msg = f"{name}: {len(array)} items, but truth has {n}"
        raise ValueError(msg)
    # Only a missing value differs from itself; None would compare equal to None and count as right.
    missing = array.dtype.kind == "O" and any(value is None for value in array)
    if missing or not bool(np.all(array == array)):  # noqa: PLR0124 - see above
        msg = f"{name}: a value is missing"
        raise ValueError(msg)
    return array


def _majority(truth: NDArray[Any]) -> NDArray[Any]:
    """Return the most frequent class for every item; of several the smallest."""
    if len(truth) == 0:
        return truth
    classes, counts = np.unique(truth, return_counts=True)
    return np.full(len(truth), classes[counts.argmax()])


def check_settings(margin: float, alpha: float) -> None:
    """Refuse margins and levels that mean nothing."""
    if not 0 <= margin < 1:
        msg = f"margin: {margin} is not between 0 and 1"
        raise ValueError(msg)
    if not 0 < alpha < 1:
        msg = f"alpha: {alpha} is not between 0 and 1"
        raise ValueError(msg)


def _z(alpha: float) -> float:
    """Return the normal quantile of a two-sided level."""
    return NormalDist().inv_cdf(1 - alpha / 2)
