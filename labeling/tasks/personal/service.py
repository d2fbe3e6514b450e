"""The verbs of kept slots: assign items to a person until a day, cancel, end what is due."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.tasks import service as tasks
from labeling.tasks import store as task_store
from labeling.tasks.overlap import overlap_of
from labeling.tasks.personal import store
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Row, Transaction

MOST_ITEMS: Final = 200
MOST_DAYS: Final = 366
MOST_NOTE_CHARACTERS: Final = 500
ASSIGNED: Final = "assigned"
REASK: Final = "reask"
WHY_NOT: Final = {
    "settled": "it is settled already",
    "set_aside": "it is set aside; restore it first",
    "dropped": "it was dropped",
}
OWN: Final = {
    "leased": "they hold it already",
    "submitted": "they have answered it",
    "skipped": "they have skipped it",
}
TAKEN: Final = "all its judgments are taken"


@dataclass(frozen=True, slots=True)
class NewAssignment:
    """Items, by key, that one person is to answer until a time; a note is shown beside them."""

    annotator_id: int
    keys: Sequence[str]
    due_at: int
    note: str = ""


@dataclass(slots=True)
class AssignReport:
    """What was assigned, and what was not and why, by key."""

    assigned: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)


def assign_items(tx: Transaction, project: Row, new: NewAssignment) -> AssignReport:
    """Keep one judgment of each item for a person until a time, ahead of what the queue has.

    It overrides the order of the queue and who it would ask, never the overlap: the judgment is
    one of those the item wants. When the time is over it returns to the queue.

    Raises
    ------
    InvalidInputError
        Too many items, a time that has passed or lies more than a year ahead, a note too long.

    """
    _check(tx, new)
    store.set_flag(tx, new.annotator_id, 1)
    report = AssignReport()
    for key in dict.fromkeys(new.keys):
        reason = _assign_one(tx, project, new, key)
        if reason is None:
            report.assigned.append(key)
        else:
            report.refused[key] = reason
    audit.record(
        tx,
        project.id,
        "task.assign",
        "annotator",
        new.annotator_id,
        items=len(report.assigned),
        due_at=new.due_at,
    )
    return report


def _check(tx: Transaction, new: NewAssignment) -> None:
    if not 1 <= len(new.keys) <= MOST_ITEMS:
        raise InvalidInputError(f"Assign 1 to {MOST_ITEMS} items at once.", place="keys")
    if not tx.now < new.due_at <= tx.now + MOST_DAYS * 86_400 * MICROS:
        raise InvalidInputError("A due time lies ahead, at most a year.", place="due_at")
    if len(new.note) > MOST_NOTE_CHARACTERS:
        raise InvalidInputError(
            f"A note has at most {MOST_NOTE_CHARACTERS} characters.", place="note"
        )


def _assign_one(tx: Transaction, project: Row, new: NewAssignment, key: str) -> str | None:
    """Keep one item's slot and return None, or why it cannot be kept."""
    known = items.find(tx, project.id, key)
    if known is None:
        return "there is no such item"
    item = items.get_or_raise(tx, known.id)
    if item.state == "new":
        task_id = _open(tx, project, item)
    elif item.state == "queued":
        task_id, reason = _hold(tx, item.id, new.annotator_id)
        if reason is not None:
            return reason
    else:
        return WHY_NOT[item.state]
    if task_id is None:
        return TAKEN
    values = {
        "project_id": project.id,
        "created_by": tx.actor.id if tx.actor.kind == "user" else None,
        "kind": ASSIGNED,
        "item_id": item.id,
        "annotator_id": new.annotator_id,
        "task_id": task_id,
        "due_at": new.due_at,
        "note": new.note,
    }
    if store.add(tx, values) is None:
        task_store.return_slots(tx, task_id, 1)
        return "it is assigned to them already"
    return None


def _open(tx: Transaction, project: Row, item: Row) -> int | None:
    least, most = overlap_of(projects.policy_of(project), item.split)
    wish = tasks.TaskWish(
        item.id, tasks.FALLBACK_PRIORITY, least, most, reason={"why": "assigned to a person"}
    )
    task_id = tasks.open_held_tasks(tx, project, [wish], 1).get(item.id)
    if task_id is not None and item.split == "test":
        projects.count(tx, project.id, "test_tasks", 1)
    return task_id


def _hold(tx: Transaction, item_id: int, annotator_id: int) -> tuple[int | None, str | None]:
    task = store.open_task_of(tx, item_id, annotator_id)
    if task is None:
        return None, TAKEN
    if task.own_state in OWN:
        return None, OWN[task.own_state]
    return (task.id, None) if task_store.hold_slots(tx, task.id, 1) else (None, TAKEN)


def cancel(tx: Transaction, project: Row, personal_id: int) -> None:
    """Take an assignment back: what waits returns to the queue, what is held stays held.

    Raises
    ------
    NotFoundError
        There is no such assignment.
    ConflictError
        It has ended already.

    """
    found = store.get(tx, project.id, personal_id)
    if found is None:
        raise NotFoundError("There is no such assignment.")
    task_store.lock(tx, found.task_id)
    if store.end(tx, personal_id, "waiting", "cancelled"):
        task_store.return_slots(tx, found.task_id, 1)
    elif not store.end(tx, personal_id, "leased", "cancelled"):
        raise ConflictError("This assignment has ended already.", state=found.state)
    audit.record(tx, project.id, "task.unassign", "task", found.task_id)


def end_due(tx: Transaction, limit: int = 200) -> int:
    """Return the slots whose time is over to the queue; a re-ask is for nobody else, and ends."""
    ended = 0
    for found in store.due(tx, limit):
        task_store.lock(tx, found.task_id)
        state = "withdrawn" if found.kind == REASK else "returned"
        if not store.end(tx, found.id, "waiting", state):
            continue
        if found.kind == REASK:
            task_store.withdraw_one(tx, found.task_id, "not answered in time")
        task_store.return_slots(tx, found.task_id, 1)
        ended += 1
    return ended


def keep(tx: Transaction, assignment: Row) -> bool:
    """Keep the slot of a lease that ended unanswered for its annotator, where it is theirs."""
    annotator_id = store.keep(tx, assignment.id)
    if annotator_id is None:
        return False
    store.set_flag(tx, annotator_id, 1)
    return True


def annotator_named(tx: Transaction, project_id: int, name: str) -> Row:
    """Return the annotator of that pseudonym or raise :class:`NotFoundError`."""
    for row in workforces.list_annotators(tx, project_id):
        if row.pseudonym == name:
            return row
    raise NotFoundError(f"There is no annotator {name!r}.")
