"""SQL of rows in the chain: how far each table is sealed, and its rows by their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.audit.seals.rows.kept import RowTable, row_tables
from labeling.audit.seals.rows.marks import row_mark

if TYPE_CHECKING:
    from labeling.audit.seals.rows.marks import RowMark
    from labeling.database import Transaction

POSITIONS = "SELECT name, last_id, seen_id, holders FROM audit_row_position"
LOCK = "SELECT id FROM audit_sealer WHERE id = 1 FOR NO KEY UPDATE"
SET = """
INSERT INTO audit_row_position (name, last_id, seen_id, holders)
VALUES (:name, :last_id, :seen_id, :holders)
ON CONFLICT (name) DO UPDATE
SET last_id = excluded.last_id, seen_id = excluded.seen_id, holders = excluded.holders
"""
# Whoever draws a number from a table's sequence holds this lock on it until the transaction ends.
HOLDERS = """
SELECT DISTINCT virtualtransaction FROM pg_locks
WHERE pid <> pg_backend_pid() AND locktype = 'relation'
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND mode IN ('RowExclusiveLock', 'ShareRowExclusiveLock', 'ExclusiveLock',
        'AccessExclusiveLock')
    AND relation IN (SELECT CAST(to_regclass(name) AS oid)
        FROM unnest(CAST(:tables AS text[])) AS name)
"""
STEP_BACK = """
UPDATE audit_row_position SET last_id = (SELECT COALESCE(MAX({number}), 0) FROM {table})
WHERE name = :name AND last_id > (SELECT COALESCE(MAX({number}), 0) FROM {table})
"""
NO_PROJECT: Final = -1


@dataclass(frozen=True, slots=True)
class Position:
    """How far a table is sealed, and on PostgreSQL up to where it will be once `holders` ended."""

    last_id: int = 0
    seen_id: int | None = None
    holders: frozenset[str] = frozenset()


def positions(tx: Transaction) -> dict[str, Position]:
    """Return how far each table is sealed; one that is not among them is not sealed at all."""
    return {
        row.name: Position(row.last_id, row.seen_id, frozenset(row.holders.split()))
        for row in tx.rows(POSITIONS)
    }


def lock(tx: Transaction) -> None:
    """Let one process at a time add to the chain."""
    tx.rows(LOCK)


def set_position(tx: Transaction, name: str, at: Position) -> None:
    """Note how far a table is sealed."""
    holders = " ".join(sorted(at.holders))
    tx.run(SET, name=name, last_id=at.last_id, seen_id=at.seen_id, holders=holders)


def newest(tx: Transaction) -> dict[str, int]:
    """Return the highest number of each table, 0 where it is empty."""
    selects = (
        f"SELECT '{table.name}' AS name, MAX({table.key[0]}) AS newest FROM {table.name}"  # noqa: S608 - names from the code
        for table in row_tables().values()
    )
    return {row.name: row.newest or 0 for row in tx.rows(" UNION ALL ".join(selects))}


def holders(tx: Transaction) -> frozenset[str]:
    """Return the transactions that may yet commit rows with numbers below those that are seen."""
    if tx.dialect == "sqlite":
        return frozenset()  # one writer at a time: what is seen is all there will be
    names = sorted({name for table in row_tables().values() for name in table.numbered_by})
    found = tx.rows(HOLDERS, tables=f"{{{','.join(names)}}}")
    return frozenset(row.virtualtransaction for row in found)


def first_after(tx: Transaction, table: RowTable, after: int) -> int | None:
    """Return the lowest number of a table above `after`."""
    number = table.key[0]
    found: int | None = tx.value(
        f"SELECT MIN({number}) FROM {table.name} WHERE {number} > :after",  # noqa: S608 - names from the code
        after=after,
    )
    return found


def between(
    tx: Transaction, table: RowTable, after: int, upto: int, project_id: int | None = None
) -> list[RowMark]:
    """Return the marks of a table's rows above `after`, up to `upto`, in order of their keys."""
    number = table.key[0]
    columns = ", ".join(f"t.{name}" for name in table.columns)
    rows = tx.rows(
        f"SELECT {columns}, {_project(table)} AS in_project "  # noqa: S608 - names from the code
        f"FROM {table.name} t WHERE t.{number} > :after AND t.{number} <= :upto "
        f"AND (:project_id = {NO_PROJECT} OR {_project(table)} = :project_id) "
        f"ORDER BY {', '.join(f't.{name}' for name in table.key)}",
        after=after,
        upto=upto,
        project_id=NO_PROJECT if project_id is None else project_id,
    )
    return [row_mark(table, row) for row in rows]


def count_after(tx: Transaction, project_id: int | None) -> int:
    """Return how many rows are not sealed yet."""
    at = positions(tx)
    return sum(
        int(
            tx.value(
                f"SELECT COUNT(*) FROM {table.name} t WHERE t.{table.key[0]} > :after "  # noqa: S608 - names from the code
                f"AND (:project_id = {NO_PROJECT} OR {_project(table)} = :project_id)",
                after=at.get(table.name, Position()).last_id,
                project_id=NO_PROJECT if project_id is None else project_id,
            )
        )
        for table in row_tables().values()
    )


def step_back(tx: Transaction, name: str) -> None:
    """Seal again from where a table ends now: SQLite gives numbers again whose rows were purged."""
    table = row_tables().get(name)
    if tx.dialect == "sqlite" and table is not None:
        tx.run(STEP_BACK.format(number=table.key[0], table=name), name=name)


def _project(table: RowTable) -> str:
    """Return SQL for the project of a row, `t`."""
    if table.parent is None:
        return "t.project_id"
    column, parent = table.parent
    return f"(SELECT p.project_id FROM {parent} p WHERE p.id = t.{column})"  # noqa: S608 - names from the code
