"""SQL of the queue: constant statements, the hot path of every lease and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.tasks import cursors
from labeling.tasks.cursors import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from labeling.database import Row, Transaction

LABEL: Final = "label"
AUDIT: Final = "audit"
"""A question whose answer is compared with a model's; to whoever is asked it is like any other."""
ASKED: Final = frozenset({LABEL, AUDIT})
"""Kinds of tasks whose answers make an item's consensus."""
ADD = """
INSERT INTO task (project_id, created_at, item_id, schema_version, kind, family, pass_n, reason,
    priority, wanted,
    wanted_most, open_slots, is_open, workforce_id, tier, needs, is_easy, state)
VALUES (:project_id, :now, :item_id, :schema_version, :kind, 'answer', 1, :reason, :priority,
    :wanted,
    :wanted_most, :wanted, :is_open, :workforce_id, :tier, :needs, :is_easy, 'open')
ON CONFLICT DO NOTHING RETURNING id, item_id, priority
"""
OPEN_COUNT = """
SELECT COUNT(*) FROM (SELECT 1 FROM task WHERE project_id = :project_id AND is_open LIMIT :most) AS
    found
"""
TASK_COLUMNS: Final = """
    t.id, t.project_id, t.item_id, t.schema_version, t.kind, t.family, t.pass_n, t.wanted,
    t.wanted_most, t.open_slots, t.state, t.close_reason, t.workforce_id, t.skips_counted,
    t.doubted_at, t.tier, t.needs, t.priority
"""
GET = f"SELECT {TASK_COLUMNS} FROM task t WHERE t.id = :task_id"  # noqa: S608 - names from the code
LOCK = GET + " FOR NO KEY UPDATE"
OF_ITEM = """
SELECT id AS task_id, created_at, kind, family, state, close_reason, wanted, reason FROM task
WHERE item_id = :item_id ORDER BY id DESC LIMIT 1000
"""
REASON = "SELECT reason FROM task WHERE id = :task_id"
MOVE_UP = """
UPDATE task SET tier = :tier, reason = :reason, wanted = wanted + :slots,
    open_slots = open_slots + :slots, is_open = (state = 'open'),
    wanted_most = CASE WHEN wanted_most < wanted + :slots THEN wanted + :slots ELSE wanted_most END
WHERE id = :task_id RETURNING project_id, priority, id
"""
TAKE_SLOT = """
UPDATE task SET open_slots = open_slots - 1, is_open = (open_slots > 1 AND state = 'open')
WHERE id = :task_id AND open_slots > 0 AND state IN ('open', 'standing')
"""
# Of a task that is locked and open: were there no slot, the table's own check would refuse it.
TAKE_LOCKED = """
UPDATE task SET open_slots = open_slots - 1, is_open = (open_slots > 1 AND state = 'open')
WHERE id = :task_id
"""
RETURN_SLOT = """
UPDATE task SET open_slots = open_slots + 1, is_open = (state = 'open' AND family = 'answer')
WHERE id = :task_id RETURNING project_id, priority, id
"""
HOLD_SLOTS = """
UPDATE task SET open_slots = open_slots - :slots, is_open = (open_slots > :slots AND state = 'open')
WHERE id = :task_id AND open_slots >= :slots
"""
RETURN_SLOTS = """
UPDATE task SET open_slots = open_slots + :slots, is_open = (state = 'open') WHERE id = :task_id
RETURNING project_id, priority, id
"""
WAS_HELD = "SELECT id FROM assignment WHERE task_id = :task_id LIMIT 1"
WITHDRAW_ONE = """
UPDATE task SET state = 'withdrawn', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'open'
"""
WIDEN = """
UPDATE task SET wanted = wanted + 1, open_slots = open_slots + 1, is_open = (1 = 1)
WHERE id = :task_id AND state = 'open'
"""
CLOSE = """
UPDATE task SET state = 'closed', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'open'
"""
# An item has one open task of a family and a pass: asked anew, its older task stays shut.
REOPEN = """
UPDATE task SET state = 'open', is_open = (open_slots > 0), close_reason = NULL, closed_at = NULL
WHERE id = :task_id AND NOT EXISTS (
    SELECT 1 FROM task o WHERE o.item_id = task.item_id AND o.family = task.family
        AND o.pass_n = task.pass_n AND o.state = 'open' AND o.id <> task.id)
RETURNING project_id, priority, id
"""
ASK_AGAIN = """
UPDATE task SET state = 'open', is_open = (1 = 1), wanted = wanted + 1, open_slots = open_slots + 1,
    wanted_most = CASE WHEN wanted_most > wanted THEN wanted_most ELSE wanted + 1 END,
    priority = :priority, reason = :reason, close_reason = NULL, closed_at = NULL,
    workforce_id = NULL
WHERE id = :task_id AND state = 'closed' AND NOT EXISTS (
    SELECT 1 FROM task o WHERE o.item_id = task.item_id AND o.family = task.family
        AND o.pass_n = task.pass_n AND o.state = 'open' AND o.id <> task.id)
RETURNING project_id, priority, id
"""
GIVE_UP = """
UPDATE task SET state = 'closed', is_open = (1 = 0), wanted = wanted - 1,
    open_slots = open_slots - 1, close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'open' AND open_slots > 0 AND wanted > 1 AND NOT EXISTS (
    SELECT 1 FROM assignment a WHERE a.task_id = task.id AND a.state = 'leased')
"""
OPEN_TO_ALL = """
UPDATE task SET workforce_id = NULL WHERE id IN (
    SELECT id FROM task WHERE project_id = :project_id AND is_open AND workforce_id IS NOT NULL
        AND created_at <= :before
    ORDER BY priority DESC, id DESC LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED)
RETURNING project_id, priority, id
"""
SET_ASIDE = """
UPDATE task SET state = 'set_aside', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state IN ('open', 'closed')
"""
ASIDE_OF_ITEM = """
SELECT id FROM task WHERE item_id = :item_id AND state = 'set_aside' AND family = 'answer'
    AND pass_n = 1
ORDER BY id DESC LIMIT 1
"""
COUNT_SKIP = "UPDATE task SET skips_counted = skips_counted + :step WHERE id = :task_id"
DOUBT = "UPDATE task SET doubted_at = :now WHERE id = :task_id"
CLOSED_OF_ITEM = """
SELECT id FROM task WHERE item_id = :item_id AND state = 'closed' AND family = 'answer'
    AND pass_n = 1 AND kind IN ('label', 'audit')
ORDER BY id DESC LIMIT 1
"""
WITHDRAW = """
UPDATE task SET state = 'withdrawn', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id IN (
    SELECT t.id FROM task t JOIN item i ON i.id = t.item_id
    WHERE t.project_id = :project_id AND t.is_open AND t.open_slots = t.wanted AND i.split = 'train'
        AND t.kind = 'label'
        AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = t.id)
    ORDER BY t.priority, t.id LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED)
RETURNING item_id
"""


