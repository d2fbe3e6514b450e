"""SQL of the search for a task that somebody may take, on the hot path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.tasks.cursors import Place

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

EVERYTHING: Final = 2**63 - 1
"""Every bit of a mask."""
CANDIDATE = """
SELECT t.id, t.item_id, t.kind, t.family, t.pass_n, t.priority, t.is_easy, x.id AS previous_id
FROM task t LEFT JOIN assignment x
    ON x.annotator_id = :annotator_id AND x.item_id = t.item_id AND x.family = t.family AND
    x.pass_n = t.pass_n
WHERE t.project_id = :project_id AND t.is_open AND (t.workforce_id IS NULL OR t.workforce_id =
    :workforce_id)
    AND (x.id IS NULL OR x.state IN ('expired', 'released')) AND (t.needs & :lacks) = 0
"""
CANDIDATES = (
    CANDIDATE
    + """    AND t.tier = :tier AND (t.priority, t.id) <= (:priority, :task_id)
ORDER BY t.priority DESC, t.id DESC LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
)
ONE_CANDIDATE = CANDIDATE + "AND t.id = :task_id FOR NO KEY UPDATE OF t SKIP LOCKED"
HAS_TIERED = """
SELECT id FROM task WHERE project_id = :project_id AND tier > 0 AND is_open LIMIT 1
"""
FOR_OTHERS = """
SELECT id FROM task WHERE project_id = :project_id AND is_open AND workforce_id IS NOT NULL
    AND workforce_id <> :workforce_id
LIMIT 1
"""


def lacks(annotator: Row) -> int:
    """Return the bits of every ability that somebody does not offer."""
    return EVERYTHING & ~int(annotator.abilities)


def candidates(tx: Transaction, annotator: Row, tier: int, start: Place, limit: int) -> list[Row]:
    """Return the best tasks of a tier, from a place on, that this annotator may take, locked.

    Never one answered before.
    """
    return tx.rows(
        CANDIDATES,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        workforce_id=annotator.workforce_id,
        tier=tier,
        lacks=lacks(annotator),
        priority=start.priority,
        task_id=start.task_id,
        limit=limit,
    )


def candidate(tx: Transaction, annotator: Row, task_id: int) -> list[Row]:
    """Return one task as `candidates` does; nothing where this annotator may not take it."""
    return tx.rows(
        ONE_CANDIDATE,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        workforce_id=annotator.workforce_id,
        lacks=lacks(annotator),
        task_id=task_id,
    )


def has_tiered(tx: Transaction, project_id: int) -> bool:
    """Return whether an open task is for a tier."""
    return tx.row(HAS_TIERED, project_id=project_id) is not None


def has_for_others(tx: Transaction, project_id: int, workforce_id: int) -> bool:
    """Whether tasks that other workforces are to answer have open slots."""
    found = tx.row(FOR_OTHERS, project_id=project_id, workforce_id=workforce_id)
    return found is not None
