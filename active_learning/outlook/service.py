"""The forecast of a project and the advice of its stop rules, from the points of its curve."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

import numpy as np

from active_learning import forecast, stopping
from active_learning.forecast import Range
from active_learning.learning_curves import Curves, fit_curves
from active_learning.outlook import store
from active_learning.stopping import StopRule
from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.errors import InvalidInputError
from labeling.projects import store as projects
from labeling.projects.policies.quality import NO_TRUTH
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from active_learning.outlook.replaying import Replayed
    from labeling.database import Row, Transaction

FEW_TESTED: Final = 10
"""Accuracy on fewer test items is no point of the curve."""
DRAWN: Final = 24
"""Points at which the forecast is drawn, up to `AHEAD` times the present answers."""
AHEAD: Final = 4.0
DAY: Final = 86_400 * MICROS


@dataclass(frozen=True, slots=True)
class Point:
    """Accuracy on the labelled random test sample, against what had been spent."""

    answers: int
    spend_micros: int
    accuracy: float
    low: float
    high: float
    n: int
    at: int


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where plausible curves lie after so many answers."""

    answers: int
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class ToTarget:
    """What the target would still cost, as ranges; None at an upper end: without end."""

    target: float
    answers: Range
    money_micros: Range
    days: Range


@dataclass(frozen=True, slots=True)
class Advised:
    """A stop rule's advice, and who overruled it."""

    said: StopRule
    overruled: Row | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """Where a project is heading."""

    points: list[Point]
    reason: str | None
    ahead: list[Drawn]
    to_target: ToTarget | None
    batch: int
    next_batch: Range
    as_many_again: Range
    rules: list[Advised]
    baseline: list[Point]
    baseline_reason: str | None
    baseline_source: Literal["project", "replayed"] | None = None

    @property
    def stops(self) -> bool:
        """Whether a rule fires that nobody has overruled."""
        return any(rule.said.fires and rule.overruled is None for rule in self.rules)


def outlook_of(tx: Transaction, project: Row, replayed: Replayed | None = None) -> Outlook:
    """Return the forecast of a project and what its stop rules say.

    `replayed` is random choice as it was replayed last, if it was; a project that is named stands
    before it.
    """
    policy = projects.policy_of(project)
    trainings = store.points(tx, project.id)
    subjective = policy.quality.subjective
    points = [] if subjective else _points(trainings)
    curves = f"{NO_TRUTH}, so there is no accuracy to forecast" if subjective else fitted(points)
    reason = curves if isinstance(curves, str) else None
    batch = policy.round_size
    gains = [
        Range.unknown(curves) if isinstance(curves, str) else forecast.gain_of(curves, further)
        for further in (batch, points[-1].answers if points else 0)
    ]
    kappas = [found for run in trainings if (found := _kappa(run)) is not None]
    rules = _rules(tx, project, points, gains[1], kappas)
    baseline, why, source = _baseline(tx, policy.baseline, replayed)
    return Outlook(
        points=points,
        reason=reason,
        ahead=[] if isinstance(curves, str) else _ahead(curves),
        to_target=_to_target(policy.target.accuracy, curves, points),
        batch=batch,
        next_batch=gains[0],
        as_many_again=gains[1],
        rules=_overruled(tx, project, rules),
        baseline=baseline,
        baseline_reason=why,
        baseline_source=source,
    )


def fitted(points: list[Point]) -> Curves | str:
    """Return the plausible curves through a project's points, or why there are none."""
    return fit_curves(
        [point.answers for point in points],
        [point.accuracy for point in points],
        [point.n for point in points],
    )


def overrule(
    tx: Transaction, project: Row, rule: str, reason: str, until_answers: int | None
) -> int:
    """Go on although a stop rule advises otherwise; the reason is kept.

    Raises
    ------
    InvalidInputError
        There is no such rule, or no reason was given.
    """
    if rule not in stopping.RULES:
        known = ", ".join(stopping.RULES)
        raise InvalidInputError(f"There is no stop rule {rule!r}; known are {known}.", place="rule")
    if not reason.strip():
        raise InvalidInputError("Say why the rule is overruled.", place="reason")
    found = store.add_overrule(tx, project.id, rule, reason, until_answers)
    audit.record(
        tx,
        project.id,
        "forecast.overrule",
        "stop_overrule",
        found,
        reason,
        rule=rule,
        until_answers=until_answers,
    )
    return found


