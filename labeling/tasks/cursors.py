"""Where an annotator's search of the queue begins: a hint in memory, never a rule.

Whoever answers fast leaves many answered questions open at the head of the queue, and would pass
over all of them at every lease. So a search begins where the last one found something. A task that
becomes free before that place moves the place back; what happens in another process is seen when
the hint is a second old; and whoever finds too little looks again from the top.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from labeling.clock import MICROS

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

KEPT_SECONDS: Final = 1


class Place(NamedTuple):
    """A place in the queue's order: the higher comes first."""

    priority: int
    task_id: int


TOP: Final = Place(2**62, 2**62)


class _Cursor(NamedTuple):
    place: Place
    until: int


def _cursors(tx: Transaction, project_id: int) -> dict[int, _Cursor]:
    found: dict[int, _Cursor] = tx.hints.setdefault(("queue", project_id), {})
    return found


def begin(tx: Transaction, annotator: Row) -> Place:
    """Return the place at which an annotator's search begins."""
    cursor = _cursors(tx, annotator.project_id).get(annotator.id)
    return TOP if cursor is None or cursor.until <= tx.now else cursor.place


def move(tx: Transaction, annotator: Row, place: Place) -> None:
    """Remember where a search found something; a hint's second begins with the first of a row."""
    cursors = _cursors(tx, annotator.project_id)
    known = cursors.get(annotator.id)
    fresh = known is not None and known.until > tx.now
    until = known.until if fresh and known is not None else tx.now + KEPT_SECONDS * MICROS
    cursors[annotator.id] = _Cursor(place, until)


def move_back(tx: Transaction, project_id: int, place: Place) -> None:
    """Let everybody who is past a place find the task that became free there."""
    cursors = _cursors(tx, project_id)
    for annotator_id, cursor in list(cursors.items()):
        if cursor.place < place:
            cursors[annotator_id] = cursor._replace(place=place)
