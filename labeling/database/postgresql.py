"""PostgreSQL: a transaction for each function, retried on serialisation failure and deadlock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sqlalchemy.engine import make_url

from labeling.clock import Clock
from labeling.database.hub import Hub
from labeling.database.transaction import SYSTEM, UNSTORABLE, Actor, Dialect, Transaction, call_on
from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    import psycopg

T = TypeVar("T")
RETRY_SECONDS: Final = 0.01
"""Pause before the first retry, twice as long before each next: the other one goes first."""
RETRIES: Final = 8
"""How often a write is run again after a serialisation failure or a deadlock."""
PREPARED_STATEMENTS: Final = 1_000
"""More than the hub has: psycopg's own 100 would prepare the hot ones again and again."""
RETRIED_STATES: Final = frozenset({"40001", "40P01"})
NOW: Final = "SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint)"


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

    def write_unchecked_now(self, fn: Callable[[Transaction], T], actor: Actor = SYSTEM) -> T:
        """Run a write function in a transaction that checks no foreign key, where it may."""
        return self._pool.submit(self._transact, fn, actor, reads=False, checks=False).result()

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
            connection.prepared_max = PREPARED_STATEMENTS
            self._opened.append(connection)
        if connection.read_only is not reads:
            connection.read_only = reads
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ if reads else None
        return connection

    def _transact(
        self, fn: Callable[[Transaction], T], actor: Actor, *, reads: bool, checks: bool = True
    ) -> T:
        import psycopg

        for attempt in range(RETRIES):
            connection, committing = self._connection(reads=reads), False
            try:
                if not checks:
                    self._uncheck(connection)
                now = self._clock() if self._clock else connection.execute(NOW).fetchall()[0][0]
                tx = Transaction(connection, "postgresql", now, actor, self._memory)
                result = call_on(fn, tx)
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
                self._keep(tx.learnt)
                return result
        message = "unreachable: the last attempt returns or raises"
        raise AssertionError(message)

    @staticmethod
    def _uncheck(connection: psycopg.Connection[Any]) -> None:
        """Check no foreign key until the end of the transaction; some roles may not ask for it."""
        import psycopg

        connection.execute("SAVEPOINT unchecked")
        try:
            connection.execute("SET LOCAL session_replication_role = replica")
        except psycopg.errors.InsufficientPrivilege:
            connection.execute("ROLLBACK TO SAVEPOINT unchecked")

    @staticmethod
    def _undo(connection: psycopg.Connection[Any]) -> None:
        if not connection.closed:
            connection.rollback()
