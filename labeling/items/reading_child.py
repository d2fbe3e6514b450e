"""The other side of `labeling.items.reading`: reads a source and sends its parts, one a line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from labeling.items.child import serve_lines
from labeling.items.reading import Reading, read_lines


def run_reading(asked: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the head and the parts of the source that was asked for."""
    return read_lines(Reading(**asked))


if __name__ == "__main__":
    serve_lines(run_reading, sys.stdin)
