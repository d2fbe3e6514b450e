"""Answers as JSONL, CSV or Parquet: what begins a file, what each page adds, what ends it."""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from json.encoder import encode_basestring
from typing import Any, ClassVar, Final

from labeling.errors import InvalidInputError
from labeling.exchange.export.answers import COLUMNS
from labeling.exchange.export.columns import (
    CSV_WRITERS,
    JSON_WRITERS,
    Page,
    csv_guarded,
    csv_texts,
    in_lines,
)


class Layout:
    """The columns of a file, and which kind of value stands in each.

    Parameters
    ----------
    columns
        Name → kind; `dict` holds JSON as its text.

    """

    def __init__(self, columns: dict[str, type]) -> None:
        self.columns = columns
        self.kinds = tuple(columns.values())


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

    def __init__(self, layout: Layout = ANSWER_LAYOUT, *, guard: bool = True) -> None:
        super().__init__(layout, guard=guard)
        names = [encode_basestring(name) for name in layout.columns]
        self._heads = ["{" + names[0] + ":"] + [f",{name}:" for name in names[1:]]
        self._writers = [JSON_WRITERS[kind] for kind in layout.kinds]

    def begin(self) -> bytes:
        """Return nothing: every line stands for itself."""
        return b""

    def add(self, page: Page) -> bytes:
        """Return a line for each answer."""
        return in_lines(page, self._writers, self._heads, "}\n")


class CsvAnswers(AnswerFile):
    """CSV in UTF-8 with a header; JSON in its cells, formulas guarded unless told otherwise."""

    media_type: ClassVar[str] = "text/csv; charset=utf-8"
    ending: ClassVar[str] = ".csv"

    def __init__(self, layout: Layout = ANSWER_LAYOUT, *, guard: bool = True) -> None:
        super().__init__(layout, guard=guard)
        kinds = CSV_WRITERS | {str: csv_guarded if guard else csv_texts}
        self._heads = [""] + [","] * (len(layout.columns) - 1)
        self._writers = [kinds[kind] for kind in layout.kinds]

    def begin(self) -> bytes:
        """Return the header."""
        return (",".join(self.layout.columns) + "\n").encode()

    def add(self, page: Page) -> bytes:
        """Return a row for each answer."""
        return in_lines(page, self._writers, self._heads, "\n")


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
