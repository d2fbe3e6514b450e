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
NEWEST_LOOKED_AT: Final = 1_000
"""Answers whose share of random items says whether the quota is kept."""
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
SELECT c.item_id, i.seq, c.class_id, c.confidence, c.majority_class_id, c.state, c.n_answers,
    c.pinned, c.answer, i.state AS item_state
FROM (
    SELECT id, seq, state FROM item
    WHERE project_id = :project_id AND split = :split AND state = :state
    ORDER BY shuffle LIMIT :limit
) AS i JOIN consensus c ON c.item_id = i.id AND c.question = :question
WHERE c.n_answers > 0 ORDER BY c.item_id
"""
VOTES = """
SELECT v.item_id, v.annotator_id, v.class_id
FROM (
    SELECT id FROM item
    WHERE project_id = :project_id AND split = 'train' AND state = :state
    ORDER BY shuffle LIMIT :limit
) AS i JOIN vote v ON v.item_id = i.id AND v.project_id = :project_id AND v.question = :question
ORDER BY v.item_id, v.annotation_id
"""
RANDOM_SHARE = """
SELECT COUNT(*) AS n, COALESCE(SUM(CASE WHEN t.is_easy OR i.split = 'test' THEN 1 ELSE 0 END), 0)
    AS n_random
FROM (
    SELECT assignment_id FROM annotation WHERE project_id = :project_id AND kind = 'answer'
    ORDER BY id DESC LIMIT :limit
) AS a JOIN assignment x ON x.id = a.assignment_id JOIN task t ON t.id = x.task_id
JOIN item i ON i.id = t.item_id
"""
CURVE = """
SELECT t.metrics, t.accuracy FROM selection_round r JOIN training_run t ON t.id = r.training_run_id
WHERE r.project_id = :project_id AND t.accuracy IS NOT NULL ORDER BY r.n DESC LIMIT :limit
"""
GUESSES = """
SELECT p.item_id, p.class_id, p.score, w.name, p.id
FROM (
    SELECT id FROM item
    WHERE project_id = :project_id AND split = 'train' AND state = :state
    ORDER BY shuffle LIMIT :limit
) AS i JOIN prediction p ON p.item_id = i.id AND p.question = :question
    JOIN annotator a ON a.id = p.annotator_id JOIN workforce w ON w.id = a.workforce_id
WHERE w.kind = 'model' ORDER BY p.id
"""
UNTAKEN = """
SELECT s.item_id, s.task_id, s.reason FROM selection s JOIN task t ON t.id = s.task_id
WHERE s.round_id = :round_id AND s.action = 'relabel' AND t.state = 'open' AND t.open_slots > 0
    AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = t.id AND a.state = 'leased')
ORDER BY s.item_id
"""
IN_REVIEW = """
SELECT item_id FROM task WHERE project_id = :project_id AND family = 'review' AND state = 'open'
"""
WITHDRAWABLE = """
SELECT i.id FROM task t JOIN item i ON i.id = t.item_id
WHERE t.project_id = :project_id AND t.is_open AND t.open_slots = t.wanted
    AND t.kind = 'label'
    AND i.split = 'train' AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = t.id)
ORDER BY i.id LIMIT 10000
"""
LAST = """
SELECT id, n, created_at, strategy, seed, annotation_high_water, n_candidates, fallback_reason,
    seconds, loop_seconds, advice
FROM selection_round WHERE project_id = :project_id ORDER BY n DESC LIMIT 1
"""
LAST_ADVISED = """
SELECT n, created_at, advice FROM selection_round
WHERE project_id = :project_id AND advice IS NOT NULL ORDER BY n DESC LIMIT 1
"""
NEWEST_ANSWER = """
SELECT created_at FROM annotation WHERE project_id = :project_id ORDER BY id DESC LIMIT 1
"""
ADD = """
INSERT INTO selection_round (project_id, created_at, n, training_run_id, strategy, params, seed,
    annotation_high_water,
    n_candidates, fallback_reason, seconds, loop_seconds, workflow_key, advice,
    featurizer_digest, document)
VALUES (:project_id, :now, :n, :training_run_id, :strategy, :params, :seed, :high_water,
    :n_candidates,
    :fallback_reason, :seconds, :loop_seconds, :workflow_key, :advice, :featurizer_digest,
    :document)
RETURNING id
"""
ADD_SELECTION = """
INSERT INTO selection (round_id, item_id, project_id, rank, score, reason, task_id, action)
VALUES (:round_id, :item_id, :project_id, :rank, :score, :reason, :task_id, :action)
"""
LIST = """
SELECT r.id, r.n, r.created_at, r.strategy, r.params, r.seed, r.annotation_high_water,
    r.n_candidates,
    r.fallback_reason, r.seconds, r.loop_seconds, r.featurizer_digest, r.document, t.accuracy,
    t.trainer, t.data_digest