def add_all(tx: Transaction, project: Row, tasks: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Open tasks on items; return the new ones by item, without those that had an open one.

    Each holds the parameters of `ADD` but for the project's, the time and the state.
    """
    shared = {
        "project_id": project.id,
        "schema_version": project.schema_version,
        "now": tx.now,
        "is_open": True,
    }
    added = tx.insert_rows(ADD, [{**task, **shared} for task in tasks])
    for row in added:
        cursors.move_back(tx, project.id, Place(row.priority, row.id))
    return {int(row.item_id): int(row.id) for row in added}


def _free(tx: Transaction, sql: str, **params: Any) -> bool:
    """Open a task to the queue, also for those whose search is past it; False where none was."""
    found = tx.rows(sql, **params)
    for row in found:
        cursors.move_back(tx, row.project_id, Place(row.priority, row.id))
    return bool(found)


def open_to_all(tx: Transaction, project_id: int, before: int, limit: int) -> bool:
    """Open tasks that were for one workforce and are older to anybody; False where none was."""
    return _free(tx, OPEN_TO_ALL, project_id=project_id, before=before, limit=limit)


def count_open(tx: Transaction, project_id: int, most: int) -> int:
    """Return how many tasks have open slots, counted up to `most`."""
    return int(tx.value(OPEN_COUNT, project_id=project_id, most=most))


def get(tx: Transaction, task_id: int) -> Row:
    """Return a task."""
    return tx.rows(GET, task_id=task_id)[0]


def lock(tx: Transaction, task_id: int) -> Row:
    """Return a task, locked until the end of the transaction."""
    return tx.rows(LOCK, task_id=task_id)[0]


def reason_of(tx: Transaction, task_id: int) -> str:
    """Return why a task was opened, as JSON."""
    return str(tx.value(REASON, task_id=task_id))


def list_of_item(tx: Transaction, item_id: int) -> list[Row]:
    """Return an item's tasks with why each was opened (JSON), newest first."""
    return tx.rows(OF_ITEM, item_id=item_id)


def move_up(tx: Transaction, task_id: int, *, tier: int, slots: int, reason: str) -> None:
    """Hand a task to another tier with slots for it."""
    _free(tx, MOVE_UP, task_id=task_id, tier=tier, slots=slots, reason=reason)


def take_slot(tx: Transaction, task_id: int) -> bool:
    """Take one slot of an open task; False where there is none."""
    return tx.run(TAKE_SLOT, task_id=task_id) == 1


def take_locked_slot(tx: Transaction, task_id: int) -> None:
    """Take a slot of a task that this transaction has found open and locked."""
    tx.later(TAKE_LOCKED, task_id=task_id)


def return_slot(tx: Transaction, task_id: int) -> None:
    """Give a slot back; a closed task stays closed."""
    _free(tx, RETURN_SLOT, task_id=task_id)


def hold_slots(tx: Transaction, task_id: int, slots: int) -> bool:
    """Take slots out of the queue for a work order or a person; False where it has fewer."""
    return tx.run(HOLD_SLOTS, task_id=task_id, slots=slots) == 1


def return_slots(tx: Transaction, task_id: int, slots: int) -> None:
    """Give slots of a work order to the queue; a closed task stays closed."""
    _free(tx, RETURN_SLOTS, task_id=task_id, slots=slots)


def was_held(tx: Transaction, task_id: int) -> bool:
    """Return whether anybody was ever given a task."""
    return tx.row(WAS_HELD, task_id=task_id) is not None


def withdraw_one(tx: Transaction, task_id: int, reason: str) -> None:
    """Withdraw one open task."""
    tx.run(WITHDRAW_ONE, task_id=task_id, reason=reason, now=tx.now)


def widen(tx: Transaction, task: Row) -> None:
    """Ask for one more judgment of an open task."""
    tx.later(WIDEN, task_id=task.id)
    cursors.move_back(tx, task.project_id, Place(task.priority, task.id))


def close(tx: Transaction, task_id: int, reason: str) -> None:
    """Close a task; closing twice changes nothing."""
    tx.later(CLOSE, task_id=task_id, reason=reason, now=tx.now)


def reopen(tx: Transaction, task_id: int) -> bool:
    """Open a task again with the slots it has; False where its item is asked anew meanwhile."""
    return _free(tx, REOPEN, task_id=task_id)


def ask_again(tx: Transaction, task_id: int, *, priority: int, reason: str) -> bool:
    """Open a closed task for one more judgment; False where its item is asked already."""
    return _free(tx, ASK_AGAIN, task_id=task_id, priority=priority, reason=reason)


def give_up(tx: Transaction, task_id: int, reason: str) -> bool:
    """Close a task whose last slot nobody has taken; False where somebody has."""
    return tx.run(GIVE_UP, task_id=task_id, reason=reason, now=tx.now) == 1


def set_aside(tx: Transaction, task_id: int, reason: str) -> bool:
    """Take a task out of the queue; False where it is no longer open or closed."""
    return tx.run(SET_ASIDE, task_id=task_id, reason=reason, now=tx.now) == 1


def aside_of_item(tx: Transaction, item_id: int) -> int | None:
    """Return the task with which an item was set aside."""
    found = tx.value(ASIDE_OF_ITEM, item_id=item_id)
    return None if found is None else int(found)


def closed_of_item(tx: Transaction, item_id: int) -> int | None:
    """Return the newest closed task of an item's first asking."""
    found = tx.value(CLOSED_OF_ITEM, item_id=item_id)
    return None if found is None else int(found)


def count_skip(tx: Transaction, task_id: int, step: int) -> None:
    """Add or take back a skip that holds a slot as an opinion."""
    tx.run(COUNT_SKIP, task_id=task_id, step=step)


def doubt(tx: Transaction, task_id: int) -> None:
    """Note that a full fit has reopened a task; it does so once."""
    tx.run(DOUBT, task_id=task_id, now=tx.now)


def withdraw(tx: Transaction, project_id: int, limit: int, reason: str) -> list[int]:
    """Withdraw the least urgent training tasks that nobody ever held; return their items."""
    return [
        row.item_id
        for row in tx.rows(WITHDRAW, project_id=project_id, limit=limit, reason=reason, now=tx.now)
    ]
