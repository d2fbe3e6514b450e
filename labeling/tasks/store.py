"""SQL of the queue: constant statements, the hot path of every lease and answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.tasks import cursors
from labeling.tasks.cursors import Place

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from labeling.database import Row, Transaction

EVERYTHING: Final = 2**63 - 1
"""Every bit of a mask."""
LABEL: Final = "label"
AUDIT: Final = "audit"
"""A question whose answer is compared with a model's; to whoever is asked it is like any other."""
ASKED: Final = frozenset({LABEL, AUDIT})
"""Kinds of tasks whose answers make an item's consensus."""
ADD = """
INSERT INTO task (project_id, created_at, item_id, schema_version, kind, family, pass_n, reason,
    priority, wanted,
    wanted_most, open_slots, is_open, workforce_id, tier, needs, is_easy, state)
VALUES (:project_id, :now, :item_id, :schema_version, :kind, 'answer', 1, :reason, :priority,
    :wanted,
    :wanted_most, :wanted, :is_open, :workforce_id, :tier, :needs, :is_easy, 'open')
ON CONFLICT DO NOTHING RETURNING id, item_id, priority
"""
LEASED_COUNT = "SELECT COUNT(*) FROM assignment WHERE state = 'leased'"
OPEN_COUNT = """
SELECT COUNT(*) FROM (SELECT 1 FROM task WHERE project_id = :project_id AND is_open LIMIT :most) AS
    found
"""
TASK_COLUMNS: Final = """
    t.id, t.project_id, t.item_id, t.schema_version, t.kind, t.family, t.pass_n, t.wanted,
    t.wanted_most, t.open_slots, t.state, t.close_reason, t.workforce_id, t.skips_counted,
    t.doubted_at, t.tier, t.needs, t.priority
"""
GET = f"SELECT {TASK_COLUMNS} FROM task t WHERE t.id = :task_id"  # noqa: S608 - names from the code
LOCK = GET + " FOR NO KEY UPDATE"
CANDIDATE = """
SELECT t.id, t.item_id, t.kind, t.family, t.pass_n, t.priority, t.is_easy, x.id AS previous_id
FROM task t LEFT JOIN assignment x
    ON x.annotator_id = :annotator_id AND x.item_id = t.item_id AND x.family = t.family AND
    x.pass_n = t.pass_n
WHERE t.project_id = :project_id AND t.is_open AND (t.workforce_id IS NULL OR t.workforce_id =
    :workforce_id)
    AND (x.id IS NULL OR x.state IN ('expired', 'released')) AND (t.needs & :lacks) = 0
"""
CANDIDATES = (
    CANDIDATE
    + """    AND t.tier = :tier AND (t.priority, t.id) <= (:priority, :task_id)
ORDER BY t.priority DESC, t.id DESC LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED
"""
)
ONE_CANDIDATE = CANDIDATE + "AND t.id = :task_id FOR NO KEY UPDATE OF t SKIP LOCKED"
HAS_TIERED = """
SELECT id FROM task WHERE project_id = :project_id AND tier > 0 AND is_open LIMIT 1
"""
OF_ITEM = """
SELECT id AS task_id, created_at, kind, family, state, close_reason, wanted, reason FROM task
WHERE item_id = :item_id ORDER BY id DESC LIMIT 1000
"""
REASON = "SELECT reason FROM task WHERE id = :task_id"
MOVE_UP = """
UPDATE task SET tier = :tier, reason = :reason, wanted = wanted + :slots,
    open_slots = open_slots + :slots, is_open = (state = 'open'),
    wanted_most = CASE WHEN wanted_most < wanted + :slots THEN wanted + :slots ELSE wanted_most END
WHERE id = :task_id RETURNING project_id, priority, id
"""
TAKE_SLOT = """
UPDATE task SET open_slots = open_slots - 1, is_open = (open_slots > 1 AND state = 'open')
WHERE id = :task_id AND open_slots > 0 AND state IN ('open', 'standing')
"""
# Of a task that is locked and open: were there no slot, the table's own check would refuse it.
TAKE_LOCKED = """
UPDATE task SET open_slots = open_slots - 1, is_open = (open_slots > 1 AND state = 'open')
WHERE id = :task_id
"""
RETURN_SLOT = """
UPDATE task SET open_slots = open_slots + 1, is_open = (state = 'open' AND family = 'answer')
WHERE id = :task_id RETURNING project_id, priority, id
"""
HOLD_SLOTS = """
UPDATE task SET open_slots = open_slots - :slots, is_open = (open_slots > :slots AND state = 'open')
WHERE id = :task_id AND open_slots >= :slots
"""
RETURN_SLOTS = """
UPDATE task SET open_slots = open_slots + :slots, is_open = (state = 'open') WHERE id = :task_id
RETURNING project_id, priority, id
"""
WAS_HELD = "SELECT id FROM assignment WHERE task_id = :task_id LIMIT 1"
WITHDRAW_ONE = """
UPDATE task SET state = 'withdrawn', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'open'
"""
WIDEN = """
UPDATE task SET wanted = wanted + 1, open_slots = open_slots + 1, is_open = (1 = 1)
WHERE id = :task_id AND state = 'open'
"""
CLOSE = """
UPDATE task SET state = 'closed', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'open'
"""
# An item has one open task of a family and a pass: asked anew, its older task stays shut.
REOPEN = """
UPDATE task SET state = 'open', is_open = (open_slots > 0), close_reason = NULL, closed_at = NULL
WHERE id = :task_id AND NOT EXISTS (
    SELECT 1 FROM task o WHERE o.item_id = task.item_id AND o.family = task.family
        AND o.pass_n = task.pass_n AND o.state = 'open' AND o.id <> task.id)
RETURNING project_id, priority, id
"""
ASK_AGAIN = """
UPDATE task SET state = 'open', is_open = (1 = 1), wanted = wanted + 1, open_slots = open_slots + 1,
    wanted_most = CASE WHEN wanted_most > wanted THEN wanted_most ELSE wanted + 1 END,
    priority = :priority, reason = :reason, close_reason = NULL, closed_at = NULL,
    workforce_id = NULL
WHERE id = :task_id AND state = 'closed' AND NOT EXISTS (
    SELECT 1 FROM task o WHERE o.item_id = task.item_id AND o.family = task.family
        AND o.pass_n = task.pass_n AND o.state = 'open' AND o.id <> task.id)
RETURNING project_id, priority, id
"""
GIVE_UP = """
UPDATE task SET state = 'closed', is_open = (1 = 0), wanted = wanted - 1,
    open_slots = open_slots - 1, close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state = 'open' AND open_slots > 0 AND wanted > 1 AND NOT EXISTS (
    SELECT 1 FROM assignment a WHERE a.task_id = task.id AND a.state = 'leased')
"""
OPEN_TO_ALL = """
UPDATE task SET workforce_id = NULL WHERE id IN (
    SELECT id FROM task WHERE project_id = :project_id AND is_open AND workforce_id IS NOT NULL
        AND created_at <= :before
    ORDER BY priority DESC, id DESC LIMIT :limit FOR NO KEY UPDATE SKIP LOCKED)
RETURNING project_id, priority, id
"""
FOR_OTHERS = """
SELECT id FROM task WHERE project_id = :project_id AND is_open AND workforce_id IS NOT NULL
    AND workforce_id <> :workforce_id
LIMIT 1
"""
SET_ASIDE = """
UPDATE task SET state = 'set_aside', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id = :task_id AND state IN ('open', 'closed')
"""
ASIDE_OF_ITEM = """
SELECT id FROM task WHERE item_id = :item_id AND state = 'set_aside' AND family = 'answer'
    AND pass_n = 1
ORDER BY id DESC LIMIT 1
"""
COUNT_SKIP = "UPDATE task SET skips_counted = skips_counted + :step WHERE id = :task_id"
DOUBT = "UPDATE task SET doubted_at = :now WHERE id = :task_id"
CLOSED_OF_ITEM = """
SELECT id FROM task WHERE item_id = :item_id AND state = 'closed' AND family = 'answer'
    AND pass_n = 1 AND kind IN ('label', 'audit')
ORDER BY id DESC LIMIT 1
"""
SET_CURRENT = """
UPDATE assignment SET current_annotation_id = :annotation_id WHERE id = :assignment_id
"""
WITHDRAW = """
UPDATE task SET state = 'withdrawn', is_open = (1 = 0), close_reason = :reason, closed_at = :now
WHERE id IN (
    SELECT t.id FROM task t JOIN item i ON i.id = t.item_id
    WHERE t.project_id = :project_id AND t.is_open AND t.open_slots = t.wanted AND i.split = 'train'
        AND t.kind = 'label'
        AND NOT EXISTS (SELECT 1 FROM assignment a WHERE a.task_id = t.id)
    ORDER BY t.priority, t.id LIMIT :limit FOR NO KEY UPDATE OF t SKIP LOCKED)
RETURNING item_id
"""
LEASED = """
RETURNING id, project_id, handle, task_id, lease_n, expires_at, guideline_version,
    current_annotation_id, reserved_micros, item_id, kind,
    (SELECT schema_version FROM task WHERE task.id = assignment.task_id) AS schema_version,
    (SELECT data FROM item WHERE item.id = assignment.item_id) AS data
"""
"""What `HELD` reads, of a lease that was just taken."""
LEASE = (
    """
INSERT INTO assignment (project_id, created_at, handle, task_id, item_id, annotator_id,
    workforce_id, kind, shadow_task_id, family, pass_n,
    state, lease_n, leased_at, expires_at, active_ms, guideline_version, reserved_micros)
VALUES (:project_id, :now, :handle, :task_id, :item_id, :annotator_id, :workforce_id, :kind,
    :shadow_task_id, :family, :pass_n,
    'leased', 1, :now, :expires_at, 0, :guideline_version, :reserved)
"""
    + LEASED
)
RELEASE_AGAIN = (
    """
UPDATE assignment SET state = 'leased', lease_n = lease_n + 1, task_id = :task_id, kind = :kind,
    shadow_task_id = :shadow_task_id, leased_at = :now,
    expires_at = :expires_at, guideline_version = :guideline_version, reserved_micros = :reserved
WHERE id = :assignment_id
"""
    + LEASED
)
ASSIGNMENT_COLUMNS: Final = """
    x.id, x.project_id, x.handle, x.task_id, x.item_id, x.annotator_id, x.workforce_id, x.state,
    x.lease_n, x.leased_at, x.expires_at, x.submitted_at, x.reserved_micros,
    x.current_annotation_id, x.guideline_version, x.discount_id, x.kind, x.family
"""
ASSIGNMENT = f"SELECT {ASSIGNMENT_COLUMNS} FROM assignment x "  # noqa: S608 - names from the code
HELD_COLUMNS: Final = """
    x.id, x.project_id, x.handle, x.task_id, x.lease_n, x.expires_at, x.guideline_version,
    x.current_annotation_id, x.reserved_micros, x.item_id, x.kind, t.schema_version, i.data
"""
HELD = f"""
SELECT {HELD_COLUMNS}
FROM assignment x JOIN task t ON t.id = x.task_id JOIN item i ON i.id = x.item_id
WHERE x.annotator_id = :annotator_id AND x.state = 'leased' AND x.family = :family
ORDER BY x.leased_at, x.id LIMIT 100
"""  # noqa: S608 - names from the code
OVERDUE = (
    ASSIGNMENT
    + "WHERE x.state = 'leased' AND x.expires_at <= :now ORDER BY x.expires_at LIMIT :limit"
)
BY_HANDLE = (
    ASSIGNMENT
    + """JOIN annotator n ON n.id = x.annotator_id
JOIN project p ON p.id = x.project_id
WHERE x.handle = :handle AND n.user_id = :user_id AND n.state <> 'retired' AND p.deleted_at IS NULL
"""
)
LOCK_ASSIGNMENT = ASSIGNMENT + "WHERE x.id = :assignment_id FOR NO KEY UPDATE"
SET_STATE = """
UPDATE assignment SET state = :state, reserved_micros = :reserved
WHERE id = :assignment_id AND state = 'leased' AND lease_n = :lease_n
"""
EXTEND = """
UPDATE assignment SET expires_at = :expires_at
WHERE id = :assignment_id AND state = 'leased' AND lease_n = :lease_n AND expires_at > :now
"""
SUBMITTED = """
UPDATE assignment SET state = :state, submitted_at = :now, active_ms = active_ms + :active_ms,
    reserved_micros = 0,
    current_annotation_id = :annotation_id
WHERE id = :assignment_id
"""
LEASE_BACK = """
UPDATE assignment SET state = 'leased', lease_n = lease_n + 1, leased_at = :now, expires_at =
    :expires_at,
    reserved_micros = :reserved
WHERE id = :assignment_id
"""
LATE_RESERVATIONS = """
SELECT a.id, a.project_id, a.reserved_micros, a.expires_at FROM assignment a
WHERE a.state = 'expired' AND a.reserved_micros > 0 AND a.expires_at <= :before ORDER BY
    a.expires_at LIMIT :limit
"""
DROP_RESERVATION = """
UPDATE assignment SET reserved_micros = 0 WHERE id = :assignment_id AND state = 'expired' AND
    reserved_micros > 0
"""
NEXT_RETURN = """
SELECT expires_at FROM assignment
WHERE state = 'leased' AND project_id = :project_id AND annotator_id <> :annotator_id
ORDER BY expires_at LIMIT 1
"""
LIVE_COUNT = """
SELECT COUNT(*) FROM assignment a JOIN annotator n ON n.id = a.annotator_id
WHERE n.project_id = :project_id AND a.state = 'leased'
"""
RECENT = """
SELECT a.id, a.handle, a.submitted_at, a.state, a.current_annotation_id, i.data, a.item_id
FROM assignment a JOIN item i ON i.id = a.item_id
WHERE a.annotator_id = :annotator_id AND a.submitted_at IS NOT NULL AND a.family = 'answer'
ORDER BY a.submitted_at DESC, a.id DESC LIMIT :limit
"""
NEWER = """
SELECT COUNT(*) FROM (SELECT 1 FROM assignment
WHERE annotator_id = :annotator_id AND submitted_at > :submitted_at
    AND family = 'answer' LIMIT :limit) AS found
"""
TODAY = """
SELECT COUNT(*) AS answers, COALESCE(SUM(active_ms), 0) AS active_ms FROM assignment
WHERE annotator_id = :annotator_id AND submitted_at >= :since AND state = 'submitted'
    AND family = 'answer'
"""