FROM selection_round r LEFT JOIN training_run t ON t.id = r.training_run_id
WHERE r.project_id = :project_id AND r.n < :before ORDER BY r.n DESC LIMIT :limit
"""
SELECTIONS = """
SELECT s.item_id, i.key, s.rank, s.score, s.reason, s.task_id, s.action FROM selection s
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


def votes(tx: Transaction, project: Row) -> list[Row]:
    """Return the counted votes on the training items that a round looks at, in order of items."""
    params = {"project_id": project.id, "question": project.target_question, "limit": MOST_SEEN}
    return [row for state in SEEN_STATES[1:] for row in tx.rows(VOTES, state=state, **params)]


def random_answers(tx: Transaction, project_id: int) -> tuple[int, int]:
    """Return how many of the newest answers were looked at, and on random items among them."""
    found = tx.rows(RANDOM_SHARE, project_id=project_id, limit=NEWEST_LOOKED_AT)[0]
    return int(found.n), int(found.n_random)


def curve(tx: Transaction, project_id: int, limit: int) -> list[tuple[int, float]]:
    """Return labels and error on the random test sample of the newest rounds, oldest first."""
    rows = tx.rows(CURVE, project_id=project_id, limit=limit)
    found = [(json.loads(row.metrics).get("n_labelled", 0), 1.0 - row.accuracy) for row in rows]
    return found[::-1]


def guesses(tx: Transaction, project: Row) -> list[Row]:
    """Return what models from elsewhere predict of items that nobody has answered, oldest first."""
    params = {"project_id": project.id, "question": project.target_question, "limit": MOST_SEEN}
    return [row for state in SEEN_STATES[:2] for row in tx.rows(GUESSES, state=state, **params)]


def untaken_relabels(tx: Transaction, round_id: int) -> list[Row]:
    """Return the items that a round asked again and nobody holds or has answered yet."""
    return tx.rows(UNTAKEN, round_id=round_id)


def in_review(tx: Transaction, project_id: int) -> frozenset[int]:
    """Return the items that a reviewer is to look at; their number is capped by the policy."""
    return frozenset(row.item_id for row in tx.rows(IN_REVIEW, project_id=project_id))


def candidates(tx: Transaction, project_id: int) -> list[int]:
    """Return the training items that nobody was asked about: untouched, or open but never held."""
    params = {"project_id": project_id, "split": "train", "state": "new", "limit": MOST_SEEN}
    found = [*tx.rows(SEEN, **params), *tx.rows(WITHDRAWABLE, project_id=project_id)]
    return [row.id for row in found]


def next_test(tx: Transaction, project_id: int, n: int) -> list[int]:
    """Return the next untouched items of the random test sample, in their order."""
    params = {"project_id": project_id, "split": "test", "state": "new", "limit": n}
    return [row.id for row in tx.rows(SEEN, **params)]


def last(tx: Transaction, project_id: int) -> Row | None:
    """Return a project's newest round."""
    return tx.row(LAST, project_id=project_id)


def last_advised(tx: Transaction, project_id: int) -> Row | None:
    """Return a project's newest round that compared what could be asked."""
    return tx.row(LAST_ADVISED, project_id=project_id)


def newest_answer_at(tx: Transaction, project_id: int) -> int | None:
    """Return when a project's newest answer was given, in microseconds."""
    found: int | None = tx.value(NEWEST_ANSWER, project_id=project_id)
    return found


def add(tx: Transaction, values: dict[str, Any]) -> int:
    """Add a round and return its id; `values` holds the columns of `ADD`."""
    advice = values["advice"]
    texts = {
        "params": json.dumps(values["params"]),
        "advice": None if advice is None else json.dumps(advice, ensure_ascii=False),
    }
    return int(tx.value(ADD, **{**values, **texts}, now=tx.now))


def add_selections(tx: Transaction, rows: Sequence[dict[str, Any]]) -> None:
    """Add the items of a round; each mapping holds the columns of `ADD_SELECTION`."""
    tx.run_many(ADD_SELECTION, rows)


def list_before(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return rounds with a number below `before`, newest first."""
    return tx.rows(LIST, project_id=project_id, before=before, limit=limit)


def selections(tx: Transaction, project_id: int, n: int) -> list[Row]:
    """Return what one round chose, best first."""
    return tx.rows(SELECTIONS, project_id=project_id, n=n)
