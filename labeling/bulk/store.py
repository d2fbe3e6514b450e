"""SQL of long work."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.clock import MICROS
from labeling.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from labeling.database import Row, Transaction

CHUNK: Final = "chunk"
"""Kind of the jobs that compute a part of something big: taken by whoever computes, and only so."""
CHUNKS_KEPT: Final = 3_600 * MICROS
COLUMNS: Final = """
SELECT id, project_id, created_at, actor_id, kind, name, state, cancel_asked, options, position,
    rows_done, rows_of, counts, result, error, claim_n, claimed_until, started_at, ended_at
FROM bulk_job
"""
ADD: Final = """
INSERT INTO bulk_job (project_id, created_at, actor_id, kind, name, state, cancel_asked, options,
    position, rows_done, rows_of, counts, claim_n, claimed_until)
VALUES (:project_id, :now, :actor_id, :kind, :name, 'waiting', (1 = 0), :options, '0', 0, :rows_of,
    '{}', 0, 0)
RETURNING id
"""
GET: Final = COLUMNS + "WHERE project_id = :project_id AND kind = :kind AND id = :job_id"
LIST: Final = COLUMNS + (
    "WHERE project_id = :project_id AND kind = :kind AND id < :before ORDER BY id DESC LIMIT :limit"
)
NEXT: Final = (
    COLUMNS
    + """
WHERE state IN ('waiting', 'running') AND claimed_until <= :now AND created_at <= :created
    AND (kind = 'chunk') = (1 = :chunks)
ORDER BY id LIMIT 1
FOR NO KEY UPDATE SKIP LOCKED
"""
)
CLAIM: Final = """
UPDATE bulk_job SET state = 'running', claim_n = claim_n + 1, claimed_until = :until,
    started_at = COALESCE(started_at, :now)
WHERE id = :job_id
"""
GET_BY_ID: Final = COLUMNS + "WHERE id = :job_id"
LOCK: Final = GET_BY_ID + " FOR NO KEY UPDATE"
LIVE: Final = COLUMNS + "WHERE state IN ('waiting', 'running') ORDER BY id LIMIT 10000"
ADD_CHUNK: Final = """
INSERT INTO bulk_job (project_id, created_at, actor_id, kind, name, state, cancel_asked, options,
    position, rows_done, counts, claim_n, claimed_until, key)
VALUES (:project_id, :now, :actor_id, 'chunk', :name, 'waiting', (1 = 0), :options, '0', 0, '{}', 0,
    0, :key)
ON CONFLICT (key) DO UPDATE SET state = 'waiting', error = NULL, options = :options, name = :name,
    cancel_asked = (1 = 0), claimed_until = 0, ended_at = NULL
WHERE bulk_job.state NOT IN ('waiting', 'running')
"""
CHUNKS: Final = """
SELECT state, count(*) AS n, max(error) AS error FROM bulk_job
WHERE project_id = :project_id AND kind = 'chunk' AND name = :name GROUP BY state
"""
GIVE_CHUNKS_UP: Final = """
UPDATE bulk_job SET state = 'cancelled', ended_at = :now
WHERE project_id = :project_id AND kind = 'chunk' AND name = :name AND state = 'waiting'
"""
SUPERSEDE_CHUNKS: Final = """
UPDATE bulk_job SET state = 'cancelled', ended_at = :now
WHERE project_id = :project_id AND kind = 'chunk' AND state = 'waiting' AND name <> :name
    AND substr(name, 1, length(:family) + 1) = :family || ':'
"""
DROP_CHUNKS: Final = """
DELETE FROM bulk_job
WHERE project_id = :project_id AND kind = 'chunk' AND name <> :name AND ended_at < :before
"""
EXTEND: Final = """
UPDATE bulk_job SET claimed_until = :until
WHERE id = :job_id AND claim_n = :claim_n AND state = 'running'
"""
MOVE: Final = """
UPDATE bulk_job SET position = :position, rows_done = :rows_done, counts = :counts,
    rows_of = COALESCE(:rows_of, rows_of), claimed_until = :until
WHERE id = :job_id
"""
END: Final = """
UPDATE bulk_job SET state = :state, error = :error, result = :result, ended_at = :now,
    claimed_until = 0
WHERE id = :job_id AND state IN ('waiting', 'running')
"""
ASK_CANCEL: Final = """
UPDATE bulk_job SET cancel_asked = (1 = 1), claimed_until =
    CASE WHEN state = 'waiting' THEN 0 ELSE claimed_until END
WHERE id = :job_id AND state IN ('waiting', 'running')
"""
UNCLAIM: Final = "UPDATE bulk_job SET claimed_until = 0 WHERE state = 'running'"
ERRORS: Final = """
SELECT line, kind, key, reason FROM import_row_error
WHERE job_id = :job_id AND (line > :after OR (line = :after AND kind > :after_kind))
ORDER BY line, kind LIMIT :limit
"""


def add(
    tx: Transaction,
    project_id: int,
    kind: str,
    name: str,
    options: Mapping[str, Any],
    rows_of: int | None = None,
) -> int:
    """Add a job that waits and return its id."""
    return int(
        tx.value(
            ADD,
            project_id=project_id,
            now=tx.now,
            actor_id=tx.actor.id,
            kind=kind,
            name=name,
            options=json.dumps(options, ensure_ascii=False),
            rows_of=rows_of,
        )
    )


def get_or_raise(tx: Transaction, project_id: int, kind: str, job_id: int) -> Row:
    """Return a project's job of a kind."""
    found = tx.row(GET, project_id=project_id, kind=kind, job_id=job_id)
    if found is None:
        raise NotFoundError(f"There is no such {kind.replace('_', ' ')}.")
    return found


