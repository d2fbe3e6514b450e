"""Uploaded files: each in a folder of its own below the data folder, gone when its import ends."""

from __future__ import annotations

import os
import re
import shutil
import time
import uuid
from pathlib import Path, PurePosixPath
from typing import IO, TYPE_CHECKING, Final, Self

from labeling.errors import InvalidInputError, TooLargeError
from labeling.items.sources import FORMATS

if TYPE_CHECKING:
    from types import TracebackType

FOLDER: Final = "uploads"
MOST_NAME_CHARACTERS: Final = 150
KEPT_SECONDS: Final = 86_400
UNSAFE: Final = re.compile(r"[^\w .()@+-]")


def safe_name(name: str) -> str:
    """Return a file's own name without folders and odd characters.

    Raises
    ------
    InvalidInputError
        Its ending is not one that can be read.

    """
    plain = PurePosixPath(name.replace("\\", "/")).name
    plain = UNSAFE.sub("_", plain)[-MOST_NAME_CHARACTERS:].lstrip(".")
    if Path(plain).suffix.lower() not in FORMATS:
        known = ", ".join(FORMATS)
        raise InvalidInputError(
            f"The name {name[:MOST_NAME_CHARACTERS]!r} does not end in one of {known}.",
            place="name",
        )
    return plain


class Upload:
    """A file on its way in: written block by block, on disk when it ends, gone if it does not.

    Parameters
    ----------
    data_dir
        The hub's data folder.
    name
        The file's own name.
    most
        Bytes it may have.

    """

    def __init__(self, data_dir: Path, name: str, most: int) -> None:
        self.data_dir, self.most, self.size = data_dir, most, 0
        self.folder = data_dir / FOLDER / uuid.uuid4().hex
        self.path = self.folder / safe_name(name)
        self._file: IO[bytes] | None = None

    @property
    def place(self) -> str:
        """Where the file lies below the data folder."""
        return str(self.path.relative_to(self.data_dir))

    def __enter__(self) -> Self:
        self.folder.mkdir(parents=True, mode=0o700)
        self._file = self.path.open("wb")
        return self

    def write(self, block: bytes) -> None:
        """Add bytes.

        Raises
        ------
        TooLargeError
            The file is past its limit.

        """
        assert self._file is not None, "opened by `with`"  # noqa: S101
        self.size += len(block)
        if self.size > self.most:
            raise TooLargeError(f"A file has at most {self.most:,} bytes.", limit=self.most)
        self._file.write(block)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._file is not None, "opened by `with`"  # noqa: S101
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        if error is not None or self.size == 0:
            shutil.rmtree(self.folder, ignore_errors=True)


def place_for(name: str) -> str:
    """Return a place below the data folder for a file that will be fetched."""
    return f"{FOLDER}/{uuid.uuid4().hex}/{safe_name(name)}"


def remove(data_dir: Path, place: str) -> None:
    """Remove an uploaded file with its folder."""
    folder = (data_dir / place).parent
    if folder.parent == data_dir / FOLDER:
        shutil.rmtree(folder, ignore_errors=True)


def remove_unknown(data_dir: Path, known: set[str]) -> int:
    """Remove day-old uploads that no job reads: their hub was killed before it took them on."""
    names = {Path(place).parent.name for place in known}
    old = time.time() - KEPT_SECONDS
    unknown = [
        found
        for found in (data_dir / FOLDER).glob("*")
        if found.name not in names and found.stat().st_mtime < old
    ]
    for found in unknown:
        shutil.rmtree(found, ignore_errors=True)
    return len(unknown)
