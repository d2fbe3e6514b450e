"""SQL of the loop's record, and of what a round reads."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from labeling.quality.store import in_chunks

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from labeling.database import Row, Transaction

LABELLED = """
SELECT c.item_id, i.seq, c.class_id, c.confidence, c.majority_class_id
FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND i.split = 'train' AND c.state <>
    'disputed'
    AND c.n_answers > 0 AND i.state NOT IN ('dropped', 'set_aside') AND c.item_id > :after
ORDER BY c.item_id LIMIT :limit
"""
TEST = """
SELECT c.item_id, i.seq, c.class_id FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND i.split = 'test' AND c.state =
    'accepted'
    AND i.state NOT IN ('dropped', 'set_aside') AND c.item_id > :after
ORDER BY c.item_id LIMIT :limit
"""
POOL = """
SELECT seq, id AS item_id, data, content_hash, split FROM item
WHERE project_id = :project_id AND id > :after ORDER BY id LIMIT :limit
"""
CANDIDATES = """
SELECT id AS item_id, seq FROM item
WHERE project_id = :project_id AND split = 'train' AND state = 'new' AND id > :after ORDER BY id
    LIMIT :limit
"""
WITHDRAWABLE = """
SELECT i.id AS item_id, i.seq FROM task t JOIN item i ON i.id = t.item_id
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
CHUNK = 10_000


def _params(project: Row) -> dict[str, Any]:
    return {"project_id": project.id, "question": project.target_question}


def labelled(tx: Transaction, project: Row) -> Iterable[Row]:
    """Yield the training items that have an answer, with what is believed of them."""
    return in_chunks(tx, LABELLED, CHUNK, _params(project))


def labelled_test(tx: Transaction, project: Row) -> Iterable[Row]:
    """Yield the accepted items of the random test sample."""
    return in_chunks(tx, TEST, CHUNK, _params(project))


def pool(tx: Transaction, project_id: int) -> Iterable[Row]:
    """Yield all items of a project with their data."""
    return in_chunks(tx, POOL, CHUNK, {"project_id": project_id})


def candidates(tx: Transaction, project_id: int) -> list[Row]:
    """Return the training items that nobody was asked about: untouched, or open but never held."""
    untouched = in_chunks(tx, CANDIDATES, CHUNK, {"project_id": project_id})
    return [*untouched, *tx.rows(WITHDRAWABLE, project_id=project_id)]


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
