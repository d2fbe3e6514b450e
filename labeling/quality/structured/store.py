"""SQL of the answers that are combined: what counts is a vote, what was said is its annotation."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

ANSWERS = """
SELECT v.item_id, v.annotation_id, v.annotator_id, n.result
FROM vote v JOIN annotation n ON n.id = v.annotation_id
WHERE v.project_id = :project_id AND v.question = :question AND v.item_id = :item_id
ORDER BY v.annotation_id
"""
# What a model answers teaches nothing: nobody has proven it, and it weighs as a stranger does.
NEWEST = """
SELECT v.item_id, v.annotation_id, v.annotator_id, n.result
FROM vote v JOIN annotation n ON n.id = v.annotation_id
    JOIN annotator a ON a.id = v.annotator_id JOIN workforce w ON w.id = a.workforce_id
WHERE v.project_id = :project_id AND v.question = :question AND v.item_id < :before
    AND w.kind <> 'model'
ORDER BY v.item_id DESC, v.annotation_id LIMIT :limit
"""


ASK = """
INSERT INTO fusing (item_id, question, project_id, task_id, n, cause)
VALUES (:item_id, :question, :project_id, :task_id, 1, :cause)
ON CONFLICT (item_id, question) DO UPDATE
SET task_id = excluded.task_id, n = fusing.n + 1, cause = excluded.cause
"""
ASKED = """
SELECT f.item_id, f.question, f.project_id, f.task_id, f.n, f.cause, i.split
FROM fusing f JOIN item i ON i.id = f.item_id ORDER BY f.project_id, f.item_id LIMIT :limit
"""
ASK_ALL = """
INSERT INTO fusing (item_id, question, project_id, task_id, n, cause)
SELECT c.item_id, c.question, c.project_id, MAX(t.id), 1, :cause
FROM consensus c JOIN task t ON t.item_id = c.item_id AND t.family = 'answer' AND t.pass_n = 1
    AND t.kind IN ('label', 'audit') AND t.state <> 'withdrawn'
WHERE c.project_id = :project_id AND c.question = :question AND c.item_id > :after
    AND c.item_id <= :until AND c.n_answers > 1 AND NOT c.pinned
GROUP BY c.item_id, c.question, c.project_id
ON CONFLICT (item_id, question) DO NOTHING
"""
UNTIL = """
SELECT MAX(item_id) FROM (
    SELECT item_id FROM consensus
    WHERE project_id = :project_id AND question = :question AND item_id > :after
    ORDER BY item_id LIMIT :limit) AS part
"""
DONE = "DELETE FROM fusing WHERE item_id = :item_id AND question = :question AND n = :n"
SKILLS = """
SELECT annotator_id, weight FROM annotator_skill
WHERE project_id = :project_id AND question = :question AND weight > 0
"""


DATA = "SELECT id, data FROM item WHERE id = ANY(:ids)"
PARAMS = """
SELECT params FROM truth_fit WHERE project_id = :project_id AND question = :question
ORDER BY n DESC LIMIT 1
"""


class Answer(NamedTuple):
    """One counted answer to an item's question, as Label Studio writes it."""

    item_id: int
    annotation_id: int
    annotator_id: int
    result: list[dict[str, Any]]


def answers_of(tx: Transaction, project_id: int, question: str, item_id: int) -> list[Answer]:
    """Return the counted answers to an item's question, oldest first."""
    params = {"project_id": project_id, "question": question, "item_id": item_id}
    return [
        Answer(row.item_id, row.annotation_id, row.annotator_id, json.loads(row.result))
        for row in tx.rows(ANSWERS, **params)
    ]


def newest_answers(
    tx: Transaction, project_id: int, question: str, before: int, limit: int
) -> list[Answer]:
    """Return counted answers of items below `before`, newest first; the last item may be cut."""
    params = {"project_id": project_id, "question": question, "before": before, "limit": limit}
    return [
        Answer(row.item_id, row.annotation_id, row.annotator_id, json.loads(row.result))
        for row in tx.rows(NEWEST, **params)
    ]


def objects_of(
    tx: Transaction, answers: Sequence[Answer], fields: tuple[str, str]
) -> dict[int, list[str]]:
    """Return the two objects that each answered item compares, left and right, as their JSON."""
    ids = sorted({one.item_id for one in answers})
    read = ((row.id, json.loads(row.data)) for row in tx.rows(DATA, ids=tx.listed(ids)))
    return {
        item_id: [json.dumps(data.get(field), sort_keys=True) for field in fields]
        for item_id, data in read
    }


def last_learned(tx: Transaction, project_id: int, question: str) -> dict[str, Any] | None:
    """Return what the last full fit learned of people beside their skills; None: nothing."""
    params = tx.value(PARAMS, project_id=project_id, question=question)
    found: dict[str, Any] | None = json.loads(params).get("learned") if params else None
    return found


def ask_all(
    tx: Transaction, project_id: int, question: str, after: int, limit: int, cause: str
) -> int | None:
    """Ask for the next items above `after` to be combined anew; return the last, None at the end.

    What a review has decided stays, and what one person answered is what they answered.
    """
    params = {"project_id": project_id, "question": question, "after": after}
    until = tx.value(UNTIL, limit=limit, **params)
    if until is None:
        return None
    tx.run(ASK_ALL, until=until, cause=cause, **params)
    return int(until)


def ask(
    tx: Transaction, project_id: int, question: str, *, item_id: int, task_id: int, cause: str
) -> None:
    """Ask for an item's answers to be combined, because of what has just changed."""
    tx.later(
        ASK,
        project_id=project_id,
        question=question,
        item_id=item_id,
        task_id=task_id,
        cause=cause,
    )


def list_asked(tx: Transaction, limit: int) -> list[Row]:
    """Return items whose answers are to be combined, a project's together."""
    return tx.rows(ASKED, limit=limit)


def end(tx: Transaction, asked: Row) -> bool:
    """Take an item off the list; False where its answers have changed since it was read."""
    return tx.run(DONE, item_id=asked.item_id, question=asked.question, n=asked.n) == 1


def skills(tx: Transaction, project_id: int, question: str) -> dict[int, float]:
    """Return how alike each annotator's answers were to the combined ones at the last full fit."""
    rows = tx.rows(SKILLS, project_id=project_id, question=question)
    return {row.annotator_id: row.weight for row in rows}
