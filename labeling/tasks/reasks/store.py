"""SQL of re-asks and of self-agreement."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

EARLIER = """
SELECT a.item_id, a.state, a.pass_n, a.submitted_at FROM assignment a
WHERE a.annotator_id = :annotator_id AND a.submitted_at <= :before
ORDER BY a.submitted_at DESC LIMIT 1 OFFSET :passed_over
"""
FITS = """
SELECT t.kind, i.state AS item_state,
    (SELECT COUNT(*) FROM assignment x WHERE x.annotator_id = :annotator_id
        AND x.item_id = i.id AND x.family = 'answer' AND x.pass_n = 2) AS asked_again
FROM item i JOIN assignment a ON a.item_id = i.id AND a.annotator_id = :annotator_id
    AND a.family = 'answer' AND a.pass_n = 1
    JOIN task t ON t.id = a.task_id
WHERE i.id = :item_id
"""
OPEN = """
INSERT INTO task (project_id, created_at, item_id, schema_version, kind, family, pass_n, reason,
    priority, wanted, wanted_most, open_slots, is_open, state)
VALUES (:project_id, :now, :item_id, :schema_version, 'label', 'answer', 2, :reason, 0, 1, 1, 0,
    (1 = 0), 'open')
ON CONFLICT DO NOTHING RETURNING id
"""
FIRST = """
SELECT a.current_annotation_id AS annotation_id, v.class_id
FROM assignment a JOIN vote v ON v.annotation_id = a.current_annotation_id
WHERE v.question = :question AND a.annotator_id = :annotator_id AND a.item_id = :item_id
    AND a.family = 'answer' AND a.pass_n = 1 AND a.state = 'submitted'
"""
ADD_CHECK = """
INSERT INTO self_check (assignment_id, project_id, created_at, annotator_id, item_id, question,
    first_annotation_id, annotation_id, first_class_id, class_id)
VALUES (:assignment_id, :project_id, :now, :annotator_id, :item_id, :question,
    :first_annotation_id, :annotation_id, :first_class_id, :class_id)
"""
DROP_CHECK = """
DELETE FROM self_check WHERE assignment_id = :assignment_id
RETURNING annotator_id, project_id, first_class_id, class_id
"""
COUNT = """
INSERT INTO self_agreement (annotator_id, project_id, n, n_same)
VALUES (:annotator_id, :project_id, :n, :n_same)
ON CONFLICT (annotator_id) DO UPDATE SET n = self_agreement.n + excluded.n,
    n_same = self_agreement.n_same + excluded.n_same
"""
AGREEMENT = "SELECT annotator_id, n, n_same FROM self_agreement WHERE project_id = :project_id"


def earlier(tx: Transaction, annotator_id: int, before: int, passed_over: int) -> Row | None:
    """Return an own answer or skip given until a time, with so many of those between."""
    return tx.row(EARLIER, annotator_id=annotator_id, before=before, passed_over=passed_over)


def first_asking(tx: Transaction, annotator_id: int, item_id: int) -> Row | None:
    """Return how an item was first asked of an annotator, and whether it was asked again."""
    return tx.row(FITS, annotator_id=annotator_id, item_id=item_id)


def open_task(
    tx: Transaction, project_id: int, item_id: int, schema_version: int, why: str
) -> int | None:
    """Open the second asking of an item, its one slot held; None where one is open already."""
    found = tx.value(
        OPEN,
        project_id=project_id,
        now=tx.now,
        item_id=item_id,
        schema_version=schema_version,
        reason=json.dumps({"why": why}),
    )
    return None if found is None else int(found)


def first_answer(tx: Transaction, annotator_id: int, item_id: int, question: str) -> Row | None:
    """Return the class that an annotator's first answer to an item's question gives."""
    return tx.row(FIRST, annotator_id=annotator_id, item_id=item_id, question=question)


def add_check(tx: Transaction, values: dict[str, Any]) -> None:
    """Add a pair of answers; `values` holds the columns of `ADD_CHECK`."""
    tx.run(ADD_CHECK, now=tx.now, **values)


def drop_check(tx: Transaction, assignment_id: int) -> Row | None:
    """Forget a pair whose second answer was taken back, and return it."""
    return tx.row(DROP_CHECK, assignment_id=assignment_id)


def count(tx: Transaction, annotator_id: int, project_id: int, n: int, n_same: int) -> None:
    """Move an annotator's counts of pairs and of equal ones."""
    tx.run(COUNT, annotator_id=annotator_id, project_id=project_id, n=n, n_same=n_same)


def agreement(tx: Transaction, project_id: int) -> dict[int, Row]:
    """Return the counts of all annotators of a project who were asked again."""
    return {row.annotator_id: row for row in tx.rows(AGREEMENT, project_id=project_id)}
