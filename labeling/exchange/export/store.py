"""SQL of the export."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

FINISHED = """
SELECT i.id, i.seq, i.data, c.state, c.class_id, c.confidence, c.n_answers
FROM item i LEFT JOIN consensus c ON c.item_id = i.id AND c.question = :question
WHERE i.project_id = :project_id AND i.seq > :after ORDER BY i.seq LIMIT :limit
"""
FINISHED_ONE = """
SELECT i.id, i.seq, i.data, c.state, c.class_id, c.confidence, c.n_answers
FROM item i LEFT JOIN consensus c ON c.item_id = i.id AND c.question = :question
WHERE i.id = :item_id
"""


def finished_page(
    tx: Transaction, project_id: int, question: str, after: int, limit: int
) -> list[Row]:
    """Return items with a `seq` above `after`, each with what is believed about it."""
    return tx.rows(FINISHED, project_id=project_id, question=question, after=after, limit=limit)


def finished_item(tx: Transaction, item_id: int, question: str) -> Row:
    """Return one item with what is believed about it."""
    return tx.rows(FINISHED_ONE, item_id=item_id, question=question)[0]
