"""SQL of what an annotator is served next of the stock, on the hot path."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

TAKE_STANDING = """
UPDATE task SET wanted = wanted + (CASE WHEN open_slots > 0 THEN 0 ELSE 1 END),
    wanted_most = wanted_most + (CASE WHEN open_slots > 0 THEN 0 ELSE 1 END),
    open_slots = (CASE WHEN open_slots > 0 THEN open_slots - 1 ELSE 0 END)
WHERE id = :task_id AND state = 'standing'
"""
DESK_COLUMNS = """
    s.seed, s.revision, s.queue_mix,
    r.annotator_id, r.n, r.n_right, r.forgiven_n, r.forgiven_right, r.training_done,
    r.training_right, r.test_n, r.test_right, r.test_tries, r.test_failed_at, c.draws, c.place,
    c.out_revision, c.training_given, c.test_size, c.test_given, c.urgency,
    EXISTS (SELECT 1 FROM assignment b WHERE b.annotator_id = :annotator_id
        AND b.kind <> 'label' AND b.state IN ('expired', 'released')) AS has_returned
"""
DESK = f"""
SELECT {DESK_COLUMNS}
FROM gold_stock s LEFT JOIN gold_record r ON r.annotator_id = :annotator_id
    LEFT JOIN gold_place c ON c.annotator_id = :annotator_id
WHERE s.project_id = :project_id
"""  # noqa: S608 - names from the code
PICK = """
SELECT g.id AS gold_id, g.task_id AS id, g.item_id, g.shuffle, g.difficulty, g.n_answers,
    g.n_missed, t.schema_version, 'answer' AS family, 1 AS pass_n, NULL AS previous_id
FROM gold g JOIN task t ON t.id = g.task_id
WHERE g.project_id = :project_id AND g.use = :use AND g.state = 'active' AND g.shuffle > :place
    AND NOT EXISTS (SELECT 1 FROM assignment x
        WHERE x.annotator_id = :annotator_id AND x.item_id = g.item_id)
ORDER BY g.shuffle LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
COUNT_OTHERS = """
SELECT COUNT(*) FROM annotator
WHERE project_id = :project_id AND id <> :annotator_id AND last_seen_at >= :since
"""
PICK_IN_ORDER = PICK.replace("g.shuffle > :place", "g.id > :place").replace(
    "ORDER BY g.shuffle", "ORDER BY g.id"
)
IS_OUT = """
SELECT 1 FROM gold g WHERE g.project_id = :project_id AND g.use = 'gold' AND g.state = 'active'
    AND NOT EXISTS (SELECT 1 FROM assignment x
        WHERE x.annotator_id = :annotator_id AND x.item_id = g.item_id)
LIMIT 1
"""
RETURNED = """
SELECT g.id AS gold_id, g.task_id AS id, g.item_id, t.schema_version, a.kind, a.family, a.pass_n,
    a.id AS previous_id, a.shadow_task_id, COALESCE(d.priority, t.priority) AS priority
FROM assignment a JOIN gold g ON g.item_id = a.item_id AND g.state = 'active'
    JOIN task t ON t.id = g.task_id LEFT JOIN task d ON d.id = a.shadow_task_id
WHERE a.annotator_id = :annotator_id AND a.kind <> 'label' AND a.state IN ('expired', 'released')
    AND (a.kind <> 'gold' OR :slots > (SELECT COUNT(*) FROM annotator o
        WHERE o.project_id = a.project_id AND o.id <> a.annotator_id AND o.last_seen_at >= (
            SELECT MAX(e.created_at) FROM audit_event e
            WHERE e.object_kind = 'assignment' AND e.object_id = a.id)))
ORDER BY a.id LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
MOVE = """
UPDATE gold_place SET draws = draws + :draws, place = :place, out_revision = :out_revision
WHERE annotator_id = :annotator_id
"""
GIVE = """
UPDATE gold_place SET training_given = training_given + :training, test_given = test_given + :test
WHERE annotator_id = :annotator_id
"""
COUNT_OUT = """
SELECT COUNT(*) FROM gold_place WHERE project_id = :project_id AND out_revision = :revision
"""


def take_standing(tx: Transaction, task_id: int) -> None:
    """Take a slot of a standing task that is locked, a new one where none was given back."""
    tx.later(TAKE_STANDING, task_id=task_id)


def desk(tx: Transaction, project_id: int, annotator_id: int) -> Row | None:
    """Return stock and record in one row; None where the project has no stock."""
    return tx.row(DESK, project_id=project_id, annotator_id=annotator_id)


def pick(
    tx: Transaction, annotator: Row, use: str, *, place: int, limit: int, in_order: bool = False
) -> list[Row]:
    """Return known items that an annotator has never met, from a place on, their tasks locked.

    The place is one in the stock's random order, or an id where they come in the owner's order.
    """
    return tx.rows(
        PICK_IN_ORDER if in_order else PICK,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        use=use,
        place=place,
        limit=limit,
    )


def is_out(tx: Transaction, annotator: Row) -> bool:
    """Return whether an annotator has met every active gold item."""
    return tx.row(IS_OUT, project_id=annotator.project_id, annotator_id=annotator.id) is None


def returned(tx: Transaction, annotator_id: int, slots: int, limit: int) -> list[Row]:
    """Return the known items that an annotator gave back or let expire, their tasks locked.

    Hidden gold only until `slots` others have been seen since it was given back: by then they
    would have taken an ordinary question of its place.
    """
    return tx.rows(RETURNED, annotator_id=annotator_id, slots=slots, limit=limit)


def move(
    tx: Transaction, annotator_id: int, *, draws: int, place: int, out_revision: int | None
) -> None:
    """Count draws and move an annotator's place in the stock."""
    tx.run(MOVE, annotator_id=annotator_id, draws=draws, place=place, out_revision=out_revision)


def give(tx: Transaction, annotator_id: int, *, training: int = 0, test: int = 0) -> None:
    """Count training and test questions that an annotator is given."""
    if training or test:
        tx.run(GIVE, annotator_id=annotator_id, training=training, test=test)


def count_out(tx: Transaction, project_id: int, revision: int) -> int:
    """Return how many annotators have met all gold that there is."""
    return int(tx.value(COUNT_OUT, project_id=project_id, revision=revision))


def count_others(tx: Transaction, project_id: int, annotator_id: int, since: int) -> int:
    """Return how many others have answered something since a time."""
    found = tx.value(COUNT_OTHERS, project_id=project_id, annotator_id=annotator_id, since=since)
    return int(found)
