"""Named points at which a test can kill the process, to show that nothing is lost or doubled.

A failpoint is free unless the environment variable ``LABELLOOP_FAILPOINT`` was set when the
process started; then reaching that name is a SIGKILL, the closest thing to a power cut.
"""

from __future__ import annotations

import os
import signal
from typing import Final

VARIABLE: Final = "LABELLOOP_FAILPOINT"
"""``NAME`` kills at the first visit of that point, ``NAME:N`` at the N-th."""

_name, _, _count = os.environ.get(VARIABLE, "").partition(":")
_visits_left = int(_count or 1)


def failpoint(name: str) -> None:
    """Kill this process with SIGKILL if `name` is the failpoint that the environment names.

    Parameters
    ----------
    name
        What is about to happen or has just happened, as ``noun.moment``
        (``"submit.after_commit"``); each name stands at one place in the code.

    """
    global _visits_left  # noqa: PLW0603 - counts visits over the life of the process
    if name != _name:
        return
    _visits_left -= 1
    if _visits_left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
