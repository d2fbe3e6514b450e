"""Which tables are sealed row by row, in which order, and over which columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

OWN_SEALS: Final = frozenset({"audit_event", "audit_seal"})
"""Append-only tables that the chain holds already: its events, and itself."""


@dataclass(frozen=True, slots=True)
class RowTable:
    """An append-only table as the seals read it.

    Attributes
    ----------
    key
        Columns that tell its rows apart; the first is a number that only grows.
    columns
        All of them, over which a row's digest is taken. One that comes later must be null in older
        rows: what is null is left out of the digest.
    numbered_by
        Tables whose writers may hold a lower number that is not committed yet.
    parent
        Column and table that name the project, where it has none of its own.
    rows_a_number
        About how many rows share a number.

    """

    name: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    numbered_by: tuple[str, ...]
    parent: tuple[str, str] | None = None
    rows_a_number: int = 1


ORDERS: Final[dict[str, tuple[tuple[str, ...], str]]] = {
    "selection": (("round_id", "item_id"), "selection_round"),
    # A judgment comes in the transaction of its one annotation.
    "work_order_judgment": (("annotation_id",), "annotation"),
}
"""Table without an id of its own → its key, and the table that draws the number."""
PARENTS: Final = {"work_order_judgment": ("work_order_id", "work_order")}
A_ROUND: Final = 100


@lru_cache(maxsize=1)
def row_tables() -> dict[str, RowTable]:
    """Return every append-only table that is sealed by row, by name."""
    from migrations.metadata import APPEND_ONLY, METADATA  # needs the tables' own words only

    found = {}
    for name in APPEND_ONLY:
        if name in OWN_SEALS:
            continue
        key, drawn = ORDERS.get(name, (("id",), name))
        columns = tuple(column.name for column in METADATA.tables[name].columns)
        many = A_ROUND if len(key) > 1 else 1
        found[name] = RowTable(name, key, columns, (name, drawn), PARENTS.get(name), many)
    return found
