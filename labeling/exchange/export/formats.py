"""Finished rows as CSV, JSONL or Parquet, chunk by chunk.

Cells are the data as it came. A spreadsheet may take a cell that begins with `=`, `+`, `-` or `@`
for a formula: open a file from outside with formulas switched off. Changing such cells here would
break the promise that the original comes back.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    from labeling.exchange.export.finished import Columns, FinishedRow

Rows = Callable[[], Iterable["FinishedRow"]]
"""Gives the rows from the start, each time it is called."""
CHUNK_ROWS: Final = 500
GROUP_ROWS: Final = 10_000
"""Rows that a Parquet file keeps together."""


class Format(NamedTuple):
    """How a format is written, and what it is called in a reply.

    Where each page stands for itself, `begin` and `page` make the same file as `write` and a file
    that was cut behind a page can be gone on with.
    """

    write: Callable[[Columns, Rows], Iterator[bytes]]
    media_type: str
    ending: str
    begin: Callable[[Columns], bytes] | None = None
    page: Callable[[Columns, Sequence[FinishedRow]], bytes] | None = None


def write_csv(columns: Columns, rows: Rows) -> Iterator[bytes]:
    """Yield a CSV file in UTF-8, a header first; lists and objects are JSON in their cell."""
    yield _csv_header(columns)
    found = iter(rows())
    while chunk := list(islice(found, CHUNK_ROWS)):
        yield _csv_page(columns, chunk)


def _csv_header(columns: Columns) -> bytes:
    return _csv_lines([[*columns.original, *columns.added]])


def _csv_page(columns: Columns, rows: Sequence[FinishedRow]) -> bytes:
    return _csv_lines([[_cell(v) for v in columns.record(row).values()] for row in rows])


def _csv_lines(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    if isinstance(value, dict) and "blob" in value:
        return value["blob"]
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bool):
        return "true" if value else "false"
    return value


def write_jsonl(columns: Columns, rows: Rows) -> Iterator[bytes]:
    """Yield one JSON object a line: the row's own members, then what is added."""
    found = iter(rows())
    while chunk := list(islice(found, CHUNK_ROWS)):
        yield _jsonl_page(columns, chunk)


def _jsonl_page(columns: Columns, rows: Sequence[FinishedRow]) -> bytes:
    lines = [json.dumps(_members(columns, row), ensure_ascii=False) + "\n" for row in rows]
    return "".join(lines).encode()


def _members(columns: Columns, row: FinishedRow) -> dict[str, Any]:
    record = columns.record(row)
    return {**row.data, **{name: record[name] for name in columns.added}}


def write_parquet(columns: Columns, rows: Rows) -> Iterator[bytes]:
    """Yield a Parquet file; the rows are read twice, once for the columns' types.

    Raises
    ------
    InvalidInputError
        pyarrow is not installed.

    """
    try:
        import pyarrow as pa
        import pyarrow.parquet as pq
    except ImportError as error:
        detail = "Parquet needs pyarrow: pip install 'labelloop[parquet]'."
        raise InvalidInputError(detail, place="format") from error
    kinds = _kinds(columns, rows())
    arrow = {int: pa.int64(), float: pa.float64(), bool: pa.bool_(), str: pa.string()}
    schema = pa.schema([(name, arrow[kind]) for name, kind in kinds.items()])
    sink = io.BytesIO()
    found = iter(rows())
    with pq.ParquetWriter(sink, schema) as writer:
        while chunk := list(islice(found, GROUP_ROWS)):
            table = [_typed(columns.record(row), kinds) for row in chunk]
            writer.write_table(pa.Table.from_pylist(table, schema))
            yield _drain(sink)
    yield _drain(sink)


def _drain(sink: io.BytesIO) -> bytes:
    """Return what was written since the last time; the writer keeps its own count of bytes."""
    written = sink.getvalue()
    sink.seek(0)
    sink.truncate()
    return written


def _kinds(columns: Columns, rows: Iterable[FinishedRow]) -> dict[str, type]:
    """Return one type for each column: the narrowest that holds all of its values."""
    seen: dict[str, set[type]] = {name: set() for name in columns.original}
    for row in rows:
        for name in columns.original:
            value = row.data.get(name)
            if value is not None:
                seen[name].add(type(value))
    added = dict(zip(columns.added, (str, str, float, int, str), strict=True))
    return {name: _narrowest(found) for name, found in seen.items()} | added


def _narrowest(found: set[type]) -> type:
    if found and found <= {int, float}:
        return float if float in found else int
    return bool if found == {bool} else str


def _typed(record: dict[str, Any], kinds: dict[str, type]) -> dict[str, Any]:
    return {name: _as_kind(value, kinds[name]) for name, value in record.items()}


def _as_kind(value: Any, kind: type) -> Any:
    if value is None or isinstance(value, kind):
        return value
    if kind is float:
        return float(value)
    cell = _cell(value)
    return cell if isinstance(cell, str) else str(cell)


FORMATS: Final[dict[str, Format]] = {
    "csv": Format(write_csv, "text/csv; charset=utf-8", ".csv", _csv_header, _csv_page),
    "jsonl": Format(write_jsonl, "application/x-ndjson", ".jsonl", lambda _: b"", _jsonl_page),
    "parquet": Format(write_parquet, "application/vnd.apache.parquet", ".parquet"),
}
"""The formats of a finished file, by name."""


def first_chunk_ready(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """Return the same chunks, the first one made already: errors come before the reply begins."""
    first = next(chunks, b"")
    return chain([first], chunks)
