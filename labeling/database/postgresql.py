"""PostgreSQL: a transaction for each function, retried on serialisation failure and deadlock."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from labeling.clock import Clock
from labeling.database.hub import QUIET, Hub
from labeling.database.statements import Dialect
from labeling.database.transaction import SYSTEM, UNSTORABLE, Actor, Transaction, call_on
from labeling.database.urls import libpq_address
from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    from labeling.database.postgresql_session import Session

T = TypeVar("T")
RETRY_SECONDS: Final = 0.01
"""Pause before the first retry, twice as long before each next: the other one goes first."""
RETRIES: Final = 8
"""How often a write is run again after a serialisation failure or a deadlock."""
RETRIED_STATES: Final = frozenset({"40001", "40P01"})


class PostgresHub(Hub):
    """A pool of threads, a connection each, one transaction per function."""

    dialect: Dialect = "postgresql"

    def __init__(self, url: str, clock: Clock | None = None, connections: int = 8) -> None:
        super().__init__(url, clock)
        self._local = threading.local()
        self._opened: list[Session] = []
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="hub-pg")

    def submit_write(
        self, fn: Callable[[Transaction], T], actor: Actor, *, urgent: bool
    ) -> Future[T]:
        """Run a write function in a transaction of its own."""
        del urgent  # every function has its own connection: nobody waits behind a job
        return self._pool.submit(self._transact, fn, actor, reads=False, is_quiet=QUIET.get())

    def write_unchecked_now(self, fn: Callable[[Transaction], T], actor: Actor = SYSTEM) -> T:
        """Run a write function in a transaction that checks no foreign key, where it may."""
        return self._pool.submit(self._transact, fn, actor, reads=False, checks=False).result()

    def submit_read(self, fn: Callable[[Transaction], T]) -> Future[T]:
        """Run a read function on one snapshot, in a transaction that cannot write."""
        return self._pool.submit(self._transact, fn, SYSTEM, reads=True)

    def close(self) -> None:
        """Finish what runs, then close every connection."""
        self._pool.shutdown()
        for session in self._opened:
            session.connection.close()

    def _session(self) -> Session:
        found: Session | None = getattr(self._local, "session", None)
        if found is None or found.connection.closed:
            from labeling.database.postgresql_session import Session

            found = self._local.session = Session(libpq_address(self.url))
            self._opened.append(found)
        return found

    def _transact(
        self,
        fn: Callable[[Transaction], T],
        actor: Actor,
        *,
        reads: bool,
        checks: bool = True,
        is_quiet: bool = False,
    ) -> T:
        import psycopg

        for attempt in range(RETRIES):
            session, committing = self._session(), False
            try:
                now = session.begin(self._clock, reads=reads)
                if not checks:
                    session.uncheck()
                tx = Transaction(session, "postgresql", now, actor, self._memory)
                result = call_on(fn, tx)
                committing, began = True, time.perf_counter()
                session.commit()
                if not reads:
                    self.figures.commit_seconds.observe(time.perf_counter() - began)
                    self.figures.group_size.observe(1)
                    self.changes += not is_quiet
            except psycopg.Error as error:
                session.rollback()
                # A connection that was lost before the commit has changed nothing.
                lost = session.connection.closed and not committing
                again = error.sqlstate in RETRIED_STATES or lost
                if isinstance(error, psycopg.DataError):
                    raise InvalidInputError(UNSTORABLE) from error
                if not again or attempt == RETRIES - 1:
                    raise
                time.sleep(RETRY_SECONDS * 2**attempt)
            except BaseException:
                session.rollback()
                raise
            else:
                self._keep(tx.learnt)
                return result
        message = "unreachable: the last attempt returns or raises"
        raise AssertionError(message)
