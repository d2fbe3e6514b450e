"""SQL of projects on their way out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import OwnedTable, Row, Transaction

CHUNK: Final = 500
"""Rows deleted in one turn."""
WALK: Final = 2_000
"""Ids that one turn looks at, in a table that no index leads to by project."""

CLOSE = "UPDATE project SET deleted_at = :now WHERE id = :project_id AND deleted_at IS NULL"
REOPEN = "UPDATE project SET deleted_at = NULL WHERE id = :project_id"
ADD = """
INSERT INTO deletion (project_id, slug, deleted_at, deleted_by, purge_at, phase, cursor, counts)
VALUES (:project_id, :slug, :now, :deleted_by, :purge_at, 'grace', 0, '{}')
ON CONFLICT (project_id) DO UPDATE
SET deleted_at = excluded.deleted_at, deleted_by = excluded.deleted_by,
    purge_at = excluded.purge_at, phase = 'grace'
"""
DELETION = """
SELECT project_id, slug, deleted_at, deleted_by, purge_at, phase, cursor, counts, ended_at
FROM deletion
"""
GET = DELETION + "WHERE project_id = :project_id"
LIST = DELETION + "WHERE project_id > :after ORDER BY project_id LIMIT :limit"
DUE = (
    DELETION
    + """
WHERE (phase = 'grace' AND purge_at <= :now) OR phase IN ('rows', 'references', 'files')
ORDER BY purge_at LIMIT 1
"""
)
RESTORE = """
UPDATE deletion SET phase = 'restored'
WHERE project_id = :project_id AND phase = 'grace' AND purge_at > :now
"""
BEGIN = """
UPDATE deletion SET phase = 'rows', cursor = 0
WHERE project_id = :project_id AND phase = 'grace' AND purge_at <= :now
"""
MOVE = """
UPDATE deletion SET phase = :phase, cursor = :cursor, counts = :counts
WHERE project_id = :project_id
"""
END = "UPDATE deletion SET phase = 'done', ended_at = :now WHERE project_id = :project_id"
OPEN_DOOR = "INSERT INTO deletion_door (project_id) VALUES (:project_id)"
SHUT_DOOR = "DELETE FROM deletion_door WHERE project_id = :project_id"
LIVE = """
SELECT a.id, a.task_id, a.project_id, a.lease_n, a.reserved_micros, a.state, a.kind
FROM assignment a JOIN task t ON t.id = a.task_id
WHERE t.project_id = :project_id AND a.state = 'leased' ORDER BY a.id LIMIT 200
"""
ADD_FILE = """
INSERT INTO deleted_file (project_id, place) VALUES (:project_id, :place) ON CONFLICT DO NOTHING
"""
FILES = "SELECT place FROM deleted_file WHERE project_id = :project_id ORDER BY place LIMIT :limit"
DROP_FILE = "DELETE FROM deleted_file WHERE project_id = :project_id AND place = :place"
OTHER_ITEMS = """
SELECT id, data FROM item WHERE id > :after AND project_id <> :project_id ORDER BY id LIMIT 1000
"""
MODELS = "SELECT artefact_digest FROM model_version"
# The row stays, so that its number is never given to another project; a slug begins with no `~`.
EMPTY_PROJECT = """
UPDATE project SET slug = '~' || CAST(id AS TEXT), title = '', policy = :policy, split_salt = ''
WHERE id = :project_id
"""


def close(tx: Transaction, project_id: int) -> bool:
    """Hide a project; False where it was hidden before."""
    return tx.run(CLOSE, project_id=project_id, now=tx.now) == 1


def add(tx: Transaction, project: Row, purge_at: int) -> None:
    """Note that a project was deleted, and until when it can be restored."""
    tx.run(
        ADD,
        project_id=project.id,
        slug=project.slug,
        now=tx.now,
        deleted_by=tx.actor.id,
        purge_at=purge_at,
    )


def restore(tx: Transaction, project_id: int) -> bool:
    """Show a project again; False where its time is over."""
    if tx.run(RESTORE, project_id=project_id, now=tx.now) != 1:
        return False
    tx.run(REOPEN, project_id=project_id)
    return True


def get(tx: Transaction, project_id: int) -> Row | None:
    """Return what is known of a project's deletion."""
    return tx.row(GET, project_id=project_id)