def add_all(tx: Transaction, project: Row, tasks: Sequence[Mapping[str, Any]]) -> dict[int, int]:
    """Open tasks on items; return the new ones by item, without those that had an open one.

    Each holds the parameters of `ADD` but for the project's, the time and the state.
    """
    shared = {
        "project_id": project.id,
        "schema_version": project.schema_version,
        "now": tx.now,
        "is_open": True,
    }
    added = tx.insert_rows(ADD, [{**task, **shared} for task in tasks])
    for row in added:
        cursors.move_back(tx, project.id, Place(row.priority, row.id))
    return {int(row.item_id): int(row.id) for row in added}


def _free(tx: Transaction, sql: str, **params: Any) -> bool:
    """Open a task to the queue, also for those whose search is past it; False where none was."""
    found = tx.rows(sql, **params)
    for row in found:
        cursors.move_back(tx, row.project_id, Place(row.priority, row.id))
    return bool(found)


def open_to_all(tx: Transaction, project_id: int, before: int, limit: int) -> bool:
    """Open tasks that were for one workforce and are older to anybody; False where none was."""
    return _free(tx, OPEN_TO_ALL, project_id=project_id, before=before, limit=limit)


def has_for_others(tx: Transaction, project_id: int, workforce_id: int) -> bool:
    """Whether tasks that other workforces are to answer have open slots."""
    found = tx.row(FOR_OTHERS, project_id=project_id, workforce_id=workforce_id)
    return found is not None


