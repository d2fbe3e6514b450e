"""SQL of the review: verdicts, decisions, rejections, and what is believed of items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

EARLIER = """
SELECT id, kind, state, reason FROM task WHERE item_id = :item_id AND family = 'review'
ORDER BY id
"""
BELIEVED = """
SELECT c.item_id, c.state, c.pinned, c.n_answers, c.confidence, i.key, i.split
FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.item_id = ANY(:item_ids) AND c.question = :question
"""
ANSWER_TASKS = """
SELECT id, project_id, item_id, schema_version, family, pass_n, wanted, wanted_most, open_slots,
    state, close_reason, workforce_id
FROM task WHERE item_id = :item_id AND family = 'answer' AND pass_n = 1
    AND kind IN ('label', 'audit')
    AND state <> 'withdrawn'
ORDER BY id FOR NO KEY UPDATE
"""
VOTED = """
SELECT v.annotation_id, v.class_id, v.annotator_id, n.result, n.assignment_id
FROM vote v JOIN annotation n ON n.id = v.annotation_id
WHERE v.project_id = :project_id AND v.question = :question AND v.item_id = :item_id
ORDER BY v.annotation_id
"""
ADD_ANSWER = """
INSERT INTO review_answer (project_id, created_at, assignment_id, client_key, class_id, reason,
    result)
VALUES (:project_id, :now, :assignment_id, :client_key, :class_id, :reason, :result)
"""
ANSWER_OF = """
SELECT id, client_key, class_id, reason, result FROM review_answer
WHERE assignment_id = :assignment_id
"""
REVIEW = """
SELECT id, task_id, assignment_id, item_id, annotator_id, client_key, verdict, present_class_id,
    class_id, result, targets, reason, is_surplus, paid_micros, note
FROM review
"""
REVIEW_OF = REVIEW + "WHERE assignment_id = :assignment_id"
COUNTED = REVIEW + "WHERE task_id = :task_id AND NOT is_surplus ORDER BY id"
ADD_REVIEW = """
INSERT INTO review (project_id, created_at, task_id, assignment_id, item_id, question,
    annotator_id, client_key, verdict, present_class_id, class_id, result, consensus_version,
    targets, reason, is_surplus, paid_micros, note)
VALUES (:project_id, :now, :task_id, :assignment_id, :item_id, :question, :annotator_id,
    :client_key, :verdict, :present_class_id, :class_id, :result, :consensus_version, :targets,
    :reason, :is_surplus, :paid_micros, :note)
RETURNING id
"""
ADD_DECISION = """
INSERT INTO review_decision (project_id, created_at, task_id, review_id, item_id, why,
    inclusion_probability, is_headline, n_reviews, agreed)
VALUES (:project_id, :now, :task_id, :review_id, :item_id, :why, :inclusion_probability,
    :is_headline, :n_reviews, :agreed)
"""
DECISIONS = """
SELECT d.id, d.created_at, i.key, d.why, d.n_reviews, d.agreed, r.verdict, r.reason,
    p.key AS present, c.key AS decided, n.pseudonym
FROM review_decision d JOIN review r ON r.id = d.review_id JOIN item i ON i.id = d.item_id
JOIN annotator n ON n.id = r.annotator_id
LEFT JOIN label_class p ON p.id = r.present_class_id LEFT JOIN label_class c ON c.id = r.class_id
WHERE d.project_id = :project_id AND d.id > :after ORDER BY d.id LIMIT :limit
"""
ADD_REJECTION = """
INSERT INTO review_rejection (project_id, created_at, review_id, annotation_id, assignment_id,
    annotator_id, reason, counts, why, reversed_micros)
VALUES (:project_id, :now, :review_id, :annotation_id, :assignment_id, :annotator_id, :reason,
    :counts, :why, :reversed_micros)
"""
REJECTIONS_OF = """
SELECT j.id, j.created_at, j.reason, j.counts, j.why, j.reversed_micros, a.handle, a.item_id,
    n.result, i.data
FROM review_rejection j JOIN annotation n ON n.id = j.annotation_id
JOIN assignment a ON a.id = j.assignment_id JOIN item i ON i.id = a.item_id
WHERE j.annotator_id = :annotator_id AND j.id > :after ORDER BY j.id LIMIT :limit
"""
REJECTION_OF = """
SELECT reason, counts, why FROM review_rejection WHERE assignment_id = :assignment_id
ORDER BY id DESC LIMIT 1
"""
RECORD_OF = """
SELECT COUNT(*) AS rejected, COALESCE(SUM(CASE WHEN counts THEN 1 ELSE 0 END), 0) AS counting
FROM review_rejection WHERE annotator_id = :annotator_id
"""
REJECT = "UPDATE assignment SET state = 'rejected' WHERE id = :assignment_id"
TAKE_JUDGMENT_OUT = "UPDATE task SET wanted = wanted - 1 WHERE id = :task_id"
ASK_AGAIN = """
UPDATE task SET wanted = wanted + :n, open_slots = open_slots + :n, is_open = (1 = 1),
    wanted_most = CASE WHEN wanted_most > wanted + :n THEN wanted_most ELSE wanted + :n END,
    state = 'open', close_reason = NULL, closed_at = NULL
