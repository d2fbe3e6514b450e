"""Answers as JSONL, CSV or Parquet: what begins a file, what each page adds, what ends it."""

from __future__ import annotations

import csv
import io
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from json.encoder import encode_basestring
from typing import Any, ClassVar, Final

from labeling.errors import InvalidInputError
from labeling.exchange.export.answers import COLUMNS, Page

FORMULA: Final = re.compile(r"'*[=+\-@\t\r]")
NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?\Z")


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


class Layout:
    """The columns of a file, and where which kind of value stands.

    Parameters
    ----------
    columns
        Name → kind; `dict` holds JSON as its text.

    """

    def __init__(self, columns: dict[str, type]) -> None:
        self.columns = columns
        self.texts, self.flags = self._places(str), self._places(bool)
        self.others = self._places(int, float, dict)
        names = (encode_basestring(name).replace("%", "%%") for name in columns)
        self.line = "{" + ",".join(f"{name}:%s" for name in names) + "}\n"

    def _places(self, *kinds: type) -> list[int]:
        return [place for place, kind in enumerate(self.columns.values()) if kind in kinds]

    def members(self, page: Page) -> list[Sequence[Any]]:
        """Return the columns with each value as it stands in JSON; numbers write themselves."""
        columns = list(page)
        for place in self.texts:
            columns[place] = [
                "null" if value is None else encode_basestring(value) for value in page[place]
            ]
        for place in self.flags:
            columns[place] = _flags(page[place])
        for place in self.others:
            columns[place] = ["null" if value is None else value for value in page[place]]
        return columns


def _flags(column: Sequence[Any]) -> list[str]:
    return ["true" if value else "false" for value in column]


ANSWER_LAYOUT: Final = Layout(COLUMNS)


class AnswerFile(ABC):
    """One file of answers in the making; its pages come in order."""

    media_type: ClassVar[str]
    ending: ClassVar[str]
    is_resumable: ClassVar[bool] = True
    """Whether a file that was cut behind a page can be gone on with."""

    def __init__(self, layout: Layout = ANSWER_LAYOUT, *, guard: bool = True) -> None:
        self.layout, self.guard = layout, guard

    @abstractmethod
    def begin(self) -> bytes:
        """Return what stands before the first page."""

    @abstractmethod
    def add(self, page: Page) -> bytes:
        """Return what a page adds."""

    def end(self) -> bytes:
        """Return what stands behind the last page."""
        return b""


class JsonlAnswers(AnswerFile):
    """One JSON object a line."""

    media_type: ClassVar[str] = "application/x-ndjson"
    ending: ClassVar[str] = ".jsonl"

    def begin(self) -> bytes:
        """Return nothing: every line stands for itself."""
        return b""

    def add(self, page: Page) -> bytes:
        """Return a line for each answer."""
        rows = zip(*self.layout.members(page), strict=True)
        return "".join(map(self.layout.line.__mod__, rows)).encode()


class CsvAnswers(AnswerFile):
    """CSV in UTF-8 with a header; JSON in its cells, formulas guarded unless told otherwise."""

    media_type: ClassVar[str] = "text/csv; charset=utf-8"
    ending: ClassVar[str] = ".csv"

    def begin(self) -> bytes:
        """Return the header."""
        return self._lines([list(self.layout.columns)])

    def add(self, page: Page) -> bytes:
        """Return a row for each answer."""
        return self._lines(zip(*self._cells(page), strict=True))

    def _cells(self, page: Page) -> list[Sequence[Any]]:
        columns = list(page)
        for place in self.layout.flags:
            columns[place] = _flags(page[place])
        if self.guard:
            for place in self.layout.texts:
                columns[place] = [
                    guarded(value) if value and not value[0].isalnum() else value
                    for value in page[place]
                ]
        return columns

    @staticmethod
    def _lines(rows: Iterable[Sequence[Any]]) -> bytes:
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        return text.getvalue().encode()


class ParquetAnswers(AnswerFile):
    """Parquet with one row group for each ten pages; it needs the extra `parquet`."""

    media_type: ClassVar[str] = "application/vnd.apache.parquet"
    ending: ClassVar[str] = ".parquet"
    is_resumable: ClassVar[bool] = False
    group_rows: ClassVar[int] = 20_000

    def __init__(self, layout: Layout = ANSWER_LAYOUT, *, guard: bool = True) -> None:
        super().__init__(layout, guard=guard)
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            detail = "Parquet needs pyarrow: pip install 'labelloop[parquet]'."
            raise InvalidInputError(detail, place="format") from error
        kinds = {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
        self._arrow = pa
        self._schema = pa.schema(
            [(name, kinds.get(kind, pa.string())) for name, kind in layout.columns.items()]
        )
        self._sink = io.BytesIO()
        self._writer = pq.ParquetWriter(self._sink, self._schema)
        self._waiting: list[Any] = []
        self._n_waiting = 0

    def begin(self) -> bytes:
        """Return the magic number that the writer began with."""
        return self._drain()

    def add(self, page: Page) -> bytes:
        """Return a row group when enough pages have come."""
        arrays = [
            self._arrow.array(column, kind)
            for column, kind in zip(page, self._schema.types, strict=True)
        ]
        self._waiting.append(self._arrow.RecordBatch.from_arrays(arrays, schema=self._schema))
        self._n_waiting += len(page[0])
        return self._flush() if self._n_waiting >= self.group_rows else b""

    def end(self) -> bytes:
        """Return the last row group and the footer."""
        rest = self._flush() if self._waiting else b""
        self._writer.close()
        return rest + self._drain()

    def _flush(self) -> bytes:
        self._writer.write_table(self._arrow.Table.from_batches(self._waiting, self._schema))
        self._waiting, self._n_waiting = [], 0
        return self._drain()

    def _drain(self) -> bytes:
        """Return what was written since the last time; the writer keeps its own count of bytes."""
        written = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return written


ANSWER_FILES: Final[dict[str, type[AnswerFile]]] = {
    "jsonl": JsonlAnswers,
    "csv": CsvAnswers,
    "parquet": ParquetAnswers,
}
"""The formats of the answers, by name."""
