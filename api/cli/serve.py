"""`labelloop serve`: the hub, until it is told to end."""

from __future__ import annotations

from typing import Annotated

import typer

from api.cli.client import load_settings, talking
from api.cli.serving import listen, served, wait_for_the_end


def serve_hub(
    host: Annotated[
        str | None,
        typer.Option("--host", help="Address to listen on. [default: LABELLOOP_HOST, 127.0.0.1]"),
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", help="Port; 0 takes a free one. [default: LABELLOOP_PORT, 8080]"),
    ] = None,
    no_worker: Annotated[
        bool,
        typer.Option("--no-worker", help="Only answer; another process plans, trains, releases."),
    ] = False,
) -> None:
    """Serve the hub: the page, the HTTP API, and the work behind them. Ctrl-C ends it.

    Before it can be reached from other machines, put it behind HTTPS.
    """
    worker = False if no_worker else None
    settings = load_settings(host=host, port=port, worker=worker)
    door = listen(settings.host, settings.port)
    with served(settings, door, is_announced=True) as url:
        typer.echo(f"labelloop serves {url}, its data is in {settings.data_dir}")
        typer.echo(f"Sign in once with {sign_in_link(url, settings_folder=settings)}")
        wait_for_the_end()
    typer.echo("Ended.")
