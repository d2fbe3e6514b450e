"""SQL of known answers: the items, the stock, and what refills it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.database import labelled

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

COLUMNS: Final = """
    g.id, g.project_id, g.created_at, g.item_id, g.task_id, g.use, g.state, g.state_reason,
    g.answers, g.reason, g.source, g.difficulty, g.n_answers, g.n_missed, g.sets_truth,
    g.recount_after, g.said
"""
GOLD = f"SELECT {COLUMNS} FROM gold g "  # noqa: S608 - names from the code
ADD = """
INSERT INTO gold (project_id, created_at, item_id, use, state, answers, reason, source, shuffle,
    difficulty, n_answers, n_missed, said, is_dirty, sets_truth)
VALUES (:project_id, :now, :item_id, :use, :state, :answers, :reason, :source, :shuffle,
    :difficulty, 0, 0, '{}', (1 = 0), (1 = 0)) RETURNING id
"""
ADD_TASK = """
INSERT INTO task (project_id, created_at, item_id, schema_version, kind, family, pass_n, reason,
    priority, wanted, wanted_most, open_slots, is_open, state)
VALUES (:project_id, :now, :item_id, :schema_version, :kind, 'answer', 1, '{}', 0, 0, 0, 0,
    (1 = 0), 'standing') RETURNING id
"""
RETIRE_TASK = """
UPDATE task SET state = 'withdrawn', close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'standing'
"""
SET_STATE = """
UPDATE gold SET state = :state, state_reason = :reason, task_id = :task_id,
    sets_truth = :sets_truth, recount_after = :recount_after, is_dirty = (1 = 0)
WHERE id = :gold_id
"""
SET_TASK = "UPDATE gold SET task_id = :task_id WHERE id = :gold_id"
LOCK_TASK_OF = """
SELECT t.id FROM task t JOIN gold g ON g.task_id = t.id WHERE g.id = :gold_id
FOR NO KEY UPDATE OF t
"""
LOCK = GOLD + "WHERE g.id = :gold_id FOR NO KEY UPDATE"
OF_ITEM = GOLD + "WHERE g.item_id = :item_id ORDER BY g.id DESC LIMIT 1"
LOOK_UP = f"""
SELECT {labelled("gold", COLUMNS)}, {labelled("consensus", "c.item_id, c.class_id, c.pinned")}
FROM gold g LEFT JOIN consensus c ON c.item_id = g.item_id AND c.question = :question
WHERE g.item_id = :item_id ORDER BY g.id DESC LIMIT 1 FOR NO KEY UPDATE OF g
"""  # noqa: S608 - names from the code
PAGE = """
SELECT g.id, g.created_at, i.key, g.use, g.state, g.state_reason, g.answers, g.reason, g.source,
    g.difficulty, g.n_answers, g.n_missed, g.said
FROM gold g JOIN item i ON i.id = g.item_id
WHERE g.project_id = :project_id AND g.id > :after ORDER BY g.id LIMIT :limit
"""
ONE = """
SELECT g.id, g.created_at, i.key, g.use, g.state, g.state_reason, g.answers, g.reason, g.source,
    g.difficulty, g.n_answers, g.n_missed, g.said
FROM gold g JOIN item i ON i.id = g.item_id
WHERE g.id = :gold_id
"""
ADD_STOCK = """
INSERT INTO gold_stock (project_id, seed, revision, refill_after, queue_mix, checked_at)
VALUES (:project_id, :seed, 0, 0, '{}', 0) ON CONFLICT (project_id) DO NOTHING
"""
STOCK = """
SELECT project_id, seed, revision, refill_after, queue_mix, checked_at FROM gold_stock
WHERE project_id = :project_id
"""
STOCKS_DUE = """
SELECT project_id, seed, revision, refill_after, queue_mix, checked_at FROM gold_stock
WHERE checked_at < :before ORDER BY checked_at LIMIT :limit
"""
GROW = "UPDATE gold_stock SET revision = revision + 1 WHERE project_id = :project_id"
CHECKED = """
UPDATE gold_stock SET refill_after = :refill_after, queue_mix = :queue_mix, checked_at = :now
WHERE project_id = :project_id
"""
COUNT_RESULT = """
UPDATE gold SET n_answers = n_answers + :n, n_missed = n_missed + :missed,
    is_dirty = (is_dirty OR :is_dirty)
WHERE id = :gold_id
"""
SET_SAID = "UPDATE gold SET said = :said WHERE id = :gold_id"
DIRTY_GOLD = "SELECT id, project_id FROM gold WHERE is_dirty ORDER BY id LIMIT :limit"
RECOUNTS = (
    GOLD
    + "WHERE g.recount_after IS NOT NULL ORDER BY g.id LIMIT :limit "
    + "FOR NO KEY UPDATE OF g SKIP LOCKED"
)
SET_RECOUNT = "UPDATE gold SET recount_after = :after WHERE id = :gold_id"
CLEAN_GOLD = "UPDATE gold SET is_dirty = (1 = 0) WHERE id = :gold_id"
IN_SERVICE = """
SELECT id, answers FROM gold
WHERE project_id = :project_id AND use = 'gold' AND state = 'active' AND n_answers > 0
ORDER BY id DESC LIMIT :limit
"""
SETTLED_SINCE = """
SELECT e.id, e.item_id, e.class_id FROM consensus_event e
WHERE e.id > :after AND e.project_id = :project_id AND e.to_state IN ('accepted', 'disputed')
ORDER BY e.id LIMIT :limit
"""
FIT_FOR_GOLD = """
SELECT c.item_id, c.class_id, c.n_answers, c.pinned, i.split
FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND c.state = 'accepted'
    AND c.item_id > :after
