"""What an answer on a known item is worth: scored once, superseded by undo, never a vote."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.gold import store
from labeling.gold.draws import store as draws
from labeling.gold.records import store as records
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality.service import believe
from labeling.workforces import service as workforces

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.gold import GoldPolicy
    from labeling.quality.service import TruthCache

KNOWN_KINDS: Final = frozenset({"gold", "training", "qualification"})
"""Kinds of assignments whose answers are compared with known ones."""


def is_right(gold: Row, classes: dict[str, int]) -> bool:
    """Return whether an answer gives a right class to every question that has known answers."""
    right: dict[str, list[int]] = json.loads(gold.answers)
    return all(classes.get(question) in ids for question, ids in right.items())


def is_overruled(project: Row, gold: Row, believed: Row | None) -> bool:
    """Return whether a review has decided an item otherwise than is known."""
    question = project.target_question
    right: dict[str, list[int]] = json.loads(gold.answers)
    if believed is None or not believed.pinned or question not in right:
        return False
    return believed.class_id not in right[question]


def judged(record: Row) -> tuple[int, int]:
    """Return right and all answers that somebody is judged by: what was forgiven is left out."""
    n = max(record.n - record.forgiven_n, 0)
    return min(max(record.n_right - record.forgiven_right, 0), n), n


@dataclass(frozen=True, slots=True)
class Scoring:
    """What a score is made with: who answered which question, and how people's answers weigh."""

    truth: TruthCache
    project: Row
    annotator: Row
    assignment: Row


@dataclass(frozen=True, slots=True)
class Known:
    """A known item, locked, and what is believed of it beside."""

    gold: Row
    believed: Row | None


def look_up(tx: Transaction, how: Scoring) -> Known:
    """Return what is known of an assignment's item: one look, as at any item's votes."""
    gold, believed = store.look_up(tx, how.assignment.item_id, how.project.target_question)
    return Known(gold, believed)


def score_answer(
    tx: Transaction, how: Scoring, known: Known, annotation_id: int, classes: dict[str, int]
) -> None:
    """Score a counted answer on a known item; what follows from the score follows later.

    Only the result of the test before real work is decided at once: whoever takes it knows. It is
    written as an ordinary answer is, in as many rows of as many tables, and weighed as one is, so
    that both take the same time.
    """
    outcome = "right" if is_right(known.gold, classes) else "wrong"
    _add(tx, known.gold, how.assignment, annotation_id, outcome)
    records.add_votes(tx, known.gold, annotation_id, how.annotator.id, classes)
    _count(tx, how, known, outcome, 1)
    _tell(tx, known.gold, annotation_id)
    said = classes.get(how.project.target_question)
    if said is not None:
        question = how.truth.get(tx, how.project.id, how.project.target_question)
        believe(question, [(how.annotator.id, said)])
    if how.assignment.kind == "qualification":
        decide_test(tx, projects.policy_of(how.project).gold, how.annotator)


def score_skip(tx: Transaction, how: Scoring, annotation_id: int) -> None:
    """Score a skip: nothing on gold, a question done in training, a miss in the test."""
    if how.assignment.kind == "gold":
        return
    known = look_up(tx, how)
    _add(tx, known.gold, how.assignment, annotation_id, "skipped")
    _count(tx, how, known, "skipped", 1)
    if how.assignment.kind == "qualification":
        decide_test(tx, projects.policy_of(how.project).gold, how.annotator)


def score_again(
    tx: Transaction,
    how: Scoring,
    annotation_id: int,
    classes: dict[str, int],
    replaced_id: int,
) -> None:
    """Score a corrected answer in the old one's place, by a new row."""
    records.drop_votes(tx, replaced_id)
    current = records.current_result(tx, how.assignment.id)
    known = look_up(tx, how)
    outcome = "right" if is_right(known.gold, classes) else "wrong"
    _add(tx, known.gold, how.assignment, annotation_id, outcome)
    records.add_votes(tx, known.gold, annotation_id, how.annotator.id, classes)
    if current is not None and current.gold_id == known.gold.id:
        _count(tx, how, known, current.outcome, -1)
    _count(tx, how, known, outcome, 1)


def withdraw(tx: Transaction, how: Scoring, annotation_id: int, replaced_id: int) -> None:
    """Take the score of an answer or skip back by a new row."""
    records.drop_votes(tx, replaced_id)
    current = records.current_result(tx, how.assignment.id)
    if current is None or current.outcome == "withdrawn":
        return
    known = look_up(tx, how)
    _add(tx, known.gold, how.assignment, annotation_id, "withdrawn")
    if current.gold_id == known.gold.id:
        _count(tx, how, known, current.outcome, -1)
    _tell(tx, known.gold, annotation_id)


def why_final(tx: Transaction, assignment: Row) -> str | None:
    """Return why an answer cannot be changed any more: it was explained, or the test is over."""
    if assignment.kind == "training":
        return "The right answer has been shown; training answers stand."
    if assignment.kind != "qualification":
        return None
    record = records.record(tx, assignment.annotator_id)
    if record is not None and record.state == "qualifying" and record.test_n < record.test_size:
        return None
    return "The test is over; its answers stand."


def went_to_others(tx: Transaction, project: Row, assignment: Row) -> bool:
    """Return whether an ordinary question that was skipped then would be others' by now.

    Hidden gold always could be taken back; that it cannot be, once as many others have worked as
    an ordinary question has slots, keeps the two alike.
    """
    if assignment.kind != "gold":
        return False
    others = draws.count_others(
        tx, project.id, assignment.annotator_id, int(assignment.submitted_at)
    )
    return others >= projects.policy_of(project).overlap_least


def _tell(tx: Transaction, gold: Row, annotation_id: int) -> None:
    """Say that there is an answer, as of any, and that it was on a known item."""
    for topic in ("annotation", "gold"):
        outbox.add(tx, gold.project_id, topic, item_id=gold.item_id, annotation_id=annotation_id)


def _add(tx: Transaction, gold: Row, assignment: Row, annotation_id: int, outcome: str) -> None:
    records.add_result(
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


def _count(tx: Transaction, how: Scoring, known: Known, outcome: str, sign: int) -> None:
    """Move the counters that a result belongs to."""
    gold, assignment = known.gold, how.assignment
    right, who = sign * int(outcome == "right"), assignment.annotator_id
    if assignment.kind == "training":
        records.step(tx, who, training_done=sign, training_right=right)
    elif assignment.kind == "qualification":
        records.step(tx, who, test_n=sign, test_right=right)
    elif _counts(gold, who, sign):
        missed = sign * int(outcome == "wrong")
        is_overruled_now = is_overruled(how.project, gold, known.believed)
        doubtful = gold.state == "active" and (missed > 0 or is_overruled_now)
        store.count_result(tx, gold.id, n=sign, missed=missed, is_dirty=doubtful)
        records.score(tx, who, n=sign, right=right)


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
    record = records.record(tx, annotator.id)
    if record is None or record.state != "qualifying" or record.test_n < record.test_size:
        return
    passed = record.test_right >= policy.qualification_pass * record.test_n
    records.end_test(tx, annotator.id, None if passed and record.test_n else tx.now)
    score = f"{record.test_right} of {record.test_n} right"
    if passed and record.test_n:
        workforces.set_state(tx, annotator, "active", score, "qualification passed")
    else:
        workforces.set_state(tx, annotator, "qualifying", score, "qualification failed")