def count_open(tx: Transaction, project_id: int, most: int) -> int:
    """Return how many tasks have open slots, counted up to `most`."""
    return int(tx.value(OPEN_COUNT, project_id=project_id, most=most))


def count_leased(tx: Transaction) -> int:
    """Return how many questions are held now, in all projects: as many rows as people hold."""
    return int(tx.value(LEASED_COUNT))


def get(tx: Transaction, task_id: int) -> Row:
    """Return a task."""
    return tx.rows(GET, task_id=task_id)[0]


def lock(tx: Transaction, task_id: int) -> Row:
    """Return a task, locked until the end of the transaction."""
    return tx.rows(LOCK, task_id=task_id)[0]


def lacks(annotator: Row) -> int:
    """Return the bits of every ability that somebody does not offer."""
    return EVERYTHING & ~int(annotator.abilities)


def candidates(tx: Transaction, annotator: Row, tier: int, start: Place, limit: int) -> list[Row]:
    """Return the best tasks of a tier, from a place on, that this annotator may take, locked.

    Never one answered before.
    """
    return tx.rows(
        CANDIDATES,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        workforce_id=annotator.workforce_id,
        tier=tier,
        lacks=lacks(annotator),
        priority=start.priority,
        task_id=start.task_id,
        limit=limit,
    )


