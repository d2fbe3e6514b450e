"""SQL of the groups and their readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.tasks.searching.store import CANDIDATE, lacks

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

READING = """
SELECT group_hash, at_seq FROM group_reader
WHERE annotator_id = :annotator_id AND until > :now ORDER BY until DESC LIMIT 1
"""
BEGIN = """
INSERT INTO group_reader (project_id, group_hash, annotator_id, at_seq, until)
VALUES (:project_id, :group_hash, :annotator_id, 0, :until)
ON CONFLICT (project_id, group_hash, annotator_id) DO UPDATE SET at_seq = 0, until = excluded.until
"""
MOVE = """
UPDATE group_reader SET until = :until, at_seq = (
    SELECT CASE WHEN i.seq > group_reader.at_seq THEN i.seq ELSE group_reader.at_seq END
    FROM item i WHERE i.id = :item_id)
WHERE annotator_id = :annotator_id
    AND group_hash = (SELECT i.group_hash FROM item i WHERE i.id = :item_id)
"""
LEAVE = "DELETE FROM group_reader WHERE annotator_id = :annotator_id"
FORGET_IDLE = """
DELETE FROM group_reader
WHERE project_id = :project_id AND group_hash = :group_hash AND until <= :now
"""
# Groups are declared ones (`is_grouped`): only those are indexed; copies of a text are no document.
GROUP_OF = """
SELECT i.group_hash, (SELECT o.id FROM item o WHERE o.project_id = i.project_id
    AND o.group_hash = i.group_hash AND o.is_grouped AND o.id <> i.id LIMIT 1) AS other
FROM item i WHERE i.id = :item_id
"""
# A slot is left to each other reader of the group who has not come so far.
OTHERS_BEHIND = """
(SELECT COUNT(*) FROM group_reader g WHERE g.project_id = i.project_id
    AND g.group_hash = i.group_hash AND g.annotator_id <> :annotator_id AND g.until > :now
    AND g.at_seq < i.seq)
"""
NEXT_ITEM = (
    """
SELECT i.id, i.seq, i.state, i.split, t.id AS task_id
FROM item i LEFT JOIN task t ON t.item_id = i.id AND t.state = 'open' AND t.family = 'answer'
        AND t.pass_n = 1
    LEFT JOIN assignment x ON x.annotator_id = :annotator_id AND x.item_id = i.id
        AND x.family = 'answer' AND x.pass_n = 1
WHERE i.project_id = :project_id AND i.group_hash = :group_hash AND i.is_grouped AND i.seq > :after
    AND (x.id IS NULL OR x.state IN ('expired', 'released'))
    AND (CASE WHEN t.id IS NOT NULL THEN t.open_slots WHEN i.state = 'new' THEN :least ELSE 0 END) >
"""
    + OTHERS_BEHIND
    + "ORDER BY i.seq LIMIT 1"
)
LOCK_GROUP = """
SELECT i.id FROM item i WHERE i.id = (SELECT f.id FROM item f WHERE f.project_id = :project_id
    AND f.group_hash = :group_hash AND f.is_grouped ORDER BY f.seq LIMIT 1)
FOR NO KEY UPDATE SKIP LOCKED
"""
COUNT_READERS = """
SELECT COUNT(*) FROM group_reader WHERE project_id = :project_id AND group_hash = :group_hash
    AND annotator_id <> :annotator_id AND until > :now
"""
STILL_FREE = (
    """
SELECT t.id FROM task t JOIN item i ON i.id = t.item_id
WHERE t.id = :task_id AND t.open_slots >
"""
    + OTHERS_BEHIND
)
LOCK_ITEM = "SELECT id FROM item WHERE id = :item_id AND state = 'new' FOR NO KEY UPDATE"
ONE = CANDIDATE + "AND t.id = :task_id AND t.tier IN (0, :tier) FOR NO KEY UPDATE OF t"
FREE = (
    CANDIDATE
    + "AND t.tier = :tier AND t.open_slots > (SELECT "
    + OTHERS_BEHIND
    + """FROM item i WHERE i.id = t.item_id)
ORDER BY t.priority DESC, t.id DESC LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
)


def reading(tx: Transaction, annotator_id: int) -> Row | None:
    """Return the group that an annotator goes through, and how far they are."""
    return tx.row(READING, annotator_id=annotator_id, now=tx.now)


def begin(tx: Transaction, annotator: Row, group_hash: str, until: int) -> None:
    """Let an annotator go through a group from its beginning; idle readers are forgotten."""
    place = {"project_id": annotator.project_id, "group_hash": group_hash}
    tx.run(LEAVE, annotator_id=annotator.id)
    tx.run(FORGET_IDLE, now=tx.now, **place)
    tx.run(BEGIN, annotator_id=annotator.id, until=until, **place)


def move(tx: Transaction, annotator_id: int, item_id: int, until: int) -> None:
    """Note that an annotator has come to an item, where they go through its group."""
    tx.run(MOVE, annotator_id=annotator_id, item_id=item_id, until=until)


def leave(tx: Transaction, annotator_id: int) -> None:
    """Let an annotator have no group."""
    tx.run(LEAVE, annotator_id=annotator_id)


def group_of(tx: Transaction, item_id: int) -> str | None:
    """Return the group of an item, None where it is alone in it."""
    row = tx.rows(GROUP_OF, item_id=item_id)[0]
    return None if row.other is None else str(row.group_hash)


def lock_group(tx: Transaction, annotator: Row, group_hash: str, task: Row) -> bool:
    """Let nobody else begin a group; False where somebody does, or has taken the task's place.

    The task is locked already, so this never waits. Looked at again under the lock: whoever began
    the group a moment ago is seen now.
    """
    place = {"project_id": annotator.project_id, "group_hash": group_hash}
    if tx.row(LOCK_GROUP, **place) is None:
        return False
    again = {"task_id": task.id, "annotator_id": annotator.id, "now": tx.now}
    return tx.row(STILL_FREE, **again) is not None


def count_readers(tx: Transaction, annotator: Row, group_hash: str) -> int:
    """Return how many others go through a group."""
    found = tx.value(
        COUNT_READERS,
        project_id=annotator.project_id,
        group_hash=group_hash,
        annotator_id=annotator.id,
        now=tx.now,
    )
    return int(found)


def next_item(
    tx: Transaction, annotator: Row, group_hash: str, after: int, least: int
) -> Row | None:
    """Return the next item of a group that an annotator may have; untouched ones want `least`."""
    return tx.row(
        NEXT_ITEM,
        annotator_id=annotator.id,
        project_id=annotator.project_id,
        group_hash=group_hash,
        after=after,
        least=least,
        now=tx.now,
    )


def lock_new(tx: Transaction, item_id: int) -> bool:
    """Lock an untouched item; False where somebody has opened it meanwhile."""
    return tx.row(LOCK_ITEM, item_id=item_id) is not None


def one(tx: Transaction, annotator: Row, task_id: int) -> Row | None:
    """Return a task, locked, where this annotator may take it."""
    return tx.row(
        ONE,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        workforce_id=annotator.workforce_id,
        lacks=lacks(annotator),
        tier=annotator.rank,
        task_id=task_id,
    )


def free(tx: Transaction, annotator: Row, tier: int, limit: int) -> list[Row]:
    """Return the best tasks of a tier that an annotator may take and no reader is due at."""
    return tx.rows(
        FREE,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        workforce_id=annotator.workforce_id,
        lacks=lacks(annotator),
        tier=tier,
        limit=limit,
        now=tx.now,
    )
