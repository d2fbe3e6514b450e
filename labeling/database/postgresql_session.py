"""One connection to PostgreSQL as the hub drives it: prepare once, then one call for a statement.

psycopg's cursors cost more per statement than the server does (docs/decisions/0001), and an answer
takes some thirty. So its connection, its types and its COPY are used, and its libpq directly.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus
from psycopg.types.numeric import Int8Dumper

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from psycopg.pq.abc import PGresult

    from labeling.clock import Clock

BEGIN: Final = b"BEGIN;"
BEGIN_READ: Final = b"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;"
TIME: Final = b"SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"
SUCCEEDED: Final = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})


@lru_cache(maxsize=2048)
def _positional(text: str) -> tuple[bytes, tuple[str, ...]]:
    """Return a statement with ``$1`` for the first ``%(name)s``, and the names in their order."""
    names = tuple(dict.fromkeys(re.findall(r"%\((\w+)\)s", text)))
    place = {name: f"${number}" for number, name in enumerate(names, start=1)}
    return re.sub(r"%\((\w+)\)s", lambda found: place[found[1]], text).encode(), names


@lru_cache(maxsize=2048)
def _together(texts: tuple[str, ...]) -> tuple[bytes, tuple[tuple[int, str], ...]]:
    """Return several statements as one, and whose parameter each ``$n`` is: (statement, name)."""
    parts, names = [], []
    for at, text in enumerate(texts):
        part = text
        for name in dict.fromkeys(re.findall(r"%\((\w+)\)s", text)):
            names.append((at, name))
            part = part.replace(f"%({name})s", f"${len(names)}")
        parts.append(part)
    *first, last = parts
    begin = ", ".join(f"s{n} AS ({part})" for n, part in enumerate(first))
    return f"WITH {begin} {last}".encode(), tuple(names)


class Session:
    """A connection with its prepared statements; for one thread at a time."""

    def __init__(self, address: str) -> None:
        self.connection: psycopg.Connection[Any] = psycopg.connect(address)
        # Of one type whatever the number, or each size would be prepared apart.
        self.connection.adapters.register_dumper(int, Int8Dumper)
        self._adapt: Any = Transformer(self.connection)
        self._names: dict[tuple[bytes, tuple[int, ...]], bytes] = {}

    def begin(self, clock: Clock | None, *, reads: bool) -> int:
        """Begin a transaction, one that reads a single snapshot or one that writes.

        Returns
        -------
        int
            UTC microseconds of the clock, the database's own where there is none.

        """
        begin = BEGIN_READ if reads else BEGIN
        if clock is not None:
            self._checked(self.connection.pgconn.exec_(begin))
            return clock()
        result = self._checked(self.connection.pgconn.exec_(begin + TIME))
        return int(result.get_value(0, 0) or 0)

    def uncheck(self) -> None:
        """Check no foreign key until the end of the transaction; some roles may not ask for it."""
        pgconn = self.connection.pgconn
        self._checked(pgconn.exec_(b"SAVEPOINT unchecked"))
        try:
            self._checked(pgconn.exec_(b"SET LOCAL session_replication_role = replica"))
        except psycopg.errors.InsufficientPrivilege:
            self._checked(pgconn.exec_(b"ROLLBACK TO SAVEPOINT unchecked"))

    def execute(self, text: str, params: Mapping[str, Any]) -> Answer:
        """Run a statement and return its answer."""
        sql, names = _positional(text)
        return self._run(sql, [params[name] for name in names])

    def execute_together(
        self, texts: tuple[str, ...], params: Sequence[Mapping[str, Any]]
    ) -> Answer:
        """Run several writes as one statement and return the answer to the last.

        They see the store as it was before, and foreign keys are checked after all of them.
        """
        if len(texts) == 1:
            return self.execute(texts[0], params[0])
        sql, names = _together(texts)
        return self._run(sql, [params[at][name] for at, name in names])

    def _run(self, sql: bytes, given: list[Any]) -> Answer:
        values = self._adapt.dump_sequence(given, [PyFormat.AUTO] * len(given))
        types, formats = tuple(self._adapt.types or ()), self._adapt.formats
        name = self._names.get((sql, types)) or self._prepare(sql, types)
        result = self.connection.pgconn.exec_prepared(name, values, formats)
        return Answer(self._checked(result), self._adapt)

    def commit(self) -> None:
        """Commit; when this returns, everything is on disk."""
        self._checked(self.connection.pgconn.exec_(b"COMMIT"))

    def rollback(self) -> None:
        """Undo what the transaction did, if there is one; psycopg's own forgets the statements."""
        if not self.connection.closed:
            self._checked(self.connection.pgconn.exec_(b"ROLLBACK"))

    def cursor(self) -> psycopg.Cursor[Any]:
        """Return a cursor of psycopg, for many rows at once."""
        return self.connection.cursor()

    def _prepare(self, sql: bytes, types: tuple[int, ...]) -> bytes:
        name = b"hub_%d" % len(self._names)
        self._checked(self.connection.pgconn.prepare(name, sql, types))
        self._names[sql, types] = name
        return name

    def _checked(self, result: PGresult) -> PGresult:
        if result.status not in SUCCEEDED:
            raise error_from_result(result)
        return result


class Answer:
    """What came back for a statement, as a cursor has it."""

    __slots__ = ("_adapt", "_result")

    def __init__(self, result: PGresult, adapt: Any) -> None:
        self._result, self._adapt = result, adapt

    @property
    def description(self) -> list[tuple[str]]:
        """The columns, each with its name first."""
        found = self._result
        return [((found.fname(place) or b"").decode(),) for place in range(found.nfields)]

    @property
    def rowcount(self) -> int:
        """How many rows were changed."""
        return self._result.command_tuples or 0

    def fetchall(self) -> Sequence[tuple[Any, ...]]:
        """Return all rows."""
        self._adapt.set_pgresult(self._result)
        rows: Sequence[tuple[Any, ...]] = self._adapt.load_rows(0, self._result.ntuples, tuple)
        return rows