def candidate(tx: Transaction, annotator: Row, task_id: int) -> list[Row]:
    """Return one task as `candidates` does; nothing where this annotator may not take it."""
    return tx.rows(
        ONE_CANDIDATE,
        project_id=annotator.project_id,
        annotator_id=annotator.id,
        workforce_id=annotator.workforce_id,
        lacks=lacks(annotator),
        task_id=task_id,
    )


def has_tiered(tx: Transaction, project_id: int) -> bool:
    """Return whether an open task is for a tier."""
    return tx.row(HAS_TIERED, project_id=project_id) is not None


def reason_of(tx: Transaction, task_id: int) -> str:
    """Return why a task was opened, as JSON."""
    return str(tx.value(REASON, task_id=task_id))


def list_of_item(tx: Transaction, item_id: int) -> list[Row]:
    """Return an item's tasks with why each was opened (JSON), newest first."""
    return tx.rows(OF_ITEM, item_id=item_id)


def move_up(tx: Transaction, task_id: int, *, tier: int, slots: int, reason: str) -> None:
    """Hand a task to another tier with slots for it."""
    _free(tx, MOVE_UP, task_id=task_id, tier=tier, slots=slots, reason=reason)


def take_slot(tx: Transaction, task_id: int) -> bool:
    """Take one slot of an open task; False where there is none."""
    return tx.run(TAKE_SLOT, task_id=task_id) == 1


