"""What became of a file's rows, in words and for programs."""

from __future__ import annotations

from typing import Any, Final

import typer

from api.cli.problems import CommandFailedError
from labeling.items.service import ImportReport

REFUSED_SHOWN: Final = 5


def rows_of(report: ImportReport) -> int:
    """Return how many rows a source had."""
    return sum(
        (report.added, report.duplicates, report.changed, refused_of(report), report.superseded)
    )


def refused_of(report: ImportReport) -> int:
    """Return how many rows were refused, also those that are not listed."""
    return len(report.refused) + report.unlisted


def refuse_if_nothing(name: str, report: ImportReport) -> None:
    """Fail where not one row of the file `name` was taken.

    Raises
    ------
    CommandFailedError
        Every row was refused; the text names the first.

    """
    taken = report.added or report.duplicates or report.changed or report.superseded
    if taken or not report.refused:
        return
    first = report.refused[0]
    text = f"{name}: no row was taken; line {first.line:,}: {first.reason}."
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
    if report.superseded:
        counts.append(f"{report.superseded:,} replaced")
    if report.refused:
        counts.append(f"{refused_of(report):,} refused")
    return ", ".join(counts)


def summary(report: ImportReport) -> dict[str, Any]:
    """Return the same for programs."""
    return {"rows": rows_of(report), **report.as_dict()}


def warn_of_refused(report: ImportReport) -> None:
    """Name the first rows that were refused or kept out, on standard error."""
    for row in report.refused[:REFUSED_SHOWN]:
        typer.echo(f"labelloop: refused line {row.line:,}: {row.reason}", err=True)
    if refused_of(report) > REFUSED_SHOWN:
        more = refused_of(report) - REFUSED_SHOWN
        typer.echo(f"labelloop: and {more:,} more; --json lists all", err=True)
    for line in report.changed_lines[:REFUSED_SHOWN]:
        text = f"labelloop: kept out line {line:,}: its key is known with other content"
        typer.echo(text, err=True)
