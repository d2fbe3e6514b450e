"""What a stop score is worth: a probability once it has been checked, and until then its name."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.projects import store as projects
from labeling.quality.fits import store
from labeling.quality.truth.calibration import SURE, Calibration

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

Kind = Literal["stop_score", "calibrated", "share", "reviewed"]
DIGITS: Final = 4
CHOSEN: Final = "on chosen items: gold that was given, and items that were reviewed"


@dataclass(frozen=True, slots=True)
class Worth:
    """Turns stop scores into what may be shown.

    Attributes
    ----------
    kind
        `calibrated`: how often answers of this score are right; `stop_score`: only what decides
        when to stop asking; `share`: of the answers, where there is no single truth.
    line
        Through the log-odds of the score.
    """

    kind: Kind
    line: Calibration

    def of(self, stop_score: float, *, pinned: bool) -> tuple[float, Kind]:
        """Return the confidence of an item and what it is; a review's word is certain."""
        if pinned:
            return 1.0, "reviewed"
        if self.kind != "calibrated":
            return round(stop_score, DIGITS), self.kind
        # One number at a time: an export asks for each of its rows.
        inside = min(max(stop_score, SURE), 1.0 - SURE)
        log_odds = self.line.slope * math.log(inside / (1.0 - inside)) + self.line.intercept
        return round(1.0 / (1.0 + math.exp(-log_odds)), DIGITS), self.kind


NOT_CALIBRATED: Final = Worth("stop_score", Calibration())


def worth_of(tx: Transaction, project: Row) -> Worth:
    """Return what the stop scores of a project's target question are worth now."""
    if projects.policy_of(project).quality.subjective:
        return Worth("share", Calibration())
    row = store.calibration(tx, project.id, project.target_question)
    if row is None or not row.is_calibrated:
        return NOT_CALIBRATED
    return Worth("calibrated", Calibration(row.slope, row.intercept, row.n_gold + row.n_reviewed))


@dataclass(frozen=True, slots=True)
class ConfidenceReport:
    """What the confidence of a project is called, why, and how often it was right.

    Attributes
    ----------
    kind, reason
        As in `Worth`, and why, in words.
    n_gold, n_reviewed, needed, missing
        Checked items by source, how many a calibration needs, how many are still to come.
    version, fit_n, calibrated_at
        Of the newest calibration, 0 and None where there is none.
    stop_score, calibrated
        Bins of `n`, `promised`, `right`, `low`, `high`: what was promised and what came true.
    error, floor
        Mean distance of promise and truth, each item promised by the other checked items, and
        what honest figures of this number would show; None without checks.
    """

    kind: Kind
    reason: str
    n_gold: int
    n_reviewed: int
    needed: int
    missing: int
    version: int
    fit_n: int
    calibrated_at: int | None
    method: str | None
    slope: float
    intercept: float
    stop_score: list[dict[str, Any]]
    calibrated: list[dict[str, Any]]
    error: float | None
    floor: float | None
    basis: str = CHOSEN


def report_confidence(tx: Transaction, project: Row) -> ConfidenceReport:
    """Return what the newest calibration of a project's target question says."""
    policy = projects.policy_of(project).quality
    row = store.calibration(tx, project.id, project.target_question)
    checked = 0 if row is None else row.n_gold + row.n_reviewed
    needed = policy.calibrate_from if row is None else row.needed
    missing = max(needed - checked, 0)
    worth = worth_of(tx, project)
    figures = {} if row is None else json.loads(row.figures)
    return ConfidenceReport(
        kind=worth.kind,
        reason=_reason(worth.kind, checked, missing, is_fitted=row is not None),
        n_gold=0 if row is None else row.n_gold,
        n_reviewed=0 if row is None else row.n_reviewed,
        needed=needed,
        missing=missing,
        version=0 if row is None else row.n,
        fit_n=0 if row is None else row.fit_n,
        calibrated_at=None if row is None else row.created_at,
        method=None if row is None else row.method,
        slope=1.0 if row is None else row.slope,
        intercept=0.0 if row is None else row.intercept,
        stop_score=figures.get("stop_score", []),
        calibrated=figures.get("calibrated", []),
        error=figures.get("error"),
        floor=figures.get("floor"),
    )


def _reason(kind: Kind, checked: int, missing: int, *, is_fitted: bool) -> str:
    if kind == "share":
        return "The project has no single truth: the figure is the share of answers."
    if kind == "calibrated":
        return f"Calibrated on {checked:,} checked items after the vote share."
    if not is_fitted:
        return "No full fit has been made yet; until then it only says when to stop asking."
    return (
        f"{checked:,} items were checked by gold or review; {missing:,} more are needed before "
        "the stop score may be called a probability."
    )
