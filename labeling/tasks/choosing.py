"""Which tasks somebody is given next: their tiers' most urgent, mixed with random items."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.items.hashing import SPLIT_SHARES
from labeling.projects import store as projects
from labeling.tasks import cursors, routed, tiers
from labeling.tasks.cursors import Place
from labeling.tasks.searching import store as searching
from labeling.tasks.service import open_for_lease, open_next

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

NOTHING_ELSE: Final[dict[str, Any]] = {"why": "nothing else for this annotator"}
MIX: Final[dict[str, Any]] = {"why": "a random item, so that nobody gets only the hard ones"}
ROUNDING: Final = 1e-9


def from_queue(
    tx: Transaction, project: Row, annotator: Row, count: int, ahead: int, given: int
) -> list[Row]:
    """Return up to `count` tasks of the queue for somebody, else of the pool, locked.

    Where the pool is opened, `ahead` more than are given now are opened for the next lease.
    `given` is how many questions they have answered and hold: it alone decides which of their
    questions are random ones, so that the mix costs no look into the past.
    """
    if count <= 0:
        return []
    start = cursors.begin(tx, annotator)
    found = _most_urgent(tx, annotator, tiers.own_tiers(project, annotator), start, count)
    if len(found) < count:
        found = _others_too(tx, project, annotator, count, ahead, found, start)
        chosen = found
    else:
        chosen = _mixed(tx, project, annotator, found, given)
    if found:
        cursors.move(tx, annotator, Place(found[0].priority, found[0].id))
    return chosen


def _mixed(
    tx: Transaction, project: Row, annotator: Row, found: list[Row], given: int
) -> list[Row]:
    """Return as many tasks as were found, with so many random ones as are due among them.

    Where too few of the queue's are, untouched items are opened at its head, so that the others
    who are to answer them are asked next.
    """
    share = projects.policy_of(project).routing.easy_share
    missing = _easy_among(given, len(found), share) - sum(bool(task.is_easy) for task in found)
    if missing <= 0:
        return found
    opened = open_next(tx, project, "train", missing, MIX, annotator=annotator)
    return _in_places(found, _of(tx, annotator, list(opened.values())), given, share)


def open_for(tx: Transaction, project: Row, annotator: Row, count: int) -> list[int]:
    """Open up to `count` further items that this annotator would be asked; return the tasks.

    Training items first; the other splits when those are used up, so that whoever labels the whole
    file gets to its end.
    """
    opened: list[int] = []
    for split, _ in SPLIT_SHARES:
        if len(opened) < count:
            found = open_for_lease(tx, project, split, count - len(opened), NOTHING_ELSE, annotator)
            opened += found.values()
    return opened


def _most_urgent(
    tx: Transaction, annotator: Row, ranks: tuple[int, ...], start: Place, count: int
) -> list[Row]:
    """Return the most urgent tasks of some tiers; each tier is one look into the queue's index."""
    found = [
        task
        for rank in dict.fromkeys(ranks)
        for task in searching.candidates(tx, annotator, rank, start, count)
    ]
    if len(ranks) > 1:
        found.sort(key=lambda task: (task.priority, task.id), reverse=True)
    return found[:count]


def _others_too(
    tx: Transaction,
    project: Row,
    annotator: Row,
    count: int,
    ahead: int,
    found: list[Row],
    start: Place,
) -> list[Row]:
    """Return what was found, and what tiers that need help have, the pool, and the queue's top."""
    has_tiers = projects.policy_of(project).routing.tiers
    if has_tiers:
        found = _helped(tx, project, annotator, count, found)
    if len(found) < count and routed.is_on(project) and routed.open_to_all(tx, project):
        own = tiers.own_tiers(project, annotator)
        found = _most_urgent(tx, annotator, own, cursors.TOP, count)
    left = count - len(found)
    if left > 0 and not routed.has_to_wait(tx, project, annotator):
        opened = open_for(tx, project, annotator, left + ahead)
        found = found + _of(tx, annotator, opened[:left])
    if len(found) < count and start != cursors.TOP:
        own = tiers.own_tiers(project, annotator)
        again = _most_urgent(tx, annotator, own, cursors.TOP, count)
        known = {task.id for task in again}
        found = (again + [task for task in found if task.id not in known])[:count]
    if len(found) < count and not has_tiers:
        found = _helped(tx, project, annotator, count, found)
    return found


def _helped(
    tx: Transaction, project: Row, annotator: Row, count: int, found: list[Row]
) -> list[Row]:
    others = tiers.other_tiers(tx, project, annotator)
    if not others:
        return found
    return found + _most_urgent(tx, annotator, others, cursors.TOP, count - len(found))


def _of(tx: Transaction, annotator: Row, task_ids: list[int]) -> list[Row]:
    """Return those of some tasks that somebody may take, locked."""
    return [row for found in task_ids for row in searching.candidate(tx, annotator, found)]


def _is_easy_place(place: int, share: float) -> bool:
    """Whether the question at this place, counted from 0, is a random one: every fifth at 0.2."""
    return int((place + 1) * share + ROUNDING) > int(place * share + ROUNDING)


def _easy_among(given: int, count: int, share: float) -> int:
    return int((given + count) * share + ROUNDING) - int(given * share + ROUNDING)


def _in_places(found: list[Row], mixed: list[Row], given: int, share: float) -> list[Row]:
    """Return as many tasks as were found, random ones at their places instead of the last."""
    kept, easy, chosen = iter(found[: len(found) - len(mixed)]), iter(mixed), []
    for place in range(given, given + len(found)):
        sources = (easy, kept) if _is_easy_place(place, share) else (kept, easy)
        task = next(sources[0], None)
        chosen.append(next(sources[1]) if task is None else task)
    return chosen
