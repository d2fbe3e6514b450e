"""Seal new rows of append-only tables: look, read and hash, then one short write.

The cost is that of the new rows, however many are sealed already.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from labeling.audit.seals.rows import store
from labeling.audit.seals.rows.kept import row_tables
from labeling.audit.seals.rows.marks import Part, pack_rows

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labeling.audit.seals.rows.kept import RowTable
    from labeling.audit.seals.rows.store import Position
    from labeling.database import Transaction

ROWS_A_TURN: Final = 1_000


@dataclass(frozen=True, slots=True)
class Look:
    """What one reading transaction saw: how far each table is sealed and how far it goes.

    `holders` are the transactions that were open after `newest` was read: each number up to there
    belongs to one of them, or to one that has ended.
    """

    positions: Mapping[str, Position]
    newest: Mapping[str, int]
    holders: frozenset[str]

    @property
    def has_news(self) -> bool:
        """Whether any table goes further than it is sealed."""
        return any(
            self.newest[name] > self.at(table).last_id for name, table in row_tables().items()
        )

    def at(self, table: RowTable) -> Position:
        """Return how far a table is sealed."""
        return self.positions.get(table.name, store.Position())

    def bound(self, table: RowTable) -> int:
        """Return the number up to which nothing can come any more."""
        at = self.at(table)
        if not self.holders:
            return self.newest[table.name]
        if at.seen_id is not None and not at.holders & self.holders:
            return at.seen_id
        return at.last_id

    def next_position(self, table: RowTable, last_id: int) -> Position:
        """Return a table's position once it is sealed up to `last_id`: for whom to wait next."""
        at, newest = self.at(table), self.newest[table.name]
        if not self.holders or newest <= last_id:
            return store.Position(last_id)
        if at.seen_id is not None and at.seen_id > last_id:
            return replace(at, last_id=last_id)
        return store.Position(last_id, newest, self.holders)


@dataclass(frozen=True, slots=True)
class RowBatch:
    """Rows to seal, and where the tables stand afterwards."""

    before: Mapping[str, Position]
    after: Mapping[str, Position]
    parts: list[Part]

    @property
    def n(self) -> int:
        """How many rows there are."""
        return sum(len(part.marks) for part in self.parts)

    @property
    def text(self) -> str:
        """What the seal keeps of them."""
        return pack_rows(self.parts)


def look(tx: Transaction) -> Look:
    """Return how far the tables are sealed and could be; the holders are read last."""
    positions, newest = store.positions(tx), store.newest(tx)
    return Look(positions, newest, store.holders(tx))


def collect(tx: Transaction, seen: Look) -> RowBatch:
    """Read the next rows; in another transaction than `look`, so that it sees what has ended."""
    left, parts, after = ROWS_A_TURN, [], {}
    for table in row_tables().values():
        at, bound = seen.at(table), seen.bound(table)
        part = _part(tx, table, at.last_id, bound, left) if left and bound > at.last_id else None
        if part is not None:
            parts.append(part)
            left -= min(left, len(part.marks))
        position = seen.next_position(table, part.upto if part else at.last_id)
        if position != at:
            after[table.name] = position
    return RowBatch(seen.positions, after, parts)


def _part(tx: Transaction, table: RowTable, after: int, bound: int, left: int) -> Part | None:
    """Return the next rows of a table; numbers that were never used cost nothing."""
    first = store.first_after(tx, table, after)
    if first is None or first > bound:
        return None
    upto = min(bound, first + left // table.rows_a_number)
    return Part(table.name, after, upto, tuple(store.between(tx, table, after, upto)))


def move(tx: Transaction, batch: RowBatch) -> bool:
    """Note where the tables stand; False where another process sealed meanwhile."""
    if store.positions(tx) != batch.before:
        return False
    for name, position in batch.after.items():
        store.set_position(tx, name, position)
    return True
