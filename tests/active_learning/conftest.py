"""What rounds are tried with: a compute child for a file of tests, and a planner that uses it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from active_learning.planner import Planner
from labeling.database import Hub
from training.compute import Compute


@pytest.fixture(scope="module")
def compute() -> Iterator[Compute]:
    """Run one compute child for the module."""
    child = Compute()
    yield child
    child.close()


@pytest.fixture
def planner(hub: Hub, compute: Compute, tmp_path: Path) -> Planner:
    """Return a planner with a data folder of its own."""
    return Planner(hub, compute, tmp_path)
