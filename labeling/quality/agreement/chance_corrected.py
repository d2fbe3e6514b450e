"""Coefficients of the form (observed - chance) / (1 - chance) for any number of annotators.

They share the observed agreement and differ only in what they call chance. Missing ratings are
treated as by Gwet: agreement from the items with two ratings or more, class shares from all.

References
----------
Gwet, "Handbook of inter-rater reliability", 4th edition, 2014, chapters 2–5.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from labeling.quality.agreement.interval import LOWEST, Coefficient, Terms, estimate
from labeling.quality.agreement.ratings import PAIR, Classes, Patterns, Ratings, read_ratings
from labeling.quality.agreement.result import Agreement, undefined
from labeling.quality.agreement.weights import Credit, Weights
from labeling.quality.arrays import FloatArray

Chance = Callable[[FloatArray, Credit], FloatArray]
"""Class shares (n_draws, n_values) → agreement by chance (n_draws,)."""

NO_VARIATION = "no variation: every rating is the same class, so chance alone would agree"
ONE_CLASS = "one class only: declare the classes that could have been chosen"


def percent_agreement(
    ratings: npt.ArrayLike,
    *,
    classes: Classes = None,
    weights: Weights = None,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Share of pairs of ratings on the same item that agree, uncorrected for chance.

    Parameters
    ----------
    ratings
        (n_annotators, n_items), NaN where missing.
    classes
        Declared class values (needed for the span of `weights`), or their number.
    weights
        Partial credit, see `Weights`.
    rng
        For a bootstrap interval; jackknife when None.

    Raises
    ------
    ValueError
        Naming the argument that is wrong.
    """
    return _coefficient(ratings, classes, weights, rng, _no_chance)


def fleiss_kappa(
    ratings: npt.ArrayLike,
    *,
    classes: Classes = None,
    weights: Weights = None,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Fleiss' kappa: chance is drawing both ratings from the common class shares.

    Undefined where every rating is the same class. Parameters as for `percent_agreement`.

    References
    ----------
    Fleiss, "Measuring nominal scale agreement among many raters", Psychological Bulletin 76,
    1971; with missing ratings as Gwet 2014.
    """
    return _coefficient(ratings, classes, weights, rng, _common_shares)


def scott_pi(
    ratings: npt.ArrayLike,
    *,
    classes: Classes = None,
    weights: Weights = None,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Scott's pi: Fleiss' kappa of exactly two annotators, undefined for more.

    Parameters as for `percent_agreement`.

    References
    ----------
    Scott, "Reliability of content analysis: the case of nominal scale coding", Public Opinion
    Quarterly 19, 1955.
    """
    table = read_ratings(ratings, classes)
    both = table.pair()
    if isinstance(both, str):
        return undefined(table.n_items, both)
    return fleiss_kappa(ratings, classes=classes, weights=weights, rng=rng)


def brennan_prediger(
    ratings: npt.ArrayLike,
    *,
    classes: Classes = None,
    weights: Weights = None,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Brennan and Prediger's coefficient: chance is choosing evenly among the declared classes.

    Parameters as for `percent_agreement`; `classes` matters, those that occur are a poor guess.

    References
    ----------
    Brennan and Prediger, "Coefficient kappa: some uses, misuses, and alternatives", Educational
    and Psychological Measurement 41, 1981; for many annotators Randolph's free-marginal kappa.
    """
    return _coefficient(ratings, classes, weights, rng, _even_shares, ONE_CLASS)


def gwet_ac1(
    ratings: npt.ArrayLike,
    *,
    classes: Classes = None,
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Gwet's AC1: steady where one class is rare and kappa collapses.

    Parameters as for `percent_agreement`; `classes` matters: with all ratings equal it is 1 among
    two declared classes, and undefined where no second class is known.

    References
    ----------
    Gwet, "Computing inter-rater reliability and its variance in the presence of high agreement",
    British Journal of Mathematical and Statistical Psychology 61, 2008.
    """
    return _coefficient(ratings, classes, None, rng, _gwet_chance, ONE_CLASS)


def gwet_ac2(
    ratings: npt.ArrayLike,
    *,
    classes: Classes = None,
    weights: Weights = "quadratic",
    rng: np.random.Generator | None = None,
) -> Agreement:
    """Gwet's AC2: AC1 with partial credit. Parameters as for `percent_agreement`."""
    return _coefficient(ratings, classes, weights, rng, _gwet_chance, ONE_CLASS)


def _coefficient(
    ratings: npt.ArrayLike,
    classes: Classes,
    weights: Weights,
    rng: np.random.Generator | None,
    chance: Chance,
    why_undefined: str = NO_VARIATION,
) -> Agreement:
    table = read_ratings(ratings, classes)
    credit = Credit(table, weights)
    why = table.why_undefined()
    if why is not None:
        return undefined(table.n_items, why)

    def disagreement(scalars: FloatArray, shares: FloatArray) -> tuple[FloatArray, FloatArray]:
        n_pairable, disagreeing, n_rated = scalars.T
        observed = disagreeing / np.where(n_pairable > 0, n_pairable, np.nan)
        by_chance = chance(shares / np.maximum(n_rated, 1.0)[:, None], credit)
        return observed, 1.0 - np.where(np.isclose(by_chance, 1.0, atol=1e-12), 1.0, by_chance)

    terms = _terms(table, credit)
    lowest = 0.0 if chance is _no_chance else LOWEST
    coefficient = Coefficient(disagreement, lowest=lowest)
    return estimate(terms, coefficient, table.n_items, rng, why_undefined)


def _terms(table: Ratings, credit: Credit) -> Terms:
    """Per item: can it agree, how far it disagrees, is it rated; and its class shares."""
    patterns = Patterns.of(table.codes, table.values.size)
    counts, n = patterns.counts, patterns.n_ratings
    rated, pairable = (n > 0).astype(np.float64), n >= PAIR
    agreeing = np.asarray((counts * credit.spread(counts)).sum(axis=1)) - n
    disagreement = np.zeros_like(n)
    n_pairs = n * (n - 1.0)
    np.divide(n_pairs - agreeing, n_pairs, out=disagreement, where=pairable)
    shares = counts.multiply(1.0 / np.maximum(n, 1.0)[:, None]).tocsr()
    scalars = np.stack([pairable.astype(np.float64), disagreement, rated], axis=1)
    return Terms(patterns.n_items, scalars, shares)


def _no_chance(shares: FloatArray, credit: Credit) -> FloatArray:  # noqa: ARG001 - same signature
    return np.zeros(shares.shape[0])


def _common_shares(shares: FloatArray, credit: Credit) -> FloatArray:
    return credit.by_chance(shares, shares)


def _even_shares(shares: FloatArray, credit: Credit) -> FloatArray:
    return np.full(shares.shape[0], credit.total / credit.n_classes**2)


def _gwet_chance(shares: FloatArray, credit: Credit) -> FloatArray:
    if credit.n_classes == 1:
        return np.ones(shares.shape[0])
    pairs = credit.n_classes * (credit.n_classes - 1)
    variation: FloatArray = (shares * (1.0 - shares)).sum(axis=1)
    return variation * (credit.total / pairs)
