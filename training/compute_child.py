"""The other side of `training.compute`: ``python -m training.compute_child``.

Reads one JSON call a line from standard input and writes one JSON reply a line. It starts with
nothing imported: a call brings in the libraries that it needs, and they stay for the next.
"""

from __future__ import annotations

import ctypes
import importlib
import json
import os
import queue
import signal
import sys
import threading
import traceback
from typing import Any, Final, TextIO

NICENESS: Final = 10
PR_SET_PDEATHSIG: Final = 1


def run_call(request: str) -> str:
    """Run the call that a line names and return its reply, one JSON line."""
    call = json.loads(request)
    try:
        module, _, name = call["function"].partition(":")
        result = _find(importlib.import_module(module), name)(*call["args"], **call["kwargs"])
        return json.dumps({"result": result})
    except Exception as error:  # noqa: BLE001 - told to the caller, whatever it is
        traceback.print_exc()
        return json.dumps(
            {"error": getattr(error, "detail", None) or f"{type(error).__name__}: {error}"}
        )


def _find(found: Any, name: str) -> Any:
    for part in name.split("."):
        found = getattr(found, part)
    return found


def _die_with_parent() -> None:
    """Ask the kernel for our end when the hub ends; the closed pipe says it elsewhere."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def _read_calls(calls: queue.SimpleQueue[str]) -> None:
    """Hand over lines as they come; the end of the pipe is the end of the hub, and of us."""
    for line in sys.stdin:
        calls.put(line)
    os._exit(0)


def main() -> None:
    """Serve calls until the hub ends."""
    _die_with_parent()
    os.nice(NICENESS)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C at the terminal is the hub's to handle
    replies = _claim_output()
    calls: queue.SimpleQueue[str] = queue.SimpleQueue()
    threading.Thread(target=_read_calls, args=(calls,), daemon=True).start()
    while True:
        replies.write(run_call(calls.get()) + "\n")
        replies.flush()


def _claim_output() -> TextIO:
    """Keep standard output for replies; what a library prints goes to standard error."""
    replies = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    return replies


if __name__ == "__main__":
    main()
