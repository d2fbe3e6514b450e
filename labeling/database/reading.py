"""A store opened for reading only: beside a running hub, or as it lies in a backup."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from labeling.clock import system_clock
from labeling.database.postgresql import PostgresHub
from labeling.database.transaction import SYSTEM, Memory, Transaction
from labeling.database.urls import dialect_of, file_of

Read = Callable[[Callable[[Transaction], Any]], Any]
"""Runs a function on a reading transaction, which sees one consistent snapshot."""


@contextmanager
def opened_for_reading(url: str) -> Iterator[Read]:
    """Yield what reads a store without changing a byte of it.

    Raises
    ------
    FileNotFoundError
        There is no SQLite file.

    """
    if dialect_of(url) != "sqlite":
        hub = PostgresHub(url, connections=1)
        try:
            yield hub.read_now
        finally:
            hub.close()
        return
    path = Path(file_of(url))
    if not path.is_file():
        message = f"There is no store at {path}."
        raise FileNotFoundError(message)
    address = f"{path.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, isolation_level=None, timeout=30)) as found:
        yield lambda fn: _read(found, fn)


def _read(connection: sqlite3.Connection, fn: Callable[[Transaction], Any]) -> Any:
    connection.execute("BEGIN")
    try:
        return fn(Transaction(connection, "sqlite", system_clock(), SYSTEM, Memory()))
    finally:
        connection.execute("ROLLBACK")