def take_locked_slot(tx: Transaction, task_id: int) -> None:
    """Take a slot of a task that this transaction has found open and locked."""
    tx.later(TAKE_LOCKED, task_id=task_id)


def return_slot(tx: Transaction, task_id: int) -> None:
    """Give a slot back; a closed task stays closed."""
    _free(tx, RETURN_SLOT, task_id=task_id)


def hold_slots(tx: Transaction, task_id: int, slots: int) -> bool:
    """Take slots out of the queue for a work order or a person; False where it has fewer."""
    return tx.run(HOLD_SLOTS, task_id=task_id, slots=slots) == 1


def return_slots(tx: Transaction, task_id: int, slots: int) -> None:
    """Give slots of a work order to the queue; a closed task stays closed."""
    _free(tx, RETURN_SLOTS, task_id=task_id, slots=slots)


def was_held(tx: Transaction, task_id: int) -> bool:
    """Return whether anybody was ever given a task."""
    return tx.row(WAS_HELD, task_id=task_id) is not None


def withdraw_one(tx: Transaction, task_id: int, reason: str) -> None:
    """Withdraw one open task."""
    tx.run(WITHDRAW_ONE, task_id=task_id, reason=reason, now=tx.now)


def widen(tx: Transaction, task: Row) -> None:
    """Ask for one more judgment of an open task."""
    tx.later(WIDEN, task_id=task.id)
    cursors.move_back(tx, task.project_id, Place(task.priority, task.id))


