"""The next questions of somebody who goes through a group, and where a group begins."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.projects import store as projects
from labeling.tasks import service as tasks
from labeling.tasks.groups import store
from labeling.tasks.overlap import overlap_of
from labeling.tasks.tiers import own_tiers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from labeling.database import Row, Transaction

MOST_BUSY: Final = 20
"""Tasks of documents that others are beginning, after which somebody is asked to come again."""


def next_tasks(
    tx: Transaction, project: Row, annotator: Row, count: int, before: Sequence[Row]
) -> list[Row]:
    """Return up to `count` tasks where groups stay together, locked; `before` were chosen already.

    Within a group its items come in order of `seq`, from its first one that the annotator may have;
    an untouched item is opened when its turn comes. Where the group has nothing more for them they
    leave it, and the queue decides which group, or which lone item, is next.
    """
    found = list(before)
    reading = store.reading(tx, annotator.id) if len(found) < count else None
    if reading is not None:
        _extend(found, _pages(tx, project, annotator, reading.group_hash, reading.at_seq), count)
        if len(found) < count:
            store.leave(tx, annotator.id)
    while len(found) < count and (beginning := _beginning(tx, project, annotator, found)):
        task, group = beginning
        if group is not None and _has_room(tx, project, annotator, group):
            store.begin(tx, annotator, group, _until(tx, project))
            _extend(found, _pages(tx, project, annotator, group, 0), count)
        if task.id not in {task.id for task in found} and len(found) < count:
            found.append(task)
    return found


def _has_room(tx: Transaction, project: Row, annotator: Row, group: str) -> bool:
    """Return whether a group can have one more reader.

    Otherwise what is free of it was left behind (skipped, given back, expired): whoever takes that
    page gets no claim to the pages that its reader is due at.
    """
    least = projects.policy_of(project).overlap_least
    return store.count_readers(tx, annotator, group) < least


def _beginning(
    tx: Transaction, project: Row, annotator: Row, found: Sequence[Row]
) -> tuple[Row, str | None] | None:
    """Return the best free task with its group, which nobody else can begin at the same time.

    Where somebody is beginning the group at this very moment, or has begun it since the task was
    found free, another is looked for: two people who come at once get two documents.
    """
    passed_over = {task.id for task in found}
    busy: set[str] = set()
    for _ in range(MOST_BUSY):
        free = next(
            (
                task
                for tier in own_tiers(project, annotator)
                for task in store.free(tx, annotator, tier, len(passed_over) + 1)
                if task.id not in passed_over
            ),
            None,
        )
        if free is None:
            return None
        group = store.group_of(tx, free.item_id)
        if group is None or (group not in busy and store.lock_group(tx, annotator, group, free)):
            return free, group
        busy.add(group)
        passed_over.add(free.id)
    return None


def _extend(found: list[Row], pages: Iterator[Row], count: int) -> None:
    """Add pages that are not there yet, up to `count` tasks in all."""
    chosen = {task.id for task in found}
    while len(found) < count and (task := next(pages, None)) is not None:
        if task.id not in chosen:
            found.append(task)


def _pages(
    tx: Transaction, project: Row, annotator: Row, group_hash: str, after: int
) -> Iterator[Row]:
    """Yield the tasks of a group's items behind a place that an annotator may take, in order."""
    policy = projects.policy_of(project)
    while (
        item := store.next_item(tx, annotator, group_hash, after, policy.overlap_least)
    ) is not None:
        task_id = item.task_id
        if task_id is None and store.lock_new(tx, item.id):
            task_id = _open(tx, project, item)
        elif task_id is None:  # somebody who looked for work has opened it at this moment
            item = store.next_item(tx, annotator, group_hash, after, policy.overlap_least)
            if item is None:
                return
            task_id = item.task_id
        after = item.seq
        task = None if task_id is None else store.one(tx, annotator, task_id)
        if task is not None:
            yield task


def _open(tx: Transaction, project: Row, item: Row) -> int | None:
    wish = tasks.TaskWish(
        item.id,
        tasks.FALLBACK_PRIORITY,
        *overlap_of(projects.policy_of(project), item.split),
        reason={"why": "the next item of its group"},
    )
    task_id = tasks.open_held_tasks(tx, project, [wish], 0).get(item.id)
    if task_id is not None and item.split == "test":
        projects.count(tx, project.id, "test_tasks")
    return task_id


def note_lease(tx: Transaction, project: Row, annotator: Row, item_id: int) -> None:
    """Move an annotator's place in a group to an item that they were leased."""
    store.move(tx, annotator.id, item_id, _until(tx, project))


def _until(tx: Transaction, project: Row) -> int:
    return int(tx.now + projects.policy_of(project).queue.group_idle_seconds * MICROS)
