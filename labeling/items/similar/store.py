"""SQL of near-copies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

PAGE: Final = """
SELECT id, seq, data, split FROM item
WHERE project_id = :project_id AND seq > :after AND state <> 'dropped' ORDER BY seq LIMIT :limit
"""
ADD_RUN: Final = """
INSERT INTO near_duplicate_run (job_id, project_id, created_at, method, threshold, n_pairs,
    n_held_out, undone_at)
VALUES (:job_id, :project_id, :now, :method, :threshold, 0, 0, :now)
ON CONFLICT (job_id) DO NOTHING
"""
RUN: Final = """
SELECT job_id, project_id, created_at, method, threshold, n_pairs, n_held_out, undone_at
FROM near_duplicate_run
"""
GET_RUN: Final = RUN + "WHERE job_id = :job_id"
IN_FORCE: Final = RUN + (
    "WHERE project_id = :project_id AND undone_at IS NULL ORDER BY job_id LIMIT 1000"
)
COUNT: Final = """
UPDATE near_duplicate_run SET n_pairs = n_pairs + :pairs, n_held_out = n_held_out + :held_out
WHERE job_id = :job_id
"""
SET_UNDONE: Final = "UPDATE near_duplicate_run SET undone_at = :undone_at WHERE job_id = :job_id"
PAIRS: Final = """
SELECT p.n, p.score, a.key AS first_key, a.split AS first_split, b.key AS second_key,
    b.split AS second_split
FROM near_duplicate p JOIN item a ON a.id = p.first_item_id JOIN item b ON b.id = p.second_item_id
WHERE p.job_id = :job_id AND p.n > :after ORDER BY p.n LIMIT :limit
"""


def items_page(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return items with a `seq` above `after` that were not dropped."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def add_run(tx: Transaction, job: Row, method: str, threshold: float) -> None:
    """Record a search that holds nothing back yet; a second time changes nothing."""
    tx.run(
        ADD_RUN,
        job_id=job.id,
        project_id=job.project_id,
        now=tx.now,
        method=method,
        threshold=threshold,
    )


def get_run(tx: Transaction, job_id: int) -> Row | None:
    """Return what a search found so far; None before it began to write."""
    return tx.row(GET_RUN, job_id=job_id)


def list_in_force(tx: Transaction, project_id: int) -> list[Row]:
    """Return the searches of a project that hold items back, oldest first."""
    return tx.rows(IN_FORCE, project_id=project_id)


def set_undone(tx: Transaction, job_id: int, undone_at: int | None) -> None:
    """Undo a search, or put it in force (None)."""
    tx.run(SET_UNDONE, job_id=job_id, undone_at=undone_at)


def add_pairs(tx: Transaction, job: Row, rows: Sequence[tuple[Any, ...]]) -> None:
    """Add pairs: number in the search, the two items, score."""
    columns = ("job_id", "project_id", "n", "first_item_id", "second_item_id", "score")
    tx.insert_many("near_duplicate", columns, [(job.id, job.project_id, *row) for row in rows])
    tx.run(COUNT, job_id=job.id, pairs=len(rows), held_out=0)


def add_held_out(tx: Transaction, job: Row, item_ids: Sequence[int]) -> None:
    """Add training items that are to be kept out of snapshots."""
    columns = ("job_id", "project_id", "item_id")
    tx.insert_many("near_held_out", columns, [(job.id, job.project_id, n) for n in item_ids])
    tx.run(COUNT, job_id=job.id, pairs=0, held_out=len(item_ids))


def pairs_page(tx: Transaction, job_id: int, after: int, limit: int) -> list[Row]:
    """Return pairs with a number above `after`, with the keys and splits of their items."""
    return tx.rows(PAIRS, job_id=job_id, after=after, limit=limit)
