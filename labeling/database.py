"""The two stores and the one write door (docs/decisions/0001).

A write is a plain function that takes a :class:`Transaction`. On SQLite one writer thread runs up
to 64 waiting functions in one transaction, a savepoint each, and replies only after COMMIT with
``synchronous=FULL``. On PostgreSQL every function has a transaction of its own, retried on
serialisation failure and deadlock. The same SQL text, with ``:name`` parameters, runs on both.
"""

from __future__ import annotations

import asyncio
import queue
import re
import sqlite3
import threading
import time
from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from sqlalchemy import NullPool, create_engine
from sqlalchemy.engine import make_url

from labeling.clock import Clock, system_clock
from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    import psycopg
    from alembic.config import Config

T = TypeVar("T")
Dialect = Literal["sqlite", "postgresql"]
Row = Any
"""One result row; columns are attributes (a named tuple)."""

GROUP_COMMIT: Final = 64
"""Most write functions that share one SQLite transaction."""
RETRY_SECONDS: Final = 0.01
"""Pause before the first retry, twice as long before each next: the other one goes first."""
RETRIES: Final = 8
"""How often PostgreSQL runs a write again after a serialisation failure or a deadlock."""
RETRIED_STATES: Final = frozenset({"40001", "40P01"})
UNSTORABLE: Final = "A number is out of range, or a text holds a character that cannot be stored."
POSTGRES_NOW: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"


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


def _call(fn: Callable[[Transaction], T], tx: Transaction) -> T:
    """Run a function on a transaction; a value that no store can keep is the caller's mistake."""
    try:
        return fn(tx)
    except (OverflowError, UnicodeEncodeError) as error:
        raise InvalidInputError(UNSTORABLE) from error
    except StopIteration as error:
        # A future cannot carry it: whoever awaits would wait forever.
        message = "a write or read function let StopIteration escape"
        raise RuntimeError(message) from error


@dataclass(slots=True)
class _Waiting:
    """A write function on its way through the door."""

    fn: Callable[[Transaction], Any]
    actor: Actor
    future: Future[Any]
    result: Any = None
    error: BaseException | None = None


