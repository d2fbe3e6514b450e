"""Notices that one process's commit sends to all others: PostgreSQL's LISTEN and NOTIFY."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from labeling.database.urls import libpq_address

if TYPE_CHECKING:
    from collections.abc import Callable

    import psycopg

    from labeling.database.hub import Hub

LOG = logging.getLogger(__name__)
LOOK_SECONDS: Final = 0.5
"""How often the thread looks whether it is to end."""
RETRY_SECONDS: Final = 1.0


class Notices:
    """Calls a function in a thread of its own whenever a notice comes on a channel.

    It is called too when the connection is made and whenever it was lost, as notices may have
    been missed. SQLite has one process, which needs none: there the thread is not begun.
    """

    def __init__(self, hub: Hub, channel: str, heard: Callable[[], None]) -> None:
        self._hub, self._channel, self._heard = hub, channel, heard
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._listen, name="hub-notices", daemon=True)

    def start(self) -> None:
        """Begin to listen."""
        if self._hub.dialect == "postgresql":
            self._thread.start()

    def close(self) -> None:
        """Stop listening."""
        self._closing.set()
        if self._thread.is_alive():
            self._thread.join()

    def _listen(self) -> None:
        import psycopg

        address = libpq_address(self._hub.url)
        while not self._closing.is_set():
            try:
                with psycopg.connect(address, autocommit=True) as connection:
                    connection.execute(f'LISTEN "{self._channel}"')
                    self._heard()
                    self._hear(connection)
            except psycopg.Error:
                LOG.warning("the connection for notices was lost; it is made anew")
                self._heard()
                self._closing.wait(RETRY_SECONDS)

    def _hear(self, connection: psycopg.Connection[object]) -> None:
        while not self._closing.is_set():
            for _ in connection.notifies(timeout=LOOK_SECONDS):
                self._heard()
                if self._closing.is_set():
                    return
