"""A source's rows, prepared in parts, in a process of its own where the source is large.

Parsing and hashing a million rows is minutes of Python that annotators would feel (rule 10). The
child reads the file and sends JSON, one part a line; it knows no database and ends with the hub.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from labeling.errors import LabelloopError
from labeling.items.blobs import BlobStore
from labeling.items.child import ChildLines
from labeling.items.prepare import NotTakenError, Prepare, Prepared, Recipe, RefusedRow, preparer
from labeling.items.sources import FILE_BYTES, Limits, RawRow, Source, open_source, propose_key

PART_ROWS: Final = 1_000
PART_CHARACTERS: Final = 2_000_000
"""A part is one turn at the write door: so many rows, or so much text, at most."""
OWN_PROCESS_BYTES: Final = 1_000_000
"""A smaller file is read by the hub itself: starting a process would take longer."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What to read, how to prepare it, and where to go on; JSON values only.

    Attributes
    ----------
    path
        The file or folder.
    blobs
        The folder that pictures are kept in.
    key, group
        Columns that name a row and its group; with `guess_key` an id column is looked for.
    extras
        Name → column of what else to bring: label, score.
    part_rows
        Rows of a part at most.
    skip
        Rows of the source that were read before.

    """

    path: str
    blobs: str
    salt: str
    shown: tuple[str, ...]
    key: str | None = None
    guess_key: bool = False
    group: str | None = None
    extras: dict[str, str] = field(default_factory=dict)
    file_bytes: int = FILE_BYTES
    part_rows: int = PART_ROWS
    skip: int = 0


class Head(NamedTuple):
    """What is known of a source before its first row."""

    fingerprint: str
    key: str | None
    n_rows: int | None


class Part(NamedTuple):
    """Rows of a source that belong in one write; `start` rows came before, `n` are in it."""

    start: int
    n: int
    rows: list[Prepared]
    refused: list[RefusedRow]
    fields: list[str]


class ReadingFailedError(LabelloopError):
    """The file cannot be read; the detail says where, and what to do."""

    code = "invalid-source"
    title = "The file cannot be read"
    status = 422


@contextmanager
def prepared(reading: Reading, beat: Callable[[], None]) -> Iterator[tuple[Head, Iterator[Part]]]:
    """Open a source and give its head and its parts.

    Parameters
    ----------
    reading
        What to read.
    beat
        Called every some seconds while the source keeps one waiting.

    Raises
    ------
    ReadingFailedError
        It cannot be read; also while the parts are taken.

    """
    path = Path(reading.path)
    if path.is_file() and path.stat().st_size < OWN_PROCESS_BYTES:
        lines = read_lines(reading)
        yield _head(next(lines)), map(_part, lines)
        return
    with ChildLines("labeling.items.reading_child", asdict(reading), beat) as child:
        lines = iter(child)
        yield _head(next(lines)), map(_part, lines)


def read_lines(reading: Reading) -> Iterator[dict[str, Any]]:
    """Yield a source's head and its parts as JSON values; what is wrong is the last of them."""
    try:
        blobs = BlobStore(Path(reading.blobs))
        limits = Limits(file_bytes=reading.file_bytes)
        source = open_source(Path(reading.path), blobs.write, limits)
        key = reading.key
        if key is not None or reading.guess_key:
            key = propose_key(source, key)
        yield {"fingerprint": source.fingerprint, "key": key, "n_rows": source.n_rows}
        yield from _Parts(reading, source, key).all()
    except LabelloopError as error:
        yield {"error": error.detail}


class _Parts:
    """The rows of one source, gathered into parts."""

    def __init__(self, reading: Reading, source: Source, key: str | None) -> None:
        self.reading, self.source, self.key = reading, source, key
        self.prepare: Prepare = preparer(Recipe(reading.salt, tuple(reading.shown)))
        self.start = reading.skip
        self._clear()

    def _clear(self) -> None:
        self.rows: list[Prepared] = []
        self.refused: list[RefusedRow] = []
        self.fields: dict[str, None] = {}
        self.characters = 0

    def all(self) -> Iterator[dict[str, Any]]:
        """Yield every part."""
        rows, refused = self.rows, self.refused
        names: tuple[str, ...] = ()
        for row in self.source.rows_behind(self.reading.skip):
            if isinstance(row, RawRow):
                found = tuple(row.data)
                if found != names:
                    self.fields |= dict.fromkeys(found)
                    names = found
                self._take(row)
            else:
                refused.append(row)
            if (
                len(rows) + len(refused) >= self.reading.part_rows
                or self.characters > PART_CHARACTERS
            ):
                yield self._cut()
                rows, refused, names = self.rows, self.refused, ()
        if rows or refused:
            yield self._cut()

    def _cut(self) -> dict[str, Any]:
        n = len(self.rows) + len(self.refused)
        part = {
            "start": self.start,
            "n": n,
            "rows": self.rows,
            "refused": [
                [row.line, _storable(row.key), _storable(row.reason)] for row in self.refused
            ],
            "fields": list(self.fields),
        }
        self.start += n
        self._clear()
        return part

    def _take(self, row: RawRow) -> None:
        key, data = row.key, row.data
        try:
            if self.key is not None:
                key = _text(data.get(self.key))
                if key is None:
                    self._refuse(row.line, None, f"its key `{self.key}` is empty")
                    return
            group = _text(data.get(self.reading.group)) if self.reading.group else None
            extra = self._extra(data) if self.reading.extras else None
            made = self.prepare(row.line, data, key, group, None, extra)
        except NotTakenError as error:
            self._refuse(row.line, key, str(error))
            return
        self.characters += len(made.data)
        self.rows.append(made)

    def _extra(self, data: dict[str, Any]) -> dict[str, Any]:
        return {name: data.get(column) for name, column in self.reading.extras.items()}

    def _refuse(self, line: int, key: str | None, reason: str) -> None:
        self.refused.append(RefusedRow(line, key, reason))


def _storable(text: str | None) -> str | None:
    """Return a text that every store and every encoding can hold; it is only shown."""
    return None if text is None else text.encode(errors="replace").decode().replace("\0", "�")


def _text(value: Any) -> str | None:
    return None if value in (None, "") else str(value)


def _checked(document: dict[str, Any]) -> dict[str, Any]:
    if "error" in document:
        raise ReadingFailedError(document["error"])
    return document


def _head(document: dict[str, Any]) -> Head:
    return Head(**_checked(document))


def _part(document: dict[str, Any]) -> Part:
    found = _checked(document)
    return Part(
        found["start"],
        found["n"],
        [Prepared(*row) for row in found["rows"]],
        [RefusedRow(*row) for row in found["refused"]],
        found["fields"],
    )
