"""SQL of the seals: what is not sealed yet, the rows that events vouch for, the links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from labeling.audit.seals.chain import Mark, mark_of
from labeling.audit.seals.covered import COVERED, LEDGER, named_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from labeling.database import Row, Transaction

EVENT = """
SELECT id, project_id, created_at, actor_kind, actor_id, action, object_kind, object_id, salt,
    digest, vouches, transaction_id
FROM audit_event
"""
UNSEALED = (
    EVENT
    + """
WHERE (transaction_id, id) > (:last_transaction, :last_id)
ORDER BY transaction_id, id LIMIT :limit
"""
)
UNSEALED_POSTGRES = (
    EVENT
    + """
WHERE (transaction_id, id) > (:last_transaction, :last_id)
    AND transaction_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)
ORDER BY transaction_id, id LIMIT :limit
"""
)
AFTER = EVENT + "WHERE id > :after ORDER BY id LIMIT :limit"
AFTER_IN_PROJECT = EVENT + "WHERE project_id = :project_id AND id > :after ORDER BY id LIMIT :limit"
POSITION = "SELECT last_transaction, last_id FROM audit_sealer WHERE id = 1"
MOVE = """
UPDATE audit_sealer SET last_transaction = :to_transaction, last_id = :to_id
WHERE id = 1 AND last_transaction = :from_transaction AND last_id = :from_id
"""
SEAL = "SELECT n, created_at, project_id, n_events, marks, previous, digest FROM audit_seal"
HEAD = f"{SEAL} ORDER BY n DESC LIMIT 1"
SEALS_AFTER = f"{SEAL} WHERE n > :after AND n <= :upto ORDER BY n LIMIT :limit"
SEAL_AT = f"{SEAL} WHERE n = :n"
ADD = """
INSERT INTO audit_seal (n, created_at, project_id, n_events, marks, previous, digest)
VALUES (:n, :created_at, :project_id, :n_events, :marks, :previous, :digest)
"""
# SQLite takes a list as JSON, PostgreSQL as an array: the one place where the texts differ in more
# than a word.
BY_ID = "SELECT {columns} FROM {table} WHERE id IN (SELECT value FROM json_each(:ids))"
BY_ID_POSTGRES = "SELECT {columns} FROM {table} WHERE id = ANY(CAST(:ids AS bigint[]))"
EARNED = """
SELECT {columns} FROM ledger_entry
WHERE dedupe_key IN (SELECT 'annotation:' || value FROM json_each(:ids))
"""
EARNED_POSTGRES = """
SELECT {columns} FROM ledger_entry
WHERE dedupe_key IN (SELECT 'annotation:' || n FROM unnest(CAST(:ids AS bigint[])) AS n)
"""
UNVOUCHED = """
SELECT a.id FROM annotation a
WHERE a.id > :after AND (:project_id = 0 OR a.project_id = :project_id)
    AND NOT EXISTS (SELECT 1 FROM audit_event e
        WHERE e.object_kind = 'annotation' AND e.object_id = a.id)
