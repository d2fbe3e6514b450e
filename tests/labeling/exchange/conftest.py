"""A hub of the test's own on each store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from labeling.database import Hub, open_hub
from labeling.items.blobs import BlobStore


@pytest.fixture
def hub(store_url: str) -> Iterator[Hub]:
    """Open a migrated store; closed afterwards."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


@pytest.fixture
def blobs(tmp_path: Path) -> BlobStore:
    """Return a folder for pictures."""
    return BlobStore(tmp_path / "blobs")
