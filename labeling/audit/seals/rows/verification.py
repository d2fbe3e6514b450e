"""Hold append-only rows against the seals that list them, one range of a table after the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from labeling.audit.seals.rows import store
from labeling.audit.seals.rows.kept import row_tables
from labeling.audit.seals.rows.marks import VERSION, unpack_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from labeling.audit.seals.rows.kept import RowTable
    from labeling.audit.seals.rows.marks import Part, RowMark
    from labeling.audit.seals.rows.store import Position
    from labeling.database import Transaction

MOST_LEFT: Final = 1_000
"""Rows without a seal, and marks without a row, that are kept until the end of the walk."""


def lists_rows(marks: str) -> bool:
    """Return whether a seal lists rows, not events."""
    return marks.startswith(VERSION)


class RowWalk:
    """The rows of all append-only tables on a walk along the chain.

    Parameters
    ----------
    read
        Runs a function on a reading transaction.
    find
        Takes what is found: kind, table, number, text.
    project_id
        Only this project's rows.
    positions
        How far the tables were sealed when the walk began.
    purged
        Projects whose rows are gone.

    """

    def __init__(
        self,
        read: Callable[[Callable[[Transaction], Any]], Any],
        find: Callable[[Any, str, int, str], None],
        project_id: int | None,
        positions: dict[str, Position],
        purged: frozenset[int],
    ) -> None:
        self._read, self._find = read, find
        self._project_id, self._positions, self._purged = project_id, positions, purged
        self._upto: dict[str, int] = {}
        self._missing: list[tuple[str, RowMark, int]] = []
        self._unlisted: dict[tuple[str, tuple[int, ...]], None] = {}
        self.n_rows = self.n_purged = 0

    def take(self, n: int, marks: str) -> None:
        """Hold the rows that seal `n` lists against what is in their tables now.

        Raises
        ------
        ValueError
            The list cannot be read.

        """
        tables = row_tables()
        for part in unpack_rows(marks):
            self._upto[part.table] = max(part.upto, self._upto.get(part.table, 0))
            if part.table in tables:
                self._take(n, tables[part.table], part)

    def _take(self, n: int, table: RowTable, part: Part) -> None:
        only = self._project_id
        listed = {mark.key: mark for mark in part.marks if only in {None, mark.project_id}}
        rows = self._read(
            lambda tx: store.between(tx, table, part.after, part.upto, self._project_id)
        )
        for row in rows:
            mark = listed.get(row.key)
            if mark is None or self._is_anothers(mark, row):
                if len(self._unlisted) < MOST_LEFT:
                    self._unlisted[table.name, row.key] = None
                continue
            del listed[row.key]
            self._unlisted.pop((table.name, row.key), None)
            self.n_rows += 1
            if mark != row:
                text = f"{_name(table.name, row.key)} was changed since seal {n}"
                self._find("changed", table.name, row.key[0], text)
        for mark in listed.values():
            if mark.project_id in self._purged:
                self.n_purged += 1
            elif len(self._missing) < MOST_LEFT:
                self._missing.append((table.name, mark, n))

    def _is_anothers(self, mark: RowMark, row: RowMark) -> bool:
        """Return whether the number of a purged row was given again: a later seal lists it."""
        return mark.project_id in self._purged and row.project_id != mark.project_id

    def end(self, purged: frozenset[int]) -> None:
        """Say what is left over on either side."""
        for table, mark, n in self._missing:
            if mark.project_id in purged:
                self.n_purged += 1
                continue
            text = f"{_name(table, mark.key)} is missing: seal {n} lists it"
            self._find("missing", table, mark.key[0], text)
        now = self._read(store.positions)
        for table, key in sorted(self._unlisted):
            if key[0] <= now.get(table, store.Position()).last_id:
                text = f"{_name(table, key)} is in no seal: put in later"
                self._find("inserted", table, key[0], text)
        for table, at in sorted(self._positions.items()):
            if at.last_id > self._upto.get(table, 0):
                text = f"the end of the chain is cut off: {table} was sealed up to {at.last_id}"
                self._find("cut off", table, at.last_id, text)

    def n_unsealed(self) -> int:
        """Return how many rows no seal lists yet."""
        count: int = self._read(partial(store.count_after, project_id=self._project_id))
        return count


def _name(table: str, key: tuple[int, ...]) -> str:
    return f"{table} {'/'.join(map(str, key))}"
