"""A vendor's file that came back, read into rows before any of it counts."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.errors import InvalidInputError, TooLargeError

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Final = ("line", "worker", "label", "judgment_id")
MOST_BYTES: Final = 64 * 1024**2
MOST_CHARACTERS: Final = 200
"""Longest name of a worker or of a judgment."""


class InvalidReturnError(InvalidInputError):
    """A returned file that is refused as a whole; nothing of it was taken."""

    code = "invalid-return"
    title = "The returned file cannot be read"


@dataclass(frozen=True, slots=True)
class ReturnedRow:
    """One judgment as the vendor wrote it; `problem` where it cannot be read."""

    file_line: int
    line: str = ""
    worker: str = ""
    label: str = ""
    judgment: str = ""
    problem: str | None = None


def read_return(payload: bytes, order_n: int) -> list[ReturnedRow]:
    """Return the rows of a returned CSV file; further columns are passed over.

    Raises
    ------
    InvalidReturnError
        Not UTF-8, no rows, or a column is missing; names the place.
    TooLargeError
        More than 64 MiB.

    """
    if len(payload) > MOST_BYTES:
        raise TooLargeError(f"The file has more than {MOST_BYTES:,} bytes.", limit=MOST_BYTES)
    try:
        text = payload.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = payload[: error.start].count(b"\n") + 1
        detail = f"Line {line:,}, byte {error.start + 1:,}: not UTF-8; save the file as UTF-8."
        raise InvalidReturnError(detail, line=line, byte=error.start + 1) from error
    rows = list(_cells(text))
    if not rows or rows[0][1] is None:
        raise InvalidReturnError("The file is empty or has no header.", line=1)
    header = [name.strip().lower() for name in rows[0][1]]
    missing = [name for name in COLUMNS if name not in header]
    if missing:
        names = ", ".join(f"`{name}`" for name in missing)
        detail = f"Line {rows[0][0]:,}: the column {names} is missing; there are {header}."
        raise InvalidReturnError(detail, line=rows[0][0])
    return [_row(file_line, header, cells, order_n) for file_line, cells in rows[1:]]


def _cells(text: str) -> Iterator[tuple[int, list[str] | None]]:
    """Yield each row with the line it begins on; None for one that is not CSV."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
        else:
            if cells:
                yield line, cells


def _row(file_line: int, header: list[str], cells: list[str] | None, order_n: int) -> ReturnedRow:
    if cells is None:
        return ReturnedRow(file_line, problem="not CSV")
    if len(cells) != len(header):
        problem = f"{len(cells)} cells under {len(header)} columns"
        return ReturnedRow(file_line, problem=problem)
    found = dict(zip(header, (cell.strip() for cell in cells), strict=True))
    return ReturnedRow(
        file_line,
        line=found["line"],
        worker=found["worker"],
        label=found["label"],
        judgment=found["judgment_id"],
        problem=_problem(found, order_n),
    )


def _problem(found: dict[str, str], order_n: int) -> str | None:
    empty = [name for name in COLUMNS if not found[name]]
    if empty:
        return f"`{empty[0]}` is empty"
    long = [name for name in ("worker", "judgment_id") if len(found[name]) > MOST_CHARACTERS]
    if long:
        return f"`{long[0]}` is longer than {MOST_CHARACTERS} characters"
    if any("\0" in found[name] for name in COLUMNS):
        return "holds a NUL"
    if found.get("order", str(order_n)) != str(order_n):
        return f"belongs to order {found['order']}"
    return None
