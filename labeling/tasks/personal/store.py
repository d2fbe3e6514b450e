"""SQL of the slots that are kept for one person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

ADD = """
INSERT INTO personal_task (project_id, created_at, created_by, kind, item_id, annotator_id, task_id,
    due_at, note, state)
VALUES (:project_id, :now, :created_by, :kind, :item_id, :annotator_id, :task_id, :due_at, :note,
    'waiting')
ON CONFLICT DO NOTHING RETURNING id
"""
SET_FLAG = "UPDATE annotator SET personal = :value WHERE id = :annotator_id AND personal <> :value"
WAITING = """
SELECT t.id, t.item_id, t.kind, t.family, t.pass_n, x.id AS previous_id, p.id AS personal_id,
    p.kind AS kept_as
FROM personal_task p JOIN task t ON t.id = p.task_id
    LEFT JOIN assignment x ON x.annotator_id = p.annotator_id AND x.item_id = t.item_id
        AND x.family = t.family AND x.pass_n = t.pass_n
WHERE p.annotator_id = :annotator_id AND p.state = 'waiting' AND p.due_at > :now
    AND t.state = 'open' AND (x.id IS NULL OR x.state IN ('expired', 'released'))
ORDER BY p.due_at, p.id LIMIT :limit FOR NO KEY UPDATE OF t
"""
LEASED = """
UPDATE personal_task SET state = 'leased', assignment_id = :assignment_id
WHERE id = :personal_id AND state = 'waiting'
"""
KEEP = """
UPDATE personal_task SET
    state = CASE WHEN due_at > :now OR kind = 'reask' THEN 'waiting' ELSE 'returned' END,
    ended_at = CASE WHEN due_at > :now OR kind = 'reask' THEN NULL ELSE :now END
WHERE assignment_id = :assignment_id AND state = 'leased' RETURNING state, annotator_id
"""
TAKE_KEPT = """
UPDATE personal_task SET state = 'leased'
WHERE assignment_id = :assignment_id AND state = 'waiting'
"""
HELD = """
SELECT a.id AS assignment_id, p.due_at, p.note, p.kind
FROM assignment a JOIN personal_task p ON p.assignment_id = a.id AND p.state = 'leased'
WHERE a.annotator_id = :annotator_id AND a.state = 'leased'
"""
DUE = """
SELECT id, task_id, kind FROM personal_task WHERE state = 'waiting' AND due_at <= :now
ORDER BY due_at LIMIT :limit
"""
END = """
UPDATE personal_task SET state = :state, ended_at = :now WHERE id = :personal_id AND state = :was
"""
GET = """
SELECT id, task_id, kind, state FROM personal_task
WHERE id = :personal_id AND project_id = :project_id AND kind = 'assigned'
"""
PAGE = """
SELECT p.id, p.created_at, p.item_id, i.key, n.pseudonym, w.name AS workforce, p.due_at, p.note,
    p.state, p.ended_at, x.state AS answered
FROM personal_task p JOIN item i ON i.id = p.item_id JOIN annotator n ON n.id = p.annotator_id
    JOIN workforce w ON w.id = n.workforce_id LEFT JOIN assignment x ON x.id = p.assignment_id
WHERE p.project_id = :project_id AND p.kind = 'assigned' AND p.id > :after
ORDER BY p.id LIMIT :limit
"""
OPEN_OF_ITEM = """
SELECT t.id, x.state AS own_state FROM task t LEFT JOIN assignment x
    ON x.annotator_id = :annotator_id AND x.item_id = t.item_id AND x.family = t.family
    AND x.pass_n = t.pass_n
WHERE t.item_id = :item_id AND t.state = 'open' AND t.family = 'answer' AND t.pass_n = 1
    AND t.kind IN ('label', 'audit')
FOR NO KEY UPDATE OF t
"""


def add(tx: Transaction, values: dict[str, Any]) -> int | None:
    """Keep a slot that was taken out of the queue; None where one is kept for them already."""
    found = tx.value(ADD, now=tx.now, **values)
    return None if found is None else int(found)


def set_flag(tx: Transaction, annotator_id: int, value: int) -> None:
    """Note whether a lease has to look for slots kept for this annotator."""
    tx.run(SET_FLAG, annotator_id=annotator_id, value=value)


def waiting(tx: Transaction, annotator_id: int, limit: int) -> list[Row]:
    """Return the tasks with a slot kept for an annotator, locked, the soonest due first."""
    return tx.rows(WAITING, annotator_id=annotator_id, limit=limit, now=tx.now)


def mark_leased(tx: Transaction, personal_id: int, assignment_id: int) -> None:
    """Note that a kept slot was leased to its annotator."""
    tx.run(LEASED, personal_id=personal_id, assignment_id=assignment_id)


def keep(tx: Transaction, assignment_id: int) -> int | None:
    """Keep the slot of a lease that ended unanswered for its annotator, and return who that is.

    None where it is kept for nobody, or its time is over: then it returns.
    """
    found = tx.row(KEEP, assignment_id=assignment_id, now=tx.now)
    return None if found is None or found.state != "waiting" else int(found.annotator_id)


def take_kept(tx: Transaction, assignment_id: int) -> bool:
    """Take the slot that is kept for an assignment whose lease has ended."""
    return tx.run(TAKE_KEPT, assignment_id=assignment_id) == 1


def held(tx: Transaction, annotator_id: int) -> dict[int, Row]:
    """Return what an annotator holds of slots that were kept for them, by assignment."""
    return {row.assignment_id: row for row in tx.rows(HELD, annotator_id=annotator_id)}


def due(tx: Transaction, limit: int) -> list[Row]:
    """Return kept slots of anybody whose time is over, oldest first."""
    return tx.rows(DUE, now=tx.now, limit=limit)


def end(tx: Transaction, personal_id: int, was: str, state: str) -> bool:
    """Move a kept slot to its last state; False where it is no longer what it was."""
    return tx.run(END, personal_id=personal_id, was=was, state=state, now=tx.now) == 1


def get(tx: Transaction, project_id: int, personal_id: int) -> Row | None:
    """Return a slot that a manager assigned."""
    return tx.row(GET, project_id=project_id, personal_id=personal_id)


def list_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return what managers assigned, with an id above `after`, oldest first."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def open_task_of(tx: Transaction, item_id: int, annotator_id: int) -> Row | None:
    """Return an item's open task, locked, and what an annotator has done with it before."""
    return tx.row(OPEN_OF_ITEM, item_id=item_id, annotator_id=annotator_id)
