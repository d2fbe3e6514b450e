"""`labelloop serve`: the hub, until it is told to end."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from api.cli.client import load_settings, talking
from api.cli.people import link_for_operator
from api.cli.serving import listen, rarely_collect, served, told_to_end, wait_for_the_end

Port = Annotated[
    int | None,
    typer.Option(
        "--port",
        min=0,
        max=65_535,
        help="Port; 0 takes a free one. [default: LABELLOOP_PORT, 8080]",
    ),
]


def serve_hub(
    host: Annotated[
        str | None,
        typer.Option("--host", help="Address to listen on. [default: LABELLOOP_HOST, 127.0.0.1]"),
    ] = None,
    port: Port = None,
    no_worker: Annotated[
        bool,
        typer.Option("--no-worker", help="Only answer; another process plans, trains, releases."),
    ] = False,
) -> None:
    """Serve the hub: the page, the HTTP API, and the work behind them. Ctrl-C ends it.

    Put it behind HTTPS before it can be reached from other machines.
    """
    settings = load_settings(host=host, port=port, worker=False if no_worker else None)
    door = listen(settings.host, settings.port)
    with told_to_end(), served(settings, door, is_announced=True) as url:
        typer.echo(f"labelloop serves {url}, its data lies in {settings.data_dir}")
        if sys.stdout.isatty():
            # A log that is kept is no place for a key; `labelloop user link` makes one there.
            with talking(url, settings) as client:
                typer.echo(f"Sign in once with {link_for_operator(client)}")
        rarely_collect()
        wait_for_the_end()
