"""One unit of work: the same SQL text, with ``:name`` parameters, runs on both stores."""

from __future__ import annotations

import re
import sqlite3
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]
Row = Any
"""One result row; columns are attributes (a named tuple)."""
UNSTORABLE: Final = "A number is out of range, or a text holds a character that cannot be stored."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person (`user`), a job, or the hub itself (`system`)."""

    kind: Literal["user", "job", "system"] = "system"
    id: int = 0


SYSTEM: Final = Actor()


@lru_cache(maxsize=2048)
def _sql_for(dialect: Dialect, sql: str) -> str:
    """Return the text a driver takes: the stores differ in parameter marks and row locks only."""
    if dialect == "sqlite":
        return re.sub(r"\s+FOR (NO KEY UPDATE|UPDATE|SHARE)(\s+OF \w+)?(\s+SKIP LOCKED)?", "", sql)
    return re.sub(r"(?<!:):([a-z_]\w*)", r"%(\1)s", sql)


@lru_cache(maxsize=2048)
def _row_class(columns: tuple[str, ...]) -> Callable[[Iterable[Any]], Row]:
    row: Any = namedtuple("Row", columns, rename=True)  # type: ignore[misc]  # noqa: PYI024 - columns are data
    make: Callable[[Iterable[Any]], Row] = row._make
    return make


class Transaction:
    """One unit of work: a connection, its time and its actor.

    Attributes
    ----------
    now : int
        UTC microseconds, the same for the whole unit; from the database on PostgreSQL.
    actor : Actor
        Who the audit record names.
    """

    __slots__ = ("_connection", "actor", "dialect", "now")

    def __init__(
        self,
        connection: sqlite3.Connection | psycopg.Connection[Any],
        dialect: Dialect,
        now: int,
        actor: Actor,
    ) -> None:
        self._connection: Any = connection
        self.dialect: Dialect = dialect
        self.now = now
        self.actor = actor

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return all result rows."""
        cursor = self._connection.execute(_sql_for(self.dialect, sql), params)
        make = _row_class(tuple(column[0] for column in cursor.description))
        return [make(values) for values in cursor.fetchall()]

    def row(self, sql: str, **params: Any) -> Row | None:
        """Return the first result row, or None."""
        found = self.rows(sql, **params)
        return found[0] if found else None

    def value(self, sql: str, **params: Any) -> Any:
        """Return the first column of the first row, or None."""
        found = self._connection.execute(_sql_for(self.dialect, sql), params).fetchall()
        return found[0][0] if found else None

    def run(self, sql: str, **params: Any) -> int:
        """Run a statement without result rows and return how many rows it changed."""
        return int(self._connection.execute(_sql_for(self.dialect, sql), params).rowcount)

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement once per mapping of parameters."""
        self._connection.cursor().executemany(_sql_for(self.dialect, sql), list(rows))


def call_on(fn: Callable[[Transaction], T], tx: Transaction) -> T:
    """Run a function on a transaction; a value that no store can keep is the caller's mistake."""
    try:
        return fn(tx)
    except (OverflowError, UnicodeEncodeError) as error:
        raise InvalidInputError(UNSTORABLE) from error
    except StopIteration as error:
        # A future cannot carry it: whoever awaits would wait forever.
        message = "a write or read function let StopIteration escape"
        raise RuntimeError(message) from error
