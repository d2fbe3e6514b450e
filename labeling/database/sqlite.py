"""SQLite: one file, one writing thread, group commit with ``synchronous=FULL``.

Up to 64 waiting functions share one transaction, a savepoint each; nobody is answered before the
COMMIT is on disk.
"""

from __future__ import annotations

import queue
import sqlite3
import threading
import time
from collections.abc import Callable, Hashable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from labeling.clock import Clock, system_clock
from labeling.database.hub import QUIET, Hub
from labeling.database.statements import Dialect
from labeling.database.transaction import SYSTEM, Actor, Transaction, call_on
from labeling.database.urls import file_of

T = TypeVar("T")
GROUP_COMMIT: Final = 64
"""Most write functions that share one transaction."""
JOB_SECONDS: Final = 0.2
"""How long one transaction goes on with functions of jobs while no person waits."""
CACHE_KIBIBYTES: Final = 65_536
"""Pages that a connection keeps in memory: the inner pages of every index at a million items."""
CHECKPOINT_PAGES: Final = 16_384
"""Pages of the log (64 MiB) after which they are copied into the file. An answer touches some forty
pages, most of them the same ones as the answer before, so a late copy writes each of them once."""


@dataclass(slots=True)
class _Waiting:
    """A write function on its way through the door."""

    fn: Callable[[Transaction], Any]
    actor: Actor
    future: Future[Any]
    is_quiet: bool = False
    result: Any = None
    learnt: dict[Hashable, Any] = field(default_factory=dict)
    error: BaseException | None = None


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
        self._path = file_of(url)
        self._people: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._jobs: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
        self._unchecked: queue.SimpleQueue[_Waiting] = queue.SimpleQueue()
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
        return self._queue(fn, actor, self._people if urgent else self._jobs)

    def write_unchecked_now(self, fn: Callable[[Transaction], T], actor: Actor = SYSTEM) -> T:
        """Run a write function in a commit of its own, foreign keys unchecked."""
        return self._queue(fn, actor, self._unchecked).result()

    def _queue(
        self, fn: Callable[[Transaction], T], actor: Actor, source: queue.SimpleQueue[_Waiting]
    ) -> Future[T]:
        waiting = _Waiting(fn, actor, Future(), QUIET.get())
        with self._accepting:
            if self._closing:
                message = "the hub is closed"
                raise RuntimeError(message)
            source.put(waiting)
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
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIBIBYTES}")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
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
            tx = Transaction(connection, "sqlite", self._now(), SYSTEM, self._memory)
            found = call_on(fn, tx)
            self._keep(tx.learnt)
            return found
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
        # A savepoint keeps the pages that its function changes, some thirty for an answer: behind
        # the first sixteen SQLite would open a file for them, each time.
        connection.execute("PRAGMA temp_store=MEMORY")
        while True:
            group = self._take_group()
            alone = _drain(self._unchecked, 1)
            if group:
                self._commit_group(connection, group)
            if alone:
                connection.execute("PRAGMA foreign_keys=OFF")  # means nothing inside a transaction
                self._commit_group(connection, alone, with_more=False)
                connection.execute("PRAGMA foreign_keys=ON")
            if not (group or alone) and self._closing and self._is_idle():
                return

    def _is_idle(self) -> bool:
        return self._people.empty() and self._jobs.empty() and self._unchecked.empty()

    def _commit_group(
        self, connection: sqlite3.Connection, group: list[_Waiting], *, with_more: bool = True
    ) -> None:
        # Whoever gave up before its turn is left out; from here on nobody can.
        group = [waiting for waiting in group if waiting.future.set_running_or_notify_cancel()]
        try:
            connection.execute("BEGIN IMMEDIATE")
            for waiting in group:
                self._run_one(connection, waiting)
            if with_more:
                self._run_more_jobs(connection, group)
            began = time.perf_counter()
            connection.execute("COMMIT")
            self.figures.commit_seconds.observe(time.perf_counter() - began)
            self.figures.group_size.observe(len(group))
        except BaseException as error:  # noqa: BLE001 - nothing of the group is on disk: all are told
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            for waiting in group:
                waiting.error = error
        self.changes += any(not waiting.is_quiet for waiting in group)
        for waiting in group:
            if waiting.error is None:
                self._keep(waiting.learnt)
                waiting.future.set_result(waiting.result)
            else:
                waiting.future.set_exception(waiting.error)

    def _run_more_jobs(self, connection: sqlite3.Connection, group: list[_Waiting]) -> None:
        """Run what jobs have waiting in the same transaction, as long as nobody else waits.

        A person who comes meanwhile waits for one function and the commit, and a job that sends
        its parts ahead pays one commit for many.
        """
        until = time.monotonic() + JOB_SECONDS
        while self._people.empty() and time.monotonic() < until:
            more = _drain(self._jobs, 1)
            if not more:
                return
            self._wake.acquire(blocking=False)
            if more[0].future.set_running_or_notify_cancel():
                group.append(more[0])
                self._run_one(connection, more[0])

    def _run_one(self, connection: sqlite3.Connection, waiting: _Waiting) -> None:
        connection.execute("SAVEPOINT one")
        try:
            tx = Transaction(connection, "sqlite", self._now(), waiting.actor, self._memory)
            waiting.result = call_on(waiting.fn, tx)
            waiting.learnt = tx.learnt
        except BaseException as error:  # noqa: BLE001 - undone alone, reported to its own caller
            waiting.error = error
            connection.execute("ROLLBACK TO one")
        connection.execute("RELEASE one")
