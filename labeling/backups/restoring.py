"""Put a backup back: into an empty folder, every byte held against the manifest first."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from labeling.audit.seals.anchors import Anchor
from labeling.audit.seals.report import Report
from labeling.audit.seals.verification import verify
from labeling.backups.manifest import FILES, Entry, Manifest, copy_file, digest_of, read_manifest
from labeling.database.copying import restore_store
from labeling.database.reading import opened_for_reading
from labeling.database.urls import dialect_of
from labeling.errors import ConflictError, InvalidInputError


def check_backup(source: Path) -> Manifest:
    """Return a backup's manifest after holding every file against it.

    Raises
    ------
    InvalidInputError
        There is no backup, or a file is missing or differs; the text names it.

    """
    manifest = read_manifest(source)
    if manifest is None:
        raise InvalidInputError(f"There is no backup in {source}.")
    _check(source / manifest.store, manifest.store_entry)
    for name, entry in manifest.files.items():
        _check(source / FILES / name, entry)
    return manifest


def _check(path: Path, entry: Entry) -> None:
    if not path.is_file():
        raise InvalidInputError(f"{path} is missing; this backup cannot be used.")
    if path.stat().st_size != entry.size or digest_of(path) != entry.sha256:
        raise InvalidInputError(f"{path} is not what was backed up; this backup cannot be used.")


def restore_backup(source: Path, url: str, data_folder: Path) -> Report:
    """Put a backup back and verify its record; nothing is left behind where that fails.

    Parameters
    ----------
    source
        The backup's folder.
    url
        Where the store comes: a SQLite file in the data folder, or an empty PostgreSQL database.
    data_folder
        A folder that is empty or not there.

    Raises
    ------
    ConflictError
        The folder or the database is not empty.
    InvalidInputError
        The backup is damaged, or of the other store.

    """
    if data_folder.exists() and any(data_folder.iterdir()):
        raise ConflictError(f"{data_folder} is not empty; restore into a new folder.")
    manifest = check_backup(source)
    if manifest.dialect != dialect_of(url):
        raise InvalidInputError(
            f"This backup is of {manifest.dialect}; LABELLOOP_DATABASE_URL names another store."
        )
    data_folder.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(dir=data_folder.parent, prefix=".restoring-"))
    try:
        for name, entry in manifest.files.items():
            _hold(copy_file(source / FILES / name, partial / name), entry, name)
        if manifest.dialect == "sqlite":
            copied = copy_file(source / manifest.store, partial / "hub.db")
            _hold(copied, manifest.store_entry, manifest.store)
            report = _verify(f"sqlite:///{partial / 'hub.db'}", manifest)
        else:
            restore_store(url, source / manifest.store)
            report = _verify(url, manifest)
        data_folder.rmdir() if data_folder.exists() else None
        partial.rename(data_folder)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return report


def _hold(copied: Entry, entry: Entry, name: str) -> None:
    if copied.sha256 != entry.sha256:
        raise InvalidInputError(f"{name} changed while it was read; nothing was restored.")


def _verify(url: str, manifest: Manifest) -> Report:
    """Verify the record; the head that the chain had before the backup must be in it."""
    at = f"the backup of {manifest.taken_at}"
    anchors = [Anchor(**manifest.head, at=at)] if manifest.head else []
    with opened_for_reading(url) as read:
        return verify(read, anchors=anchors)
