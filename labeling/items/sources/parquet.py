"""Parquet, through pyarrow (an extra)."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, ClassVar

from labeling.items.prepare import RefusedRow
from labeling.items.sources.pictures import UnreadablePictureError, read_picture
from labeling.items.sources.source import RawRow, Source, SourceError, check_size

BATCH_ROWS = 256


class ParquetSource(Source):
    """A Parquet file, read batch by batch; a column of picture bytes becomes pictures."""

    format: ClassVar[str] = "parquet"

    def check(self) -> None:
        """Open the file and read its columns."""
        check_size(self.path, self.limits)
        try:
            import pyarrow as pa
            import pyarrow.parquet as pq
        except ImportError as error:
            detail = "Parquet needs pyarrow: pip install 'labelloop[parquet]'."
            raise SourceError(detail, file=self.name) from error
        try:
            self.file = pq.ParquetFile(self.path)
            self.columns = tuple(self.file.schema_arrow.names)
        except (pa.ArrowException, OSError) as error:
            raise self.fail(f"not a Parquet file: {str(error).splitlines()[0]}") from error
        if not self.columns or self.file.metadata.num_rows == 0:
            raise self.fail("there are no rows.")
        self.n_rows = int(self.file.metadata.num_rows)

    def rows(self) -> Iterator[RawRow | RefusedRow]:
        """Yield the rows, numbered from 1; one with bytes that are no picture is refused."""
        line = 0
        for batch in self.file.iter_batches(BATCH_ROWS):
            for found in batch.to_pylist():
                line += 1
                try:
                    yield RawRow(line, {name: self._plain(value) for name, value in found.items()})
                except UnreadablePictureError as error:
                    yield RefusedRow(line, None, str(error))

    def _plain(self, value: Any) -> Any:
        """Return a value as JSON holds it; bytes are pictures (as in Hugging Face's data sets)."""
        if isinstance(value, dict) and isinstance(value.get("bytes"), bytes):
            value = value["bytes"]
        if isinstance(value, bytes):
            return read_picture(value, self.limits, self.keep)
        if isinstance(value, dict):
            return {str(name): self._plain(found) for name, found in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(found) for found in value]
        return _plain_scalar(value)


def _plain_scalar(value: Any) -> Any:
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal | dt.timedelta) else value
