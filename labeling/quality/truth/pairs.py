"""The order behind choices between two: Bradley and Terry's strengths, annotators weighed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, special

from labeling.quality.arrays import FloatArray, IntArray, compress, equally_long, integers

PRIOR_PRECISION = 0.1
"""Of the normal prior on strengths: who was never beaten is not infinitely strong."""
RIGHT, WRONG = 4.0, 1.0
"""Pseudo-counts of an annotator's choices with and against the order."""
MAX_ROUNDS = 50
TOLERANCE = 1e-4


@dataclass(frozen=True, eq=False)
class PairEstimate:
    """The inferred order of the objects.

    Attributes
    ----------
    strength, deviation
        (n_objects,) log-odds scale, mean 0, and the standard deviation of what is believed: object
        i is preferred to j with probability 1 / (1 + exp(strength j - strength i)).
    order
        (n_objects,) objects, strongest first; ties to the lower number.
    annotator_ids, reliability
        (n_annotators,) probability that the annotator chooses with the order rather than against.
    n_iterations
        Rounds of the fit.
    """

    strength: FloatArray
    deviation: FloatArray
    order: IntArray
    annotator_ids: IntArray
    reliability: FloatArray
    n_iterations: int


def infer_pairs(
    winners: npt.ArrayLike, losers: npt.ArrayLike, annotators: npt.ArrayLike, n_objects: int
) -> PairEstimate:
    """Infer one order from choices between two objects, some of them careless.

    An annotator chooses by the order, or against it, with a probability of their own.

    Parameters
    ----------
    winners, losers
        (n_choices,) the object chosen and the one it was chosen over, from 0.
    annotators
        (n_choices,) who chose.
    n_objects
        Number of objects; one that was never compared has strength 0.

    Raises
    ------
    ValueError
        Arrays of different lengths, an object out of range or compared with itself.

    References
    ----------
    Bradley and Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952; Chen et
    al., "Pairwise ranking aggregation in a crowdsourced setting", WSDM 2013.
    """
    won = integers("winners", winners, below=n_objects)
    lost = integers("losers", losers, below=n_objects)
    people = integers("annotators", annotators)
    equally_long(winners=won.size, losers=lost.size, annotators=people.size)
    if (won == lost).any():
        message = f"object {won[won == lost][0]} is compared with itself"
        raise ValueError(message)
    ids, who = compress(people)
    strength: FloatArray = np.zeros(n_objects)
    with_order: FloatArray = np.ones(won.size)
    rounds = 0
    reliability = np.ones(ids.size)
    for rounds in range(1, MAX_ROUNDS + 1):
        before = strength
        strength = _strengths(won, lost, with_order, before)
        agreed = np.bincount(who, with_order, ids.size) + RIGHT
        reliability = agreed / (np.bincount(who, minlength=ids.size) + RIGHT + WRONG)
        probable = special.expit(strength[won] - strength[lost])
        right = reliability[who] * probable
        with_order = right / (right + (1.0 - reliability[who]) * (1.0 - probable))
        if rounds > 1 and np.abs(strength - before).max(initial=0.0) <= TOLERANCE:
            break
    strength = strength - strength.mean() if n_objects else strength
    order = np.argsort(-np.round(strength, 9), kind="stable").astype(np.int64)
    deviation = _deviations(won, lost, strength)
    return PairEstimate(strength, deviation, order, ids, reliability, rounds)


def _strengths(
    won: IntArray, lost: IntArray, with_order: FloatArray, start: FloatArray
) -> FloatArray:
    """Maximise the posterior of the strengths, each choice counted for and against."""

    def loss(strength: FloatArray) -> tuple[float, FloatArray]:
        apart = strength[won] - strength[lost]
        value = np.logaddexp(0.0, -apart).sum() + ((1.0 - with_order) * apart).sum()
        pull = with_order - special.expit(apart)
        gradient: FloatArray = PRIOR_PRECISION * strength
        gradient -= np.bincount(won, pull, strength.size)
        gradient += np.bincount(lost, pull, strength.size)
        return float(value + PRIOR_PRECISION * (strength @ strength) / 2.0), gradient

    found = optimize.minimize(loss, start, jac=True, method="L-BFGS-B")
    return np.asarray(found.x, dtype=np.float64)


def _deviations(won: IntArray, lost: IntArray, strength: FloatArray) -> FloatArray:
    """Standard deviation of each strength, the others held: from the curvature's diagonal."""
    probable = special.expit(strength[won] - strength[lost])
    curvature = probable * (1.0 - probable)
    total = np.bincount(won, curvature, strength.size) + np.bincount(lost, curvature, strength.size)
    deviations: FloatArray = 1.0 / np.sqrt(total + PRIOR_PRECISION)
    return deviations
