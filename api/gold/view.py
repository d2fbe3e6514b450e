"""Rows of known items as they go out: class keys for ids, only fields meant for annotators."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from api.gold.schemas import (
    ExampleOut,
    GoldOut,
    MyAppeal,
    PauseOut,
    ScoreOut,
    StandingOut,
    StockOut,
    TestOut,
    TrainingOut,
)
from labeling.gold.results import judged
from labeling.gold.scoring import difficulty_of, gold_rate, interval
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.gold.pauses.service import Example, Standing
    from labeling.gold.stock import StockReport


def class_keys(
    tx: Transaction, project: Row, answers: dict[str, list[int]]
) -> dict[str, list[str]]:
    """Return the keys of the right classes of each question."""
    found = {}
    for question, ids in answers.items():
        by_id = schema_store.class_ids(tx, project.id, question).by_id
        found[question] = [by_id[each] for each in ids]
    return found


def gold_out(tx: Transaction, project: Row, row: Row) -> GoldOut:
    """Return a known item as a manager sees it."""
    return GoldOut(
        id=row.id,
        key=row.key,
        use=row.use,
        state=row.state,
        state_reason=row.state_reason,
        answers=class_keys(tx, project, json.loads(row.answers)),
        reason=row.reason,
        source=row.source,
        difficulty=difficulty_of(row.n_missed, row.n_answers, row.difficulty),
        answers_given=row.n_answers,
        missed=row.n_missed,
        created_at=row.created_at,
    )


def stock_out(report: StockReport) -> StockOut:
    """Return the level of the stock."""
    return StockOut.model_validate(
        {
            **report.counts,
            "least": report.least,
            "people_out": report.people_out,
            "queue_difficulty": json.loads(report.queue_mix).get("counts", {}),
            "alerts": [{"code": each.code, "text": each.text} for each in report.alerts],
        }
    )


def score_out(project: Row, record: Row) -> ScoreOut:
    """Return somebody's score as a manager sees it."""
    policy = projects.policy_of(project).gold
    right, n = judged(record)
    found = interval(right, n, policy.confidence)
    return ScoreOut(
        annotator_id=record.annotator_id,
        name=record.pseudonym,
        state=record.state,
        n=n,
        right=right,
        low=found.low,
        high=found.high,
        rate=gold_rate(
            right,
            n,
            first=policy.rate_first,
            least=policy.rate_least,
            firm_width=policy.firm_width,
            urgency=record.urgency,
        ),
        training_done=record.training_done,
        training_right=record.training_right,
        test_tries=record.test_tries,
    )


def standing_out(tx: Transaction, project: Row, found: Standing) -> StandingOut:
    """Return where somebody stands as they see it."""
    visible = items.visible_fields(tx, project.id)
    pause, appeal = found.pause, found.appeal
    return StandingOut(
        state=found.state,
        training=TrainingOut(done=found.training_done, of=found.training_items)
        if found.training_items
        else None,
        test=TestOut(
            done=found.test_n,
            of=found.test_size,
            right=found.test_right,
            tries_left=found.tries_left,
            retry_at=found.retry_at,
        )
        if found.state == "qualifying"
        else None,
        pause=None
        if pause is None
        else PauseOut(
            since=pause.created_at,
            n=pause.n,
            right=pause.n_right,
            high=pause.high,
            bar=pause.bar,
            examples=[_example_out(tx, project, each, visible) for each in found.examples],
        ),
        appeal=None if appeal is None else my_appeal(appeal),
    )


def my_appeal(row: Row) -> MyAppeal:
    """Return an appeal as its author sees it."""
    return MyAppeal(
        text=row.body,
        created_at=row.created_at,
        decided_at=row.decided_at,
        decision=row.decision,
        note=row.note,
    )


def _example_out(
    tx: Transaction, project: Row, example: Example, visible: frozenset[str]
) -> ExampleOut:
    return ExampleOut(
        data={name: value for name, value in example.data.items() if name in visible},
        given=given_keys(example.result),
        right=class_keys(tx, project, example.answers),
        reason=example.reason,
    )


def given_keys(result: list[Any]) -> dict[str, str]:
    """Return the class key that a stored result gives to each question."""
    return {region["from_name"]: region["value"]["choices"][0] for region in result}
