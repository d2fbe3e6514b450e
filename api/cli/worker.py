"""`labelloop worker`: the work behind the hub, in a process of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer

from api.cli.client import load_settings
from api.cli.problems import CommandFailedError
from api.cli.serving import rarely_collect, told_on_loop, told_to_end

if TYPE_CHECKING:
    from api.settings import Settings


def run_worker() -> None:
    """Plan, train and release for hubs that only answer (`serve --no-worker`), on PostgreSQL.

    One leads at a time. Others compute chunks of features and scores with it and stand by: the
    first of them takes over where it dies. All share the data folder.
    """
    from api.installation import is_sqlite, opened_installation

    settings = load_settings(worker=True)
    if is_sqlite(settings):
        text = (
            "On SQLite one process does it all: `labelloop serve`. Workers of their own need "
            "PostgreSQL: set LABELLOOP_DATABASE_URL."
        )
        raise CommandFailedError(text, is_wrong_use=True)
    with told_to_end(), opened_installation(settings, waiting=lambda: _helping(settings)):
        asyncio.run(_work(settings))


@contextmanager
def _helping(settings: Settings) -> Iterator[None]:
    """Compute chunks until the lead is free."""
    from api.chunk_work import helping

    typer.echo("another worker leads on this store; this one computes chunks and stands by")
    with helping(settings):
        yield


async def _work(settings: Settings) -> None:
    """Do the background turns until the process is told to end."""
    from api.runtime import Runtime

    runtime, ended = Runtime(settings), told_on_loop()
    try:
        await runtime.start()
        rarely_collect()
        typer.echo(f"labelloop works, its data lies in {settings.data_dir}")
        await ended.wait()
    finally:
        await runtime.close()
