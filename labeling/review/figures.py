"""What the reviews say of the answers: the error rate of the random sample first (rule 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.projects import store as projects
from labeling.quality.skill import Skill, accuracy
from labeling.review.queue import store as queue

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from labeling.database import Row, Transaction

VERDICTS: Final = ("accept", "correct", "reject", "send_back", "reopen")
MICRO: Final = 1_000_000
SAMPLE: Final = "review.sample."


@dataclass(frozen=True, slots=True)
class ReviewFigures:
    """The reviews of a project in figures.

    Attributes
    ----------
    decided, verdicts
        Reviews that took effect, in all and by verdict.
    open_reviews, open_capped
        Reviews that somebody could take now, counted up to the queue's cap.
    error_rate
        Share of wrong answers among the accepted items, from the random sample alone.
    disputed_kept
        On disputed items, chosen ones: how often the present answer was right.
    second_agreement
        How often two reviewers, neither knowing of the other, came to the same.
    rejections_counted, rejections_excused
        Rejected answers that count against their authors, and those that do not.
    """

    decided: int
    verdicts: dict[str, int]
    open_reviews: int
    open_capped: bool
    error_rate: Skill
    disputed_kept: Skill
    second_agreement: Skill
    rejections_counted: int
    rejections_excused: int


def review_figures(tx: Transaction, project: Row) -> ReviewFigures:
    """Return a project's review figures, from running counts alone."""
    counts = projects.counters(tx, project.id)
    verdicts = {name: counts.get(f"review.{name}", 0) for name in VERDICTS}
    cap = projects.policy_of(project).review.queue_cap
    open_reviews = queue.count_open(tx, project.id, cap)
    return ReviewFigures(
        decided=sum(verdicts.values()),
        verdicts=verdicts,
        open_reviews=open_reviews,
        open_capped=open_reviews == cap,
        error_rate=weighted_error_rate(_strata(counts)),
        disputed_kept=_rate(
            counts, "review.disputed.right", "review.disputed.wrong", "no disputed item is reviewed"
        ),
        second_agreement=_rate(
            counts,
            "review.second.agreed",
            "review.second.differed",
            "no review has been done by two yet",
        ),
        rejections_counted=counts.get("review.rejections.counted", 0),
        rejections_excused=counts.get("review.rejections.excused", 0),
    )


def _strata(counts: Mapping[str, int]) -> list[tuple[float, int, int]]:
    """Return (inclusion probability, right, wrong) of each probability that items had."""
    found: dict[int, list[int]] = {}
    for name, value in counts.items():
        if name.startswith(SAMPLE):
            share, word = name.removeprefix(SAMPLE).split(".")
            found.setdefault(int(share), [0, 0])[word == "wrong"] = value
    return [(share / MICRO, right, wrong) for share, (right, wrong) in sorted(found.items())]


def weighted_error_rate(strata: Sequence[tuple[float, int, int]]) -> Skill:
    """Return the share of wrong items, each weighed by the inverse of its inclusion probability.

    Parameters
    ----------
    strata
        (inclusion probability, right, wrong) of items drawn with that probability.

    Returns
    -------
    Skill
        With Jeffreys' interval at the effective number of items, (Σw)² / Σw²; that is the number
        of items itself where all had the same probability.

    References
    ----------
    Hájek's estimator; Kish, "Survey Sampling", 1965, for the effective size.
    """
    rows = [(1.0 / share, right, wrong) for share, right, wrong in strata if right + wrong]
    n = sum(right + wrong for _, right, wrong in rows)
    if not n:
        return Skill(None, None, None, 0, "no randomly drawn item has been reviewed yet")
    total = sum(weight * (right + wrong) for weight, right, wrong in rows)
    squares = sum(weight**2 * (right + wrong) for weight, right, wrong in rows)
    rate = sum(weight * wrong for weight, _, wrong in rows) / total
    effective = total**2 / squares
    found = accuracy(min(rate * effective, effective), effective)
    return Skill(found.value, found.low, found.high, n)


def _rate(counts: Mapping[str, int], right: str, wrong: str, reason: str) -> Skill:
    n_right, n_wrong = counts.get(right, 0), counts.get(wrong, 0)
    if not n_right + n_wrong:
        return Skill(None, None, None, 0, reason)
    return accuracy(n_right, n_right + n_wrong)
