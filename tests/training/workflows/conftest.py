"""A hub with its jobs and its compute child, as the runtime wires them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeling.database import Hub
from tests.training.workflows.chain import Chain, open_chain
from training.compute import Compute


@pytest.fixture(scope="session")
def compute() -> Iterator[Compute]:
    """Share one child: importing scikit-learn takes longer than the trainings here."""
    opened = Compute(threads=1)
    yield opened
    opened.close()


@pytest.fixture
def chain(hub: Hub, compute: Compute, tmp_path: Path) -> Iterator[Chain]:
    """Open the release chain on this store."""
    opened = open_chain(hub, compute, tmp_path)
    yield opened
    opened.jobs.close()
