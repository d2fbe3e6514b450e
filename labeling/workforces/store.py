"""SQL of workforces and annotators."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

WORKFORCE = """
SELECT id, project_id, name, kind, price_micros, is_simulated, paused_at, pause_reason, is_blocked,
    rank, share, person_share, daily_limit, skills, languages, abilities, calendar, time_zone,
    overlap_least, overlap_most
FROM workforce
"""
ADD_WORKFORCE = """
INSERT INTO workforce (project_id, created_at, name, kind, price_micros, is_simulated, rank,
    overlap_least, overlap_most)
VALUES (:project_id, :now, :name, :kind, :price_micros, :is_simulated, :rank, :overlap_least,
    :overlap_most)
ON CONFLICT (project_id, name) DO NOTHING RETURNING id
"""
GET_BY_NAME = WORKFORCE + "WHERE project_id = :project_id AND name = :name"
LIST_WORKFORCES = WORKFORCE + "WHERE project_id = :project_id ORDER BY id"
COLUMNS: Final = """
    a.id, a.project_id, a.workforce_id, a.user_id, a.pseudonym, a.state, a.answers, a.active_ms,
    a.last_seen_at, a.personal, a.counted, a.day, a.day_answers, a.state_reason,
    a.state_cause,
    COALESCE(a.time_zone, w.time_zone) AS time_zone,
    COALESCE(a.daily_limit, w.daily_limit) AS daily_limit,
    a.abilities | w.abilities AS abilities,
    w.name AS workforce, w.kind, w.price_micros, w.is_simulated, w.paused_at, w.is_blocked, w.rank,
    w.share, w.person_share, w.calendar
"""
ANNOTATOR = f"SELECT {COLUMNS} FROM annotator a JOIN workforce w ON w.id = a.workforce_id "  # noqa: S608 - names from the code
GET_BY_USER = ANNOTATOR + "WHERE a.project_id = :project_id AND a.user_id = :user_id"
LOCK = ANNOTATOR + "WHERE a.id = :annotator_id FOR NO KEY UPDATE OF a"
TERMS = """
SELECT id, pseudonym, state, state_reason, skills, languages, time_zone, daily_limit, abilities
FROM annotator WHERE id = :annotator_id
"""
SET_TERMS = """
UPDATE annotator SET skills = :skills, languages = :languages, time_zone = :time_zone,
    daily_limit = :daily_limit, abilities = :abilities
WHERE id = :annotator_id
"""
SET_STATE = """
UPDATE annotator SET state = :state, state_reason = :reason, state_cause = :cause
WHERE id = :annotator_id AND (state <> :state OR COALESCE(state_reason, '') <> :compared
    OR COALESCE(state_cause, '') <> :cause)
"""
SET_WORKFORCE_TERMS = """
UPDATE workforce SET price_micros = :price_micros, rank = :rank, share = :share,
    person_share = :person_share, daily_limit = :daily_limit, skills = :skills,
    languages = :languages, abilities = :abilities, calendar = :calendar, time_zone = :time_zone
WHERE id = :workforce_id
"""
SET_PAUSED = """
UPDATE workforce SET paused_at = :paused_at, pause_reason = :reason, is_blocked = :is_blocked
WHERE id = :workforce_id
"""
FIND = ANNOTATOR + "WHERE a.project_id = :project_id AND a.id = :annotator_id"
FIND_BY_PSEUDONYM = ANNOTATOR + "WHERE a.project_id = :project_id AND a.pseudonym = :pseudonym"
PAGE_OF_WORKFORCE = """
SELECT id FROM annotator WHERE workforce_id = :workforce_id AND id > :after ORDER BY id LIMIT :limit
"""
GET_ANNOTATOR = ANNOTATOR + "WHERE a.id = :annotator_id"
LIST_ANNOTATORS = ANNOTATOR + "WHERE a.project_id = :project_id ORDER BY a.id LIMIT 1000"
PAGE = ANNOTATOR + "WHERE a.project_id = :project_id AND a.id > :after ORDER BY a.id LIMIT :limit"
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


def add_workforce(
    tx: Transaction,
    *,
    project_id: int,
    name: str,
    kind: str,
    price_micros: int,
    is_simulated: bool,
    rank: int,
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
        rank=rank,
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


def list_after(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return a project's annotators with an id above `after`."""
    return tx.rows(PAGE, project_id=project_id, after=after, limit=limit)


def get_by_pseudonym(tx: Transaction, project_id: int, pseudonym: str) -> Row | None:
    """Return an annotator of a project by pseudonym."""
    return tx.row(FIND_BY_PSEUDONYM, project_id=project_id, pseudonym=pseudonym)


def find_annotator(tx: Transaction, project_id: int, annotator_id: int) -> Row | None:
    """Return an annotator of a project by id."""
    return tx.row(FIND, project_id=project_id, annotator_id=annotator_id)


def lock(tx: Transaction, annotator_id: int) -> Row:
    """Return an annotator as they are now, locked: one request of theirs leases at a time.

    Whoever changes their state, or their workforce's, locks them too before returning leases.
    """
    return tx.rows(LOCK, annotator_id=annotator_id)[0]


def ids_in_workforce(tx: Transaction, workforce_id: int, after: int, limit: int) -> list[int]:
    """Return annotators of a workforce with an id above `after`."""
    rows = tx.rows(PAGE_OF_WORKFORCE, workforce_id=workforce_id, after=after, limit=limit)
    return [row.id for row in rows]


def terms_of(tx: Transaction, annotator_id: int) -> Row:
    """Return a person's own terms, without their workforce's."""
    return tx.rows(TERMS, annotator_id=annotator_id)[0]


def set_terms(tx: Transaction, annotator_id: int, values: dict[str, Any]) -> None:
    """Write a person's own terms; `values` holds the columns of `SET_TERMS`."""
    tx.run(SET_TERMS, annotator_id=annotator_id, **values)


def set_state(
    tx: Transaction, annotator_id: int, state: str, reason: str | None, cause: str
) -> bool:
    """Set a person's state and why; False where all are so already."""
    return (
        tx.run(
            SET_STATE,
            annotator_id=annotator_id,
            state=state,
            reason=reason,
            compared=reason or "",
            cause=cause,
        )
        == 1
    )


def set_workforce_terms(tx: Transaction, workforce_id: int, values: dict[str, Any]) -> None:
    """Write a workforce's terms; `values` holds the columns of `SET_WORKFORCE_TERMS`."""
    tx.run(SET_WORKFORCE_TERMS, workforce_id=workforce_id, **values)


def set_paused(
    tx: Transaction,
    workforce_id: int,
    *,
    paused_at: int | None,
    reason: str | None,
    is_blocked: bool,
) -> None:
    """Pause, block or resume a workforce."""
    tx.run(
        SET_PAUSED,
        workforce_id=workforce_id,
        paused_at=paused_at,
        reason=reason,
        is_blocked=is_blocked,
    )


def lock_workforce(tx: Transaction, workforce_id: int) -> None:
    """Let one change of a workforce at a time be made."""
    tx.rows(LOCK_WORKFORCE, workforce_id=workforce_id)


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
