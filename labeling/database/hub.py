"""The door to a store, as the event loop and threads use it."""

from __future__ import annotations

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from contextvars import ContextVar
from typing import Any, Final, TypeVar

from labeling.clock import Clock
from labeling.database.figures import WriteFigures
from labeling.database.statements import Dialect
from labeling.database.transaction import SYSTEM, Actor, Memory, Transaction

T = TypeVar("T")
QUIET: Final[ContextVar[bool]] = ContextVar("quiet", default=False)
"""Set while a background turn runs: what it writes wakes no other turn by itself."""
MOST_KNOWN: Final = 10_000
"""Values of `Transaction.once` that a process keeps."""


class Hub(ABC):
    """The door to one store: `write` and `read` for the event loop, `*_now` for threads.

    Attributes
    ----------
    changes : int
        Grows with every commit of this process that a background turn should look at.

    """

    dialect: Dialect

    def __init__(self, url: str, clock: Clock | None) -> None:
        self.url = url
        self._clock = clock
        self._memory = Memory()
        self.figures = WriteFigures()
        self.changes = 0

    def _keep(self, learnt: dict[Hashable, Any]) -> None:
        """Keep for this process what a transaction that ended well has learnt."""
        if learnt:
            if len(self._memory.known) > MOST_KNOWN:
                self._memory.known.clear()
            self._memory.known.update(learnt)

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

    @abstractmethod
    def write_unchecked_now(self, fn: Callable[[Transaction], T], actor: Actor = SYSTEM) -> T:
        """Run a write function that deletes whole families of rows, foreign keys unchecked.

        A check looks through every table that could name the row, all projects' rows of it. The
        function must leave no row that names one which is gone. Where PostgreSQL's role may not
        set `session_replication_role`, keys are checked all the same.
        """

    def read_now(self, fn: Callable[[Transaction], T]) -> T:
        """Run a read function from a thread and wait for it."""
        return self.submit_read(fn).result()
