"""Sessions and tokens that were verified a moment ago."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from labeling.people.service import Caller

KNOWN_SECONDS: Final = 5.0
"""How long a verified session or token is not looked up again in this process."""
MOST_KNOWN: Final = 10_000


class KnownCallers:
    """Sessions and tokens verified in the last seconds, so the hot path looks none up twice."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, Caller]] = {}

    def get(self, secret: str) -> Caller | None:
        """Return the caller of a secret that was verified a moment ago."""
        found = self._known.get(secret)
        return found[1] if found is not None and found[0] > time.monotonic() else None

    def keep(self, secret: str, caller: Caller) -> None:
        """Keep a verified caller for a moment."""
        if len(self._known) > MOST_KNOWN:
            self._known.clear()
        self._known[secret] = (time.monotonic() + KNOWN_SECONDS, caller)

    def drop(self, credential_id: int) -> None:
        """Forget a session or token that has ended."""
        self._known = {
            key: value
            for key, value in self._known.items()
            if value[1].credential_id != credential_id
        }