def close(tx: Transaction, task_id: int, reason: str) -> None:
    """Close a task; closing twice changes nothing."""
    tx.later(CLOSE, task_id=task_id, reason=reason, now=tx.now)


def reopen(tx: Transaction, task_id: int) -> bool:
    """Open a task again with the slots it has; False where its item is asked anew meanwhile."""
    return _free(tx, REOPEN, task_id=task_id)


def ask_again(tx: Transaction, task_id: int, *, priority: int, reason: str) -> bool:
    """Open a closed task for one more judgment; False where its item is asked already."""
    return _free(tx, ASK_AGAIN, task_id=task_id, priority=priority, reason=reason)


def give_up(tx: Transaction, task_id: int, reason: str) -> bool:
    """Close a task whose last slot nobody has taken; False where somebody has."""
    return tx.run(GIVE_UP, task_id=task_id, reason=reason, now=tx.now) == 1


def set_aside(tx: Transaction, task_id: int, reason: str) -> bool:
    """Take a task out of the queue; False where it is no longer open or closed."""
    return tx.run(SET_ASIDE, task_id=task_id, reason=reason, now=tx.now) == 1


def aside_of_item(tx: Transaction, item_id: int) -> int | None:
    """Return the task with which an item was set aside."""
    found = tx.value(ASIDE_OF_ITEM, item_id=item_id)
    return None if found is None else int(found)


def closed_of_item(tx: Transaction, item_id: int) -> int | None:
    """Return the newest closed task of an item's first asking."""
    found = tx.value(CLOSED_OF_ITEM, item_id=item_id)
    return None if found is None else int(found)


def count_skip(tx: Transaction, task_id: int, step: int) -> None:
    """Add or take back a skip that holds a slot as an opinion."""
    tx.run(COUNT_SKIP, task_id=task_id, step=step)


def doubt(tx: Transaction, task_id: int) -> None:
    """Note that a full fit has reopened a task; it does so once."""
    tx.run(DOUBT, task_id=task_id, now=tx.now)


def set_current(tx: Transaction, assignment_id: int, annotation_id: int) -> None:
    """Let another revision be the answer of an assignment."""
    tx.run(SET_CURRENT, assignment_id=assignment_id, annotation_id=annotation_id)


def withdraw(tx: Transaction, project_id: int, limit: int, reason: str) -> list[int]:
    """Withdraw the least urgent training tasks that nobody ever held; return their items."""
    return [
        row.item_id
        for row in tx.rows(WITHDRAW, project_id=project_id, limit=limit, reason=reason, now=tx.now)
    ]


def lease(
    tx: Transaction,
    annotator: Row,
    task: Row,
    *,
    handle: str,
    expires_at: int,
    guideline_version: int,
    reserved: int,
) -> Row:
    """Lease a task to an annotator: a first lease, or the same assignment with the next number.

    Returns
    -------
    Row
        The lease, as `held` returns it.

    """
    common = {
        "now": tx.now,
        "task_id": task.id,
        "kind": LABEL if task.kind == AUDIT else task.kind,
        "shadow_task_id": getattr(task, "shadow_task_id", None),
        "expires_at": expires_at,
        "guideline_version": guideline_version,
        "reserved": reserved,
    }
    if task.previous_id is not None:
        return tx.rows_with_waiting(RELEASE_AGAIN, assignment_id=task.previous_id, **common)[0]
    found = tx.rows_with_waiting(
        LEASE,
        project_id=annotator.project_id,
        handle=handle,
        item_id=task.item_id,
        annotator_id=annotator.id,
        workforce_id=annotator.workforce_id,
        family=task.family,
        pass_n=task.pass_n,
        **common,
    )
    return found[0]


