"""SQL of what fits flipped, what they calibrated, and what changed since."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

ADD_FLIP = """
INSERT INTO truth_flip (project_id, created_at, question, fit_n, item_id, state, from_class_id,
    to_class_id, from_score, to_score, cause, annotator_id, evidence)
VALUES (:project_id, :now, :question, :fit_n, :item_id, :state, :from_class_id, :to_class_id,
    :from_score, :to_score, :cause, :annotator_id, :evidence)
"""
ADD_CALIBRATION = """
INSERT INTO calibration (project_id, created_at, question, n, fit_n, method, n_gold, n_reviewed,
    needed, is_calibrated, slope, intercept, figures)
VALUES (:project_id, :now, :question, :n, :fit_n, :method, :n_gold, :n_reviewed, :needed,
    :is_calibrated, :slope, :intercept, :figures)
"""
CALIBRATION = """
SELECT n, created_at, fit_n, method, n_gold, n_reviewed, needed, is_calibrated, slope, intercept,
    figures
FROM calibration WHERE project_id = :project_id AND question = :question
ORDER BY n DESC LIMIT 1
"""
MODELS = """
SELECT n.id, COALESCE(g.n, 0) AS n, COALESCE(g.n_right, 0) AS n_right
FROM annotator n JOIN workforce w ON w.id = n.workforce_id
    LEFT JOIN gold_record g ON g.annotator_id = n.id
WHERE n.project_id = :project_id AND w.kind = 'model' ORDER BY n.id
"""
SPLIT = "SELECT split FROM item WHERE id = :item_id"
SPLITS_BETWEEN = """
SELECT id, split FROM item
WHERE project_id = :project_id AND id >= :first AND id <= :last AND split = 'test'
"""
# Test items, and those that an audit asks people about, a model has no say on; nor has it seen
# what is answered on them.
OPEN_TO_MODELS = """
SELECT c.item_id, i.group_hash FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND c.item_id > :after
    AND c.n_answers > 0 AND i.split = 'train'
    AND NOT EXISTS (SELECT 1 FROM task t WHERE t.item_id = i.id AND t.kind = 'audit')
ORDER BY c.item_id LIMIT :limit
"""
# Combined answers are of one class, answered, and flip item by item after the fit.
FITS = """
SELECT n, created_at, method, params, n_answers, n_items, n_flipped,
    (SELECT COUNT(*) FROM truth_flip f WHERE f.project_id = truth_fit.project_id
        AND f.question = truth_fit.question AND f.fit_n = truth_fit.n
        AND f.from_class_id = f.to_class_id) AS n_other,
    (SELECT COUNT(*) FROM truth_flip f WHERE f.project_id = truth_fit.project_id
        AND f.question = truth_fit.question AND f.fit_n = truth_fit.n
        AND f.from_class_id = f.to_class_id AND f.state = 'accepted') AS n_other_accepted
FROM truth_fit WHERE project_id = :project_id AND question = :question AND n < :before
ORDER BY n DESC LIMIT :limit
"""
CHECKS = """
SELECT (SELECT COUNT(*) FROM consensus
        WHERE project_id = :project_id AND question = :question AND pinned)
    + (SELECT COUNT(*) FROM gold
        WHERE project_id = :project_id AND use = 'gold' AND state = 'active' AND n_answers > 0)
"""
FLIP_CAUSES = """
SELECT cause, state, annotator_id, COUNT(*) AS n FROM truth_flip
WHERE project_id = :project_id AND question = :question AND fit_n = :fit_n
GROUP BY cause, state, annotator_id ORDER BY COUNT(*) DESC, annotator_id
"""
FLIPS = """
SELECT f.id, f.fit_n, f.item_id, i.key, f.state, a.key AS was, b.key AS now, f.from_score,
    f.to_score, f.cause, n.pseudonym, f.evidence
FROM truth_flip f JOIN item i ON i.id = f.item_id JOIN label_class a ON a.id = f.from_class_id
    JOIN label_class b ON b.id = f.to_class_id LEFT JOIN annotator n ON n.id = f.annotator_id
WHERE f.project_id = :project_id AND f.question = :question AND f.fit_n = :fit_n AND f.id > :after
ORDER BY f.id LIMIT :limit
"""
FLIP_OF_ITEM = """
SELECT f.cause, f.annotator_id, f.evidence, n.pseudonym
FROM truth_flip f LEFT JOIN annotator n ON n.id = f.annotator_id
WHERE f.project_id = :project_id AND f.question = :question AND f.fit_n = :fit_n
    AND f.item_id = :item_id
ORDER BY f.id DESC LIMIT 1
"""
BELIEFS = """
SELECT c.item_id, i.key, c.state, c.class_id, c.confidence, c.posterior, c.majority_class_id,
    c.n_answers, c.pinned, c.prior, c.answer
FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND c.item_id > :after
ORDER BY c.item_id LIMIT :limit
"""
NEWEST_EVENT = """
SELECT COALESCE(MAX(id), 0) FROM consensus_event
"""
EVENT_BEFORE = """
SELECT COALESCE(MAX(id), 0) FROM consensus_event
WHERE project_id = :project_id AND created_at <= :moment
"""
# Of items that were accepted at the mark: the first event since left what was accepted then.
LEFT_SINCE = """
SELECT e.item_id, MIN(e.id) AS first_id FROM consensus_event e
WHERE e.project_id = :project_id AND e.question = :question AND e.from_class_id IS NOT NULL
    AND e.item_id > :after AND e.id > :mark
