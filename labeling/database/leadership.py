"""One worker at a time on a PostgreSQL store: a lock that ends with its holder's connection.

A killed worker's connection is closed by the server, which gives the lock to one that stands by.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from labeling.database.urls import libpq_address

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

LOG = logging.getLogger(__name__)
KEY: Final = 0x6C6162656C  # "label": advisory locks are told apart by a number, per database
TRY: Final = "SELECT pg_try_advisory_lock(%s)"
LOOK_SECONDS: Final = 1.0


class Leadership:
    """The right to do a store's background work, for as long as its connection lives.

    Parameters
    ----------
    url
        SQLAlchemy URL of a PostgreSQL store.
    lost
        Called once, in a thread of its own, where the connection was lost and another process has
        taken over: this one must end.

    """

    def __init__(self, url: str, lost: Callable[[], None]) -> None:
        self._url = libpq_address(url)
        self._lost = lost
        self._closing = threading.Event()
        self._connection: psycopg.Connection[tuple[bool]] | None = None
        self._thread = threading.Thread(target=self._watch, name="leadership", daemon=True)

    def take(self) -> bool:
        """Take the lead where nobody has it, and return whether it was free."""
        if self._try() is not True:
            return False
        self._thread.start()
        return True

    def close(self) -> None:
        """Give the lead up."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def _try(self) -> bool | None:
        """Return whether the lock is ours now; None where the server cannot be asked."""
        import psycopg

        try:
            found = psycopg.connect(self._url, autocommit=True)
        except psycopg.OperationalError:
            return None
        row = found.execute(TRY, (KEY,)).fetchone()
        if row is not None and row[0]:
            self._connection = found
            return True
        found.close()
        return False

    def _watch(self) -> None:
        """Look whether the connection lives; where it does not, take the lock again or end."""
        while not self._closing.wait(LOOK_SECONDS):
            if self._is_alive():
                continue
            LOG.warning("the connection that holds the worker's lock was lost; it is made anew")
            if self._try() is False:
                LOG.critical("another worker has taken over; this one ends")
                self._lost()
                return

    def _is_alive(self) -> bool:
        import psycopg

        try:
            assert self._connection is not None, "take comes first"  # noqa: S101
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            return False
        return True
