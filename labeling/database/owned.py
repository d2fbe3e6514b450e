"""Which tables hold a project's rows, and how their rows are found, children first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlalchemy as sa

KEPT: Final = frozenset(
    {"project", "deletion", "deletion_door", "deleted_file", "audit_seal", "outbox"}
)
"""What a purge leaves alone: the stone, the seals, and events whose ids consumers count by."""


OWN: Final = "project_id = :project_id"
FEW: Final = frozenset({"work_order", "selection_round"})
"""Tables of which a project has few rows, each with a family of rows that it alone leads to."""


@dataclass(frozen=True, slots=True)
class OwnedTable:
    """A table with rows of projects.

    Attributes
    ----------
    key
        The columns of its primary key.
    condition
        SQL that is true of the rows of `:project_id`.
    walked
        Where no index leads from the project to its rows, the first column of the key: they are
        looked for by its ranges.

    """

    name: str
    key: tuple[str, ...]
    condition: str
    walked: str | None = None

    @property
    def order(self) -> str:
        """The newest first: a row that names another goes before it."""
        return ", ".join(f"{column} DESC" for column in self.key)


@lru_cache(maxsize=1)
def owned_tables() -> tuple[OwnedTable, ...]:
    """Return every table that holds rows of projects, those that name others before these."""
    from migrations.metadata import METADATA  # a purge only needs the tables' own words

    owned: dict[str, OwnedTable] = {}
    for table in METADATA.sorted_tables:
        if table.name not in KEPT and (found := _owned(table, owned)) is not None:
            owned[table.name] = found
    return tuple(reversed(owned.values()))


def _owned(table: sa.Table, owned: dict[str, OwnedTable]) -> OwnedTable | None:
    leading = _leading(table)
    key = tuple(column.name for column in table.primary_key.columns)
    if "project_id" in leading:
        return OwnedTable(table.name, key, OWN)
    for foreign in sorted(table.foreign_keys, key=lambda key: key.parent.name):
        parent = foreign.column.table.name
        is_only_way = "project_id" not in table.columns
        if parent in owned and foreign.parent.name in leading and (is_only_way or parent in FEW):
            mine = f"SELECT id FROM {parent} WHERE {owned[parent].condition}"  # noqa: S608 - names from the code
            return OwnedTable(table.name, key, f"{foreign.parent.name} IN ({mine})")
    if "project_id" not in table.columns:
        return None
    return OwnedTable(table.name, key, OWN, walked=key[0])


def _leading(table: sa.Table) -> set[str]:
    """Return the columns that an index, a key or a unique constraint of a table begins with."""
    import sqlalchemy as sa

    found = {next(iter(index.columns)).name for index in table.indexes if not _is_partial(index)}
    for constraint in table.constraints:
        if isinstance(constraint, sa.UniqueConstraint | sa.PrimaryKeyConstraint):
            found |= {column.name for column in list(constraint.columns)[:1]}
    return found


def _is_partial(index: sa.Index) -> bool:
    return any(options.get("where") is not None for options in index.dialect_options.values())
