"""Which ending is which format."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from labeling.items.sources.delimited import DelimitedSource
from labeling.items.sources.excel import ExcelSource
from labeling.items.sources.json_files import JsonArraySource, JsonLinesSource
from labeling.items.sources.parquet import ParquetSource
from labeling.items.sources.picture_zip import PictureZipSource
from labeling.items.sources.pictures import PictureFolderSource
from labeling.items.sources.source import KeepPicture, Limits, Source, SourceError

FORMATS: Final[dict[str, type[Source]]] = {
    ".csv": DelimitedSource,
    ".tsv": DelimitedSource,
    ".txt": DelimitedSource,
    ".jsonl": JsonLinesSource,
    ".ndjson": JsonLinesSource,
    ".json": JsonArraySource,
    ".parquet": ParquetSource,
    ".pq": ParquetSource,
    ".xlsx": ExcelSource,
    ".zip": PictureZipSource,
}
"""The format of each file ending; a folder is a folder of pictures."""


def open_source(path: Path, keep: KeepPicture, limits: Limits | None = None) -> Source:
    """Check a file or a folder of pictures as a whole and return it as a source.

    Parameters
    ----------
    path
        A CSV, JSONL, JSON, Parquet or Excel file, a zip of pictures, or a folder.
    keep
        Takes the bytes of each picture and returns their SHA-256.
    limits
        What a file may be at most.

    Raises
    ------
    SourceError
        There is no such file, its ending is unknown, or it cannot be read; names the place.
    TooLargeError
        The file or one of its lines is past its limit.

    """
    limits = limits or Limits()
    if path.is_dir():
        return PictureFolderSource(path, limits, keep)
    if not path.is_file():
        raise SourceError(f"There is no file {str(path)!r}.", file=path.name)
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(FORMATS)
        detail = (
            f"{path.name}: the ending {path.suffix!r} is not known; known are {known}, and folders."
        )
        raise SourceError(detail, file=path.name)
    return kind(path, limits, keep)