WHERE id = :task_id AND family = 'answer'
"""


def list_by_item(tx: Transaction, item_id: int) -> list[Row]:
    """Return all reviews of an item, the oldest first."""
    return tx.rows(EARLIER, item_id=item_id)


def list_believed(tx: Transaction, item_ids: Sequence[int], question: str) -> list[Row]:
    """Return what is believed about some items, in the order in which they are named."""
    found = tx.rows(BELIEVED, item_ids=tx.listed(item_ids), question=question)
    believed = {row.item_id: row for row in found}
    return [believed[item_id] for item_id in item_ids if item_id in believed]


def lock_answer_tasks(tx: Transaction, item_id: int) -> list[Row]:
    """Return the tasks on which people answered an item, locked, the oldest first."""
    return tx.rows(ANSWER_TASKS, item_id=item_id)


def list_voted(tx: Transaction, project_id: int, question: str, item_id: int) -> list[Row]:
    """Return the answers that count on an item's question, oldest first."""
    return tx.rows(VOTED, project_id=project_id, question=question, item_id=item_id)


def add_answer(tx: Transaction, assignment: Row, *, result: list[Any], **columns: Any) -> None:
    """Add what a reviewer answered by themselves. Columns: client_key, class_id, reason."""
    tx.run(
        ADD_ANSWER,
        project_id=assignment.project_id,
        now=tx.now,
        assignment_id=assignment.id,
        result=json.dumps(result, ensure_ascii=False),
        **columns,
    )


def answer_of(tx: Transaction, assignment_id: int) -> Row | None:
    """Return what a reviewer answered by themselves."""
    return tx.row(ANSWER_OF, assignment_id=assignment_id)


def review_of(tx: Transaction, assignment_id: int) -> Row | None:
    """Return the verdict given on an assignment."""
    return tx.row(REVIEW_OF, assignment_id=assignment_id)


def list_counted(tx: Transaction, task_id: int) -> list[Row]:
    """Return the verdicts that count on a review, oldest first."""
    return tx.rows(COUNTED, task_id=task_id)


def add_review(tx: Transaction, values: dict[str, Any]) -> int:
    """Add a verdict and return its id; `values` holds the columns of `ADD_REVIEW`."""
    return int(tx.value(ADD_REVIEW, now=tx.now, **values))


def add_decision(tx: Transaction, values: dict[str, Any]) -> None:
    """Record which verdict took effect; `values` holds the columns of `ADD_DECISION`."""
    tx.run(ADD_DECISION, now=tx.now, **values)


def list_decisions(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return decided reviews with an id above `after`, oldest first."""
    return tx.rows(DECISIONS, project_id=project_id, after=after, limit=limit)


def add_rejection(tx: Transaction, values: dict[str, Any]) -> None:
    """Record a rejected annotation; `values` holds the columns of `ADD_REJECTION`."""
    tx.run(ADD_REJECTION, now=tx.now, **values)


def list_rejections(tx: Transaction, annotator_id: int, after: int, limit: int) -> list[Row]:
    """Return a person's rejected answers with an id above `after`, oldest first."""
    return tx.rows(REJECTIONS_OF, annotator_id=annotator_id, after=after, limit=limit)


def rejection_of(tx: Transaction, assignment_id: int) -> Row | None:
    """Return why an assignment's answer was rejected."""
    return tx.row(REJECTION_OF, assignment_id=assignment_id)


def record_of(tx: Transaction, annotator_id: int) -> Row:
    """Return how many of a person's answers were rejected, and how many of those count."""
    return tx.rows(RECORD_OF, annotator_id=annotator_id)[0]


def reject_assignment(tx: Transaction, assignment: Row) -> None:
    """Take an answered assignment out of what was wanted of its task."""
    tx.run(REJECT, assignment_id=assignment.id)
    tx.run(TAKE_JUDGMENT_OUT, task_id=assignment.task_id)


def ask_again(tx: Transaction, task_id: int, n: int) -> None:
    """Ask for `n` more judgments of a settled item."""
    tx.run(ASK_AGAIN, task_id=task_id, n=n)
