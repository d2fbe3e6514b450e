"""SQL of pauses and appeals."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

MISSES_OF = """
SELECT r.gold_id, r.assignment_id, r.annotation_id FROM gold_result r
    JOIN gold g ON g.id = r.gold_id
WHERE r.annotator_id = :annotator_id AND r.use = 'gold' AND r.outcome = 'wrong'
    AND g.state = 'active'
    AND NOT EXISTS (SELECT 1 FROM gold_result s
        WHERE s.assignment_id = r.assignment_id AND s.n > r.n)
ORDER BY r.annotator_id DESC, r.id DESC LIMIT :limit
"""
ADD_PAUSE = """
INSERT INTO gold_pause (project_id, created_at, annotator_id, n, n_right, low, high, bar, examples)
VALUES (:project_id, :now, :annotator_id, :n, :n_right, :low, :high, :bar, :examples)
ON CONFLICT DO NOTHING RETURNING id
"""
PAUSE = """
SELECT id, created_at, annotator_id, n, n_right, low, high, bar, examples FROM gold_pause
WHERE annotator_id = :annotator_id AND ended_at IS NULL
"""
END_PAUSE = """
UPDATE gold_pause SET ended_at = :now, end_cause = :cause
WHERE annotator_id = :annotator_id AND ended_at IS NULL
"""
EXAMPLE = """
SELECT i.data, n.result, g.answers, g.reason FROM annotation n JOIN item i ON i.id = n.item_id
    JOIN gold g ON g.id = :gold_id
WHERE n.id = :annotation_id
"""
ADD_APPEAL = """
INSERT INTO gold_appeal (project_id, created_at, annotator_id, pause_id, body)
VALUES (:project_id, :now, :annotator_id, :pause_id, :body) ON CONFLICT DO NOTHING RETURNING id
"""
APPEAL = """
SELECT p.id, p.project_id, p.created_at, p.annotator_id, p.pause_id, p.body, p.decided_at,
    p.decision, p.note, n.pseudonym, n.state
FROM gold_appeal p JOIN annotator n ON n.id = p.annotator_id
"""
LAST_APPEAL = APPEAL + "WHERE p.annotator_id = :annotator_id ORDER BY p.id DESC LIMIT 1"
GET_APPEAL = APPEAL + "WHERE p.id = :appeal_id AND p.project_id = :project_id"
APPEALS = APPEAL + "WHERE p.project_id = :project_id AND p.id > :after ORDER BY p.id LIMIT :limit"
DECIDE_APPEAL = """
UPDATE gold_appeal SET decided_at = :now, decision = :decision, note = :note, decided_by = :by
WHERE id = :appeal_id AND decided_at IS NULL
"""


def misses_of(tx: Transaction, annotator_id: int, limit: int) -> list[Row]:
    """Return an annotator's newest misses of active gold."""
    return tx.rows(MISSES_OF, annotator_id=annotator_id, limit=limit)


def add_pause(tx: Transaction, values: dict[str, Any], examples: Sequence[dict[str, int]]) -> bool:
    """Add a pause with its evidence; False where one is live."""
    found = tx.value(ADD_PAUSE, now=tx.now, examples=json.dumps(list(examples)), **values)
    return found is not None


def pause(tx: Transaction, annotator_id: int) -> Row | None:
    """Return an annotator's live pause."""
    return tx.row(PAUSE, annotator_id=annotator_id)


def end_pause(tx: Transaction, annotator_id: int, cause: str) -> bool:
    """End an annotator's live pause; False where there is none."""
    return tx.run(END_PAUSE, annotator_id=annotator_id, cause=cause, now=tx.now) == 1


def example(tx: Transaction, gold_id: int, annotation_id: int) -> Row:
    """Return an item, what was answered, what was right, and why."""
    return tx.rows(EXAMPLE, gold_id=gold_id, annotation_id=annotation_id)[0]


def add_appeal(tx: Transaction, values: dict[str, Any]) -> int | None:
    """Add an appeal and return its id; None where one is undecided."""
    found = tx.value(ADD_APPEAL, now=tx.now, **values)
    return None if found is None else int(found)


def last_appeal(tx: Transaction, annotator_id: int) -> Row | None:
    """Return an annotator's newest appeal."""
    return tx.row(LAST_APPEAL, annotator_id=annotator_id)


def get_appeal(tx: Transaction, project_id: int, appeal_id: int) -> Row | None:
    """Return an appeal of a project."""
    return tx.row(GET_APPEAL, project_id=project_id, appeal_id=appeal_id)


def appeals_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return appeals with an id above `after`."""
    return tx.rows(APPEALS, project_id=project_id, after=after, limit=limit)


def decide_appeal(tx: Transaction, appeal_id: int, **values: Any) -> bool:
    """Write the decision on an appeal; False where it was decided before."""
    return tx.run(DECIDE_APPEAL, appeal_id=appeal_id, now=tx.now, **values) == 1