ORDER BY a.id LIMIT :limit
"""
LAG = """
SELECT created_at FROM audit_event
WHERE (transaction_id, id) > (:last_transaction, :last_id)
ORDER BY transaction_id, id LIMIT 1
"""
PAYLOADS = """
SELECT event_id, content, erased_by FROM audit_payload
WHERE event_id >= :first AND event_id <= :last
"""
COVERED_IDS = """
SELECT id FROM {table} WHERE (:project_id = 0 OR project_id = :project_id)
"""
GET = EVENT + "WHERE id = :event_id"
PURGED = """
SELECT object_id FROM audit_event
WHERE action = :action AND object_kind = 'project' AND project_id IS NULL
"""


def position(tx: Transaction) -> tuple[int, int]:
    """Return transaction and id of the last event that was sealed."""
    row = tx.rows(POSITION)[0]
    return row.last_transaction, row.last_id


def move(tx: Transaction, before: tuple[int, int], after: tuple[int, int]) -> bool:
    """Move the position; False where somebody else moved it since it was read."""
    moved = tx.run(
        MOVE,
        from_transaction=before[0],
        from_id=before[1],
        to_transaction=after[0],
        to_id=after[1],
    )
    return moved == 1


def unsealed(tx: Transaction, after: tuple[int, int], limit: int) -> list[Row]:
    """Return the next events to seal, below every open transaction."""
    sql = UNSEALED_POSTGRES if tx.dialect == "postgresql" else UNSEALED
    return tx.rows(sql, last_transaction=after[0], last_id=after[1], limit=limit)


def oldest_unsealed(tx: Transaction) -> int | None:
    """Return when the oldest event that is not sealed was written, None where all are."""
    at = position(tx)
    found: int | None = tx.value(LAG, last_transaction=at[0], last_id=at[1])
    return found


def events_after(tx: Transaction, project_id: int | None, after: int, limit: int) -> list[Row]:
    """Return events by id, of one project where one is given."""
    if project_id is None:
        return tx.rows(AFTER, after=after, limit=limit)
    return tx.rows(AFTER_IN_PROJECT, project_id=project_id, after=after, limit=limit)


def head(tx: Transaction) -> Row | None:
    """Return the newest link."""
    return tx.row(HEAD)


def seal_at(tx: Transaction, n: int) -> Row | None:
    """Return the link with a number."""
    return tx.row(SEAL_AT, n=n)


def seals_after(tx: Transaction, after: int, upto: int, limit: int) -> list[Row]:
    """Return links in order."""
    return tx.rows(SEALS_AFTER, after=after, upto=upto, limit=limit)


def add(tx: Transaction, link: dict[str, Any]) -> None:
    """Add a link to the chain."""
    tx.run(ADD, **link)


def marks_of(tx: Transaction, events: Sequence[Row]) -> list[Mark]:
    """Return the marks of events, over the rows they vouch for as these are now."""
    wanted: dict[str, set[int]] = {}
    named = [list(named_rows(event)) for event in events]
    for table, row_id in (pair for pairs in named for pair in pairs):
        wanted.setdefault(table, set()).add(row_id)
    found = {
        (table, row.id): row
        for table, ids in wanted.items()
        for row in _rows(tx, BY_ID, BY_ID_POSTGRES, ids, table=table, columns=COVERED[table])
    }
    earned = _earned(tx, wanted.get("annotation", ()))
    marks = []
    for event, pairs in zip(events, named, strict=True):
        rows = [(pair[0], found[pair], COVERED[pair[0]]) for pair in pairs if pair in found]
        paid = earned.get(event.object_id) if event.object_kind == "annotation" else None
        if paid is not None and paid.created_at == event.created_at:  # not what came later
            rows.append(("ledger_entry", paid, LEDGER))
        marks.append(mark_of(event, rows))
    return marks


def missing_rows(tx: Transaction, event: Row) -> list[tuple[str, int]]:
    """Return the rows that an event vouches for and that are not there."""
    return [
        (table, row_id)
        for table, row_id in named_rows(event)
        if not _rows(tx, BY_ID, BY_ID_POSTGRES, [row_id], table=table, columns=("id",))
    ]


def _earned(tx: Transaction, annotation_ids: Iterable[int]) -> dict[int, Row]:
    if not annotation_ids:
        return {}
    rows = _rows(tx, EARNED, EARNED_POSTGRES, annotation_ids, columns=LEDGER)
    return {int(row.dedupe_key.removeprefix("annotation:")): row for row in rows}


def _rows(
    tx: Transaction,
    sqlite: str,
    postgresql: str,
    ids: Iterable[int],
    *,
    columns: Sequence[str],
    **names: str,
) -> list[Row]:
    listed = ",".join(map(str, sorted(ids)))
    if tx.dialect == "postgresql":
        return tx.rows(postgresql.format(columns=", ".join(columns), **names), ids=f"{{{listed}}}")
    return tx.rows(sqlite.format(columns=", ".join(columns), **names), ids=f"[{listed}]")


def payloads(tx: Transaction, first: int, last: int) -> dict[int, Row]:
    """Return the payloads of a range of events by event."""
    return {row.event_id: row for row in tx.rows(PAYLOADS, first=first, last=last)}


def purged_projects(tx: Transaction, action: str) -> frozenset[int]:
    """Return the projects whose rows were removed through the one door that may do so."""
    return frozenset(row.object_id for row in tx.rows(PURGED, action=action))


def unvouched_annotations(
    tx: Transaction, project_id: int | None, after: int, limit: int
) -> list[int]:
    """Return annotations that no event names."""
    found = tx.rows(UNVOUCHED, project_id=project_id or 0, after=after, limit=limit)
    return [row.id for row in found]


def covered_ids(tx: Transaction, project_id: int | None) -> dict[str, list[int]]:
    """Return the rows of the smaller tables that events vouch for, by table."""
    return {
        table: [
            row.id for row in tx.rows(COVERED_IDS.format(table=table), project_id=project_id or 0)
        ]
        for table in COVERED
        if table != "annotation"
    }


def event(tx: Transaction, event_id: int) -> Row | None:
    """Return an event."""
    return tx.row(GET, event_id=event_id)
