"""Weigh the truth methods by how well they foretell answers they have not seen, and by gold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from labeling.quality.arrays import BoolArray, FloatArray, IntArray
from labeling.quality.truth.answers import TIE, Answers
from labeling.quality.truth.calibration import temper
from labeling.quality.truth.dawid_skene import dawid_skene
from labeling.quality.truth.estimate import Design, TruthEstimate, conclude
from labeling.quality.truth.one_coin import one_coin
from labeling.quality.truth.voting import majority_vote

LEAST_ANSWERS_PER_ITEM = 2.0
FOLDS = 5
MOST_HELD_OUT = 100_000
"""Beyond so many answers one part of this size held out says enough; below, each is once."""
LEAST_GOLD = 20
"""Pinned items with answers from which they are asked too."""
GOLD_PRIOR = 20.0
"""The held-out answers' weights count as so many gold items."""
KEPT_BY_MOST = 1 / 11
"""Share of the belief that stays with what most said: the models overrule it by a lead of a tenth
at least. A lead smaller than that is within what the models err by."""
GOLDEN_RATIO = (5**0.5 - 1) / 2
ROUNDS = 200

CANDIDATES: dict[str, Callable[[Answers], TruthEstimate]] = {
    "dawid_skene": dawid_skene,
    "one_coin": one_coin,
    "majority_vote": majority_vote,
}


def auto(answers: Answers) -> TruthEstimate:
    """Blend the candidates by the weights under which they foretell what they have not seen.

    Each candidate enters tempered, for raw posteriors are far too sure, and a small share of the
    belief stays with what most said: people are overruled on evidence, not on a hair's breadth.

    Each fifth of the answers is held out in turn (of many answers one part alone); the weights are
    those whose mixture of the candidates' predictions gives them most likelihood (stacking). Where
    at least `LEAST_GOLD` pinned items were answered, the weights then follow how well each
    candidate, fitted without pins, foretells the pinned classes. The plain vote below two answers
    per answered item, where no model of the annotators can be told from another. What is held out
    follows from the places in the arrays alone, so the same answers give the same weights.

    Returns
    -------
    TruthEstimate
        `method` is `majority_vote` or `blend`; `reason` gives the weights, in words.

    References
    ----------
    Yao, Vehtari, Simpson and Gelman, "Using stacking to average Bayesian predictive
    distributions", Bayesian Analysis 13(3), 2018.
    """
    n_answered = np.unique(answers.items).size
    mean = answers.items.size / max(n_answered, 1)
    if mean < LEAST_ANSWERS_PER_ITEM:
        reason = f"{mean:.1f} answers per item: below {LEAST_ANSWERS_PER_ITEM:g} only a vote"
        return replace(majority_vote(answers), reason=reason)
    weights, reason = _weigh(answers)
    share = answers.votes()
    share /= np.maximum(share.sum(axis=1, keepdims=True), 1.0)
    fits = [fit(answers) for fit in CANDIDATES.values()]
    posterior = np.zeros_like(share)
    for weight, fit in zip(weights.tolist(), fits, strict=True):
        posterior += weight * temper(fit.posterior, share)
    _keep_by_most(posterior, share)
    n_iterations = max(fit.n_iterations for fit in fits)
    return replace(conclude(answers, answers.pin(posterior), "blend", n_iterations), reason=reason)


def _keep_by_most(posterior: FloatArray, share: FloatArray) -> None:
    """Leave a share of every answered item's belief with what most said, in place."""
    most = share.max(axis=1, keepdims=True)
    first = (share >= most - TIE) & (most > 0)
    told = first / np.maximum(first.sum(axis=1, keepdims=True), 1)
    answered = first.any(axis=1)
    posterior[answered] *= 1.0 - KEPT_BY_MOST
    posterior[answered] += KEPT_BY_MOST * told[answered]


