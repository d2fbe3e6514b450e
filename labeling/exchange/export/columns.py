"""Rows column by column on their way into a file: what repeats in a page is written once."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Sequence
from json.encoder import encode_basestring
from typing import Any, Final, TypeVar

V = TypeVar("V", bound=Hashable)
W = TypeVar("W")
Column = Sequence[Any]
Page = Sequence[Column]
"""Rows column by column; what is JSON is its text.

By columns: what a page shares is done once, and Parquet wants columns anyway."""
Writer = Callable[[Column], Column]
"""Returns a column's values as they stand in a file; numbers may stay, they write themselves."""

FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?\Z")
QUOTE: Final = '"'
QUOTED: Final = (QUOTE, ",", "\n", "\r")
"""A cell of CSV with one of these stands in quotes."""


def guarded(value: Any) -> Any:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe before it.

    A cell that begins with apostrophes and then like a formula gets one more, so that `unguarded`
    gives back exactly what was there; numbers are left alone.
    """
    if not isinstance(value, str) or not FORMULA.match(value) or NUMBER.match(value):
        return value
    return "'" + value


def unguarded(cell: str) -> str:
    """Return what a cell held before `guarded`."""
    return cell[1:] if cell.startswith("'") and FORMULA.match(cell) else cell


def each_once(column: Sequence[V], fn: Callable[[V], W]) -> list[W]:
    """Return `fn` of each value, called once for each that there is."""
    found = {value: fn(value) for value in set(column)}
    return [found[value] for value in column]


def in_lines(page: Page, writers: Sequence[Writer], heads: Sequence[str], end: str) -> bytes:
    """Return a page as lines of text.

    A column with one value all through the page is written once, into the lines' template: half of
    an answer's columns (schema, guideline, source, split's share) seldom change.

    Parameters
    ----------
    page
        The columns.
    writers
        What writes each column.
    heads
        What stands before each column's value.
    end
        What ends a line.

    """
    template, varying = "", []
    for column, write, head in zip(page, writers, heads, strict=True):
        template += head.replace("%", "%%")
        if column.count(column[0]) == len(column):
            template += str(write(column[:1])[0]).replace("%", "%%")
        else:
            template += "%s"
            varying.append(write(column))
    template += end
    if not varying:
        return ((template % ()) * len(page[0])).encode()
    return "".join(map(template.__mod__, zip(*varying, strict=True))).encode()


def flags(column: Column) -> Column:
    """Write truth values, in JSON and in CSV."""
    return ["true" if value else "false" for value in column]


def json_texts(column: Column) -> Column:
    """Write texts as JSON's strings."""
    return ["null" if value is None else encode_basestring(value) for value in column]


def json_numbers(column: Column) -> Column:
    """Write whole numbers, and what is JSON already."""
    return ["null" if value is None else value for value in column]


def json_floats(column: Column) -> Column:
    """Write numbers of which a page has few: chances, confidences."""
    return each_once(column, lambda value: "null" if value is None else repr(value))


def csv_texts(column: Column) -> Column:
    """Write texts as cells of CSV, as Python's `csv` does; a carriage return stands in quotes."""
    present = "".join(filter(None, column))
    if any(mark in present for mark in QUOTED):
        return ["" if value is None else _cell(value) for value in column]
    return ["" if value is None else value for value in column]


def csv_guarded(column: Column) -> Column:
    """Write texts as cells that no spreadsheet runs."""
    begins = {value[:1] for value in column if value}
    if all(begin.isalnum() for begin in begins):
        return csv_texts(column)
    return csv_texts([guarded(value) for value in column])


def csv_numbers(column: Column) -> Column:
    """Write whole numbers."""
    return ["" if value is None else value for value in column]


def csv_floats(column: Column) -> Column:
    """Write numbers of which a page has few."""
    return each_once(column, lambda value: "" if value is None else repr(value))


def _cell(value: str) -> str:
    if QUOTE in value:
        return QUOTE + value.replace(QUOTE, QUOTE + QUOTE) + QUOTE
    if any(mark in value for mark in QUOTED):
        return QUOTE + value + QUOTE
    return value


JSON_WRITERS: Final[dict[type, Writer]] = {
    str: json_texts,
    bool: flags,
    int: json_numbers,
    float: json_floats,
    dict: json_numbers,
}
CSV_WRITERS: Final[dict[type, Writer]] = {
    str: csv_texts,
    bool: flags,
    int: csv_numbers,
    float: csv_floats,
    dict: csv_texts,
}
"""What writes a column of each kind; `dict` holds JSON as its text."""
