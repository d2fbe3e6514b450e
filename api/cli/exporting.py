"""`labelloop export`: the file back, finished."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from api.cli.client import connected
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
        bool, typer.Option("--answers", help="Instead: every single answer, as JSONL.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format jsonl.")] = False,
) -> None:
    """Give your file back, finished: its rows, order and columns, and a label for each.

    Added are label, source (human, reviewed, auto, model, none), confidence, and answers (their
    number). Cells are left as they are: open a file from outside with formulas switched off.
    """
    chosen = FormatName.JSONL if as_json else format_name or _format_of(output)
    with connected() as client:
        if answers:
            chunks = client.stream(f"/v1/projects/{project}/export/answers")
        else:
            chunks = client.stream(f"/v1/projects/{project}/export", format=chosen.value)
        if output is None:
            _print_chunks(chunks)
        else:
            write_whole(output, chunks)


def _format_of(output: Path | None) -> FormatName:
    ending = "" if output is None else output.suffix.removeprefix(".").lower()
    return FormatName(ending) if ending in set(FormatName) else FormatName.CSV


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
