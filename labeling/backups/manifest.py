"""What a backup holds: every file with size and SHA-256, written last, so that it is whole."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from labeling.errors import InvalidInputError
from labeling.files import write_durably

MANIFEST: Final = "manifest.json"
FILES: Final = "files"
FORMAT: Final = 1
BLOCK: Final = 1_048_576
LEFT_OUT: Final = frozenset({"hub.lock", "operator.token"})
"""Files of a data folder that belong to the running process, or let somebody in."""
STORES: Final = ("hub.db", "hub.before-migration", "workflows.db")
"""Beginnings of the names of databases: the hub's own is copied as a snapshot; the workflows' one
is disposable, every effect is recorded in the hub's."""
PARTIAL: Final = ".partial-"


@dataclass(frozen=True, slots=True)
class Entry:
    """One file: its size, its SHA-256, and its time of change where it was copied from."""

    size: int
    sha256: str
    mtime_ns: int = 0


@dataclass(slots=True)
class Manifest:
    """A whole backup: the store's copy, and every file by its place in the data folder."""

    taken_at: int
    dialect: str
    store: str
    store_entry: Entry
    head: dict[str, Any] | None
    files: dict[str, Entry] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Put the manifest in its place, atomically: from here on the backup is this one."""
        text = json.dumps({"format": FORMAT, **asdict(self)}, ensure_ascii=False, indent=1)
        write_durably(folder / MANIFEST, text.encode())


def read_manifest(folder: Path) -> Manifest | None:
    """Return the manifest of a backup, None where there is none.

    Raises
    ------
    InvalidInputError
        It cannot be read.

    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_bytes())
        if found.pop("format") != FORMAT:
            raise InvalidInputError(f"{path} was written by another version.")
        found["store_entry"] = Entry(**found["store_entry"])
        found["files"] = {name: Entry(**entry) for name, entry in found["files"].items()}
        return Manifest(**found)
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInputError(f"{path} is no manifest of a backup: {error}.") from error


def data_files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield place and path of every file of a data folder that belongs in a backup."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        is_store = "/" not in name and name.startswith(STORES)
        if path.is_symlink() or not path.is_file() or name in LEFT_OUT or is_store:
            continue
        if not path.name.startswith(PARTIAL):
            yield name, path


def copy_file(source: Path, target: Path) -> Entry:
    """Copy a file durably and return what it holds; it is whole or not there.

    Raises
    ------
    FileNotFoundError
        It was removed meanwhile.

    """
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    handle, name = tempfile.mkstemp(dir=target.parent, prefix=PARTIAL)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file, source.open("rb") as old:
            changed = os.fstat(old.fileno()).st_mtime_ns
            while block := old.read(BLOCK):
                digest.update(block)
                size += len(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(source, temporary)
        temporary.replace(target)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return Entry(size, digest.hexdigest(), changed)


def digest_of(path: Path) -> str:
    """Return the SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