def _weigh(answers: Answers) -> tuple[FloatArray, str]:
    """Return the weight of each candidate, and the evidence in words."""
    scores = np.concatenate([_foresight(answers, part) for part in _parts(answers)], axis=1)
    weights = _stack(scores)
    evidence = f"{scores.shape[1]} held-out answers"
    gold = _gold(answers)
    if gold.size >= LEAST_GOLD:
        weights = _stack(_foretold(answers, gold), weights)
        evidence += f" and {gold.size} gold items"
    shares = ", ".join(
        f"{name} {weight:.2f}" for name, weight in zip(CANDIDATES, weights.tolist(), strict=True)
    )
    return weights, f"weights by {evidence}: {shares}"


def _stack(scores: FloatArray, prior: FloatArray | None = None) -> FloatArray:
    """Return the mixture weights, (n_candidates,), under which `scores` are likeliest.

    Parameters
    ----------
    scores
        (n_candidates, n) probability that each candidate gave to what came true.
    prior
        (n_candidates,) weights that count as `GOLD_PRIOR` observations; None for none.
    """
    n_candidates, n = scores.shape
    start = np.full(n_candidates, 1.0 / n_candidates)
    weights, pseudo = (start, 0.0) if prior is None else (prior, GOLD_PRIOR)
    anchor = weights
    for _ in range(ROUNDS):
        share = weights[:, None] * scores
        share /= share.sum(axis=0)
        weights = (share.sum(axis=1) + pseudo * anchor) / (n + pseudo)
    return weights


def _gold(answers: Answers) -> IntArray:
    """Return the pinned items that somebody answered."""
    found: IntArray = np.intersect1d(answers.reviewed, answers.items)
    return found


def _foretold(answers: Answers, gold: IntArray) -> FloatArray:
    """Probability of each pinned class by each candidate that does not know it, tempered."""
    blind = replace(answers, pinned=np.full_like(answers.pinned, -1))
    share = blind.normalise(blind.votes())[gold]
    rows, right = np.arange(gold.size), answers.pinned[gold]
    fits = [fit(blind).posterior[gold] for fit in CANDIDATES.values()]
    foretold = np.stack([temper(one, share)[rows, right] for one in fits])
    found: FloatArray = np.maximum(foretold, np.finfo(np.float64).tiny)
    return found


def _parts(answers: Answers) -> Iterator[BoolArray]:
    """Yield what is held out, spread evenly and without the period of any sorting."""
    n = answers.items.size
    fraction = (np.arange(n) * GOLDEN_RATIO) % 1.0
    if n > MOST_HELD_OUT:
        yield fraction < min(MOST_HELD_OUT / n, 1 / FOLDS)
        return
    for fold in range(FOLDS):
        yield np.floor(fraction * FOLDS) == fold


def _foresight(answers: Answers, held_out: BoolArray) -> FloatArray:
    """Probability that each candidate gave to the answers it did not see: (n_candidates, n)."""
    seen, unseen = _part(answers, ~held_out), _part(answers, held_out)
    return np.stack([_predicted(fit(seen), unseen) for fit in CANDIDATES.values()])


def _part(answers: Answers, chosen: BoolArray) -> Answers:
    return replace(
        answers,
        items=answers.items[chosen],
        annotators=answers.annotators[chosen],
        given=answers.given[chosen],
    )


def _predicted(estimate: TruthEstimate, unseen: Answers) -> FloatArray:
    """Predictive probability of each unseen answer: (n_unseen,)."""
    design = Design.of(unseen)
    by_pair = design.matrix.tocsc()
    scores = np.zeros(unseen.items.size)
    for pair, given in enumerate(design.given.tolist()):
        annotator = int(unseen.annotator_ids[design.annotators[pair]])
        likelihood = np.exp(estimate.confusions.log_likelihood(annotator, given))
        part = slice(by_pair.indptr[pair], by_pair.indptr[pair + 1])
        scores[part] = estimate.posterior[by_pair.indices[part]] @ likelihood
    found: FloatArray = np.maximum(scores, np.finfo(np.float64).tiny)
    return found
