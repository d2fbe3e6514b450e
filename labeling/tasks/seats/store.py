"""SQL that reads several nouns' rows at once: the seat of an answer, the desk of a lease."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.database import labelled
from labeling.gold.draws.store import DESK_COLUMNS as STOCK_AND_RECORD
from labeling.projects.store import COLUMNS as PROJECT
from labeling.tasks.leases.store import ASSIGNMENT_COLUMNS, HELD_COLUMNS, by_handle
from labeling.tasks.store import TASK_COLUMNS
from labeling.workforces.store import COLUMNS as ANNOTATOR

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

SEAT_TRIES: Final = 3
SEAT = f"""
SELECT {labelled("task", TASK_COLUMNS)}, {labelled("assignment", ASSIGNMENT_COLUMNS)},
    {labelled("project", PROJECT)}, {labelled("annotator", ANNOTATOR)}
FROM assignment x JOIN task t ON t.id = x.task_id JOIN annotator a ON a.id = x.annotator_id
    JOIN workforce w ON w.id = a.workforce_id JOIN project p ON p.id = x.project_id
WHERE x.handle = :handle AND a.user_id = :user_id AND a.state <> 'retired' AND x.family = 'answer'
    AND p.deleted_at IS NULL
FOR NO KEY UPDATE OF t, x, a
"""  # noqa: S608 - names from the code
DESK = f"""
SELECT {labelled("annotator", ANNOTATOR)}, {labelled("stock", STOCK_AND_RECORD)},
    {labelled("lease", HELD_COLUMNS)}
FROM annotator a JOIN workforce w ON w.id = a.workforce_id
    LEFT JOIN gold_stock s ON s.project_id = a.project_id
    LEFT JOIN gold_record r ON r.annotator_id = a.id
    LEFT JOIN gold_place c ON c.annotator_id = a.id
    LEFT JOIN assignment x ON x.annotator_id = a.id AND x.state = 'leased' AND x.family = 'answer'
    LEFT JOIN task t ON t.id = x.task_id LEFT JOIN item i ON i.id = x.item_id
WHERE a.id = :annotator_id ORDER BY x.leased_at, x.id LIMIT 100
"""  # noqa: S608 - names from the code


@dataclass(frozen=True, slots=True)
class Seat:
    """Who answers which question, and where; all but the project locked."""

    project: Row
    annotator: Row
    task: Row
    assignment: Row


def take_seat(tx: Transaction, handle: str, user_id: int) -> Seat | None:
    """Lock an assignment by its handle, with its task before it and its annotator after it.

    None where it is not this person's. Whoever had to wait for the lock has the rows as they are
    now; an assignment that moved to its item's next task meanwhile is looked up again.
    """
    for _ in range(SEAT_TRIES):
        for found in tx.joined(SEAT, handle=handle, user_id=user_id):
            return Seat(**found)
        if by_handle(tx, handle, user_id) is None:
            break
    return None


@dataclass(frozen=True, slots=True)
class Desk:
    """What a lease depends on: the annotator now, what they hold, stock and record of gold."""

    annotator: Row
    held: list[Row]
    stock: Row | None


def desk(tx: Transaction, annotator_id: int) -> Desk:
    """Return the desk of an annotator whom this transaction has locked."""
    found = tx.joined(DESK, annotator_id=annotator_id)
    first = found[0]
    held = [parts["lease"] for parts in found if parts["lease"].id is not None]
    return Desk(first["annotator"], held, first["stock"] if first["stock"].seed else None)
