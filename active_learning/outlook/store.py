"""SQL of the outlook: the points of the curve, and what was overruled."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from active_learning.rounds import store as rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

MOST_POINTS: Final = 2_000
POINTS = """
SELECT answers, spend_micros, accuracy, low, high, n_test, created_at, metrics FROM training_run
WHERE project_id = :project_id AND purpose = 'selector' ORDER BY id DESC LIMIT :limit
"""
ADD_OVERRULE = """
INSERT INTO stop_overrule (project_id, created_at, user_id, rule, reason, until_answers)
VALUES (:project_id, :now, :user_id, :rule, :reason, :until_answers) RETURNING id
"""
OVERRULES = """
SELECT id, created_at, user_id, rule, reason, until_answers FROM stop_overrule
WHERE project_id = :project_id ORDER BY id
"""
LABELLED = """
SELECT c.class_id, COUNT(*) AS n FROM consensus c JOIN item i ON i.id = c.item_id
WHERE c.project_id = :project_id AND c.question = :question AND c.state = 'accepted'
    AND i.split = 'train' AND c.class_id IS NOT NULL
GROUP BY c.class_id
"""
UNTOUCHED = """
SELECT COUNT(*) FROM item WHERE project_id = :project_id AND split = 'train' AND state = 'new'
"""
ATTRIBUTES = "SELECT key, attributes FROM item WHERE project_id = :project_id AND key "
ATTRIBUTES_SQLITE = ATTRIBUTES + "IN (SELECT value FROM json_each(:keys))"  # noqa: S608
ATTRIBUTES_POSTGRES = ATTRIBUTES + "= ANY(:keys)"
NEWEST_DOCUMENT = """
SELECT n, document FROM selection_round
WHERE project_id = :project_id AND document IS NOT NULL AND training_run_id IS NOT NULL
ORDER BY n DESC LIMIT 1
"""
RANDOM_ITEMS = """
SELECT i.id FROM (
    SELECT id, state FROM item WHERE project_id = :project_id AND split = 'train'
        AND state = :state ORDER BY shuffle LIMIT :limit
) AS i JOIN task t ON t.id = (
    SELECT MIN(id) FROM task WHERE item_id = i.id AND kind = 'label' AND family = 'answer'
        AND state <> 'withdrawn'
)
WHERE t.is_easy ORDER BY i.id
"""
TRAINING_ITEMS = "SELECT COUNT(*) FROM item WHERE project_id = :project_id AND split = 'train'"


def points(tx: Transaction, project_id: int) -> list[Row]:
    """Return the selectors' trainings with what they measured, oldest first."""
    return tx.rows(POINTS, project_id=project_id, limit=MOST_POINTS)[::-1]


def newest_document(tx: Transaction, project_id: int) -> Row | None:
    """Return number and document of the newest round that trained a model, None without one."""
    return tx.row(NEWEST_DOCUMENT, project_id=project_id)


def random_items(tx: Transaction, project_id: int) -> list[int]:
    """Return the training items that were first opened at random, of those a round looks at."""
    return [
        row.id
        for state in rounds.SEEN_STATES[1:]
        for row in tx.rows(RANDOM_ITEMS, project_id=project_id, state=state, limit=rounds.MOST_SEEN)
    ]


def count_training(tx: Transaction, project_id: int) -> int:
    """Return how many training items a project has."""
    return int(tx.value(TRAINING_ITEMS, project_id=project_id))


def add_overrule(
    tx: Transaction, project_id: int, rule: str, reason: str, until_answers: int | None
) -> int:
    """Note that a person overrules a stop rule, and return the note's id."""
    return int(
        tx.value(
            ADD_OVERRULE,
            project_id=project_id,
            now=tx.now,
            user_id=tx.actor.id,
            rule=rule,
            reason=reason,
            until_answers=until_answers,
        )
    )


def overrules(tx: Transaction, project_id: int) -> list[Row]:
    """Return all that was overruled, oldest first."""
    return tx.rows(OVERRULES, project_id=project_id)


def labelled_by_class(tx: Transaction, project: Row) -> dict[int, int]:
    """Return how many accepted training items there are of each class."""
    rows = tx.rows(LABELLED, project_id=project.id, question=project.target_question)
    return {row.class_id: int(row.n) for row in rows}


def count_untouched(tx: Transaction, project_id: int) -> int:
    """Return how many training items nobody was asked about."""
    return int(tx.value(UNTOUCHED, project_id=project_id))


def attributes_of(
    tx: Transaction, project_id: int, keys: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the slice attributes of items by key."""
    if tx.dialect == "sqlite":
        rows = tx.rows(ATTRIBUTES_SQLITE, project_id=project_id, keys=json.dumps(keys))
    else:
        rows = tx.rows(ATTRIBUTES_POSTGRES, project_id=project_id, keys=list(keys))
    return {row.key: json.loads(row.attributes) for row in rows}
