"""Tables as text: CSV, and its cousins with semicolons or tabs."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Final

from labeling.items.prepare import RefusedRow
from labeling.items.sources.encoding import check_text
from labeling.items.sources.source import RawRow, Source, check_size

if TYPE_CHECKING:
    import _csv

DELIMITERS: Final = ",;\t|"


class DelimitedSource(Source):
    """A CSV file with a header; the delimiter is the one its header holds most often."""

    format: ClassVar[str] = "csv"

    def check(self) -> None:
        """Check size, encoding, line lengths and the header."""
        check_size(self.path, self.limits)
        self.encoding, n_lines = check_text(self.path, self.limits)
        self.n_rows = max(n_lines - 2, 0)
        with self.path.open(encoding=self.encoding, newline="") as file:
            first = next((line for line in file if line.strip()), "")
        self.delimiter = max(DELIMITERS, key=first.count)
        self.columns = self._header()

    def _header(self) -> tuple[str, ...]:
        with self.path.open(encoding=self.encoding, newline="") as file:
            try:
                header: list[str] = next((row for row in self._reader(file) if any(row)), [])
            except csv.Error as error:
                raise self.fail(f"the header cannot be read: {error}.", line=1) from error
        if not header:
            raise self.fail("there is no header; the first line names the columns.", line=1)
        twice = [name for name, times in Counter(header).items() if times > 1]
        if twice:
            raise self.fail(f"the column `{twice[0]}` is named twice; rename one.", line=1)
        return tuple(header)

    def _reader(self, lines: Iterable[str]) -> _csv.Reader:
        return csv.reader(lines, delimiter=self.delimiter, strict=True)

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield the rows below the header; a row with too many or too few cells is refused."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            reader = self._reader(file)
            header_seen = False
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield RefusedRow(line, None, f"not CSV: {error}")
                    continue
                if not any(cells) and len(cells) <= 1:
                    continue
                if header_seen:
                    yield self._row(line, cells)
                header_seen = True

    def _row(self, line: int, cells: list[str]) -> RawRow | RefusedRow:
        if len(cells) != len(self.columns):
            reason = f"{len(cells):,} cells under {len(self.columns):,} columns"
            return RefusedRow(line, None, reason)
        return RawRow(line, dict(zip(self.columns, cells, strict=False)))
