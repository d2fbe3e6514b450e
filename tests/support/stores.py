"""A fresh, migrated database for each test, on both stores.

A test that asks for `store_url` runs twice, on SQLite and on PostgreSQL. `sqlite_url` and
`postgresql_url` are for what only one store can show, `blank_store_url` for the migrations. Each
database is copied from a template that our own migrations filled once per run.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.postgres import PostgresServer, running_server
from labeling.database import migrate

BOTH_STORES = [
    pytest.param("sqlite", marks=pytest.mark.sqlite),
    pytest.param("postgresql", marks=pytest.mark.postgresql),
]


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the path of a migrated SQLite file that nobody has open."""
    path = tmp_path_factory.mktemp("template") / "hub.db"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return path


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[PostgresServer]:
    """Start this run's PostgreSQL; it is gone afterwards, even if the run is killed."""
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: PostgresServer) -> str:
    """Return the name of a migrated database that the tests' databases are copied from."""
    name = postgresql_server.create("template_labelloop")
    migrate(postgresql_server.url(name))
    return name


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """Return the URL of a migrated SQLite file of the test's own."""
    path = tmp_path / "hub.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql_server: PostgresServer, postgresql_template: str) -> Iterator[str]:
    """Return the URL of a migrated PostgreSQL database of the test's own."""
    with postgresql_server.database(template=postgresql_template) as url:
        yield url


@pytest.fixture(params=BOTH_STORES)
def store_url(request: pytest.FixtureRequest) -> str:
    """Return the URL of a migrated database of the test's own, on each store in turn."""
    # Asked for by name, so that a run with `-m sqlite` starts no PostgreSQL.
    return str(request.getfixturevalue(f"{request.param}_url"))


@pytest.fixture(params=BOTH_STORES)
def blank_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database of the test's own, on each store in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'blank.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgresql_server")
    with server.database() as url:
        yield url
