"""SQL of what sets releases off and of what they wait for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from labeling.database import Transaction

# The queue is short by design, so this reads some thousands of rows at most.
OPEN_TEST_TASKS: Final = """
SELECT COUNT(*) FROM task JOIN item ON item.id = task.item_id
WHERE task.project_id = :project_id AND task.is_open AND item.split = 'test'
"""
SET_MARK: Final = """
INSERT INTO counter (project_id, name, value) VALUES (:project_id, :name, :value)
ON CONFLICT (project_id, name) DO UPDATE SET value = excluded.value
"""
LOCK_PROJECT: Final = "SELECT id FROM project WHERE id = :project_id FOR NO KEY UPDATE"


def open_test_tasks(tx: Transaction, project_id: int) -> int:
    """Return how many tasks on test items are being answered."""
    return int(tx.value(OPEN_TEST_TASKS, project_id=project_id))


def lock_project(tx: Transaction, project_id: int) -> None:
    """Let one transaction at a time decide about a project's releases."""
    tx.lock(LOCK_PROJECT, project_id=project_id)


def set_mark(tx: Transaction, project_id: int, name: str, value: int) -> None:
    """Set a counter to a value."""
    tx.run(SET_MARK, project_id=project_id, name=name, value=value)