ORDER BY c.item_id LIMIT :limit
"""


def add(tx: Transaction, values: dict[str, Any]) -> int:
    """Add a known item and return its id; `values` holds the columns of `ADD`."""
    return int(tx.value(ADD, now=tx.now, **values))


def add_task(tx: Transaction, project: Row, item_id: int, kind: str) -> int:
    """Add the standing task under which a known item is served; it is never in the queue."""
    return int(
        tx.value(
            ADD_TASK,
            project_id=project.id,
            now=tx.now,
            item_id=item_id,
            schema_version=project.schema_version,
            kind=kind,
        )
    )


def retire_task(tx: Transaction, task_id: int, reason: str) -> None:
    """End a standing task; who holds it may still answer."""
    tx.run(RETIRE_TASK, task_id=task_id, reason=reason, now=tx.now)


def set_state(tx: Transaction, gold_id: int, state: str, **values: Any) -> None:
    """Write state, reason, task, truth mark and recount position of a known item."""
    tx.run(SET_STATE, gold_id=gold_id, state=state, **values)


def set_task(tx: Transaction, gold_id: int, task_id: int) -> None:
    """Serve a known item under another standing task from now on."""
    tx.run(SET_TASK, gold_id=gold_id, task_id=task_id)


def lock(tx: Transaction, gold_id: int) -> Row | None:
    """Return a known item, locked until the transaction ends; its task first, as a submit does."""
    tx.rows(LOCK_TASK_OF, gold_id=gold_id)
    return tx.row(LOCK, gold_id=gold_id)


def of_item(tx: Transaction, item_id: int) -> Row | None:
    """Return the newest known answers of an item."""
    return tx.row(OF_ITEM, item_id=item_id)


def look_up(tx: Transaction, item_id: int, question: str) -> tuple[Row, Row | None]:
    """Return the newest known answers of an item, locked, and what is believed of it beside."""
    found = tx.joined(LOOK_UP, item_id=item_id, question=question)[0]
    return found["gold"], None if found["consensus"].item_id is None else found["consensus"]


def get_page_row(tx: Transaction, gold_id: int) -> Row:
    """Return a known item as the list shows it."""
    return tx.rows(ONE, gold_id=gold_id)[0]


def list_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return known items with an id above `after`, with their items' keys."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def add_stock(tx: Transaction, project_id: int, seed: str) -> None:
    """Begin a project's stock; a second time changes nothing."""
    tx.run(ADD_STOCK, project_id=project_id, seed=seed)


def stock(tx: Transaction, project_id: int) -> Row | None:
    """Return a project's stock."""
    return tx.row(STOCK, project_id=project_id)


def stocks_due(tx: Transaction, before: int, limit: int) -> list[Row]:
    """Return stocks that were last looked at before a time, the oldest first."""
    return tx.rows(STOCKS_DUE, before=before, limit=limit)


def grow(tx: Transaction, project_id: int) -> None:
    """Note that a stock has something new, so that those who ran out look again."""
    tx.run(GROW, project_id=project_id)


def mark_checked(
    tx: Transaction, project_id: int, *, refill_after: int, queue_mix: dict[str, Any]
) -> None:
    """Write how far a refill has read the settled items, and what the queue has been like."""
    tx.run(
        CHECKED,
        project_id=project_id,
        refill_after=refill_after,
        queue_mix=json.dumps(queue_mix),
        now=tx.now,
    )


def count_result(tx: Transaction, gold_id: int, *, n: int, missed: int, is_dirty: bool) -> None:
    """Move a known item's counts; a dirty one is looked at for doubt."""
    tx.later(COUNT_RESULT, gold_id=gold_id, n=n, missed=missed, is_dirty=is_dirty)


def set_said(tx: Transaction, gold_id: int, said: str) -> None:
    """Write what people say of a known item: a posterior as JSON."""
    tx.run(SET_SAID, gold_id=gold_id, said=said)


def list_in_service(tx: Transaction, project_id: int, limit: int) -> list[Row]:
    """Return the newest gold in service that somebody has answered: id, right answers."""
    return tx.rows(IN_SERVICE, project_id=project_id, limit=limit)


def dirty_gold(tx: Transaction, limit: int) -> list[Row]:
    """Return gold items with new answers."""
    return tx.rows(DIRTY_GOLD, limit=limit)


def recounts(tx: Transaction, limit: int) -> list[Row]:
    """Return known items that left service and whose scores are being corrected, locked."""
    return tx.rows(RECOUNTS, limit=limit)


def set_recount(tx: Transaction, gold_id: int, after: int | None) -> None:
    """Remember how far the records have been corrected; None at the end."""
    tx.run(SET_RECOUNT, gold_id=gold_id, after=after)


def clean_gold(tx: Transaction, gold_id: int) -> None:
    """Note that a gold item has been looked at."""
    tx.run(CLEAN_GOLD, gold_id=gold_id)


def settled_since(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return events by which items were settled after an event, oldest first."""
    return tx.rows(SETTLED_SINCE, project_id=project_id, after=after, limit=limit)


def accepted_after(
    tx: Transaction, project_id: int, question: str, after: int, limit: int
) -> list[Row]:
    """Return accepted beliefs of items with an id above `after`."""
    return tx.rows(FIT_FOR_GOLD, project_id=project_id, question=question, after=after, limit=limit)
