"""A hub on a database of the test's own, on each store in turn."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeling.database import Hub, open_hub
from tests.training.factories import Made, make_items, make_project


@pytest.fixture
def hub(store_url: str) -> Iterator[Hub]:
    """Open a migrated store and close it afterwards."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


@pytest.fixture
def made(hub: Hub, tmp_path: Path) -> Made:
    """Make a project of 120 short texts about cats and dogs; nothing is answered yet."""
    return make_project(hub, tmp_path, make_items(120))
