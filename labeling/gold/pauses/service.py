"""The verbs of pauses: pause on evidence, reinstate, say why, appeal, decide."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.gold.pauses import store
from labeling.gold.records import store as records
from labeling.gold.results import judged
from labeling.gold.scoring import interval, is_below
from labeling.projects import store as projects
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.gold import GoldPolicy

CAUSE: Final = "gold"
EXAMPLES: Final = 5
MOST_APPEAL_CHARACTERS: Final = 4_000
HOUR: Final = 3_600
Decision = Literal["reinstate", "keep"]


def is_due(policy: GoldPolicy, right: int, n: int) -> bool:
    """Return whether a score is certainly below the bar."""
    return is_below(right, n, policy.bar, policy.confidence, policy.least_n)


def pause_person(tx: Transaction, policy: GoldPolicy, record: Row) -> bool:
    """Pause an active annotator, with the evidence; what they hold stays theirs to answer."""
    if record.state != "active":
        return False
    right, n = judged(record)
    found = interval(right, n, policy.confidence)
    examples = [
        {"gold_id": row.gold_id, "annotation_id": row.annotation_id}
        for row in store.misses_of(tx, record.annotator_id, EXAMPLES)
    ]
    values = {
        "project_id": record.project_id,
        "annotator_id": record.annotator_id,
        "n": n,
        "n_right": right,
        "low": found.low,
        "high": found.high,
        "bar": policy.bar,
    }
    if not store.add_pause(tx, values, examples):
        return False
    annotator = workforce_store.get_annotator(tx, record.annotator_id)
    workforces.set_state(tx, annotator, "paused", f"{right} of {n} right on gold", CAUSE)
    return True


def reinstate_if_paused(tx: Transaction, record: Row, cause: str) -> bool:
    """End somebody's pause for their score; one by a person's hand stays."""
    if not store.end_pause(tx, record.annotator_id, cause):
        return False
    if record.state == "paused":
        annotator = workforce_store.get_annotator(tx, record.annotator_id)
        workforces.set_state(tx, annotator, "active", cause, CAUSE)
    return True


def end_resumed(tx: Transaction, record: Row) -> bool:
    """End the pause of somebody whom a person has resumed: what was missed so far is forgiven."""
    if not store.end_pause(tx, record.annotator_id, "resumed by a person"):
        return False
    records.forgive(tx, record.annotator_id)
    return True


@dataclass(frozen=True, slots=True)
class Example:
    """A question somebody missed: the item's data, their result, right class ids, and why."""

    data: dict[str, Any]
    result: list[Any]
    answers: dict[str, list[int]]
    reason: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where somebody stands with training, test, pause and appeal; rows are as stored."""

    state: str
    training_done: int
    training_items: int
    test_n: int
    test_size: int
    test_right: int | None
    tries_left: int
    retry_at: int | None
    pause: Row | None
    examples: list[Example]
    appeal: Row | None


def standing_of(tx: Transaction, project: Row, annotator: Row) -> Standing:
    """Return where an annotator stands; of gold nothing, unless it paused them."""
    policy = projects.policy_of(project).gold
    record = records.record(tx, annotator.id)
    pause = store.pause(tx, annotator.id) if annotator.state == "paused" else None
    shown = [] if pause is None else json.loads(pause.examples)
    failed_at = None if record is None else record.test_failed_at
    tries_left = policy.qualification_tries - (0 if record is None else record.test_tries)
    return Standing(
        state=annotator.state,
        training_done=0 if record is None else record.training_done,
        training_items=0
        if record is None
        else max(policy.training_items, record.training_given)
        if record.training_given
        else policy.training_items,
        test_n=0 if record is None else record.test_n,
        test_size=policy.qualification_items
        if record is None or not record.test_size
        else record.test_size,
        test_right=None if failed_at is None or record is None else record.test_right,
        tries_left=max(tries_left, 0),
        retry_at=None
        if failed_at is None or tries_left <= 0
        else failed_at + policy.qualification_retry_hours * HOUR * MICROS,
        pause=pause,
        examples=[_example(tx, each) for each in shown],
        appeal=store.last_appeal(tx, annotator.id),
    )


def _example(tx: Transaction, shown: dict[str, int]) -> Example:
    row = store.example(tx, shown["gold_id"], shown["annotation_id"])
    return Example(
        json.loads(row.data), json.loads(row.result), json.loads(row.answers), row.reason
    )


def appeal(tx: Transaction, annotator: Row, text: str) -> Row:
    """Let somebody who was paused by gold, or did not pass the test, object; return the appeal.

    Raises
    ------
    InvalidInputError
        No text, or too long a one.
    ConflictError
        There is nothing to appeal, or an appeal is undecided.

    """
    if not 0 < len(text.strip()) <= MOST_APPEAL_CHARACTERS:
        message = f"Say in 1 to {MOST_APPEAL_CHARACTERS:,} characters what was wrong."
        raise InvalidInputError(message, place="text")
    pause = store.pause(tx, annotator.id) if annotator.state == "paused" else None
    record = records.record(tx, annotator.id)
    failed = annotator.state == "qualifying" and record is not None and record.test_tries > 0
    if pause is None and not failed:
        raise ConflictError("There is nothing to appeal: no test failed, no pause for a score.")
    found = store.add_appeal(
        tx,
        {
            "project_id": annotator.project_id,
            "annotator_id": annotator.id,
            "pause_id": None if pause is None else pause.id,
            "body": text.strip(),
        },
    )
    if found is None:
        raise ConflictError("Your appeal is waiting for a decision already.")
    audit.record(tx, annotator.project_id, "gold.appeal", "annotator", annotator.id, appeal=found)
    return store.get_appeal(tx, annotator.project_id, found)


def decide(
    tx: Transaction, project: Row, appeal_id: int, decision: Decision, note: str | None
) -> Row:
    """Decide an appeal: reinstate (what was missed so far is forgiven) or keep; return it.

    Raises
    ------
    ConflictError
        It was decided before.

    """
    found = store.get_appeal(tx, project.id, appeal_id)
    if found is None:
        raise NotFoundError("There is no such appeal.")
    values = {"decision": decision, "note": note, "by": tx.actor.id}
    if not store.decide_appeal(tx, appeal_id, **values):
        raise ConflictError("This appeal has been decided.")
    if decision == "reinstate":
        records.forgive(tx, found.annotator_id)
        store.end_pause(tx, found.annotator_id, "appeal")
        annotator = workforce_store.get_annotator(tx, found.annotator_id)
        if annotator.state in {"paused", "qualifying"}:
            workforces.set_state(tx, annotator, "active", note or "the appeal was heard", CAUSE)
    audit.record(
        tx,
        project.id,
        "gold.appeal_decided",
        "annotator",
        found.annotator_id,
        reason=note,
        appeal=appeal_id,
        decision=decision,
    )
    return store.get_appeal(tx, project.id, appeal_id)
