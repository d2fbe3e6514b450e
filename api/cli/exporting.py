"""`labelloop export`: the file back, finished."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from api.cli.client import HubClient, connected
from api.cli.importing import follow_job
from api.cli.output import ProjectName
from api.cli.problems import CommandFailedError


class FormatName(StrEnum):
    """What a file can be written as."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"


def export_project(
    project: ProjectName,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write. [default: standard output]"),
    ] = None,
    format_name: Annotated[
        FormatName | None,
        typer.Option("--format", help="The file's format. [default: by its ending, else csv]"),
    ] = None,
    answers: Annotated[
        bool, typer.Option("--answers", help="Instead: every single answer, by default as JSONL.")
    ] = False,
    predictions: Annotated[
        bool,
        typer.Option("--predictions", help="Instead: labels and scores that came with files."),
    ] = False,
    after: Annotated[
        str | None,
        typer.Option("--after", help="With --answers: only what came behind this cursor."),
    ] = None,
    names: Annotated[
        bool, typer.Option("--names", help="With --answers: real names too; goes on record.")
    ] = False,
    no_guard: Annotated[
        bool,
        typer.Option("--no-guard", help="With --answers: leave CSV cells that look like formulas."),
    ] = False,
    job: Annotated[
        bool,
        typer.Option("--job", help="Write it at the hub first, then fetch it: for large exports."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
) -> None:
    """Give your file back, finished: its rows, order and columns, and a label for each.

    Added are label, source (human, reviewed, auto, model, none), confidence, answers (their number)
    and confidence_kind (whether it is calibrated or still a stop score). Cells are left as they
    are: open a file from outside with formulas switched off. With --answers the cursor for --after
    is the last line on standard error.
    """
    fallback = FormatName.JSONL if answers or predictions else FormatName.CSV
    chosen = FormatName.JSONL if as_json else format_name or _format_of(output, fallback)
    if not answers and (after or names or no_guard):
        text = "--after, --names and --no-guard go with --answers."
        raise CommandFailedError(text, is_wrong_use=True)
    if predictions and (answers or job):
        text = "--predictions goes with neither --answers nor --job."
        raise CommandFailedError(text, is_wrong_use=True)
    asked: dict[str, Any] = {"format": chosen.value}
    if answers:
        asked |= {"names": names, "guard": not no_guard} | ({"after": after} if after else {})
    with connected() as client:
        if job:
            chunks, cursor = _by_job(client, project, answers=answers, asked=asked)
        else:
            kind = "/answers" if answers else "/predictions" if predictions else ""
            address = f"/v1/projects/{project}/export{kind}"
            chunks, headers = client.stream_with_headers(address, **asked)
            cursor = headers.get("x-labelloop-next")
        if output is None:
            _print_chunks(chunks)
        else:
            write_whole(output, chunks)
    if answers and cursor:
        typer.echo(f"labelloop: next {cursor}", err=True)


def _by_job(
    client: HubClient, project: str, *, answers: bool, asked: dict[str, Any]
) -> tuple[Iterator[bytes], str | None]:
    """Let the hub write the file, and return its bytes and the cursor of what comes later."""
    address = f"/v1/projects/{project}/exports"
    body = {"what": "answers" if answers else "finished", **asked}
    job = follow_job(client, address, client.post(address, body))
    return client.stream(f"{address}/{job['id']}/file"), job["next"]


def _format_of(output: Path | None, fallback: FormatName) -> FormatName:
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    return FormatName(ending) if ending in set(FormatName) else fallback


def _print_chunks(chunks: Iterator[bytes]) -> None:
    for chunk in chunks:
        sys.stdout.buffer.write(chunk)
    sys.stdout.buffer.flush()


def write_whole(output: Path, chunks: Iterator[bytes]) -> None:
    """Write a file that is there whole or not at all.

    Raises
    ------
    CommandFailedError
        The file's folder is not there.

    """
    if not output.parent.is_dir():
        raise CommandFailedError(f"There is no folder {str(output.parent)!r}.")
    part = output.with_name(output.name + ".part")
    try:
        with part.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
        part.replace(output)
    finally:
        part.unlink(missing_ok=True)
