"""Is this text, in which encoding, and is no line too long: one fast pass over the whole file."""

from __future__ import annotations

import codecs
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from labeling.errors import TooLargeError
from labeling.items.sources.source import Limits, SourceError

BLOCK: Final = 1_048_576
BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""Byte order marks; UTF-32's little-endian mark begins like UTF-16's and so stands before it."""
OTHER_FORMATS: Final = {
    b"PK\x03\x04": "a zip or Excel file; give it the ending .zip or .xlsx",
    b"\x1f\x8b": "compressed with gzip; unpack it first",
    b"\xd0\xcf\x11\xe0": "an old Excel file; save it as .xlsx or CSV (UTF-8) first",
    b"PAR1": "a Parquet file; give it the ending .parquet",
    b"SQLite format 3": "an SQLite database; export the table as CSV first",
}


class Text(NamedTuple):
    """What one pass over a text file found."""

    encoding: str
    n_lines: int


def check_text(path: Path, limits: Limits) -> Text:
    """Return encoding and number of lines of a text file after reading all of it once.

    Raises
    ------
    SourceError
        Another format, or bytes that are not UTF-8 (nor marked as UTF-16); names line and byte.
    TooLargeError
        A line is longer than `limits.line_characters`.

    """
    with path.open("rb") as file:
        head = file.read(32)
    for signature, what in OTHER_FORMATS.items():
        if head.startswith(signature):
            raise SourceError(f"{path.name} is {what}.", file=path.name)
    encoding = next((name for mark, name in BOMS if head.startswith(mark)), "utf-8")
    line, length = 1, 0
    for text in _decoded(path, encoding):
        if "\x00" in text:
            at = line + text[: text.index("\x00")].count("\n")
            detail = f"{path.name}, line {at:,}: a NUL byte; save the file as UTF-8 text."
            raise SourceError(detail, file=path.name, line=at)
        line, length = _measure(path, text, line, length, limits)
    return Text(encoding, line)


def _decoded(path: Path, encoding: str) -> Iterator[str]:
    """Yield the text block by block; name the line and byte of what is not in the encoding."""
    decoder = codecs.getincrementaldecoder(encoding)()
    read, line = 0, 1
    with path.open("rb") as file:
        while True:
            block = file.read(BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                raise _not_text(path, error, read - pending, line) from error
            if not block:
                return
            yield text
            read += len(block)
            line += text.count("\n")


def _not_text(path: Path, error: UnicodeDecodeError, start: int, line: int) -> SourceError:
    bad: bytes = error.object
    at_line = line + bad[: error.start].count(b"\n")
    at_byte = max(start, 0) + error.start + 1
    detail = (
        f"{path.name}, line {at_line:,}, byte {at_byte:,}: 0x{bad[error.start]:02x} is not "
        f"{error.encoding.upper()}; save the file as UTF-8."
    )
    return SourceError(detail, file=path.name, line=at_line, byte=at_byte)


def _measure(path: Path, text: str, line: int, length: int, limits: Limits) -> tuple[int, int]:
    """Return the present line and its length so far; refuse a line past the limit."""
    for number, part in enumerate(text.split("\n")):
        length = length + len(part) if number == 0 else len(part)
        if length > limits.line_characters:
            detail = (
                f"{path.name}, line {line + number:,}: longer than "
                f"{limits.line_characters:,} characters."
            )
            raise TooLargeError(
                detail, file=path.name, line=line + number, limit=limits.line_characters
            )
    return line + text.count("\n"), length
