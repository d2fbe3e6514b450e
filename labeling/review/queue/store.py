"""SQL of the reviews' queue: opening, choosing, holding and ending a question."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

# Never `is_open`: that is the annotators' queue, whose statements need not know this family.
OPEN = """
INSERT INTO task (project_id, created_at, item_id, schema_version, kind, family, pass_n, reason,
    priority, wanted, wanted_most, open_slots, is_open, state)
VALUES (:project_id, :now, :item_id, :schema_version, :kind, 'review', :pass_n, :reason, :priority,
    :wanted, :most, :wanted, :is_open, 'open')
ON CONFLICT DO NOTHING RETURNING id
"""
OPEN_COUNT = """
SELECT COUNT(*) FROM (SELECT 1 FROM task WHERE project_id = :project_id AND family = 'review'
    AND state = 'open' AND open_slots > 0 LIMIT :most) AS found
"""
LEAST = """
SELECT id, priority FROM task
WHERE project_id = :project_id AND family = 'review' AND state = 'open' AND open_slots > 0
    AND kind = 'review' AND open_slots = wanted
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = task.id)
ORDER BY priority, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
"""
UNOPENED = """
SELECT c.item_id FROM consensus c
WHERE c.project_id = :project_id AND c.question = :question AND c.state = 'disputed'
    AND NOT c.pinned AND NOT EXISTS (SELECT 1 FROM task t
        WHERE t.item_id = c.item_id AND t.family = 'review' AND t.state = 'open')
ORDER BY c.item_id LIMIT :limit
"""
CANDIDATES = """
SELECT t.id, t.item_id, t.kind, t.family, t.pass_n, x.id AS previous_id
FROM task t LEFT JOIN assignment x
    ON x.annotator_id = :annotator_id AND x.item_id = t.item_id AND x.family = t.family
    AND x.pass_n = t.pass_n
WHERE t.project_id = :project_id AND t.family = 'review' AND t.state = 'open' AND t.open_slots > 0
    AND (x.id IS NULL OR x.state IN ('expired', 'released'))
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.annotator_id = :annotator_id
        AND a.item_id = t.item_id AND a.family = 'answer'
        AND a.state NOT IN ('expired', 'released'))
ORDER BY t.priority DESC, t.id DESC LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
TAKE_SLOT = """
UPDATE task SET open_slots = open_slots - 1
WHERE id = :task_id AND open_slots > 0 AND state = 'open' AND family = 'review'
"""
ASK_ANOTHER = """
UPDATE task SET wanted = wanted + 1, open_slots = open_slots + 1, wanted_most = wanted + 1
WHERE id = :task_id AND family = 'review'
"""
HELD = """
SELECT a.id, a.handle, a.lease_n, a.expires_at, a.task_id, a.item_id, a.project_id,
    a.annotator_id, t.schema_version, i.data, r.id AS answer_id
FROM assignment a JOIN task t ON t.id = a.task_id JOIN item i ON i.id = a.item_id
LEFT JOIN review_answer r ON r.assignment_id = a.id
"""
HELD_BY = (
    HELD
    + """
WHERE a.annotator_id = :annotator_id AND a.state = 'leased' AND a.expires_at > :now
    AND a.family = 'review'
ORDER BY a.leased_at, a.id LIMIT 100
"""
)
HELD_ONE = HELD + "WHERE a.id = :assignment_id"
TASK = "SELECT id, item_id, state, wanted, open_slots, kind, reason FROM task WHERE id = :task_id"
END = """
UPDATE assignment SET state = 'submitted', submitted_at = :now,
    active_ms = active_ms + :active_ms, reserved_micros = 0
WHERE id = :assignment_id
"""


def open_task(
    tx: Transaction, project: Row, item_id: int, *, kind: str, pass_n: int, **columns: Any
) -> int | None:
    """Open a review on an item; None where one is open. Columns: priority, wanted, reason."""
    reason = json.dumps(columns.pop("reason"), ensure_ascii=False)
    found = tx.value(
        OPEN,
        project_id=project.id,
        now=tx.now,
        item_id=item_id,
        schema_version=project.schema_version,
        kind=kind,
        pass_n=pass_n,
        reason=reason,
        most=3,
        is_open=False,
        **columns,
    )
    return None if found is None else int(found)


def count_open(tx: Transaction, project_id: int, most: int) -> int:
    """Return how many reviews a reviewer could take, counted up to `most`."""
    return int(tx.value(OPEN_COUNT, project_id=project_id, most=most))


def least_valuable(tx: Transaction, project_id: int) -> Row | None:
    """Return the least valuable review of a dispute that nobody ever held, locked."""
    return tx.row(LEAST, project_id=project_id)


def list_unopened(tx: Transaction, project_id: int, question: str, limit: int) -> list[int]:
    """Return disputed items without an open review."""
    rows = tx.rows(UNOPENED, project_id=project_id, question=question, limit=limit)
    return [int(row.item_id) for row in rows]


def candidates(tx: Transaction, annotator: Row, limit: int) -> list[Row]:
    """Return the most valuable reviews that this person may do, locked; of nobody's own answers."""
    return tx.rows(
        CANDIDATES, project_id=annotator.project_id, annotator_id=annotator.id, limit=limit
    )


def take_slot(tx: Transaction, task_id: int) -> bool:
    """Take one slot of an open review; False where there is none."""
    return tx.run(TAKE_SLOT, task_id=task_id) == 1


def ask_another(tx: Transaction, task_id: int) -> None:
    """Ask one more reviewer."""
    tx.run(ASK_ANOTHER, task_id=task_id)


def held_by(tx: Transaction, annotator_id: int) -> list[Row]:
    """Return the reviews that a person holds, oldest first."""
    return tx.rows(HELD_BY, annotator_id=annotator_id, now=tx.now)


def held_one(tx: Transaction, assignment_id: int) -> Row:
    """Return one review as its holder is shown it."""
    return tx.rows(HELD_ONE, assignment_id=assignment_id)[0]


def get_task(tx: Transaction, task_id: int) -> Row:
    """Return a review with its kind and the reason it was opened for."""
    return tx.rows(TASK, task_id=task_id)[0]


def end_assignment(tx: Transaction, assignment_id: int, active_ms: int) -> None:
    """Note that a review was done; its reservation is over."""
    tx.run(END, assignment_id=assignment_id, active_ms=active_ms, now=tx.now)
