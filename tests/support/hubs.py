"""An open hub on each store, with a clock that a test moves by hand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import pytest

from labeling.clock import MICROS
from labeling.database import Hub, open_hub

START: Final = 1_700_000_000 * MICROS
"""When every test begins, in UTC microseconds."""


class HandClock:
    """Time that stands still until a test moves it."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> int:
        """Return the present time in UTC microseconds."""
        return self.now

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += round(seconds * MICROS)


@pytest.fixture
def clock() -> HandClock:
    """Return the time of the test's hub."""
    return HandClock()


@pytest.fixture
def hub(store_url: str, clock: HandClock) -> Iterator[Hub]:
    """Open a hub of the test's own, on each store in turn."""
    opened = open_hub(store_url, clock=clock)
    yield opened
    opened.close()
