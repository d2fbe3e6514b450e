"""SQL of what files say beside their items."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

COLUMNS: Final = (
    "project_id",
    "created_at",
    "job_id",
    "item_id",
    "annotator_id",
    "question",
    "class_id",
    "score",
    "source",
)
KNOWN: Final = """
SELECT item_id FROM prediction
WHERE annotator_id = :annotator_id AND question = :question AND item_id
"""
KNOWN_SQLITE: Final = KNOWN + "IN (SELECT value FROM json_each(:ids))"  # noqa: S608 - two constants
KNOWN_POSTGRES: Final = KNOWN + "= ANY(:ids)"
PAGE: Final = """
SELECT p.id, p.created_at, i.key, i.split, p.annotator_id, p.question, c.key AS label,
    p.score, p.source
FROM prediction p JOIN item i ON i.id = p.item_id LEFT JOIN label_class c ON c.id = p.class_id
WHERE p.project_id = :project_id AND p.id > :after ORDER BY p.id LIMIT :limit
"""
# Who holds the question may still answer it; nobody else is asked about an item that was replaced.
WITHDRAW: Final = """
UPDATE task SET state = 'withdrawn', is_open = (1 = 0), close_reason = 'its item was replaced',
    closed_at = :now
WHERE item_id = :item_id AND state = 'open'
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = task.id)
"""
ITEM_STATE: Final = "SELECT state FROM item WHERE id = :item_id FOR NO KEY UPDATE"


def known_of(
    tx: Transaction, annotator_id: int, question: str, item_ids: Sequence[int]
) -> set[int]:
    """Return which of these items an annotator's prediction is known of."""
    if tx.dialect == "sqlite":
        ids: Any = json.dumps(item_ids)
        rows = tx.rows(KNOWN_SQLITE, annotator_id=annotator_id, question=question, ids=ids)
    else:
        ids = list(item_ids)
        rows = tx.rows(KNOWN_POSTGRES, annotator_id=annotator_id, question=question, ids=ids)
    return {int(row.item_id) for row in rows}


def add_all(tx: Transaction, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add predictions; each row holds the values of `COLUMNS`."""
    tx.insert_many("prediction", COLUMNS, rows)


def page(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return predictions with an id above `after`."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def withdraw_untouched(tx: Transaction, item_id: int) -> None:
    """Withdraw the open tasks of an item that nobody ever held."""
    tx.run(WITHDRAW, item_id=item_id, now=tx.now)


def lock_item(tx: Transaction, item_id: int) -> str:
    """Return an item's state, locked."""
    return str(tx.value(ITEM_STATE, item_id=item_id))
