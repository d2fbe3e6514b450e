"""The end of a process: in order where all ends in time, at once where something does not."""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
import traceback
from typing import Final, NoReturn

LOG: Final = logging.getLogger(__name__)
LEAVE_SECONDS: Final = 10.0
"""How long threads that still run may keep a process whose command has ended."""


def end_process(code: int, *, patience_seconds: float = LEAVE_SECONDS) -> NoReturn:
    """End this process, waiting a while only for threads that still run.

    Python itself waits for them without end. Ending at once is what a kill does, and nothing that
    was acknowledged or begun is lost by one.
    """
    until = time.monotonic() + patience_seconds
    for thread in _others():
        thread.join(max(until - time.monotonic(), 0.0))
    left = _others()
    if not left:
        sys.exit(code)
    for thread in left:
        LOG.warning("the thread %r still runs, %s; it is left behind", thread.name, _at(thread))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _others() -> list[threading.Thread]:
    """Return the other threads that Python would wait for."""
    mine = threading.current_thread()
    return [one for one in threading.enumerate() if one is not mine and not one.daemon]


def _at(thread: threading.Thread) -> str:
    """Return where a thread is, the innermost places first."""
    frame = sys._current_frames().get(thread.ident or 0)  # noqa: SLF001 - the only way to see it
    places = [] if frame is None else traceback.extract_stack(frame)[-4:]
    return " < ".join(f"{place.name} ({place.filename}:{place.lineno})" for place in places[::-1])
