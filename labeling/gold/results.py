"""What an answer on a known item is worth: scored once, superseded by undo, never a vote."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from labeling.gold import store
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.gold import GoldPolicy

KNOWN_KINDS: Final = frozenset({"gold", "training", "qualification"})
"""Kinds of assignments whose answers are compared with known ones."""


def is_right(gold: Row, classes: dict[str, int]) -> bool:
    """Return whether an answer gives a right class to every question that has known answers."""
    right: dict[str, list[int]] = json.loads(gold.answers)
    return all(classes.get(question) in ids for question, ids in right.items())


def judged(record: Row) -> tuple[int, int]:
    """Return right and all answers that somebody is judged by: what was forgiven is left out."""
    n = max(record.n - record.forgiven_n, 0)
    return min(max(record.n_right - record.forgiven_right, 0), n), n


def score_answer(
    tx: Transaction,
    policy: GoldPolicy,
    annotator: Row,
    assignment: Row,
    annotation_id: int,
    classes: dict[str, int],
) -> None:
    """Score a counted answer on a known item; what follows from the score follows later.

    Only the result of the test before real work is decided at once: whoever takes it knows.
    """
    gold = _gold_of(tx, assignment)
    outcome = "right" if is_right(gold, classes) else "wrong"
    _add(tx, gold, assignment, annotation_id, outcome)
    _count(tx, gold, assignment, outcome, 1)
    if assignment.kind == "qualification":
        decide_test(tx, policy, annotator)


def score_skip(
    tx: Transaction, policy: GoldPolicy, annotator: Row, assignment: Row, annotation_id: int
) -> None:
    """Score a skip: nothing on gold, a question done in training, a miss in the test."""
    if assignment.kind == "gold":
        return
    gold = _gold_of(tx, assignment)
    _add(tx, gold, assignment, annotation_id, "skipped")
    _count(tx, gold, assignment, "skipped", 1)
    if assignment.kind == "qualification":
        decide_test(tx, policy, annotator)


def score_again(
    tx: Transaction, assignment: Row, annotation_id: int, classes: dict[str, int]
) -> None:
    """Score a corrected answer in the old one's place, by a new row."""
    current = store.current_result(tx, assignment.id)
    gold = _gold_of(tx, assignment)
    outcome = "right" if is_right(gold, classes) else "wrong"
    _add(tx, gold, assignment, annotation_id, outcome)
    if current is not None and current.gold_id == gold.id:
        _count(tx, gold, assignment, current.outcome, -1)
    _count(tx, gold, assignment, outcome, 1)


def withdraw(tx: Transaction, assignment: Row, annotation_id: int) -> None:
    """Take the score of an answer or skip back by a new row."""
    current = store.current_result(tx, assignment.id)
    if current is None or current.outcome == "withdrawn":
        return
    gold = _gold_of(tx, assignment)
    _add(tx, gold, assignment, annotation_id, "withdrawn")
    if current.gold_id == gold.id:
        _count(tx, gold, assignment, current.outcome, -1)


def why_final(tx: Transaction, assignment: Row) -> str | None:
    """Return why an answer cannot be changed any more: it was explained, or the test is over."""
    if assignment.kind == "training":
        return "The right answer has been shown; training answers stand."
    if assignment.kind != "qualification":
        return None
    record = store.record(tx, assignment.annotator_id)
    if record is not None and record.state == "qualifying" and record.test_n < record.test_size:
        return None
    return "The test is over; its answers stand."


def _gold_of(tx: Transaction, assignment: Row) -> Row:
    gold = store.lock_of_item(tx, assignment.item_id)
    assert gold is not None, "a known item is retired, never deleted"  # noqa: S101
    return gold


def _add(tx: Transaction, gold: Row, assignment: Row, annotation_id: int, outcome: str) -> None:
    store.add_result(
        tx,
        {
            "project_id": assignment.project_id,
            "gold_id": gold.id,
            "assignment_id": assignment.id,
            "annotator_id": assignment.annotator_id,
            "annotation_id": annotation_id,
            "use": assignment.kind,
            "outcome": outcome,
        },
    )


def _count(tx: Transaction, gold: Row, assignment: Row, outcome: str, sign: int) -> None:
    """Move the counters that a result belongs to."""
    right, who = sign * int(outcome == "right"), assignment.annotator_id
    if assignment.kind == "training":
        store.step(tx, who, training_done=sign, training_right=right)
    elif assignment.kind == "qualification":
        store.step(tx, who, test_n=sign, test_right=right)
    elif _counts(gold, who, sign):
        missed = sign * int(outcome == "wrong")
        store.count_result(tx, gold.id, n=sign, missed=missed, is_dirty=gold.state == "active")
        store.score(tx, who, n=sign, right=right)


def _counts(gold: Row, annotator_id: int, sign: int) -> bool:
    """Return whether a record holds (or is to hold) the result of a gold item.

    While the records are corrected after it left service, those further on still hold theirs.
    """
    if gold.state == "active":
        return True
    still_held = gold.recount_after is not None and annotator_id > gold.recount_after
    return sign < 0 and still_held


def decide_test(tx: Transaction, policy: GoldPolicy, annotator: Row) -> None:
    """End the test before real work when its last question is answered: in, or try again."""
    record = store.record(tx, annotator.id)
    if record is None or record.state != "qualifying" or record.test_n < record.test_size:
        return
    passed = record.test_right >= policy.qualification_pass * record.test_n
    store.end_test(tx, annotator.id, None if passed and record.test_n else tx.now)
    score = f"{record.test_right} of {record.test_n} right"
    if passed and record.test_n:
        workforces.set_state(tx, annotator, "active", score, "qualification passed")
    else:
        workforces.set_state(tx, annotator, "qualifying", score, "qualification failed")
