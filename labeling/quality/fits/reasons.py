"""Why a full fit believes another class of an item than before: plain functions over arrays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from labeling.quality.arrays import FloatArray
from labeling.quality.truth.confusions import Confusions
from labeling.quality.truth.online import Vote

Cause = Literal["skill", "answers", "model"]
LEAST_MOVE: Final = 0.05
"""Change of an answer's log-odds from which this fit, not the folds before it, moved the item."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an item flipped.

    Attributes
    ----------
    cause
        `skill`: this fit thinks otherwise of an annotator; `answers`: answers elsewhere had moved
        the skills since the item's own last answer, and the fit only applied them; `model`: the
        answers alone still say the old class, the project's own model tips the scales.
    annotator
        Whose answer counts most for the new class: for `skill` the one whose weight moved most.
    evidence
        `gave` (class by place), `weight_before`, `weight_after`: log-odds of the new class over
        the old one that the annotator's answer gives; for `model` instead `model_was`,
        `model_now`: what it says of the two classes.
    """

    cause: Cause
    annotator: int | None
    evidence: dict[str, Any]


def why_flipped(
    votes: Sequence[Vote], before: Confusions, after: Confusions, was: int, now: int
) -> Reason:
    """Return what moved an item from class `was` to class `now` under the same votes.

    Parameters
    ----------
    votes
        (annotator, class) of the item, by place.
    before, after
        The skills on both sides of the fit.
    """
    if not votes:
        return Reason("answers", None, {})
    weights = [
        (_weight(before, vote, was, now), _weight(after, vote, was, now), vote) for vote in votes
    ]
    old, new, (who, gave) = max(weights, key=lambda found: found[1] - found[0])
    cause: Cause = "skill"
    if new - old < LEAST_MOVE:
        cause = "answers"
        old, new, (who, gave) = max(weights, key=lambda found: found[1])
    return Reason(
        cause,
        who,
        {"gave": gave, "weight_before": round(old, 4), "weight_after": round(new, 4)},
    )


def by_model(prior: FloatArray, was: int, now: int) -> Reason:
    """Return that the project's own model, (n_classes,), moved an item from `was` to `now`."""
    says = {"model_was": round(float(prior[was]), 4), "model_now": round(float(prior[now]), 4)}
    return Reason("model", None, {"gave": now, **says})


def _weight(confusions: Confusions, vote: Vote, was: int, now: int) -> float:
    likelihood = confusions.log_likelihood(*vote)
    return float(likelihood[now] - likelihood[was])