def list_after(tx: Transaction, after: int, limit: int) -> list[Row]:
    """Return deletions of projects with an id above `after`."""
    return tx.rows(LIST, after=after, limit=limit)


def due(tx: Transaction) -> Row | None:
    """Return the deletion whose project is to be purged first, or is being purged."""
    return tx.row(DUE, now=tx.now)


def begin(tx: Transaction, project_id: int) -> bool:
    """Begin a purge; False where the project was restored meanwhile."""
    return tx.run(BEGIN, project_id=project_id, now=tx.now) == 1


def move(tx: Transaction, project_id: int, phase: str, cursor: int, counts: dict[str, Any]) -> None:
    """Remember how far a purge has come."""
    text = json.dumps(counts)
    tx.run(MOVE, project_id=project_id, phase=phase, cursor=cursor, counts=text)


def end(tx: Transaction, project_id: int) -> None:
    """Note that nothing is left of a project."""
    tx.run(END, project_id=project_id, now=tx.now)


def open_door(tx: Transaction, project_id: int) -> None:
    """Let append-only rows of one project go, until `shut_door` in the same transaction."""
    tx.run(OPEN_DOOR, project_id=project_id)


def shut_door(tx: Transaction, project_id: int) -> None:
    """Let no row go any more."""
    tx.run(SHUT_DOOR, project_id=project_id)


def live_leases(tx: Transaction, project_id: int) -> list[Row]:
    """Return assignments of a project that somebody holds, at most 200."""
    return tx.rows(LIVE, project_id=project_id)


def take_rows(
    tx: Transaction, table: OwnedTable, project_id: int, after: int, columns: Sequence[str]
) -> tuple[list[Row], int | None]:
    """Delete a chunk of a project's rows from a table.

    Returns
    -------
    tuple of list and int or None
        The deleted rows' `columns`, and the id after which to go on; None at the table's end.

    """
    key = ", ".join(table.key)
    returned = ", ".join((*table.key, *columns))
    if table.walked is not None:
        column = table.walked
        newest = int(tx.value(f"SELECT COALESCE(MAX({column}), 0) FROM {table.name}"))  # noqa: S608
        rows = tx.rows(
            f"DELETE FROM {table.name} WHERE {column} > :after AND {column} <= :until "  # noqa: S608
            f"AND {table.condition} RETURNING {returned}",
            after=after,
            until=after + WALK,
            project_id=project_id,
        )
        return rows, after + WALK if after + WALK < newest else None
    rows = tx.rows(
        f"DELETE FROM {table.name} WHERE ({key}) IN (SELECT {key} FROM {table.name} "  # noqa: S608
        f"WHERE {table.condition} ORDER BY {table.order} LIMIT {CHUNK}) RETURNING {returned}",
        project_id=project_id,
    )
    return rows, 0 if len(rows) == CHUNK else None


def empty_project(tx: Transaction, project_id: int, policy: str) -> None:
    """Leave nothing of a project but its number."""
    tx.run(EMPTY_PROJECT, project_id=project_id, policy=policy)


def add_files(tx: Transaction, project_id: int, places: Sequence[str]) -> None:
    """Note files that rows which were deleted had named."""
    tx.run_many(ADD_FILE, [{"project_id": project_id, "place": place} for place in places])


def files(tx: Transaction, project_id: int, limit: int) -> list[str]:
    """Return files that are still to be removed."""
    return [row.place for row in tx.rows(FILES, project_id=project_id, limit=limit)]


def keep_file(tx: Transaction, project_id: int, place: str) -> None:
    """Take a file off the list: it is gone, or somebody else names it."""
    tx.run(DROP_FILE, project_id=project_id, place=place)


def is_named(tx: Transaction, table: str, column: str, value: str) -> bool:
    """Return whether any row names a digest."""
    found = tx.value(
        f"SELECT 1 FROM {table} WHERE {column} = :value LIMIT 1",  # noqa: S608
        value=value,
    )
    return found is not None


def other_items(tx: Transaction, project_id: int, after: int) -> list[Row]:
    """Return items of other projects with an id above `after`, at most 1,000."""
    return tx.rows(OTHER_ITEMS, project_id=project_id, after=after)


def models(tx: Transaction) -> list[Row]:
    """Return the model versions that are left."""
    return tx.rows(MODELS)
