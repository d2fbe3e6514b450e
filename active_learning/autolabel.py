"""Which predictions may stand as labels: thresholds that an audited random sample certifies.

A plug-in threshold ("the model is right 95 % of the time above .9") is broken in one campaign of
four; the best of many exact thresholds still breaks on single pools. Here every threshold that is
looked at is tested, in an order fixed before the first answer is seen.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import special

FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

STEPS = 20
"""Thresholds that are tried, each taking a further twentieth of the predictions."""
LEAST_KNOWN = 30
"""Labelled test items below which nothing is expected of an audit."""
ERRORS_AT_START = 1
"""The sequence begins where this many errors among the checked items would still pass."""
ALTERNATIVES = np.geomspace(1 / 16, 16, 33)
"""Odds of an error, relative to the tolerated ones, that a running audit bets on."""


@dataclass(frozen=True)
class Certificate:
    """What was shown about predictions whose score is at least a threshold.

    Attributes
    ----------
    precision, delta
        The claim: with probability 1 - delta over the drawing of the audit, at least this share
        of the accepted predictions is right, as adjudicated answers have it.
    threshold
        Least score that is accepted; None where nothing could be certified.
    coverage
        Share of the pool's predictions at or above the threshold, 0 where there is none.
    n_checked, n_errors
        Checked items at or above the threshold, and how many of them were wrong.
    reason
        Why nothing was certified, in words; None where something was.
    """

    precision: float
    delta: float
    threshold: float | None
    coverage: float
    n_checked: int
    n_errors: int
    reason: str | None = None


def checks_needed(precision: float, delta: float, errors: int = 0) -> int:
    """Return how many checked items show the precision if so many of them are wrong.

    59 flawless ones at .95 and delta .05, 149 at .98.

    Raises
    ------
    ValueError
        A precision or delta outside (0, 1).
    """
    _check(precision, delta)
    tolerated = 1.0 - precision
    low, high = errors, max(2 * errors, 1)
    while special.bdtr(errors, high, tolerated) > delta:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        passes = special.bdtr(errors, middle, tolerated) <= delta
        low, high = (low, middle) if passes else (middle, high)
    return high


def certify(
    pool_scores: npt.ArrayLike,
    checked_scores: npt.ArrayLike,
    checked_right: npt.ArrayLike,
    *,
    precision: float,
    delta: float = 0.05,
) -> Certificate:
    """Find the lowest threshold that keeps a precision, with an exact test at every step.

    Thresholds go from strict to loose, fixed by the pool's scores alone; each is tested with the
    binomial distribution at level delta, and the first that fails ends the sequence. So the chance
    that any certified threshold breaks the promise is at most delta, without a correction for
    their number.

    Parameters
    ----------
    pool_scores
        (n_pool,) the model's confidence in each prediction that could be accepted.
    checked_scores, checked_right
        (n_checked,) confidence in, and truth of, the predictions on a random sample of that pool,
        drawn without looking at scores or answers.
    precision
        Least share of right labels that is asked for, in (0, 1).
    delta
        Chance of a broken promise that is tolerated, in (0, 1).

    Raises
    ------
    ValueError
        Arrays of different lengths, scores that are not finite, numbers out of range.

    References
    ----------
    Angelopoulos et al., "Learn then test: calibrating predictive algorithms to achieve risk
    control", Annals of Applied Statistics 2025 (fixed-sequence testing).
    """
    _check(precision, delta)
    pool = _scores("pool_scores", pool_scores)
    scores = _scores("checked_scores", checked_scores)
    right = np.asarray(checked_right, dtype=bool)
    if scores.shape != right.shape:
        message = (
            "checked_scores and checked_right must be equally long, "
            f"not {scores.size} and {right.size}"
        )
        raise ValueError(message)
    least = checks_needed(precision, delta, ERRORS_AT_START)
    found: Certificate | None = None
    for threshold in _thresholds(pool, scores, least):
        above = scores >= threshold
        n_checked, n_errors = int(above.sum()), int((above & ~right).sum())
        if special.bdtr(n_errors, n_checked, 1.0 - precision) > delta:
            break
        coverage = float((pool >= threshold).mean())
        found = Certificate(precision, delta, threshold, coverage, n_checked, n_errors)
    return found or _nothing(precision, delta, scores.size, least)


def certify_by_class(
    pool_classes: npt.ArrayLike,
    pool_scores: npt.ArrayLike,
    checked_classes: npt.ArrayLike,
    checked_scores: npt.ArrayLike,
    checked_right: npt.ArrayLike,
    *,
    precision: float,
    delta: float = 0.05,
) -> dict[int, Certificate]:
    """Certify the predictions of each class for themselves, each at its own delta.

    A rare class hides in a pooled certificate: here every class keeps the precision or is left
    out. Gold scales with the classes: at .95 each needs some 60 checked predictions of its own.

    Parameters
    ----------
    pool_classes, pool_scores
        (n_pool,) predicted class and confidence.
    checked_classes, checked_scores, checked_right
        (n_checked,) the same of the random sample, and the truth of its predictions.
    precision, delta
        As for `certify`, of each class.

    Returns
    -------
    dict
        A certificate for every class predicted in the pool.
    """
    classes, scores = np.asarray(pool_classes), np.asarray(pool_scores)
    of, sure, right = (
        np.asarray(part) for part in (checked_classes, checked_scores, checked_right)
    )
    return {
        int(one): certify(
            scores[classes == one],
            sure[of == one],
            right[of == one],
            precision=precision,
            delta=delta,
        )
        for one in np.unique(classes)
    }


@dataclass(frozen=True)
class Expected:
    """What an audit of some size can be expected to certify, before it is paid for.

    Attributes
    ----------
    low, value, high
        Coverage of the pool, from the pessimistic to the optimistic end of what a labelled random
        sample says about the model; None where nothing can be expected.
    n_known
        Items of that sample.
    reason
        Why nothing can be expected, in words.
    """

    low: float | None
    value: float | None
    high: float | None
    n_known: int
    reason: str | None = None


def expected_coverage(
    pool_scores: npt.ArrayLike,
    known_scores: npt.ArrayLike,
    known_right: npt.ArrayLike,
    n_audit: int,
    *,
    precision: float,
    delta: float = 0.05,
) -> Expected:
    """Estimate the coverage that `certify` would find with an audit of `n_audit` items.

    Parameters
    ----------
    pool_scores
        (n_pool,) confidence of the predictions that would be accepted.
    known_scores, known_right
        (n_known,) confidence and truth of predictions on a labelled random sample that the model
        was not trained on: the test items. It certifies nothing: it was looked at before.
    n_audit, precision, delta
        Of the audit to come.

    Raises
    ------
    ValueError
        As `certify`.
    """
    _check(precision, delta)
    pool, known = _scores("pool_scores", pool_scores), _scores("known_scores", known_scores)
    right = np.asarray(known_right, dtype=bool)
    if known.shape != right.shape:
        message = f"known_scores and known_right must be equally long: {known.size}, {right.size}"
        raise ValueError(message)
    if not pool.size:
        return Expected(None, None, None, known.size, "the pool has no unlabelled item left")
    if known.size < LEAST_KNOWN:
        reason = f"{known.size} of the {LEAST_KNOWN} labelled test items that this needs are there"
        return Expected(None, None, None, known.size, reason)
    found = [_foreseen(pool, known, right, n_audit, precision, delta, z) for z in (1.96, 0, -1.96)]
    return Expected(found[0], found[1], found[2], known.size)


def _foreseen(
    pool: FloatArray,
    known: FloatArray,
    right: BoolArray,
    n_audit: int,
    precision: float,
    delta: float,
    z: float,
) -> float:
    """Return the coverage if every threshold's error rate lay `z` deviations from what was seen."""
    least, covered = checks_needed(precision, delta, ERRORS_AT_START), 0.0
    for share in np.arange(1, STEPS + 1) / STEPS:
        above = known >= np.quantile(pool, 1.0 - share, method="higher")
        n_above, n_known = math.floor(n_audit * share), int(above.sum())
        if n_above < least or not n_known:
            continue
        rate = (float((above & ~right).sum()) + 0.5) / (n_known + 1.0)
        rate = max(rate + z * math.sqrt(rate * (1.0 - rate) / n_known), 0.0)
        if special.bdtr(round(n_above * min(rate, 1.0)), n_above, 1.0 - precision) > delta:
            break
        covered = float(share)
    return covered


