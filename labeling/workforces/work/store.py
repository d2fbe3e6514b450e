"""SQL of what people have done: answers, votes that counted, time."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Transaction

WORKED = """
UPDATE annotator SET answers = answers + :answers, counted = counted + :counted,
    active_ms = active_ms + :active_ms, last_seen_at = :now,
    day_answers = CASE WHEN day = :day THEN day_answers ELSE 0 END + :today, day = :day
WHERE id = :annotator_id
"""
ADD_COUNTED = "UPDATE annotator SET counted = counted + :step WHERE id = :annotator_id"
SPENT_TIME = """
UPDATE annotator SET active_ms = active_ms + :active_ms, last_seen_at = :now
WHERE id = :annotator_id
"""
ACTIVE = "SELECT COUNT(*) FROM annotator WHERE project_id = :project_id AND last_seen_at >= :since"


def add_work(
    tx: Transaction,
    annotator_id: int,
    *,
    answers: int,
    counted: int,
    active_ms: int,
    day: int,
    today: int,
) -> None:
    """Add to an annotator's running totals.

    `day` is their calendar day now and `today` what changes in the number of its answers.
    """
    tx.later(
        WORKED,
        annotator_id=annotator_id,
        answers=answers,
        counted=counted,
        active_ms=active_ms,
        now=tx.now,
        day=day,
        today=today,
    )


def add_counted(tx: Transaction, annotator_id: int, step: int) -> None:
    """Move how many of an annotator's answers count."""
    tx.run(ADD_COUNTED, annotator_id=annotator_id, step=step)


def add_time(tx: Transaction, annotator_id: int, active_ms: int) -> None:
    """Add active milliseconds to an annotator's totals, without an answer."""
    tx.run(SPENT_TIME, annotator_id=annotator_id, active_ms=active_ms, now=tx.now)


def count_active(tx: Transaction, project_id: int, since: int) -> int:
    """Return how many annotators have answered since a time in microseconds."""
    return int(tx.value(ACTIVE, project_id=project_id, since=since))
