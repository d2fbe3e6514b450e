"""Puts what a project has before `data_request.py`, and writes the request down."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from active_learning import data_request
from active_learning.data_request import USUAL_RATES, Lack, Pool
from active_learning.learning_curves import FAMILIES, Curves
from active_learning.outlook import service, store
from active_learning.stopping import StopRule
from labeling.clock import MICROS
from labeling.projects import store as projects
from labeling.projects.policies.quality import NO_TRUTH
from labeling.schema import store as schema
from training.evaluation import store as evaluation_sets
from training.gates import store as gates
from training.snapshots.labelled import read_rows

if TYPE_CHECKING:
    from pathlib import Path

    from active_learning.forecast import Range
    from labeling.database import Row, Transaction

NEWEST = 2**62
DAYS_OF_PACE = 14
DAY = 86_400 * MICROS


@dataclass(frozen=True, slots=True)
class Measured:
    """Which files hold what the newest measured model said of the random test sample."""

    model_id: int
    predictions: str
    evaluation_set: str


@dataclass(frozen=True, slots=True)
class Request:
    """What the pool lacks; `reason` says why nothing can be told, or why nothing is asked for."""

    target: float | None
    is_needed: bool
    reason: str
    plateau: StopRule
    lacks: list[Lack]


def measured(tx: Transaction, project: Row) -> Measured | None:
    """Return the newest model that a gate measured, None where there is none."""
    if projects.policy_of(project).quality.subjective:
        return None
    for report in gates.list_by_project(tx, project.id, NEWEST, 1):
        if json.loads(report.evidence).get("measure") == "brier":  # gated when it was subjective
            return None
        found = evaluation_sets.get_or_raise(tx, report.evaluation_set_id)
        said = json.loads(report.evidence)["predictions"]
        return Measured(report.challenger_id, said, found.digest)
    return None


def read_measured(data_folder: Path, found: Measured) -> tuple[list[str], list[str], list[str]]:
    """Return keys, true classes and the model's classes of the test sample; reads two files."""
    path = data_folder / "scores" / f"{found.predictions}.json"
    said: dict[str, Any] = json.loads(path.read_bytes())
    rows = read_rows(data_folder / "snapshots", found.evaluation_set)
    return [row["key"] for row in rows], said["truth"], said["challenger"]


def request_of(
    tx: Transaction, project: Row, said: tuple[list[str], list[str], list[str]] | None
) -> Request:
    """Return what the pool lacks, as far as the test sample and the curve can tell."""
    policy = projects.policy_of(project).target
    target = policy.accuracy if policy.class_recall is None else policy.class_recall
    outlook = service.outlook_of(tx, project)
    plateau = next(one.said for one in outlook.rules if one.said.rule == "plateau")
    if projects.policy_of(project).quality.subjective:
        reason = f"No class and no slice is right or wrong: {NO_TRUTH}."
        return Request(target, is_needed=False, reason=reason, plateau=plateau, lacks=[])
    if target is None:
        reason = "The policy names no target (target.accuracy, target.class_recall)."
        return Request(None, is_needed=False, reason=reason, plateau=plateau, lacks=[])
    if said is None:
        reason = "No released model has been measured on the random test sample yet."
        return Request(target, is_needed=False, reason=reason, plateau=plateau, lacks=[])
    keys, truth, predicted = said
    named = store.attributes_of(tx, project.id, keys)
    groups = data_request.groups_of(truth, predicted, [named.get(key, {}) for key in keys])
    pool = _pool(tx, project, outlook)
    lacks = [data_request.lack_of(group, len(keys), target, pool) for group in groups]
    lacks.sort(key=lambda one: (one.verdict != "below", one.verdict != "unclear", -_much(one)))
    return _judged(target, plateau, pool, lacks)


def _judged(target: float, plateau: StopRule, pool: Pool, lacks: list[Lack]) -> Request:
    below = [one.group.name for one in lacks if one.verdict == "below"]
    if not below:
        reason = "No class or slice is surely below the target."
    elif not pool.untouched:
        reason = "The pool holds no untouched item, and these are below the target."
    elif plateau.fires:
        reason = f"More labels of this pool would not help ({plateau.reason}); these are below."
    else:
        reason = f"Labels of this pool may still help ({plateau.reason}); these are below so far."
    needed = bool(below) and (not pool.untouched or bool(plateau.fires))
    return Request(target, is_needed=needed, reason=reason, plateau=plateau, lacks=lacks)


def _much(one: Lack) -> float:
    return one.lacking.high if one.lacking.high is not None else one.lacking.low or 0.0


def _pool(tx: Transaction, project: Row, outlook: service.Outlook) -> Pool:
    keys = schema.class_ids(tx, project.id, project.target_question).by_id
    counted = store.labelled_by_class(tx, project)
    labelled = {keys[class_id]: n for class_id, n in counted.items() if class_id in keys}
    settled = sum(labelled.values())
    answers = projects.counters(tx, project.id).get("answers", 0)
    since = tx.now - DAYS_OF_PACE * DAY
    recent = [point for point in outlook.points if point.at >= since]
    pace = None
    if len(recent) > 1 and recent[-1].at > recent[0].at:
        a_day = (recent[-1].answers - recent[0].answers) / (recent[-1].at - recent[0].at) * DAY
        pace = a_day * settled / answers if answers and a_day > 0 else None
    return Pool(labelled, store.count_untouched(tx, project.id), pace, _rates(outlook))


def _rates(outlook: service.Outlook) -> tuple[float, float]:
    """Return how fast errors fall on this project's own curve, where it says so."""
    curves = service.fitted(outlook.points)
    if not isinstance(curves, Curves):
        return USUAL_RATES
    powers = [n for n, family in enumerate(FAMILIES) if family.form == "power"]
    of = np.isin(curves.family, powers)
    if not of.any():
        return USUAL_RATES
    shape, weight = curves.shape[of], curves.weight[of]
    order = np.argsort(shape)
    total = np.cumsum(weight[order]) / weight.sum()
    low, high = (float(shape[order][np.searchsorted(total, q)]) for q in (0.1, 0.9))
    return max(min(low, USUAL_RATES[1]), 0.1), max(high, USUAL_RATES[0])


def markdown_of(title: str, found: Request) -> str:
    """Return a request as a page that can be sent to whoever collects data."""
    lines = [f"# Data request: {title}", "", found.reason, ""]
    if not found.lacks:
        return "\n".join(lines)
    lines += [
        "| what | right now | labelled | still in the pool | wanted | to collect | days |",
        "|---|---|---|---|---|---|---|",
    ]
    for one in found.lacks:
        if one.verdict == "reached":
            continue
        now = "unclear" if one.accuracy is None else f"{one.accuracy:.2f}"
        span = "" if one.low is None else f" ({one.low:.2f} to {one.high:.2f})"
        cells = [
            f"{one.group.kind} {one.group.name}",
            f"{now}{span}, {one.group.n_test} test items",
            f"{one.labelled:,}",
            _span(one.in_pool),
            _span(one.wanted),
            _span(one.lacking),
            _span(one.days),
        ]
        lines.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    lines += ["", "Ranges hold at about 80 %; all rests on the labelled random test sample."]
    return "\n".join(lines)


def _span(found: Range) -> str:
    if found.low is None:
        return f"unknown: {found.reason}"
    if found.high is None:
        return f"{found.low:,.0f} or more"
    return f"{found.low:,.0f} to {found.high:,.0f}"
