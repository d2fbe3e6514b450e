"""`labelloop demo`: the whole circle on real handwritten digits."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def run_demo(
    budget: Annotated[
        float | None,
        typer.Option("--budget", min=0.0, help="Dollars for each of the two projects."),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of all that is simulated.")] = 0,
    fast: Annotated[bool, typer.Option("--fast", help="Less of everything: a minute.")] = False,
    no_serve: Annotated[
        bool, typer.Option("--no-serve", help="End when the figures are there.")
    ] = False,
    json_path: Annotated[
        Path | None,
        typer.Option("--json", metavar="FILE", help="Write the figures there as JSON."),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65_535, help="Port of the hub.")
    ] = None,
) -> None:
    """Watch the whole circle turn on handwritten digits, and take a seat in it.

    Simulated workforces answer over the real HTTP API, the same budget is spent once with active
    learning and once at random, models are trained, gated and deployed. Needs no file of yours.
    """
    from api.demo.options import DemoOptions
    from api.demo.run import run

    options = DemoOptions(
        budget=budget, seed=seed, fast=fast, serve=not no_serve, json_path=json_path, port=port
    )
    raise typer.Exit(run(options))
