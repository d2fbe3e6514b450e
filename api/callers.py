"""Sessions and tokens that were verified a moment ago."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from labeling.people.service import Caller

KNOWN_SECONDS: Final = 5.0
"""How long a verified session or token is not looked up again in this process.

A key that ends is forgotten at once where it ended, and elsewhere as soon as the store's notice
arrives; this is the longest it can live on where a notice is lost with its connection.
"""
MOST_KNOWN: Final = 10_000


class KnownCallers:
    """Sessions and tokens verified in the last seconds, so the hot path looks none up twice."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Caller]] = {}
        self._lock = threading.Lock()
        self.generation = 0

    def get(self, secret: str) -> Caller | None:
        """Return the caller of a secret that was verified a moment ago."""
        found = self._known.get(secret)
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def keep(self, secret: str, caller: Caller, generation: int) -> None:
        """Keep a verified caller for a moment, unless a key has ended since it was looked up."""
        with self._lock:
            if generation != self.generation:
                return
            if len(self._known) > MOST_KNOWN:
                self._known.clear()
            self._known[secret] = (time.monotonic() + KNOWN_SECONDS, caller)

    def forget(self) -> None:
        """Look everybody up again: some session or token has ended."""
        with self._lock:
            self.generation += 1
            self._known = {}