def held(tx: Transaction, annotator_id: int, family: str = "answer") -> list[Row]:
    """Return the leases of an annotator with their items' data, oldest first, overdue ones too."""
    return tx.rows(HELD, annotator_id=annotator_id, family=family)


def overdue(tx: Transaction, limit: int) -> list[Row]:
    """Return leases of anybody that have run out, oldest first."""
    return tx.rows(OVERDUE, now=tx.now, limit=limit)


def by_handle(tx: Transaction, handle: str, user_id: int) -> Row | None:
    """Return an assignment by its handle, where it is this person's and their seat still is."""
    return tx.row(BY_HANDLE, handle=handle, user_id=user_id)


def lock_assignment(tx: Transaction, assignment_id: int) -> Row:
    """Return an assignment, locked until the end of the transaction."""
    return tx.rows(LOCK_ASSIGNMENT, assignment_id=assignment_id)[0]


def end_lease(tx: Transaction, assignment: Row, state: str, *, reserved: int) -> bool:
    """End a live lease as expired or released; False where it had ended already."""
    return (
        tx.run(
            SET_STATE,
            assignment_id=assignment.id,
            lease_n=assignment.lease_n,
            state=state,
            reserved=reserved,
        )
        == 1
    )


def extend(tx: Transaction, assignment_id: int, lease_n: int, expires_at: int) -> bool:
    """Extend a live lease; False where the number is old or the time has run out."""
    return (
        tx.run(
            EXTEND, assignment_id=assignment_id, lease_n=lease_n, expires_at=expires_at, now=tx.now
        )
        == 1
    )


def mark_submitted(
    tx: Transaction, assignment_id: int, annotation_id: int, *, state: str, active_ms: int
) -> None:
    """Note that an assignment was answered or skipped; its reservation is over."""
    tx.later(
        SUBMITTED,
        assignment_id=assignment_id,
        annotation_id=annotation_id,
        state=state,
        active_ms=active_ms,
        now=tx.now,
    )


def lease_back(tx: Transaction, assignment_id: int, expires_at: int, reserved: int) -> None:
    """Give an answered assignment back to its annotator with the next lease number."""
    tx.run(
        LEASE_BACK,
        assignment_id=assignment_id,
        expires_at=expires_at,
        reserved=reserved,
        now=tx.now,
    )


def late_reservations(tx: Transaction, before: int, limit: int) -> list[Row]:
    """Return expired assignments whose reservation is still kept, oldest first."""
    return tx.rows(LATE_RESERVATIONS, before=before, limit=limit)


def drop_reservation(tx: Transaction, assignment_id: int) -> bool:
    """Forget the reservation of an expired assignment."""
    return tx.run(DROP_RESERVATION, assignment_id=assignment_id) == 1


def next_return(tx: Transaction, project_id: int, annotator_id: int) -> int | None:
    """Return when the first lease of anybody else ends, None where nobody holds anything."""
    found = tx.value(NEXT_RETURN, project_id=project_id, annotator_id=annotator_id)
    return None if found is None else int(found)


def count_live(tx: Transaction, project_id: int) -> int:
    """Return how many leases are live in a project."""
    return int(tx.value(LIVE_COUNT, project_id=project_id))


def recent(tx: Transaction, annotator_id: int, limit: int) -> list[Row]:
    """Return an annotator's newest answers and skips."""
    return tx.rows(RECENT, annotator_id=annotator_id, limit=limit)


def count_newer(tx: Transaction, annotator_id: int, submitted_at: int, limit: int) -> int:
    """Return how many of an annotator's answers are newer, counted up to `limit`."""
    return int(tx.value(NEWER, annotator_id=annotator_id, submitted_at=submitted_at, limit=limit))


def work_since(tx: Transaction, annotator_id: int, since: int) -> Row:
    """Return an annotator's answers and active milliseconds since a time."""
    return tx.rows(TODAY, annotator_id=annotator_id, since=since)[0]
