"""`labelloop import`, and how every command brings a file's rows to the hub."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.client import HubClient, connected, load_settings
from api.cli.output import AsJson, ProjectName, show
from api.cli.problems import CommandFailedError
from labeling.items.service import ImportReport, RefusedRow

if TYPE_CHECKING:
    from labeling.items.service import NewItem
    from labeling.items.sources import Source

MOST_BYTES: Final = 4 * 1024**2
"""Body of one request; a single item is always smaller."""
REFUSED_SHOWN: Final = 5

FilePath = Annotated[
    Path,
    typer.Argument(
        metavar="FILE", help="A CSV, JSONL, JSON or Parquet file, or a folder of pictures."
    ),
]
ShowColumn = Annotated[
    str | None,
    typer.Option("--show", help="The column that annotators see, where the guess is wrong."),
]
KeyColumn = Annotated[
    str | None,
    typer.Option("--key", help="The column whose values name the rows, where the guess is wrong."),
]


def import_file(
    project: ProjectName,
    file: FilePath,
    key: KeyColumn = None,
    as_json: AsJson = False,
) -> None:
    """Import a file into a project. Doing it again changes nothing: rows are known by key.

    Without an id column a row's key is its content. Rows that do not fit are refused by line, and
    stop no other row.
    """
    from labeling.items.sources import propose_key

    source = checked_source(file)
    key = propose_key(source, key)
    with connected() as client:
        report = send_source(client, project, source, key)
    refuse_if_nothing(source, report)
    show({"key": key, **summary(report)}, counts_of(report), as_json=as_json)
    warn_of_refused(report)


def checked_source(file: Path) -> Source:
    """Check a file as a whole; nothing is kept anywhere yet.

    Raises
    ------
    CommandFailedError
        The file cannot be read; the text names the place.

    """
    import hashlib

    from labeling.items.sources import Limits, open_source

    limits = Limits(file_bytes=load_settings().max_upload_bytes)
    return open_source(file, lambda payload: hashlib.sha256(payload).hexdigest(), limits)


def send_source(
    client: HubClient,
    project: str,
    source: Source,
    key: str | None,
    on_part: Callable[[ImportReport], None] | None = None,
) -> ImportReport:
    """Send a source's rows part by part and return what became of them.

    Parameters
    ----------
    client, project
        Where the rows go.
    source, key
        The rows, and the column that names them.
    on_part
        Told how far it has come, after each part.

    """
    from labeling.items.sources import in_chunks

    source.keep = lambda payload: client.keep_picture(project, payload)
    total = ImportReport()
    for items, refused in in_chunks(source, key):
        total.refused += refused
        for part in _parts(items):
            body = {"source": source.fingerprint, "items": part}
            answer = client.post(f"/v1/projects/{project}/items", body)
            refused_there = [RefusedRow(**row) for row in answer.pop("refused")]
            total.add(ImportReport(**answer, refused=refused_there))
        if on_part is not None:
            on_part(total)
    return total


def _parts(items: Sequence[NewItem]) -> Iterator[list[dict[str, Any]]]:
    """Yield items as JSON in bodies that the hub takes."""
    part: list[dict[str, Any]] = []
    size = 0
    for item in items:
        body = asdict(item)
        length = len(json.dumps(body))
        if part and size + length > MOST_BYTES:
            yield part
            part, size = [], 0
        part.append(body)
        size += length
    if part:
        yield part


def rows_of(report: ImportReport) -> int:
    """Return how many rows a source had."""
    return report.added + report.duplicates + report.changed + len(report.refused)


def refuse_if_nothing(source: Source, report: ImportReport) -> None:
    """Fail where not one row was taken.

    Raises
    ------
    CommandFailedError
        Every row was refused; the text names the first.

    """
    if report.added or report.duplicates or report.changed or not report.refused:
        return
    first = report.refused[0]
    text = f"{source.name}: no row was taken; line {first.line:,}: {first.reason}."
    raise CommandFailedError(text)


def counts_of(report: ImportReport, *, is_done: bool = True) -> str:
    """Return what became of the rows in words: 10,412 rows, 37 duplicates."""
    counts = [f"{rows_of(report):,} rows" + ("" if is_done else " so far, more are coming")]
    if is_done and report.duplicates and not report.added + report.changed:
        counts.append("all there already")
    elif report.duplicates:
        counts.append(f"{report.duplicates:,} duplicates")
    if report.changed:
        counts.append(f"{report.changed:,} with a known key and other content, kept out")
    if report.refused:
        counts.append(f"{len(report.refused):,} refused")
    return ", ".join(counts)


def summary(report: ImportReport) -> dict[str, Any]:
    """Return the same for programs."""
    return {"rows": rows_of(report), **report.as_dict()}


def warn_of_refused(report: ImportReport) -> None:
    """Name the first rows that were refused or kept out, on standard error."""
    for row in report.refused[:REFUSED_SHOWN]:
        typer.echo(f"labelloop: refused line {row.line:,}: {row.reason}", err=True)
    if len(report.refused) > REFUSED_SHOWN:
        more = len(report.refused) - REFUSED_SHOWN
        typer.echo(f"labelloop: and {more:,} more; --json lists all", err=True)
    for line in report.changed_lines[:REFUSED_SHOWN]:
        text = f"labelloop: kept out line {line:,}: its key is known with other content"
        typer.echo(text, err=True)
