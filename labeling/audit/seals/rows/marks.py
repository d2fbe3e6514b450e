"""The text that a seal keeps of rows: per table from where to where, and each row's digest."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from labeling.audit.seals.chain import canonical, row_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.audit.seals.rows.kept import RowTable
    from labeling.database import Row

VERSION: Final = "rows.1 "
"""How such a text begins; that of events is base64 and holds no space."""
NUMBER: Final = 8
DIGEST: Final = 12


@dataclass(frozen=True, slots=True)
class RowMark:
    """What the chain keeps of a row: its key, its project and its digest."""

    key: tuple[int, ...]
    project_id: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Part:
    """The rows of one table with a number above `after`, up to `upto`."""

    table: str
    after: int
    upto: int
    marks: tuple[RowMark, ...]


def row_mark(table: RowTable, row: Row) -> RowMark:
    """Return the mark of a row as it is now."""
    key = tuple(getattr(row, column) for column in table.key)
    content = canonical([table.name, row_of(row, table.columns)])
    return RowMark(key, row.in_project or 0, hashlib.sha256(content).digest()[:DIGEST])


def pack_rows(parts: Sequence[Part]) -> str:
    """Return parts as the text that a seal keeps."""
    listed = []
    for part in parts:
        width = len(part.marks[0].key) if part.marks else 1
        packed = b"".join(
            b"".join(n.to_bytes(NUMBER, "big") for n in (*mark.key, mark.project_id)) + mark.digest
            for mark in part.marks
        )
        marks = base64.b64encode(packed).decode()
        listed.append([part.table, part.after, part.upto, width, marks])
    return VERSION + json.dumps(listed, separators=(",", ":"))


def unpack_rows(text: str) -> list[Part]:
    """Return the parts of a seal.

    Raises
    ------
    ValueError
        The text was not made by `pack_rows`.

    """
    try:
        listed = json.loads(text.removeprefix(VERSION))
        return [_part(*found) for found in listed]
    except (TypeError, OverflowError) as error:
        message = "the list of rows is not one"
        raise ValueError(message) from error


def _part(table: Any, after: int, upto: int, width: int, marks: str) -> Part:
    packed = base64.b64decode(marks, validate=True)
    entry = (width + 1) * NUMBER + DIGEST
    if len(packed) % entry:
        message = "the marks are cut off"
        raise ValueError(message)
    found = (_mark(packed[at : at + entry]) for at in range(0, len(packed), entry))
    return Part(str(table), after, upto, tuple(found))


def _mark(entry: bytes) -> RowMark:
    numbers, digest = entry[:-DIGEST], entry[-DIGEST:]
    *key, project_id = (
        int.from_bytes(numbers[at : at + NUMBER], "big") for at in range(0, len(numbers), NUMBER)
    )
    return RowMark(tuple(key), project_id, digest)