@dataclass(frozen=True)
class AuditEvidence:
    """What a running audit says after any number of checks, looked at as often as one likes.

    Attributes
    ----------
    against, towards
        Evidence (betting wealth, 1 at the start) that the precision is below, or above, what was
        promised: at 1 / delta or more the claim is shown with error probability delta, at whatever
        time one looks.
    """

    against: float
    towards: float

    def revokes(self, delta: float) -> bool:
        """Whether the promise is shown to be broken."""
        return self.against >= 1.0 / delta

    def renews(self, delta: float) -> bool:
        """Whether the promise is shown to hold, by the running audit alone."""
        return self.towards >= 1.0 / delta


def audit_evidence(n_checked: int, n_errors: int, precision: float) -> AuditEvidence:
    """Weigh the checks of a running random audit; valid at every moment, not only at the end.

    A mixture of likelihood ratios against the tolerated error rate: under the claim it never
    gains in expectation, so it exceeds 1 / delta at any time with probability at most delta.

    Raises
    ------
    ValueError
        More errors than checks, or a precision outside (0, 1).

    References
    ----------
    Ville, "Étude critique de la notion de collectif", 1939; Ramdas et al., "Game-theoretic
    statistics and safe anytime-valid inference", Statistical Science 38(4), 2023.
    """
    _check(precision, 0.5)
    if not 0 <= n_errors <= n_checked:
        message = f"n_errors must be from 0 to {n_checked}, not {n_errors}"
        raise ValueError(message)
    tolerated = 1.0 - precision
    odds = ALTERNATIVES * tolerated / precision
    rate = odds / (1.0 + odds)
    ratios = n_errors * np.log(rate / tolerated)
    ratios += (n_checked - n_errors) * np.log((1.0 - rate) / precision)
    worse, better = ratios[rate > tolerated * (1 + 1e-9)], ratios[rate < tolerated * (1 - 1e-9)]
    return AuditEvidence(_mean_of_powers(worse), _mean_of_powers(better))


