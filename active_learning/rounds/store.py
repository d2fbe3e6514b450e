"""SQL of the loop's record, and of what a round reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from labeling.database import Row, Transaction

MOST_SEEN: Final = 20_000
"""Items of one split and state that a round looks at, so that no round grows with the pool. They
come in the pool's fixed random order: where there are more, a round sees a random sample."""
SEEN_STATES: Final = ("new", "queued", "settled")
SEEN = """
SELECT id FROM item
WHERE project_id = :project_id AND split = :split AND state = :state ORDER BY shuffle LIMIT :limit
"""
POOL = """
SELECT id AS item_id, data, content_hash, split FROM item
WHERE project_id = :project_id AND split = :split AND state = :state ORDER BY shuffle LIMIT :limit
"""
ANSWERED = """
SELECT c.item_id, i.seq, c.class_id, c.confidence, c.majority_class_id, c.state
FROM (
    SELECT id, seq FROM item
    WHERE project_id = :project_id AND split = :split AND state = :state
    ORDER BY shuffle LIMIT :limit
) AS i JOIN consensus c ON c.item_id = i.id AND c.question = :question
WHERE c.n_answers > 0 ORDER BY c.item_id
"""
WITHDRAWABLE = """
SELECT i.id FROM task t JOIN item i ON i.id = t.item_id
WHERE t.project_id = :project_id AND t.is_open AND t.open_slots = t.wanted AND t.workforce_id IS
    NULL
    AND i.split = 'train' AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = t.id)
ORDER BY i.id LIMIT 10000
"""
LAST = """
SELECT id, n, created_at, strategy, seed, annotation_high_water, n_candidates, fallback_reason,
    seconds, loop_seconds
FROM selection_round WHERE project_id = :project_id ORDER BY n DESC LIMIT 1
"""
NEWEST_ANSWER = """
SELECT created_at FROM annotation WHERE project_id = :project_id ORDER BY id DESC LIMIT 1
"""
ADD = """
INSERT INTO selection_round (project_id, created_at, n, training_run_id, strategy, params, seed,
    annotation_high_water,
    n_candidates, fallback_reason, seconds, loop_seconds, workflow_key)
VALUES (:project_id, :now, :n, :training_run_id, :strategy, :params, :seed, :high_water,
    :n_candidates,
    :fallback_reason, :seconds, :loop_seconds, :workflow_key)
RETURNING id
"""
ADD_SELECTION = """
INSERT INTO selection (round_id, item_id, project_id, rank, score, reason, task_id)
VALUES (:round_id, :item_id, :project_id, :rank, :score, :reason, :task_id)
"""
LIST = """
SELECT r.id, r.n, r.created_at, r.strategy, r.params, r.seed, r.annotation_high_water,
    r.n_candidates,
    r.fallback_reason, r.seconds, r.loop_seconds, t.accuracy, t.trainer
FROM selection_round r LEFT JOIN training_run t ON t.id = r.training_run_id
WHERE r.project_id = :project_id AND r.n < :before ORDER BY r.n DESC LIMIT :limit
"""
SELECTIONS = """
SELECT s.item_id, i.key, s.rank, s.score, s.reason, s.task_id FROM selection s
JOIN selection_round r ON r.id = s.round_id JOIN item i ON i.id = s.item_id
WHERE r.project_id = :project_id AND r.n = :n ORDER BY s.rank
"""


def _answered(tx: Transaction, project: Row, split: str) -> Iterable[Row]:
    for state in SEEN_STATES[1:]:
        yield from tx.rows(
            ANSWERED,
            project_id=project.id,
            question=project.target_question,
            split=split,
            state=state,
            limit=MOST_SEEN,
        )


def labelled(tx: Transaction, project: Row) -> list[Row]:
    """Return the training items that have an answer, with what is believed of them."""
    return [row for row in _answered(tx, project, "train") if row.state != "disputed"]


def labelled_test(tx: Transaction, project: Row) -> list[Row]:
    """Return the accepted items of the random test sample."""
    return [row for row in _answered(tx, project, "test") if row.state == "accepted"]


def pool(tx: Transaction, project_id: int) -> Iterable[Row]:
    """Yield the training and test items that a round looks at, with their data."""
    for split in ("train", "test"):
        for state in SEEN_STATES:
            yield from tx.rows(
                POOL, project_id=project_id, split=split, state=state, limit=MOST_SEEN
            )


def candidates(tx: Transaction, project_id: int) -> list[int]:
    """Return the training items that nobody was asked about: untouched, or open but never held."""
    params = {"project_id": project_id, "split": "train", "state": "new", "limit": MOST_SEEN}
    found = [*tx.rows(SEEN, **params), *tx.rows(WITHDRAWABLE, project_id=project_id)]
    return [row.id for row in found]


def last(tx: Transaction, project_id: int) -> Row | None:
    """Return a project's newest round."""
    return tx.row(LAST, project_id=project_id)


def newest_answer_at(tx: Transaction, project_id: int) -> int | None:
    """Return when a project's newest answer was given, in microseconds."""
    found: int | None = tx.value(NEWEST_ANSWER, project_id=project_id)
    return found


def add(tx: Transaction, values: dict[str, Any]) -> int:
    """Add a round and return its id; `values` holds the columns of `ADD`."""
    return int(tx.value(ADD, **{**values, "params": json.dumps(values["params"])}, now=tx.now))


def add_selections(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Add the items of a round; each mapping holds the columns of `ADD_SELECTION`."""
    tx.run_many(ADD_SELECTION, rows)


def list_before(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return rounds with a number below `before`, newest first."""
    return tx.rows(LIST, project_id=project_id, before=before, limit=limit)


def selections(tx: Transaction, project_id: int, n: int) -> list[Row]:
    """Return what one round chose, best first."""
    return tx.rows(SELECTIONS, project_id=project_id, n=n)
