"""Time as the hub keeps it: integer microseconds in UTC, from an injected clock."""

from __future__ import annotations

import time
from collections.abc import Callable
from zoneinfo import ZoneInfo

MICROS = 1_000_000
"""Microseconds in one second."""

Clock = Callable[[], int]
"""Returns the present time in UTC microseconds."""


def system_clock() -> int:
    """Return the machine's time in UTC microseconds."""
    return time.time_ns() // 1_000


def is_zone(name: str) -> bool:
    """Return whether a name is a time zone of the IANA database."""
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):  # an unknown name, a folder, a path
        return False
    return True
