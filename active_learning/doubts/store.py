"""SQL of what can be doubted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

SPLITS: Final = ("train", "test")
"""Those of which a round of selection, and so a feature file, knows the items."""
ACCEPTED = """
SELECT i.id AS item_id, i.key, c.class_id, c.confidence, c.pinned,
    EXISTS (SELECT 1 FROM task t WHERE t.item_id = i.id AND t.family = 'review'
        AND t.state = 'open') AS in_review
FROM (
    SELECT id, key, shuffle FROM item
    WHERE project_id = :project_id AND split = :split AND state = 'settled'
    ORDER BY shuffle LIMIT :limit
) AS i JOIN consensus c ON c.item_id = i.id AND c.question = :question
WHERE c.state = 'accepted' AND c.n_answers > 0 AND c.class_id IS NOT NULL ORDER BY i.shuffle
"""


def accepted(tx: Transaction, project_id: int, question: str, split: str, limit: int) -> list[Row]:
    """Return accepted items of a split that people answered, in the pool's random order."""
    return tx.rows(ACCEPTED, project_id=project_id, question=question, split=split, limit=limit)
