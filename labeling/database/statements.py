"""Statements as a driver takes them: parameter marks, how rows are made, several as one."""

from __future__ import annotations

import itertools
import re
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache, partial
from typing import Any, Final, Literal

Dialect = Literal["sqlite", "postgresql"]
Row = Any
"""One result row; columns are attributes (a named tuple)."""
WRITES: Final = re.compile(r"\s*(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)")
PART_SIZES: Final = (32, 8, 1)
VALUES: Final = re.compile(r"VALUES\s+(\([^()]*\))")


class Prepared:
    """A statement as a driver takes it, and how its rows are made, learnt at its first run.

    Attributes
    ----------
    table
        The table that it writes to, None where it reads.

    """

    __slots__ = ("make", "parts", "table", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        written = WRITES.match(text)
        self.table = None if written is None else written[1]
        self.make: Callable[[Iterable[Any]], Row] | None = None
        self.parts: list[tuple[str, slice, Callable[[Iterable[Any]], Row]]] | None = None

    def rows(self, cursor: Any) -> list[Row]:
        """Return what a cursor over this statement has."""
        if self.make is None:
            self.make = _maker(column[0] for column in cursor.description)
        return list(map(self.make, cursor.fetchall()))

    def columns(self, cursor: Any) -> dict[str, Sequence[Any]]:
        """Return what a cursor has column by column, empty where it has no row."""
        names = [column[0] for column in cursor.description]
        return dict(zip(names, zip(*cursor.fetchall(), strict=True), strict=False))

    def joined(self, cursor: Any) -> list[dict[str, Row]]:
        """Return what a cursor has, each part of a row apart (`labelled`)."""
        if self.parts is None:
            self.parts = _parts([column[0] for column in cursor.description])
        return [
            {name: make(found[place]) for name, place, make in self.parts}
            for found in cursor.fetchall()
        ]


def _maker(columns: Iterable[str]) -> Callable[[Iterable[Any]], Row]:
    row: Any = namedtuple("Row", tuple(columns), rename=True)  # type: ignore[misc]  # noqa: PYI024 - columns are data
    return partial(tuple.__new__, row)


def _parts(columns: list[str]) -> list[tuple[str, slice, Callable[[Iterable[Any]], Row]]]:
    named = [column.split(".", 1) for column in columns]
    found, at = [], 0
    for name, group in itertools.groupby(named, key=lambda each: each[0]):
        names = [column for _, column in group]
        found.append((name, slice(at, at + len(names)), _maker(names)))
        at += len(names)
    return found


def labelled(part: str, columns: str) -> str:
    """Return columns under names by which `Transaction.joined` finds the part they belong to.

    Parameters
    ----------
    part
        Name of the part: ``task``.
    columns
        As a SELECT lists them, each with a table's short name or an ``AS``.

    """
    found = []
    for column in re.split(r",\s*(?![^()]*\))", columns.strip()):
        value, _, name = column.partition(" AS ")
        found.append(f'{value.strip()} AS "{part}.{(name or value.split(".")[-1]).strip()}"')
    return ", ".join(found)


@lru_cache(maxsize=2048)
def prepared(dialect: Dialect, sql: str) -> Prepared:
    """Return a statement for a store: they differ in parameter marks, row locks and lists only."""
    if dialect == "sqlite":
        locks = r"\s+FOR (NO KEY UPDATE|UPDATE|SHARE)(\s+OF \w+(, \w+)*)?(\s+SKIP LOCKED)?"
        lists = r"= ANY\((:\w+)\)"
        plain = re.sub(locks, "", sql)
        return Prepared(re.sub(lists, r"IN (SELECT value FROM json_each(\1))", plain))
    return Prepared(re.sub(r"(?<!:):([a-z_]\w*)", r"%(\1)s", sql))


def of_many(sql: str, rows: Sequence[Mapping[str, Any]]) -> tuple[Prepared, dict[str, Any]]:
    """Return an INSERT of one row as one of many, with their parameters in one mapping."""
    values = {f"{name}_{n}": value for n, row in enumerate(rows) for name, value in row.items()}
    return prepared("postgresql", _widened(sql, len(rows))), values


def in_parts(
    rows: Sequence[Mapping[str, Any]],
) -> Iterator[Sequence[Mapping[str, Any]]]:
    """Yield rows in parts of a few sizes, so that few statements of many are prepared."""
    at = 0
    while at < len(rows):
        size = next(size for size in PART_SIZES if at + size <= len(rows))
        yield rows[at : at + size]
        at += size


@lru_cache(maxsize=256)
def _widened(sql: str, n_rows: int) -> str:
    begin, row, end = VALUES.split(sql)
    rows = [re.sub(r":([a-z_]+)", rf":\1_{n}", row) for n in range(n_rows)]
    return f"{begin}VALUES {', '.join(rows)}{end}"
