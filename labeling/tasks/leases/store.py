"""SQL of assignments: who holds which task until when, what was answered, on the hot path."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.tasks.store import AUDIT, LABEL

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

LEASED_COUNT = "SELECT COUNT(*) FROM assignment WHERE state = 'leased'"
SET_CURRENT = """
UPDATE assignment SET current_annotation_id = :annotation_id WHERE id = :assignment_id
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


def count_leased(tx: Transaction) -> int:
    """Return how many questions are held now, in all projects: as many rows as people hold."""
    return int(tx.value(LEASED_COUNT))


def set_current(tx: Transaction, assignment_id: int, annotation_id: int) -> None:
    """Let another revision be the answer of an assignment."""
    tx.run(SET_CURRENT, assignment_id=assignment_id, annotation_id=annotation_id)


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
