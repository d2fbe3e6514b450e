"""The other side of `labeling.items.reading`: reads a source and sends its parts, one a line."""

from __future__ import annotations

import ctypes
import gc
import json
import os
import signal
import sys
from typing import Final

from labeling.items.reading import Reading, read_lines

NICENESS: Final = 5
GC_THRESHOLD: Final = 100_000
"""Rows are many small objects without cycles; looking for some 700 at a time costs a tenth."""
PR_SET_PDEATHSIG: Final = 1


def main() -> None:
    """Read what the one line on standard input asks for."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(NICENESS)
    gc.set_threshold(GC_THRESHOLD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the hub's to handle
    reading = Reading(**json.loads(sys.stdin.readline()))
    output = sys.stdout.buffer
    for document in read_lines(reading):
        output.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
        output.flush()


if __name__ == "__main__":
    main()
