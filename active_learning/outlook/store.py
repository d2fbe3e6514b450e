"""SQL of the outlook: the points of the curve, and what was overruled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
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


def points(tx: Transaction, project_id: int) -> list[Row]:
    """Return the selectors' trainings with what they measured, oldest first."""
    return tx.rows(POINTS, project_id=project_id, limit=MOST_POINTS)[::-1]


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