GROUP BY e.item_id ORDER BY e.item_id LIMIT :limit
"""
CHANGED = """
SELECT e.item_id, i.key, i.split, e.from_class_id, c.class_id, c.state,
    (SELECT l.cause FROM consensus_event l WHERE l.item_id = e.item_id AND l.question = e.question
        ORDER BY l.id DESC LIMIT 1) AS cause
FROM consensus_event e JOIN item i ON i.id = e.item_id
    JOIN consensus c ON c.item_id = e.item_id AND c.question = e.question
WHERE e.id = :first_id AND (c.state <> 'accepted' OR c.class_id <> e.from_class_id)
    AND NOT EXISTS (SELECT 1 FROM consensus_event b WHERE b.item_id = e.item_id
        AND b.question = e.question AND b.id > :mark AND b.id < e.id)
"""


def add_flips(tx: Transaction, project_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Record what a fit flipped; a row holds the columns of `ADD_FLIP`."""
    tx.run_many(
        ADD_FLIP,
        [
            {
                **row,
                "project_id": project_id,
                "now": tx.now,
                "evidence": json.dumps(row["evidence"]),
            }
            for row in rows
        ],
    )


def add_calibration(tx: Transaction, project_id: int, question: str, **columns: Any) -> None:
    """Record the next version of a calibration. Columns: as in `ADD_CALIBRATION`."""
    figures = json.dumps(columns.pop("figures"))
    last = calibration(tx, project_id, question)
    tx.run(
        ADD_CALIBRATION,
        project_id=project_id,
        question=question,
        n=1 if last is None else last.n + 1,
        now=tx.now,
        figures=figures,
        **columns,
    )


def calibration(tx: Transaction, project_id: int, question: str) -> Row | None:
    """Return the newest version of a question's calibration."""
    return tx.row(CALIBRATION, project_id=project_id, question=question)


def list_models(tx: Transaction, project_id: int) -> list[Row]:
    """Return the annotators that are models, each with its record on gold: id, n, n_right."""
    return tx.rows(MODELS, project_id=project_id)


def split_of(tx: Transaction, item_id: int) -> str:
    """Return the split of an item."""
    return str(tx.value(SPLIT, item_id=item_id))


def test_items_between(tx: Transaction, project_id: int, first: int, last: int) -> set[int]:
    """Return the test items with an id in [first, last]."""
    rows = tx.rows(SPLITS_BETWEEN, project_id=project_id, first=first, last=last)
    return {row.id for row in rows}


def open_to_models(
    tx: Transaction, project_id: int, question: str, after: int, limit: int
) -> list[Row]:
    """Return the answered items above `after` that a model may speak on: item_id, group_hash."""
    params = {"project_id": project_id, "question": question}
    return tx.rows(OPEN_TO_MODELS, after=after, limit=limit, **params)


def list_fits(
    tx: Transaction, project_id: int, question: str, before: int, limit: int
) -> list[Row]:
    """Return full fits with a number below `before`, newest first."""
    return tx.rows(FITS, project_id=project_id, question=question, before=before, limit=limit)


def count_checks(tx: Transaction, project_id: int, question: str) -> int:
    """Return how many items are known otherwise now: decided by a review, or answered gold."""
    return int(tx.value(CHECKS, project_id=project_id, question=question))


def checks_at_last_fit(tx: Transaction, project_id: int, question: str) -> int | None:
    """Return what `count_checks` was at the latest full fit, None where there was none."""
    rows = list_fits(tx, project_id, question, before=2**62, limit=1)
    return int(json.loads(rows[0].params).get("checks", 0)) if rows else None


def flip_causes(tx: Transaction, project_id: int, question: str, fit_n: int) -> list[Row]:
    """Return how many items a fit flipped by cause, state and annotator, the most first."""
    return tx.rows(FLIP_CAUSES, project_id=project_id, question=question, fit_n=fit_n)


def list_flips(
    tx: Transaction, project_id: int, question: str, fit_n: int, after: int, limit: int
) -> list[Row]:
    """Return what a fit flipped with an id above `after`, in order."""
    params = {"project_id": project_id, "question": question, "fit_n": fit_n}
    return tx.rows(FLIPS, after=after, limit=limit, **params)


def flip_of_item(
    tx: Transaction, project_id: int, question: str, fit_n: int, item_id: int
) -> Row | None:
    """Return why a fit flipped an item."""
    params = {"project_id": project_id, "question": question, "fit_n": fit_n, "item_id": item_id}
    return tx.row(FLIP_OF_ITEM, **params)


def list_beliefs(
    tx: Transaction, project_id: int, question: str, after: int, limit: int
) -> list[Row]:
    """Return what is believed of the items above `after`, in order."""
    return tx.rows(BELIEFS, project_id=project_id, question=question, after=after, limit=limit)


def newest_event(tx: Transaction) -> int:
    """Return the id of the newest change of any consensus."""
    return int(tx.value(NEWEST_EVENT))


def event_before(tx: Transaction, project_id: int, moment: int) -> int:
    """Return the id of a project's last change of a consensus up to a time."""
    return int(tx.value(EVENT_BEFORE, project_id=project_id, moment=moment))


def left_since(
    tx: Transaction, project_id: int, question: str, *, mark: int, after: int, limit: int
) -> list[Row]:
    """Return items above `after` whose accepted class was left after an event: (item, event)."""
    params = {"project_id": project_id, "question": question, "mark": mark}
    return tx.rows(LEFT_SINCE, after=after, limit=limit, **params)


def changed(tx: Transaction, first_id: int, mark: int) -> Row | None:
    """Return how an item differs from what was accepted at the mark; None where it does not.

    `first_id` is the first event since the mark that left an accepted class.
    """
    return tx.row(CHANGED, first_id=first_id, mark=mark)
