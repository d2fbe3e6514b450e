"""`labelloop import`, and how every command brings a file's rows to the hub."""

from __future__ import annotations

import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from api.cli.client import HubClient, connected, load_settings
from api.cli.import_report import counts_of, refuse_if_nothing, summary, warn_of_refused
from api.cli.output import AsJson, ProjectName, show
from api.cli.problems import CommandFailedError
from labeling.items.service import ImportReport, RefusedRow

if TYPE_CHECKING:
    from labeling.items.sources import Source

BLOCK_BYTES: Final = 1_048_576
FIRST_PAUSE_SECONDS: Final = 0.02
MOST_PAUSE_SECONDS: Final = 0.5
ERROR_PAGES: Final = 10
"""Pages of 1,000 rows not taken that a command reads; the hub has all of them."""
ENDED: Final = frozenset({"done", "failed", "cancelled"})

SAID: Final = {
    "legacy": "labels kept beside",
    "votes": "labels counted",
    "gold": "known answers",
    "predictions": "predictions kept beside",
}


class LabelUse(StrEnum):
    """What labels that came with the data become."""

    LEGACY = "legacy"
    VOTES = "votes"
    GOLD = "gold"


FilePath = Annotated[
    Path,
    typer.Argument(
        metavar="FILE",
        help="A CSV, TSV, JSONL, JSON, Parquet or Excel file; a folder or zip of pictures.",
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


GroupColumn = Annotated[
    str | None,
    typer.Option("--group", help="The column whose rows belong together: they share a split."),
]


def import_file(
    project: ProjectName,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help=(
                "A CSV, TSV, JSONL, JSON, Parquet or Excel file; a folder or zip of pictures; or a "
                "URL (https://…, s3://…) that the operator opened, which the hub reads itself."
            ),
        ),
    ],
    key: KeyColumn = None,
    group: GroupColumn = None,
    update: Annotated[
        bool,
        typer.Option(
            "--update", help="Replace items whose key is known with other content; else kept out."
        ),
    ] = False,
    label: Annotated[
        str | None, typer.Option("--label", help="The column with labels that came with the data.")
    ] = None,
    label_as: Annotated[
        LabelUse,
        typer.Option("--label-as", help="What they become: kept beside, one judgment, or gold."),
    ] = LabelUse.LEGACY,
    prediction: Annotated[
        str | None, typer.Option("--prediction", help="The column with a model's class.")
    ] = None,
    score: Annotated[
        str | None, typer.Option("--score", help="The column with a model's score.")
    ] = None,
    model: Annotated[str | None, typer.Option("--model", help="That model's name.")] = None,
    no_wait: Annotated[
        bool, typer.Option("--no-wait", help="Upload it and return; a running hub goes on.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Import a file into a project. Doing it again changes nothing: rows are known by key.

    Without an id column a row's key is its content. Rows that do not fit are refused by line, and
    stop no other row. It goes on where it was after a kill; Ctrl-C cancels it and keeps the rows
    that were taken.
    """
    source = None if "://" in file else checked_source(Path(file))
    if source is not None:
        from labeling.items.sources import propose_key

        key = propose_key(source, key)
    options = {
        "key": key,
        "group": group,
        "update": update,
        "label": label,
        "label_as": label_as.value,
        "prediction": prediction,
        "score": score,
        "model": model,
    }
    with connected() as client:
        job = start_import(client, project, file, options)
        if no_wait:
            show(job, f"Import {job['id']} was started.", as_json=as_json)
            return
        ended = follow_job(client, f"/v1/projects/{project}/imports", job)
        report = report_of(client, project, ended)
    refuse_if_nothing(ended["name"], report)
    said = {name: ended[name] for name in SAID if ended[name]}
    words = "".join(f", {count:,} {SAID[name]}" for name, count in said.items())
    show(
        {"key": ended["key"], **summary(report), **said}, counts_of(report) + words, as_json=as_json
    )
    warn_of_refused(report)


@contextmanager
def uploadable(file: Path) -> Iterator[Path]:
    """Yield a file as it is, and a folder of pictures as a zip of them, for the time being."""
    if not file.is_dir():
        yield file
        return
    from labeling.items.sources.pictures import pictures_below

    with tempfile.TemporaryDirectory(prefix="labelloop-") as folder:
        found = Path(folder) / f"{file.resolve().name}.zip"
        with zipfile.ZipFile(found, "w", zipfile.ZIP_STORED, strict_timestamps=False) as packed:
            for picture in sorted(pictures_below(file)):
                packed.write(picture, picture.relative_to(file).as_posix())
        yield found


def start_import(
    client: HubClient, project: str, file: str, options: dict[str, Any]
) -> dict[str, Any]:
    """Upload a file, or name the URL that the hub shall read; return the import."""
    asked = {name: value for name, value in options.items() if value is not None}
    path = f"/v1/projects/{project}/imports"
    found: dict[str, Any]
    if "://" in file:
        found = client.request("POST", path, params={"reference": file, **asked})
        return found
    with uploadable(Path(file)) as ready:
        asked |= {"name": ready.name, "guess_key": False}
        found = client.upload(path, _blocks(ready), **asked)
    return found


def _blocks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while block := opened.read(BLOCK_BYTES):
            yield block


def follow_job(client: HubClient, folder: str, job: dict[str, Any]) -> dict[str, Any]:
    """Return a job once it has ended, with a line of progress for people; Ctrl-C cancels it.

    Parameters
    ----------
    client
        The hub.
    folder
        The address of the jobs of this kind.
    job
        As it was started.

    Raises
    ------
    CommandFailedError
        It failed, or was cancelled.

    """
    address = f"{folder}/{job['id']}"
    pause = FIRST_PAUSE_SECONDS
    try:
        while job["state"] not in ENDED:
            time.sleep(pause)
            pause = min(pause * 1.5, MOST_PAUSE_SECONDS)
            job = client.get(address)
            _show_progress(job)
    except KeyboardInterrupt:
        job = client.delete(address)
        text = f"Cancelled behind {job['rows_done']:,} rows; what an import took stays."
        raise CommandFailedError(text) from None
    if job["state"] != "done":
        raise CommandFailedError(job["error"] or f"It was {job['state']}.")
    return job


def _show_progress(job: dict[str, Any]) -> None:
    """Draw one line over the last one, in a terminal only."""
    if not sys.stderr.isatty():
        return
    of = f" of about {job['rows_of']:,}" if job["rows_of"] else ""
    end = "\n" if job["state"] in ENDED else ""
    new = f", {job['added']:,} new" if "added" in job else ""
    sys.stderr.write(f"\r{job['rows_done']:,} rows{of}{new}{end}\x1b[K")
    sys.stderr.flush()


def report_of(client: HubClient, project: str, job: dict[str, Any]) -> ImportReport:
    """Return what became of the rows of an import that has ended, with the first not taken."""
    report = ImportReport(
        added=job["added"],
        duplicates=job["duplicates"],
        changed=job["changed"],
        superseded=job["superseded"],
    )
    errors = client.pages(f"/v1/projects/{project}/imports/{job['id']}/errors")
    for page in islice(errors, ERROR_PAGES):
        for row in page["items"]:
            if row["kind"] == "label":
                typer.echo(f"labelloop: line {row['line']:,}: {row['reason']}", err=True)
            elif row["kind"] == "changed":
                report.changed_lines.append(row["line"])
            else:
                report.refused.append(RefusedRow(row["line"], row["key"], row["reason"]))
    report.unlisted = job["refused"] - len(report.refused)
    return report


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
