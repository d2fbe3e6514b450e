"""Choose the truth method that best foretells answers it has not seen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from labeling.quality.arrays import BoolArray, FloatArray
from labeling.quality.truth.answers import Answers
from labeling.quality.truth.dawid_skene import dawid_skene
from labeling.quality.truth.estimate import Design, TruthEstimate
from labeling.quality.truth.one_coin import one_coin
from labeling.quality.truth.voting import majority_vote

LEAST_ANSWERS_PER_ITEM = 2.0
HELD_OUT = 0.2
MOST_HELD_OUT = 20_000
GOLDEN_RATIO = (5**0.5 - 1) / 2
STANDARD_ERRORS = 2.0

DEFAULT = "dawid_skene"
CANDIDATES: dict[str, Callable[[Answers], TruthEstimate]] = {
    DEFAULT: dawid_skene,
    "one_coin": one_coin,
    "majority_vote": majority_vote,
}


def auto(answers: Answers) -> TruthEstimate:
    """Fit the candidate whose confusions and posterior give held-out answers most likelihood.

    Dawid–Skene unless another is better by two standard errors; the plain vote below two answers
    per answered item, where no model of the annotators can be told from another. Which answers
    are held out follows from their place in the arrays alone, so the same answers give the same
    choice.

    Returns
    -------
    TruthEstimate
        Of the chosen method; `reason` says why, in words.
    """
    n_answered = np.unique(answers.items).size
    mean = answers.items.size / max(n_answered, 1)
    if mean < LEAST_ANSWERS_PER_ITEM:
        reason = f"{mean:.1f} answers per item: below {LEAST_ANSWERS_PER_ITEM:g} only a vote"
        return replace(majority_vote(answers), reason=reason)
    name, reason = _choose(answers)
    return replace(CANDIDATES[name](answers), reason=reason)


def _choose(answers: Answers) -> tuple[str, str]:
    """Return the best candidate and the evidence in words."""
    held_out = _held_out(answers.items.size)
    seen, unseen = _part(answers, ~held_out), _part(answers, held_out)
    scores = {name: _log_scores(fit(seen), unseen) for name, fit in CANDIDATES.items()}
    means = {name: float(score.mean()) for name, score in scores.items()}
    best = max(means, key=means.__getitem__)
    gain = scores[best] - scores[DEFAULT]
    error = float(gain.std() / np.sqrt(gain.size))
    figures = ", ".join(f"{name} {mean:.3f}" for name, mean in means.items())
    evidence = f"log-likelihood of {gain.size} held-out answers: {figures}"
    if best != DEFAULT and gain.mean() <= STANDARD_ERRORS * error:
        return DEFAULT, f"{evidence}; {best} is not surely better than {DEFAULT}"
    return best, evidence


def _held_out(n_answers: int) -> BoolArray:
    """Mark a fifth of the answers, spread evenly and without the period of any sorting."""
    fraction = (np.arange(n_answers) * GOLDEN_RATIO) % 1.0
    return fraction < min(HELD_OUT, MOST_HELD_OUT / max(n_answers, 1))


def _part(answers: Answers, chosen: BoolArray) -> Answers:
    return replace(
        answers,
        items=answers.items[chosen],
        annotators=answers.annotators[chosen],
        given=answers.given[chosen],
    )


def _log_scores(estimate: TruthEstimate, unseen: Answers) -> FloatArray:
    """Log predictive probability of each unseen answer: (n_unseen,)."""
    design = Design.of(unseen)
    by_pair = design.matrix.tocsc()
    scores = np.zeros(unseen.items.size)
    for pair, given in enumerate(design.given.tolist()):
        annotator = int(unseen.annotator_ids[design.annotators[pair]])
        likelihood = np.exp(estimate.confusions.log_likelihood(annotator, given))
        part = slice(by_pair.indptr[pair], by_pair.indptr[pair + 1])
        scores[part] = estimate.posterior[by_pair.indices[part]] @ likelihood
    logarithms: FloatArray = np.log(np.maximum(scores, np.finfo(np.float64).tiny))
    return logarithms