def get(tx: Transaction, job_id: int) -> Row:
    """Return a job."""
    return tx.rows(GET_BY_ID, job_id=job_id)[0]


def list_live(tx: Transaction) -> list[Row]:
    """Return the jobs of all projects that have not ended, oldest first."""
    return tx.rows(LIVE)


def list_by_project(
    tx: Transaction, project_id: int, kind: str, before: int, limit: int
) -> list[Row]:
    """Return a project's jobs of a kind with an id below `before`, newest first."""
    return tx.rows(LIST, project_id=project_id, kind=kind, before=before, limit=limit)


def claim(tx: Transaction, until: int, patience: int = 0, *, chunks: bool = False) -> Row | None:
    """Take up the oldest job that nobody works at; None where there is none.

    `patience` leaves a job to others for its first microseconds; `chunks` asks for a chunk of a
    computation, else for any other job.
    """
    found = tx.row(NEXT, now=tx.now, created=tx.now - patience, chunks=int(chunks))
    if found is None:
        return None
    tx.run(CLAIM, job_id=found.id, until=until, now=tx.now)
    return tx.rows(LOCK, job_id=found.id)[0]


def lock(tx: Transaction, job_id: int) -> Row:
    """Return a job as it is now, locked."""
    return tx.rows(LOCK, job_id=job_id)[0]


def extend(tx: Transaction, job: Row, until: int) -> bool:
    """Keep a claim; False where it is somebody else's by now, or the job has ended."""
    return tx.run(EXTEND, job_id=job.id, claim_n=job.claim_n, until=until) == 1


def move(
    tx: Transaction,
    job_id: int,
    *,
    position: str,
    rows_done: int,
    counts: Mapping[str, Any],
    rows_of: int | None,
    until: int,
) -> None:
    """Write how far a job is; belongs in the transaction of its rows."""
    tx.run(
        MOVE,
        job_id=job_id,
        position=position,
        rows_done=rows_done,
        counts=json.dumps(counts),
        rows_of=rows_of,
        until=until,
    )


def end(
    tx: Transaction, job_id: int, state: str, *, error: str | None = None, result: Any = None
) -> bool:
    """End a job as done, failed or cancelled; False where it has ended already."""
    text = None if result is None else json.dumps(result, ensure_ascii=False)
    return tx.run(END, job_id=job_id, state=state, error=error, result=text, now=tx.now) == 1


def ask_cancel(tx: Transaction, job_id: int) -> bool:
    """Ask a job to end at its next turn; False where it has ended already."""
    return tx.run(ASK_CANCEL, job_id=job_id) == 1


def unclaim_all(tx: Transaction) -> int:
    """Free every running job: only for a store that one process writes, as it starts."""
    return tx.run(UNCLAIM)


def add_row_errors(
    tx: Transaction, job: Row, rows: Sequence[tuple[int, str, str | None, str]]
) -> None:
    """Keep rows that were not taken: line, kind, key, reason."""
    columns = ("job_id", "project_id", "line", "kind", "key", "reason")
    values = [(job.id, job.project_id, *row) for row in rows]
    tx.insert_many("import_row_error", columns, values)


def row_errors(tx: Transaction, job_id: int, after: int, after_kind: str, limit: int) -> list[Row]:
    """Return the rows not taken behind a line, in their order."""
    return tx.rows(ERRORS, job_id=job_id, after=after, after_kind=after_kind, limit=limit)


def add_chunks(
    tx: Transaction, project_id: int, name: str, chunks: Mapping[str, Mapping[str, Any]]
) -> None:
    """Add the chunks of a computation: content key → what is to be done.

    One that waits or runs already is left as it is; one that ended is done anew, for whoever asks
    has looked whether its file is there.
    """
    for key, options in chunks.items():
        tx.run(
            ADD_CHUNK,
            project_id=project_id,
            now=tx.now,
            actor_id=tx.actor.id,
            name=name,
            options=json.dumps(options),
            key=f"{project_id}:{key}",
        )


def chunk_states(tx: Transaction, project_id: int, name: str) -> dict[str, Row]:
    """Return how many chunks of a computation are in each state, with an error of the failed."""
    rows = tx.rows(CHUNKS, project_id=project_id, name=name)
    return {row.state: row for row in rows}


def give_chunks_up(tx: Transaction, project_id: int, name: str) -> int:
    """Take the chunks of a computation that nobody has begun off the queue."""
    return tx.run(GIVE_CHUNKS_UP, project_id=project_id, name=name, now=tx.now)


def supersede_chunks(tx: Transaction, project_id: int, family: str, name: str) -> None:
    """Take what an earlier state of a computation left off the queue, and forget what ended.

    Not at once: a worker that is late must still find that its chunk is no longer its own.
    """
    tx.run(SUPERSEDE_CHUNKS, project_id=project_id, family=family, name=name, now=tx.now)
    tx.run(DROP_CHUNKS, project_id=project_id, name=name, before=tx.now - CHUNKS_KEPT)
