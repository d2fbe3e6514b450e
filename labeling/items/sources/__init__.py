"""Where items come from: CSV, JSON, Parquet, Excel, pictures in a folder or a zip; a stream.

`open_source` checks a file as a whole before its first row is given away; rows that do not fit are
refused one by one, with their line. Knows no project and writes no row; pictures go to a keeper.
"""

from labeling.items.sources.proposal import Proposal, propose, propose_key
from labeling.items.sources.registry import FORMATS, open_source
from labeling.items.sources.source import (
    FILE_BYTES,
    Limits,
    RawRow,
    Source,
    SourceError,
    in_chunks,
)

__all__ = [
    "FILE_BYTES",
    "FORMATS",
    "Limits",
    "Proposal",
    "RawRow",
    "Source",
    "SourceError",
    "in_chunks",
    "open_source",
    "propose",
    "propose_key",
]
