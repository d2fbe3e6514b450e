"""JSON: one object a line (JSONL), or one array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, ClassVar, Final, NoReturn

from labeling.errors import TooLargeError
from labeling.items.prepare import RefusedRow
from labeling.items.sources.encoding import check_text
from labeling.items.sources.source import RawRow, Source, check_size

ARRAY_BYTES: Final = 256 * 1024**2
"""An array is read as a whole, so it may be smaller than a file that is read line by line."""


class NotJsonError(ValueError):
    """A text that is not one JSON object; says why."""


def read_object(text: str) -> dict[str, Any]:
    """Return the JSON object in a text.

    Raises
    ------
    NotJsonError
        Not JSON, not an object, nested too deeply, or holding NaN or Infinity.

    """
    found = _read(text)
    if not isinstance(found, dict):
        message = "not an object in {…}"
        raise NotJsonError(message)
    return found


def _read(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        message = f"not JSON: {error.msg} at column {error.colno:,}"
        raise NotJsonError(message) from error
    except RecursionError as error:
        message = "nested too deeply"
        raise NotJsonError(message) from error


def _refuse_constant(name: str) -> NoReturn:
    message = f"{name} is not a JSON number"
    raise NotJsonError(message)


class JsonLinesSource(Source):
    """A file with one JSON object on each line."""

    format: ClassVar[str] = "jsonl"

    def check(self) -> None:
        """Check size, encoding and line lengths, and that there is an object at all."""
        check_size(self.path, self.limits)
        self.encoding, n_lines = check_text(self.path, self.limits)
        self.n_rows = max(n_lines - 1, 1)
        rows = list(self.sample(100))
        if not any(isinstance(row, RawRow) for row in rows):
            first = rows[0] if rows else None
            reason = first.reason if isinstance(first, RefusedRow) else "there are no rows"
            raise self.fail(f"{reason}; every line is one object.", line=first.line if first else 1)

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield the object of each line; a line that is none is refused."""
        with self.path.open(encoding=self.encoding) as file:
            for line, text in enumerate(file, start=1):
                if not text.strip():
                    continue
                try:
                    yield RawRow(line, read_object(text.rstrip("\r\n")))
                except NotJsonError as error:
                    yield RefusedRow(line, None, str(error))


class JsonArraySource(Source):
    """A file that holds one array of objects."""

    format: ClassVar[str] = "json"

    def check(self) -> None:
        """Read the array; its rows are numbered from 1, as its lines say nothing."""
        check_size(self.path, self.limits)
        size = self.path.stat().st_size
        if size > ARRAY_BYTES:
            detail = f"{self.name} has {size:,} bytes, an array at most {ARRAY_BYTES:,}; use JSONL."
            raise TooLargeError(detail, file=self.name, limit=ARRAY_BYTES)
        with self.path.open(encoding=check_text(self.path, self.limits).encoding) as file:
            try:
                found = _read(file.read())
            except NotJsonError as error:
                raise self.fail(f"{error}.", line=_line_of(error)) from error
        if not isinstance(found, list) or not found:
            raise self.fail("a JSON file is one array of objects, [{…}, {…}].", line=1)
        self.found: list[Any] = found
        self.n_rows = len(found)

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield the objects of the array; what is no object is refused."""
        for line, value in enumerate(self.found, start=1):
            if isinstance(value, dict):
                yield RawRow(line, value)
            else:
                yield RefusedRow(line, None, "not an object in {…}")


def _line_of(error: NotJsonError) -> int:
    cause = error.__cause__
    return cause.lineno if isinstance(cause, json.JSONDecodeError) else 1
