"""A store copied whole while it is written, and put back."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from labeling.database.moving import forget_transactions
from labeling.database.urls import dialect_of, file_of, libpq_address
from labeling.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

Dialect = Literal["sqlite", "postgresql"]
JOBS_SCHEMA: Final = "labelloop_jobs"
"""The workflows' own schema: disposable, every effect is recorded in the hub's tables."""


def copy_store(url: str, target: Path) -> None:
    """Copy a store, as it is at one instant, to a file; whoever writes goes on writing.

    Raises
    ------
    InvalidInputError
        There is no store, or `pg_dump` is not there or refuses.

    """
    if dialect_of(url) == "sqlite":
        _copy_sqlite(Path(file_of(url)), target)
        return
    _run(
        "pg_dump",
        ["-Fc", f"--exclude-schema={JOBS_SCHEMA}", f"--file={target}", libpq_address(url)],
    )


def _copy_sqlite(source: Path, target: Path) -> None:
    if not source.is_file():
        raise InvalidInputError(f"There is no store at {source}.")
    address = f"{source.resolve().as_uri()}?mode=ro"
    with (
        closing(sqlite3.connect(address, uri=True)) as old,
        closing(sqlite3.connect(target)) as new,
    ):
        old.backup(new)  # in one step: one snapshot, beside the writer
        new.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it


def restore_store(url: str, dump: Path) -> None:
    """Fill an empty PostgreSQL database from a dump.

    Raises
    ------
    ConflictError
        The database is not empty.
    InvalidInputError
        `pg_restore` is not there or refuses.

    """
    import psycopg

    with psycopg.connect(libpq_address(url)) as connection:
        count = "SELECT COUNT(*) FROM pg_tables WHERE schemaname = 'public'"
        if connection.execute(count).fetchall()[0][0]:
            raise ConflictError("The database is not empty; restore into a new one.")
    options = [
        "--no-owner",
        "--exit-on-error",
        "--single-transaction",
        f"--dbname={libpq_address(url)}",
    ]
    _run("pg_restore", [*options, str(dump)])
    with psycopg.connect(libpq_address(url)) as connection:
        forget_transactions(connection)


def _run(name: str, arguments: Sequence[str]) -> None:
    program = shutil.which(name)
    if program is None:
        raise InvalidInputError(
            f"{name} is not on the PATH; install PostgreSQL's client, of the server's version."
        )
    done = subprocess.run(  # noqa: S603 - no shell; the URL is the operator's own
        [program, *arguments], capture_output=True, text=True, check=False
    )
    if done.returncode:
        said = " ".join(done.stderr.split())
        raise InvalidInputError(f"{name} refused: {said}")