class Hub(ABC):
    """The door to one store: `write` and `read` for the event loop, `*_now` for threads."""

    dialect: Dialect

    def __init__(self, url: str, clock: Clock | None) -> None:
        self.url = url
        self._clock = clock

    @abstractmethod
    def submit_write(
        self, fn: Callable[[Transaction], T], actor: Actor, *, urgent: bool
    ) -> Future[T]:
        """Queue a write function; its future ends after the commit is on disk."""

    @abstractmethod
    def submit_read(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Queue a read function; it sees one consistent snapshot."""

    @abstractmethod
    def close(self) -> None:
        """Finish what waits, then release every connection."""

    async def write(self, fn: Callable[[Transaction], T], actor: Actor = SYSTEM) -> T:
        """Run a write function from the event loop; people's operations go first."""
        return await asyncio.wrap_future(self.submit_write(fn, actor, urgent=True))

    async def read(self, fn: Callable[[Transaction], T]) -> T:
        """Run a read function from the event loop."""
        return await asyncio.wrap_future(self.submit_read(fn))

    def write_now(self, fn: Callable[[Transaction], T], actor: Actor = SYSTEM) -> T:
        """Run a write function from a thread of a job or of the command line and wait for it."""
        return self.submit_write(fn, actor, urgent=False).result()

    def read_now(self, fn: Callable[[Transaction], T]) -> T:
        """Run a read function from a thread and wait for it."""
        return self.submit_read(fn).result()


def _drain(source: queue.SimpleQueue[_Waiting], most: int) -> list[_Waiting]:
    """Return what waits in a queue, up to a number, without waiting for more."""
    taken: list[_Waiting] = []
    while len(taken) < most:
        try:
            taken.append(source.get_nowait())
        except queue.Empty:
            break
    return taken


class SqliteHub(Hub):
    """One file, one writer thread with group commit, a few reading threads."""

    dialect: Dialect = "sqlite"

    def __init__(self, url: str, clock: Clock | None = None, readers: int = 2) -> None:
        super().__init__(url, clock)
        self._path = make_url(url).database or ""
        self._people: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._wake = threading.Semaphore(0)
        self._closing = False
        self._accepting = threading.Lock()
        self._local = threading.local()
        self._opened: list[sqlite3.Connection] = []
        self._readers = ThreadPoolExecutor(readers, thread_name_prefix="hub-read")
        self._writer = threading.Thread(target=self._write_forever, name="hub-write", daemon=True)
        self._writer.start()

    def submit_write(
        self, fn: Callable[[Transaction], T], actor: Actor, *, urgent: bool
    ) -> Future[T]:
        """Queue a write function for the next group."""
        waiting = _Waiting(fn, actor, Future())
        with self._accepting:
            if self._closing:
                message = "the hub is closed"
                raise RuntimeError(message)
            (self._people if urgent else self._jobs).put(waiting)
        self._wake.release()
        return waiting.future

    def submit_read(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Queue a read function on one of the reading threads."""
        return self._readers.submit(self._read, fn)

    def close(self) -> None:
        """Write what waits, then close every connection."""
        with self._accepting:
            if self._closing:
                return
            self._closing = True
        self._wake.release()
        self._writer.join()
        self._readers.shutdown()
        for connection in self._opened:
            connection.close()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(
            self._path,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,
            timeout=30,
        )
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        self._opened.append(connection)
        return connection

    def _now(self) -> int:
        return (self._clock or system_clock)()

    def _read(self, fn: Callable[[Transaction], T]) -> T:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = self._connect()
            connection.execute("PRAGMA query_only=ON")
        connection.execute("BEGIN")
        try:
            return _call(fn, Transaction(connection, "sqlite", self._now(), SYSTEM))
        finally:
            connection.execute("ROLLBACK")

    def _take_group(self) -> list[_Waiting]:
        """Wait for work; return people's functions first, then at most one of a job."""
        self._wake.acquire()
        group = _drain(self._people, GROUP_COMMIT)
        if len(group) < GROUP_COMMIT:
            group += _drain(self._jobs, 1)
        for _ in group[1:]:
            self._wake.acquire(blocking=False)
        return group

    def _write_forever(self) -> None:
        connection = self._connect()
        while True:
            group = self._take_group()
            if group:
                self._commit_group(connection, group)
            elif self._closing and self._people.empty() and self._jobs.empty():
                return

    def _commit_group(self, connection: sqlite3.Connection, group: list[_Waiting]) -> None:
        # Whoever gave up before its turn is left out; from here on nobody can.
        group = [waiting for waiting in group if waiting.future.set_running_or_notify_cancel()]
        try:
            connection.execute("BEGIN IMMEDIATE")
            for waiting in group:
                self._run_one(connection, waiting)
            connection.execute("COMMIT")
        except BaseException as error:  # noqa: BLE001 - nothing of the group is on disk: all are told
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for waiting in group:
                waiting.error = error
        for waiting in group:
            if waiting.error is None:
                waiting.future.set_result(waiting.result)
            else:
                waiting.future.set_exception(waiting.error)

    def _run_one(self, connection: sqlite3.Connection, waiting: _Waiting) -> None:
        connection.execute("SAVEPOINT one")
        try:
            tx = Transaction(connection, "sqlite", self._now(), waiting.actor)
            waiting.result = _call(waiting.fn, tx)
        except BaseException as error:  # noqa: BLE001 - undone alone, reported to its own caller
            waiting.error = error
            connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")


class PostgresHub(Hub):
    """A pool of threads, a connection each, one transaction per function."""

    dialect: Dialect = "postgresql"

    def __init__(self, url: str, clock: Clock | None = None, connections: int = 8) -> None:
        super().__init__(url, clock)
        self._local = threading.local()
        self._opened: list[psycopg.Connection[Any]] = []
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="hub-pg")

    def submit_write(
        self, fn: Callable[[Transaction], T], actor: Actor, *, urgent: bool
    ) -> Future[T]:
        """Run a write function in a transaction of its own."""
        del urgent  # every function has its own connection: nobody waits behind a job
        return self._pool.submit(self._transact, fn, actor, reads=False)

    def submit_read(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Run a read function on one snapshot, in a transaction that cannot write."""
        return self._pool.submit(self._transact, fn, SYSTEM, reads=True)

    def close(self) -> None:
        """Finish what runs, then close every connection."""
        self._pool.shutdown()
        for connection in self._opened:
            connection.close()

    def _connection(self, *, reads: bool) -> psycopg.Connection[Any]:
        import psycopg

        connection = getattr(self._local, "connection", None)
        if connection is None or connection.closed:
            plain = (
                make_url(self.url)
                .set(drivername="postgresql")
                .render_as_string(hide_password=False)
            )
            connection = self._local.connection = psycopg.connect(plain)
            self._opened.append(connection)
        if connection.read_only is not reads:
            connection.read_only = reads
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ if reads else None
        return connection

    def _transact(self, fn: Callable[[Transaction], T], actor: Actor, *, reads: bool) -> T:
        import psycopg

        for attempt in range(RETRIES):
            connection, committing = self._connection(reads=reads), False
            try:
                now = (
                    self._clock()
                    if self._clock
                    else connection.execute(POSTGRES_NOW).fetchall()[0][0]
                )
                result = _call(fn, Transaction(connection, "postgresql", now, actor))
                committing = True
                connection.commit()
            except psycopg.Error as error:
                self._undo(connection)
                # A connection that was lost before the commit has changed nothing.
                again = error.sqlstate in RETRIED_STATES or (connection.closed and not committing)
                if isinstance(error, psycopg.DataError):
                    raise InvalidInputError(UNSTORABLE) from error
                if not again or attempt == RETRIES - 1:
                    raise
                time.sleep(RETRY_SECONDS * 2**attempt)
            except BaseException:
                self._undo(connection)
                raise
            else:
                return result
        message = "unreachable: the last attempt returns or raises"
        raise AssertionError(message)

    @staticmethod
    def _undo(connection: psycopg.Connection[Any]) -> None:
        if not connection.closed:
            connection.rollback()


def sqlite_url(path: Path) -> str:
    """Return the database URL of a SQLite file."""
    return f"sqlite:///{path}"


def open_hub(url: str, *, clock: Clock | None = None) -> Hub:
    """Open the store that a SQLAlchemy database URL names; the schema must be at head.

    Parameters
    ----------
    url
        ``sqlite:///PATH`` or ``postgresql+psycopg://…``.
    clock
        Overrides the time of every transaction (tests); None takes the machine's clock on SQLite
        and the database's on PostgreSQL.
    """
    if make_url(url).get_backend_name() == "sqlite":
        return SqliteHub(url, clock)
    return PostgresHub(url, clock)


def _alembic(database_url: str) -> Config:
    from alembic.config import Config  # heavy, and only a start needs it

    import migrations

    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


def migrate(database_url: str) -> None:
    """Bring a store's schema to head; does nothing where it is there already."""
    from alembic import command

    command.upgrade(_alembic(database_url), "head")


def is_at_head(database_url: str) -> bool:
    """Return whether a store's schema is at head; False where the store is empty or absent."""
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

    url = make_url(database_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database or "").exists():
        return False
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_heads()
    return set(current) == set(ScriptDirectory.from_config(_alembic(database_url)).get_heads())
