"""Gathers the project page's figures from the stores below, at a cost the pool does not move."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from active_learning.rounds import store as rounds
from api.progress.schemas import (
    AgreementInfo,
    AlertInfo,
    AnnotatorInfo,
    Baseline,
    ClassName,
    CurvePoint,
    ItemCounts,
    LiveInfo,
    ModelInfo,
    Money,
    People,
    Progress,
    ProjectInfo,
    QuestionInfo,
    QueueInfo,
    RoundInfo,
    SelfAgreementInfo,
    SkillInfo,
    WorkforceMoney,
)
from api.releases.nearness import nearness_of, why_no_accuracy
from labeling.clock import MICROS
from labeling.exchange.export.sample import random_sample
from labeling.gold.stock import stock_report
from labeling.people import store as people_store
from labeling.projects import store as projects
from labeling.quality import skill
from labeling.quality import store as quality
from labeling.quality.figures import read_answers
from labeling.quality.figures.agreement import headline
from labeling.schema import store as schema_store
from labeling.tasks import store as tasks
from labeling.tasks.leases import store as leases
from labeling.tasks.overlap import compared_answers
from labeling.tasks.reasks import store as reasks
from labeling.workforces import store as workforces
from labeling.workforces.work import store as work
from training.deployments import store as deployments
from training.gates import store as gates
from training.registry import store as registry

if TYPE_CHECKING:
    from active_learning.outlook.replaying import Replayed
    from labeling.database import Row, Transaction

ACTIVE_SECONDS: Final = 300
MOST_POINTS: Final = 1_000
MOST_MODELS: Final = 100
MOST_RATED: Final = 5_000
"""Agreement is computed on at most this many answers of the random sample."""
BY_KIND: Final = "the answers are no single choice; Quality has the coefficient that fits them"
FEW_RATERS: Final = 2
FEW_TESTED: Final = 10
"""Accuracy on fewer test items is no point of the curve: its interval would fill the picture."""


def progress_of(tx: Transaction, project: Row, replayed: Replayed | None = None) -> Progress:
    """Return the figures of a project; `replayed` is random choice, where it was replayed."""
    counts = projects.counters(tx, project.id)
    policy = projects.policy_of(project)
    people = workforces.list_annotators(tx, project.id)
    return Progress(
        project=_project(tx, project),
        items=_items(counts),
        answers=counts.get("answers", 0),
        people=People(active=work.count_active(tx, project.id, tx.now - ACTIVE_SECONDS * MICROS)),
        money=_money(tx, project, people),
        queue=_queue(tx, project),
        curve=_curve(tx, project.id),
        baseline=_baseline(tx, policy.baseline, replayed),
        agreement=_agreement(tx, project, sum(person.answers > 0 for person in people)),
        annotators=_annotators(tx, project, people),
        models=_models(tx, project.id),
        live=_live(tx, project.id),
        alerts=[
            AlertInfo(code=alert.code, text=alert.text)
            for alert in stock_report(tx, project).alerts
        ],
    )


def _project(tx: Transaction, project: Row) -> ProjectInfo:
    question = schema_store.get_schema(tx, project.id, project.schema_version).question(
        project.target_question
    )
    classes = [ClassName(key=found.key, names=found.names) for found in question.classes]
    return ProjectInfo(
        slug=project.slug,
        title=project.title,
        simulated=bool(project.is_simulated),
        currency=project.currency,
        created_at=project.created_at,
        strategy=projects.policy_of(project).strategy,
        question=QuestionInfo(name=question.name, classes=classes),
    )


def _items(counts: dict[str, int]) -> ItemCounts:
    known = {
        state: counts.get(f"consensus.{state}", 0) for state in ("accepted", "pending", "disputed")
    }
    total, aside = counts.get("items", 0), counts.get("items.set_aside", 0)
    unlabelled = max(total - sum(known.values()), 0)
    known["pending"] = max(known["pending"] - aside, 0)  # by its consensus it is pending
    return ItemCounts(total=total, unlabelled=unlabelled, set_aside=aside, **known)


def _money(tx: Transaction, project: Row, people: list[Row]) -> Money:
    spent = projects.spent_by_workforce(tx, project.id)
    budget = projects.get_budget(tx, project.id)
    total = sum(spent.values())
    return Money(
        cap_micros=budget.cap_micros,
        reserved_micros=max(budget.committed_micros - total, 0),
        spent_micros=total,
        by_workforce=[
            WorkforceMoney(
                name=found.name,
                kind=found.kind,
                simulated=bool(found.is_simulated),
                answers=sum(person.answers for person in people if person.workforce_id == found.id),
                price_micros=found.price_micros,
                spent_micros=spent.get(found.id, 0),
            )
            for found in workforces.list_workforces(tx, project.id)
        ],
    )


def _queue(tx: Transaction, project: Row) -> QueueInfo:
    cap = projects.policy_of(project).queue_cap
    last = rounds.last(tx, project.id)
    found = None
    if last is not None:
        found = RoundInfo(
            n=last.n,
            strategy=last.strategy,
            seconds=last.seconds,
            loop_seconds=last.loop_seconds,
            finished_at=last.created_at,
            fallback_reason=last.fallback_reason,
        )
    return QueueInfo(
        open_tasks=tasks.count_open(tx, project.id, cap),
        live_leases=leases.count_live(tx, project.id),
        last_round=found,
    )


def _curve(tx: Transaction, project_id: int) -> list[CurvePoint]:
    runs = registry.list_runs(tx, project_id, "selector", 0, MOST_POINTS)
    return [
        CurvePoint(
            answers=run.answers,
            spend_micros=run.spend_micros,
            accuracy=run.accuracy,
            low=run.low,
            high=run.high,
            n=run.n_test,
            at=run.created_at,
        )
        for run in runs
        if run.accuracy is not None and run.n_test >= FEW_TESTED
    ]


def _baseline(tx: Transaction, slug: str | None, replayed: Replayed | None) -> Baseline | None:
    other = None if slug is None else projects.get_by_slug(tx, slug)
    if other is not None:
        return Baseline(title=other.title, curve=_curve(tx, other.id))
    if replayed is None or not replayed.points:
        return None
    points = [CurvePoint.model_validate(asdict(point)) for point in replayed.points]
    return Baseline(title="random", curve=points)


def _agreement(tx: Transaction, project: Row, n_people: int) -> AgreementInfo:
    """Return the headline of the quality figures: alpha on the random sample, first answers."""
    if n_people < FEW_RATERS:
        return _undefined("one person so far" if n_people else "no answers yet")
    if not schema_store.target(tx, project).is_choice:
        return _undefined(BY_KIND)
    first_n = compared_answers(projects.policy_of(project))
    found = headline(read_answers(random_sample(tx, project, MOST_RATED), first_n=first_n))
    if found.value is None:
        return _undefined(f"on the random sample: {found.reason}")
    return AgreementInfo(
        coefficient="krippendorff_alpha",
        value=found.value,
        low=found.low,
        high=found.high,
        n_items=found.n_items,
        reason=found.reason,
        basis="random_sample",
    )


def _undefined(reason: str) -> AgreementInfo:
    return AgreementInfo(
        coefficient="krippendorff_alpha",
        value=None,
        low=None,
        high=None,
        n_items=0,
        reason=reason,
        basis="random_sample",
    )


def _annotators(tx: Transaction, project: Row, people: list[Row]) -> list[AnnotatorInfo]:
    """Return the annotators with their expected agreement with the consensus."""
    right: dict[int, float] = {}
    total: dict[int, float] = {}
    for cell in quality.skills(tx, project.id, project.target_question):
        total[cell.annotator_id] = total.get(cell.annotator_id, 0.0) + cell.weight
        if cell.true_class_id == cell.given_class_id:
            right[cell.annotator_id] = right.get(cell.annotator_id, 0.0) + cell.weight
    # Of answers that are combined the skills count nothing: Quality has their figures.
    alone = len(total) < FEW_RATERS or not schema_store.target(tx, project).is_choice
    again = reasks.agreement(tx, project.id)
    policy = projects.policy_of(project)
    least, by_group = policy.queue.reask_least_n, policy.quality.annotator_figures == "workforce"
    return [
        AnnotatorInfo(
            name=person.pseudonym,
            workforce=person.workforce,
            kind=person.kind,
            simulated=bool(person.is_simulated),
            answers=person.answers,
            agreement=None
            if alone or by_group
            else _skill(right.get(person.id, 0.0), total.get(person.id, 0.0)),
            self_agreement=_of_groups_only()
            if by_group
            else _self_agreement(again.get(person.id), least),
        )
        for person in people
    ]


def _skill(right: float, total: float) -> SkillInfo | None:
    found = skill.accuracy(min(right, total), total)
    if found.value is None or found.low is None or found.high is None:
        return None
    return SkillInfo(value=found.value, low=found.low, high=found.high, n=total)


def _of_groups_only() -> SelfAgreementInfo:
    reason = "this project shows figures of workforces only"
    return SelfAgreementInfo(value=None, low=None, high=None, n=0, reason=reason)


def _self_agreement(found: Row | None, least: int) -> SelfAgreementInfo:
    n, n_same = (0, 0) if found is None else (int(found.n), int(found.n_same))
    if n < least:
        reason = f"asked again {n} times, {least} are needed"
        return SelfAgreementInfo(value=None, low=None, high=None, n=n, reason=reason)
    share = skill.accuracy(n_same, n)
    return SelfAgreementInfo(value=share.value, low=share.low, high=share.high, n=n, reason=None)


def _models(tx: Transaction, project_id: int) -> list[ModelInfo]:
    live = deployments.current(tx, project_id)
    deployed: dict[int, int] = {}
    for entry in deployments.list_by_project(tx, project_id, 2**62, MOST_MODELS):
        deployed.setdefault(entry.model_version_id, entry.created_at)
    return [
        _model(
            tx,
            row,
            deployed.get(row.id),
            is_live=live is not None and live.model_version_id == row.id,
        )
        for row in registry.list_models(tx, project_id, 2**62, MOST_MODELS)
    ]


def _model(tx: Transaction, row: Row, deployed_at: int | None, *, is_live: bool) -> ModelInfo:
    report = gates.latest_of(tx, row.project_id, row.id)
    evidence: dict[str, Any] = {} if report is None else json.loads(report.evidence)
    return ModelInfo(
        n=row.n,
        created_at=row.created_at,
        trainer=row.trainer,
        accuracy=row.accuracy,
        low=row.low,
        high=row.high,
        n_test=row.n_test,
        reason=why_no_accuracy(row),
        nearness=nearness_of(row),
        verdict="none" if report is None else report.verdict,
        needs_n=None if report is None else report.needs_n,
        why=str(evidence.get("reason", "not gated yet")),
        live=is_live,
        deployed_at=deployed_at,
    )


def _live(tx: Transaction, project_id: int) -> LiveInfo | None:
    entry = deployments.current(tx, project_id)
    if entry is None:
        return None
    person = people_store.get_user(tx, entry.actor_id) if entry.actor_kind == "user" else None
    actor = entry.actor_kind if person is None else person.name
    return LiveInfo(
        model_version=entry.model_version, since=entry.created_at, actor=actor, reason=entry.reason
    )
