"""Opens the store that a URL names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.database.postgresql import PostgresHub
from labeling.database.sqlite import SqliteHub
from labeling.database.urls import dialect_of

if TYPE_CHECKING:
    from labeling.clock import Clock
    from labeling.database.hub import Hub


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
    if dialect_of(url) == "sqlite":
        return SqliteHub(url, clock)
    return PostgresHub(url, clock)
