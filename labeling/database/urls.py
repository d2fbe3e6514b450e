"""What a store's URL says: which store, its file, its address for libpq.

SQLAlchemy is imported when it is first asked: a command that talks to a running hub opens no store,
and would wait a quarter of a second for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

    from labeling.database.statements import Dialect


def parsed(url: str) -> URL:
    """Return a URL's parts."""
    from sqlalchemy.engine import make_url

    return make_url(url)


def dialect_of(url: str) -> Dialect:
    """Return which store a URL names."""
    return "sqlite" if parsed(url).get_backend_name() == "sqlite" else "postgresql"


def file_of(url: str) -> str:
    """Return the path of a SQLite store's file."""
    return parsed(url).database or ""


def libpq_address(url: str) -> str:
    """Return a PostgreSQL store's URL as libpq takes it, with its password."""
    return parsed(url).set(drivername="postgresql").render_as_string(hide_password=False)
