"""`labelloop backup`, `labelloop restore`: the whole installation in a folder, and back."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from api.cli.client import load_settings
from api.cli.output import AsJson, show
from api.cli.problems import CommandFailedError


def back_up(
    target: Annotated[Path, typer.Argument(metavar="DEST", help="Folder for the backup.")],
    as_json: AsJson = False,
) -> None:
    """Copy the store and all files to a folder, while the hub runs; again into it: what is new."""
    from labeling.backups.taking import take_backup

    settings = load_settings()
    taken = take_backup(settings.resolved_database_url, settings.data_dir, target)
    size = taken.store_entry.size + sum(entry.size for entry in taken.files.values())
    value = {
        "folder": str(target),
        "taken_at": taken.taken_at,
        "store": taken.store,
        "files": len(taken.files),
        "bytes": size,
        "head": taken.head,
    }
    text = f"The store and {len(taken.files):,} files, {size:,} bytes, are in {target}."
    show(value, text, as_json=as_json)


def restore(
    source: Annotated[Path, typer.Argument(metavar="SRC", help="Folder of a backup.")],
    check: Annotated[
        bool, typer.Option("--check", help="Only hold every file against the manifest.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Put a backup back into an empty data folder, and verify every byte and the record.

    On PostgreSQL the database must be empty too.
    """
    from api.installation import running_url
    from labeling.audit.seals.report import json_of, lines_of
    from labeling.backups.restoring import check_backup, restore_backup

    if check:
        found = check_backup(source)
        value = {"whole": True, "files": len(found.files), "taken_at": found.taken_at}
        show(value, f"{len(found.files):,} files and the store are whole.", as_json=as_json)
        return
    settings = load_settings()
    if running_url(settings) is not None:
        raise CommandFailedError("A hub runs on this data folder; choose another one.")
    report = restore_backup(source, settings.resolved_database_url, settings.data_dir)
    show(json_of(report), lines_of(report), as_json=as_json)
    if not report.is_whole:
        raise typer.Exit(1)
