"""Files that are whole or not there, after a kill at any instant."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path


def write_durably(path: Path, content: bytes) -> str:
    """Write, flush to disk and rename into place; return the content's SHA-256.

    The folder is made where it is missing. Two writers of the same content do not disturb each
    other: each has its own temporary file, and the rename is atomic.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".partial-")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)
    return hashlib.sha256(content).hexdigest()


def sync_folder(folder: Path) -> None:
    """Flush the folder's entry, without which a renamed file can be lost with the power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
