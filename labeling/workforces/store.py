"""SQL of workforces and annotators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

WORKFORCE = (
    "SELECT id, project_id, name, kind, price_micros, is_simulated, paused_at, overlap_least, "
    "overlap_most FROM workforce "
)
ADD_WORKFORCE = """
INSERT INTO workforce (project_id, created_at, name, kind, price_micros, is_simulated,
    overlap_least, overlap_most)
VALUES (:project_id, :now, :name, :kind, :price_micros, :is_simulated, :overlap_least,
    :overlap_most)
ON CONFLICT (project_id, name) DO NOTHING RETURNING id
"""
GET_BY_NAME = WORKFORCE + "WHERE project_id = :project_id AND name = :name"
LIST_WORKFORCES = WORKFORCE + "WHERE project_id = :project_id ORDER BY id"
ANNOTATOR = """
SELECT a.id, a.project_id, a.workforce_id, a.user_id, a.pseudonym, a.state, a.answers, a.active_ms,
    a.last_seen_at,
       w.name AS workforce, w.kind, w.price_micros, w.is_simulated, w.paused_at
FROM annotator a JOIN workforce w ON w.id = a.workforce_id
"""
GET_BY_USER = ANNOTATOR + "WHERE a.project_id = :project_id AND a.user_id = :user_id"
GET_ANNOTATOR = ANNOTATOR + "WHERE a.id = :annotator_id"
LOCK = GET_ANNOTATOR + " FOR NO KEY UPDATE OF a"
LIST_ANNOTATORS = ANNOTATOR + "WHERE a.project_id = :project_id ORDER BY a.id LIMIT 1000"
ADD_ANNOTATOR = """
INSERT INTO annotator (project_id, created_at, workforce_id, user_id, external_ref, pseudonym,
    state, answers, active_ms)
VALUES (:project_id, :now, :workforce_id, :user_id, :external_ref, :pseudonym, 'active', 0, 0)
ON CONFLICT DO NOTHING RETURNING id
"""
FIND_EXTERNAL = (
    "SELECT id FROM annotator WHERE workforce_id = :workforce_id AND external_ref = :external_ref"
)
LOCK_WORKFORCE = "SELECT id FROM workforce WHERE id = :workforce_id FOR NO KEY UPDATE"
COUNT_ANNOTATORS = "SELECT COUNT(*) FROM annotator WHERE workforce_id = :workforce_id"
WORKED = """
UPDATE annotator SET answers = answers + :answers, active_ms = active_ms + :active_ms, last_seen_at
    = :now
WHERE id = :annotator_id
"""
SET_STATE = "UPDATE annotator SET state = :state WHERE id = :annotator_id"
ACTIVE = "SELECT COUNT(*) FROM annotator WHERE project_id = :project_id AND last_seen_at >= :since"


def add_workforce(
    tx: Transaction,
    *,
    project_id: int,
    name: str,
    kind: str,
    price_micros: int,
    is_simulated: bool,
    overlap: tuple[int | None, int | None] = (None, None),
) -> int:
    """Add a workforce and return its id."""
    found = tx.value(
        ADD_WORKFORCE,
        project_id=project_id,
        now=tx.now,
        name=name,
        kind=kind,
        price_micros=price_micros,
        is_simulated=is_simulated,
        overlap_least=overlap[0],
        overlap_most=overlap[1],
    )
    if found is None:
        raise ConflictError(f"There is a workforce {name!r} already.")
    return int(found)


def get_workforce(tx: Transaction, project_id: int, name: str) -> Row:
    """Return a workforce by name."""
    found = tx.row(GET_BY_NAME, project_id=project_id, name=name)
    if found is None:
        raise NotFoundError(f"There is no workforce {name!r}.")
    return found


def list_workforces(tx: Transaction, project_id: int) -> list[Row]:
    """Return a project's workforces, oldest first."""
    return tx.rows(LIST_WORKFORCES, project_id=project_id)


def get_by_user(tx: Transaction, project_id: int, user_id: int) -> Row | None:
    """Return a person's place among the annotators of a project."""
    return tx.row(GET_BY_USER, project_id=project_id, user_id=user_id)


def get_annotator(tx: Transaction, annotator_id: int) -> Row:
    """Return an annotator with the workforce's name, kind and price."""
    found = tx.row(GET_ANNOTATOR, annotator_id=annotator_id)
    if found is None:
        raise NotFoundError("There is no such annotator.")
    return found


def list_annotators(tx: Transaction, project_id: int) -> list[Row]:
    """Return a project's annotators, oldest first, at most 1,000."""
    return tx.rows(LIST_ANNOTATORS, project_id=project_id)


def lock(tx: Transaction, annotator_id: int) -> Row:
    """Return an annotator as it is now; one request of theirs leases at a time (two tabs)."""
    return tx.rows(LOCK, annotator_id=annotator_id)[0]


def add_annotator(
    tx: Transaction, workforce: Row, *, user_id: int | None = None, external_ref: str | None = None
) -> int | None:
    """Add an annotator under the workforce's next pseudonym; None where there is one already."""
    tx.lock(LOCK_WORKFORCE, workforce_id=workforce.id)
    number = int(tx.value(COUNT_ANNOTATORS, workforce_id=workforce.id)) + 1
    found = tx.value(
        ADD_ANNOTATOR,
        project_id=workforce.project_id,
        now=tx.now,
        workforce_id=workforce.id,
        user_id=user_id,
        external_ref=external_ref,
        pseudonym=f"{workforce.name}-{number:02d}",
    )
    return None if found is None else int(found)


def find_external(tx: Transaction, workforce_id: int, external_ref: str) -> int | None:
    """Return the annotator that a vendor knows by `external_ref`."""
    found = tx.value(FIND_EXTERNAL, workforce_id=workforce_id, external_ref=external_ref)
    return None if found is None else int(found)


def add_work(tx: Transaction, annotator_id: int, answers: int, active_ms: int) -> None:
    """Add answers and active milliseconds to an annotator's running totals."""
    tx.run(WORKED, annotator_id=annotator_id, answers=answers, active_ms=active_ms, now=tx.now)


def set_state(tx: Transaction, annotator_id: int, state: str) -> None:
    """Write an annotator's state."""
    tx.run(SET_STATE, annotator_id=annotator_id, state=state)


def count_active(tx: Transaction, project_id: int, since: int) -> int:
    """Return how many annotators have answered since a time in microseconds."""
    return int(tx.value(ACTIVE, project_id=project_id, since=since))