def _points(trainings: list[Row]) -> list[Point]:
    return [
        Point(
            run.answers,
            run.spend_micros,
            run.accuracy,
            run.low,
            run.high,
            run.n_test,
            run.created_at,
        )
        for run in trainings
        if run.accuracy is not None and run.n_test >= FEW_TESTED
    ]


def _kappa(run: Row) -> float | None:
    found: float | None = json.loads(run.metrics).get("kappa")
    return found


def _ahead(curves: Curves) -> list[Drawn]:
    drawn = []
    for answers in np.geomspace(curves.answers, AHEAD * curves.answers, DRAWN).round().tolist():
        found = forecast.accuracy_at(curves, answers)
        drawn.append(Drawn(int(answers), found.low or 0.0, found.high or 1.0))
    return drawn


def _to_target(target: float | None, curves: Curves | str, points: list[Point]) -> ToTarget | None:
    if target is None:
        return None
    if isinstance(curves, str):
        unknown = Range.unknown(curves)
        return ToTarget(target, unknown, unknown, unknown)
    total = forecast.answers_to(curves, target)
    if total.low is None:
        return ToTarget(target, total, total, total)
    now = points[-1].answers
    high = None if total.high is None else max(total.high - now, 0.0)
    more = Range(max(total.low - now, 0.0), high)
    return ToTarget(
        target,
        more,
        _scaled(more, [_slope(part, "spend_micros") for part in _spans(points)]),
        _scaled(more, [_slope(part, "at") / DAY for part in _spans(points)]),
    )


def _spans(points: list[Point]) -> list[list[Point]]:
    """Return the whole curve and its last third: prices and pace change."""
    return [points, points[-max(len(points) // 3, 2) :]]


def _slope(points: list[Point], name: str) -> float:
    """Return what one answer took between the first and the last of some points."""
    first, last = points[0], points[-1]
    answers = last.answers - first.answers
    return float((getattr(last, name) - getattr(first, name)) / answers) if answers else 0.0


def _scaled(more: Range, each: list[float]) -> Range:
    if more.low is None:
        return more
    high = None if more.high is None else more.high * max(each)
    return Range(more.low * min(each), high)


def _rules(
    tx: Transaction, project: Row, points: list[Point], gain: Range, kappas: list[float]
) -> list[StopRule]:
    policy = projects.policy_of(project).target
    last = points[-1] if points else None
    answers = last.answers if last else 0
    budget = projects.get_budget(tx, project.id)
    prices = [row.price_micros for row in workforces.list_workforces(tx, project.id)]
    return [
        stopping.target_reached(
            policy.accuracy,
            last.accuracy if last else None,
            last.low if last else None,
            last.n if last else 0,
        ),
        stopping.on_plateau(gain, answers, policy.plateau_gain),
        stopping.stabilised(kappas, policy.stable_kappa, policy.stable_rounds),
        stopping.budget_spent(budget.cap_micros, budget.committed_micros, min(prices, default=0)),
    ]


def _overruled(tx: Transaction, project: Row, rules: list[StopRule]) -> list[Advised]:
    answers = projects.counters(tx, project.id).get("answers", 0)
    newest = {
        row.rule: row
        for row in store.overrules(tx, project.id)
        if row.until_answers is None or answers < row.until_answers
    }
    return [Advised(rule, newest.get(rule.rule)) for rule in rules]


def _baseline(
    tx: Transaction, slug: str | None, replayed: Replayed | None
) -> tuple[list[Point], str | None, Literal["project", "replayed"] | None]:
    """Return the curve of random choice: another project's, or replayed; never one made up."""
    other = None if slug is None else projects.get_by_slug(tx, slug)
    if other is not None:
        return _points(store.points(tx, other.id)), None, "project"
    if replayed is not None and replayed.points:
        found = [
            Point(one.answers, one.spend_micros, one.accuracy, one.low, one.high, one.n, one.at)
            for one in replayed.points
        ]
        return found, None, "replayed"
    none = "unknown: no project labelled by random choice is named (policy `baseline`)"
    why = (
        "none was replayed" if replayed is None else str(replayed.reason).removeprefix("unknown: ")
    )
    return [], f"{none}, and {why}", None
