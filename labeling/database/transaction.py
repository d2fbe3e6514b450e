"""One unit of work: the same SQL text, with ``:name`` parameters, runs on both stores."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from labeling.database.statements import Dialect, Prepared, Row, in_parts, of_many, prepared
from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    from labeling.database.postgresql_session import Session

T = TypeVar("T")
UNSTORABLE: Final = "A number is out of range, or a text holds a character that cannot be stored."


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a person (`user`), a job, or the hub itself (`system`)."""

    kind: Literal["user", "job", "system"] = "system"
    id: int = 0


SYSTEM: Final = Actor()


class Memory:
    """What a process remembers of a store between transactions.

    Attributes
    ----------
    known : dict
        What never changes (`Transaction.once`).
    hints : dict
        Where to look first; nothing may depend on a hint being there or being right.

    """

    __slots__ = ("hints", "known")

    def __init__(self) -> None:
        self.known: dict[Hashable, Any] = {}
        self.hints: dict[Hashable, Any] = {}


class Transaction:
    """One unit of work: a connection, its time and its actor.

    Attributes
    ----------
    now : int
        UTC microseconds, the same for the whole unit; from the database on PostgreSQL.
    actor : Actor
        Who the audit record names.
    hints : dict
        The process's `Memory.hints`.
    learnt : dict
        What `once` read; the hub keeps it for its process when the transaction has ended well.
    """

    __slots__ = (
        "_connection",
        "_known",
        "_sums",
        "_waiting",
        "actor",
        "dialect",
        "hints",
        "learnt",
        "now",
    )

    def __init__(
        self,
        connection: sqlite3.Connection | Session,
        dialect: Dialect,
        now: int,
        actor: Actor,
        memory: Memory,
    ) -> None:
        self._connection: Any = connection
        self._known = memory.known
        self.hints = memory.hints
        self.learnt: dict[Hashable, Any] = {}
        self._sums: dict[tuple[str, tuple[tuple[str, Any], ...]], int] = {}
        self._waiting: list[tuple[Prepared, Mapping[str, Any]]] = []
        self.dialect: Dialect = dialect
        self.now = now
        self.actor = actor

    def _execute(self, statement: Prepared, params: Mapping[str, Any]) -> Any:
        if self._waiting:
            self._send()
        return self._connection.execute(statement.text, params)

    def rows(self, sql: str, **params: Any) -> list[Row]:
        """Return all result rows."""
        statement = prepared(self.dialect, sql)
        return statement.rows(self._execute(statement, params))

    def columns(self, sql: str, **params: Any) -> dict[str, Sequence[Any]]:
        """Return all result rows column by column, by name; empty where there is no row."""
        statement = prepared(self.dialect, sql)
        return statement.columns(self._execute(statement, params))

    def joined(self, sql: str, **params: Any) -> list[dict[str, Row]]:
        """Return all result rows of a statement over several tables, each table's part apart."""
        statement = prepared(self.dialect, sql)
        return statement.joined(self._execute(statement, params))

    def row(self, sql: str, **params: Any) -> Row | None:
        """Return the first result row, or None."""
        found = self.rows(sql, **params)
        return found[0] if found else None

    def value(self, sql: str, **params: Any) -> Any:
        """Return the first column of the first row, or None."""
        found = self._execute(prepared(self.dialect, sql), params).fetchall()
        return found[0][0] if found else None

    def run(self, sql: str, **params: Any) -> int:
        """Run a statement without result rows and return how many rows it changed."""
        return int(self._execute(prepared(self.dialect, sql), params).rowcount)

    def later(self, sql: str, **params: Any) -> None:
        """Run a write whose result nobody needs, with its neighbours in one call of PostgreSQL.

        It has taken effect before any other statement runs. Those of one call all see the store as
        it was before the call, so it must read no table that a neighbour writes to; a table that is
        written twice ends a call by itself, as the order within a call is the server's. SQLite, to
        which a call costs nothing, runs it at once.
        """
        statement = prepared(self.dialect, sql)
        if self.dialect == "sqlite":
            self._connection.execute(statement.text, params)
            return
        self._wait(statement, params)

    def _wait(self, statement: Prepared, params: Mapping[str, Any]) -> None:
        """Keep a write for the next call; a table that is written twice ends the one before."""
        if any(other.table == statement.table for other, _ in self._waiting):
            self._send()
        self._waiting.append((statement, params))

    def rows_with_waiting(self, sql: str, **params: Any) -> list[Row]:
        """Return all result rows of a statement that goes in one call with what `later` keeps.

        It must read and write nothing that these write.
        """
        statement = prepared(self.dialect, sql)
        self._waiting.append((statement, params))
        if self.dialect == "sqlite":
            self._waiting = []
            return statement.rows(self._connection.execute(statement.text, params))
        return statement.rows(self._send())

    def rows_at_end(self, sql: str, **params: Any) -> list[Row]:
        """Return all result rows of a unit's last read, in one call with the sums (`add_up`)."""
        self._sum_up()
        return self.rows_with_waiting(sql, **params)

    def _send(self) -> Any:
        """Send what waits; returns the answer to the last of it."""
        waiting, self._waiting = self._waiting, []
        return self._connection.execute_together(
            tuple(statement.text for statement, _ in waiting), [params for _, params in waiting]
        )

    def run_many(self, sql: str, rows: Iterable[Mapping[str, Any]]) -> None:
        """Run one statement once per mapping of parameters."""
        if self._waiting:
            self._send()
        text = prepared(self.dialect, sql).text
        self._connection.cursor().executemany(text, list(rows))

    def insert_rows(self, sql: str, rows: Sequence[Mapping[str, Any]]) -> list[Row]:
        """Run the INSERT of one row for many in few calls; return what comes back, in any order.

        The first goes in one call with what `later` keeps, and must read nothing that it writes.
        """
        if self.dialect == "sqlite":
            return [found for row in rows for found in self.rows(sql, **row)]
        inserted: list[Row] = []
        for part in in_parts(rows):
            statement, params = of_many(sql, part)
            self._wait(statement, params)
            inserted += statement.rows(self._send())
        return inserted

    def listed(self, values: Sequence[Any]) -> Any:
        """Return values as the parameter of ``= ANY(:values)``."""
        return json.dumps(values) if self.dialect == "sqlite" else list(values)

    def lock(self, sql: str, **params: Any) -> None:
        """Lock rows that are not read; SQLite's one writer holds every lock already."""
        if self.dialect != "sqlite":
            self._execute(prepared(self.dialect, sql), params)

    def add_up(self, sql: str, step: int, **key: Any) -> None:
        """Add a step to a sum; `settle` hands each key's sum to its statement once, as ``:step``.

        Sums are rows that everybody moves: so they are moved last, once, and in one order by all.
        """
        slot = (sql, tuple(key.items()))
        self._sums[slot] = self._sums.get(slot, 0) + step

    def settle(self) -> None:
        """Write the sums so far; the hub does it at the end, a reader of sums before it reads."""
        self._sum_up()
        if self._waiting:
            self._send()

    def _sum_up(self) -> None:
        """Keep the sums for the next call, after all else: their rows are locked last."""
        if self._waiting:
            self._send()
        sums, self._sums = self._sums, {}
        by_sql: dict[str, list[dict[str, Any]]] = {}
        for (sql, key), step in sorted(sums.items()):
            if step:
                by_sql.setdefault(sql, []).append({**dict(key), "step": step})
        for sql, rows in by_sql.items():
            if self.dialect == "sqlite":
                self.run_many(sql, rows)
            else:
                self._wait(*of_many(sql, rows))

    def finish(self) -> None:
        """Write what is left to write; the hub calls it before it commits."""
        self.settle()

    def once(self, load: Callable[..., T], *args: Any) -> T:
        """Return ``load(self, *args)``, called once per process.

        Only for what never changes once it is committed, under arguments that never mean anything
        else: a project's id together with its time of creation, not the id alone.
        """
        key = (load, *args)
        found: T | None = self._known.get(key, self.learnt.get(key))
        if found is None:
            found = self.learnt[key] = load(self, *args)
        return found

    def insert_many(
        self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]
    ) -> None:
        """Insert rows in the fastest way of the store: COPY, or one prepared statement.

        Parameters
        ----------
        table, columns
            Names from the code, never from outside.
        rows
            Values in the order of the columns.

        """
        if self._waiting:
            self._send()
        names = ", ".join(columns)
        cursor = self._connection.cursor()
        if self.dialect == "sqlite":
            marks = ", ".join("?" * len(columns))
            cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", rows)  # noqa: S608 - names from the code
            return
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)


def call_on(fn: Callable[[Transaction], T], tx: Transaction) -> T:
    """Run a function on a transaction; a value that no store can keep is the caller's mistake."""
    try:
        found = fn(tx)
        tx.finish()
    except (OverflowError, UnicodeEncodeError) as error:
        raise InvalidInputError(UNSTORABLE) from error
    except StopIteration as error:
        # A future cannot carry it: whoever awaits would wait forever.
        message = "a write or read function let StopIteration escape"
        raise RuntimeError(message) from error
    return found
