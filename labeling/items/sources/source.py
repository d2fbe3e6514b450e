"""What every source is: a name, a fingerprint, and rows with the line they stand on."""

from __future__ import annotations

import hashlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Final, NamedTuple

from labeling.errors import InvalidInputError, TooLargeError
from labeling.items.prepare import NewItem, RefusedRow

FILE_BYTES: Final = 2 * 1024**3
FINGERPRINT_BYTES: Final = 1_048_576
"""How much of a file's head and of its tail its fingerprint reads."""

KeepPicture = Callable[[bytes], str]
"""Keeps a picture's bytes and returns their SHA-256 (`BlobStore.write`, or a hub's `/blobs`)."""


class SourceError(InvalidInputError):
    """A file that cannot be read as what it says it is; `extra` names the file, line and byte."""

    code = "invalid-source"
    title = "The file cannot be read"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a source may be at most; sizes in bytes, lines in characters."""

    file_bytes: int = FILE_BYTES
    line_characters: int = 1_000_000
    picture_bytes: int = 8 * 1024**2
    picture_pixels: int = 64_000_000


class RawRow(NamedTuple):
    """One row as it stands in the source; `key` where the source itself names its rows."""

    line: int
    data: dict[str, Any]
    key: str | None = None


class Source(ABC):
    """A file or folder that was checked as a whole and gives its rows in order.

    Raises
    ------
    SourceError
        On opening: the file is empty, of another format, badly encoded, without usable columns.
    TooLargeError
        On opening: the file or one of its lines is past its limit.

    """

    format: ClassVar[str]
    n_rows: int | None = None
    """How many rows there are, about: known from the check; None where it is not."""

    def __init__(self, path: Path, limits: Limits, keep: KeepPicture) -> None:
        self.path, self.limits, self.keep = path, limits, keep
        self.check()

    @property
    def name(self) -> str:
        """The file's or folder's own name."""
        return self.path.resolve().name

    @cached_property
    def fingerprint(self) -> str:
        """Name and content in short: a file has it whenever it is read, a changed one another."""
        return f"{self.name}@{self.content_digest()[:12]}"

    def content_digest(self) -> str:
        """Return a SHA-256 of the file's size, head and tail, in constant time."""
        size = self.path.stat().st_size
        digest = hashlib.sha256(str(size).encode())
        with self.path.open("rb") as file:
            digest.update(file.read(FINGERPRINT_BYTES))
            file.seek(max(size - FINGERPRINT_BYTES, 0))
            digest.update(file.read(FINGERPRINT_BYTES))
        return digest.hexdigest()

    @abstractmethod
    def check(self) -> None:
        """Read what must be known before the first row; raise where the file cannot be used."""

    @abstractmethod
    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield every row, or why a row is refused, in the order of the source."""

    def rows_behind(self, n: int) -> Iterator[RawRow | RefusedRow]:
        """Yield the rows behind the first `n`, for an import that goes on."""
        return islice(self.rows(), n, None)

    def sample(self, most: int) -> Iterator[RawRow | RefusedRow]:
        """Yield the first rows, for a look at them."""
        return islice(self.rows(), most)

    def fail(self, problem: str, **place: Any) -> SourceError:
        """Return the error that names this file and the place in it."""
        where = "".join(f", {name} {value:,}" for name, value in place.items() if name != "file")
        return SourceError(f"{self.name}{where}: {problem}", file=self.name, **place)


def check_size(path: Path, limits: Limits) -> None:
    """Refuse a file that is empty or larger than it may be."""
    size = path.stat().st_size
    if size > limits.file_bytes:
        detail = f"{path.name} has {size:,} bytes; at most {limits.file_bytes:,} are read."
        raise TooLargeError(detail, file=path.name, limit=limits.file_bytes)
    if size == 0:
        raise SourceError(f"{path.name} is empty.", file=path.name)


def in_chunks(
    source: Source, key: str | None, size: int = 500
) -> Iterator[tuple[list[NewItem], list[RefusedRow]]]:
    """Yield the rows of a source as items in parts of `size`, each with its refused rows.

    Parameters
    ----------
    source
        A source that was opened.
    key
        The column whose values name the rows; None leaves it to the source, or to the content.
    size
        Rows in a part.

    """
    items: list[NewItem] = []
    refused: list[RefusedRow] = []
    for row in source.rows():
        if isinstance(row, RefusedRow):
            refused.append(row)
        else:
            _sort_in(row, key, items, refused)
        if len(items) + len(refused) >= size:
            yield items, refused
            items, refused = [], []
    if items or refused:
        yield items, refused


def _sort_in(
    row: RawRow, key_column: str | None, items: list[NewItem], refused: list[RefusedRow]
) -> None:
    key = row.key
    if key_column is not None:
        value = row.data.get(key_column)
        key = None if value in (None, "") else str(value)
        if key is None:
            refused.append(RefusedRow(row.line, None, f"its key `{key_column}` is empty"))
            return
    items.append(NewItem(row.data, key=key, line=row.line))