def _mean_of_powers(logarithms: FloatArray) -> float:
    mean = float(special.logsumexp(logarithms)) - math.log(logarithms.size)
    return math.exp(min(mean, 700.0))  # a number that a float can hold


def _thresholds(pool: FloatArray, scores: FloatArray, least: int) -> list[float]:
    """Quantiles of the pool from strict to loose, those with enough checked items above them.

    They depend on scores only, never on what was right.
    """
    if not pool.size:
        return []
    shares = 1.0 - np.arange(1, STEPS + 1) / STEPS
    quantiles = np.quantile(pool, shares, method="higher").tolist()
    kept = [
        threshold for threshold in dict.fromkeys(quantiles) if (scores >= threshold).sum() >= least
    ]
    if scores.size >= least:  # the strictest threshold that can pass at all comes first
        kept.insert(0, float(np.sort(scores)[-least]))
    return list(dict.fromkeys(kept))


def _nothing(precision: float, delta: float, n_checked: int, least: int) -> Certificate:
    if n_checked < least:
        reason = f"{least} checked predictions are needed at least, and there are {n_checked}"
    else:
        reason = (
            f"the surest {least} checked predictions hold more errors than {precision:g} allows"
        )
    return Certificate(precision, delta, None, 0.0, n_checked, 0, reason)


def _scores(name: str, values: npt.ArrayLike) -> FloatArray:
    scores = np.asarray(values, dtype=np.float64)
    if scores.ndim != 1 or not np.isfinite(scores).all():
        message = f"{name} must be one-dimensional and finite"
        raise ValueError(message)
    return scores


def _check(precision: float, delta: float) -> None:
    if not 0.0 < precision < 1.0 or not 0.0 < delta < 1.0:
        message = f"precision and delta must be in (0, 1), not {precision} and {delta}"
        raise ValueError(message)
