"""Take a backup: a snapshot of the store first, then the files that its rows name.

Files are written before the row that names them, so whatever the snapshot names is there. A
backup into a folder that holds one already copies only what is new, and is whole at every instant:
the manifest names the store's copy, and is replaced last.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from labeling.audit.seals import store as seals
from labeling.backups.manifest import (
    FILES,
    Entry,
    Manifest,
    copy_file,
    data_files,
    digest_of,
    read_manifest,
)
from labeling.clock import system_clock
from labeling.database.copying import copy_store
from labeling.database.reading import opened_for_reading
from labeling.database.urls import dialect_of
from labeling.errors import ConflictError, InvalidInputError

if TYPE_CHECKING:
    from labeling.audit.seals.anchors import Anchor

ENDINGS: Final = {"sqlite": ".db", "postgresql": ".dump"}


def take_backup(url: str, data_folder: Path, target: Path) -> Manifest:
    """Copy an installation to a folder; the hub may run and people may work.

    Parameters
    ----------
    url
        The store.
    data_folder
        The files beside it.
    target
        An empty folder, or one with an earlier backup of the same installation.

    Raises
    ------
    ConflictError
        The folder holds something else.
    InvalidInputError
        The folder lies inside the data folder, or the store cannot be copied.

    """
    data_folder, target = data_folder.resolve(), target.resolve()
    if target.is_relative_to(data_folder):
        raise InvalidInputError("A backup does not lie inside what it is a backup of.")
    before = read_manifest(target)
    if before is None and target.exists() and any(target.iterdir()):
        raise ConflictError(f"{target} is not empty and holds no backup; choose another folder.")
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    taken_at = system_clock()
    head = _head(url)
    dialect = dialect_of(url)
    copied = target / f"hub-{taken_at}{ENDINGS[dialect]}"
    copy_store(url, copied)
    entry = Entry(copied.stat().st_size, digest_of(copied))
    manifest = Manifest(taken_at, dialect, copied.name, entry, head)
    for name, path in data_files(data_folder):
        kept = _kept(before, name, path, target / FILES / name)
        try:
            manifest.files[name] = kept or copy_file(path, target / FILES / name)
        except FileNotFoundError:
            continue  # a temporary file, or a purged one: no row that is left names it
    manifest.write(target)
    _tidy(target, manifest)
    return manifest


def _head(url: str) -> dict[str, object] | None:
    """Return the head of the record's chain, which the copy must contain."""
    with opened_for_reading(url) as read:
        found: Anchor | None = read(seals.head)
    return None if found is None else {"n": found.n, "digest": found.digest}


def _kept(before: Manifest | None, name: str, path: Path, copy: Path) -> Entry | None:
    """Return what an earlier backup says of a file that has not changed since."""
    known = before.files.get(name) if before else None
    if known is None or not copy.is_file():
        return None
    found = path.stat()
    is_same = (found.st_size, found.st_mtime_ns) == (known.size, known.mtime_ns)
    return known if is_same and copy.stat().st_size == known.size else None


def _tidy(target: Path, manifest: Manifest) -> None:
    """Remove what the manifest no longer names: earlier copies, files that were purged."""
    for path in target.glob("hub-*"):
        if path.name != manifest.store:
            path.unlink()
    for path in (target / FILES).rglob("*"):
        name = path.relative_to(target / FILES).as_posix()
        if path.is_file() and name not in manifest.files:
            path.unlink()
