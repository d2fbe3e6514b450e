"""A process of its own for work on many rows: one request in, JSON lines out, no database.

It runs at low priority, so that annotators do not feel it (rule 10), and ends with the hub.
"""

from __future__ import annotations

import ctypes
import gc
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Final, Self, TextIO

NICENESS: Final = 5
PR_SET_PDEATHSIG: Final = 1
GC_THRESHOLD: Final = 100_000
"""Rows are many small objects without cycles; looking for some 700 at a time costs a tenth."""
LINES_AHEAD: Final = 8
BEAT_SECONDS: Final = 10.0


class ChildLines:
    """The lines that a process sends; `with` frames its life.

    Parameters
    ----------
    module
        Ours; it calls `serve_lines`.
    request
        What it is asked for.
    beat
        Called every some seconds while the process keeps one waiting.

    """

    def __init__(self, module: str, request: dict[str, Any], beat: Callable[[], None]) -> None:
        self._module, self._beat = module, beat
        self._request = json.dumps(request).encode() + b"\n"
        self._found: queue.Queue[dict[str, Any] | None] = queue.Queue(LINES_AHEAD)
        self._closed = False

    def __enter__(self) -> Self:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        # The kernel ends it when the thread that started it ends: that of the job.
        self._process = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", self._module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        threading.Thread(target=self._take_lines, name="child", daemon=True).start()
        return self

    def __iter__(self) -> Iterator[dict[str, Any]]:
        while True:
            try:
                found = self._found.get(timeout=BEAT_SECONDS)
            except queue.Empty:
                self._beat()
                continue
            if found is None:
                return
            yield found

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._closed = True
        self._process.kill()
        while not self._found.empty():  # the thread may wait for a place in the queue
            self._found.get_nowait()
        self._process.wait()

    def _take_lines(self) -> None:
        process = self._process
        with process:
            try:
                assert process.stdin is not None  # noqa: S101 - asked for above
                process.stdin.write(self._request)
                process.stdin.flush()
                for line in process.stdout or ():
                    if self._closed:
                        return
                    self._found.put(json.loads(line))
            except OSError:
                pass  # the process has ended; its exit code says why
            if not self._closed:
                code = process.wait()
                if code:
                    self._found.put({"error": f"The process beside the hub ended with {code}."})
                self._found.put(None)


def serve_lines(
    run: Callable[[dict[str, Any]], Iterator[dict[str, Any]]], requests: TextIO
) -> None:
    """Be the other side: read one request and send what `run` yields for it."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    os.nice(NICENESS)
    gc.set_threshold(GC_THRESHOLD)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the hub's to handle
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints goes to standard error
    for document in run(json.loads(requests.readline())):
        output.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
        output.flush()
