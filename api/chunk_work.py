"""Chunks of features and scores in one process: what computes each, and on which engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from active_learning.pool import FUNCTIONS as OF_POOLS
from labeling.database import is_at_head, open_hub
from training.engines.queue import ChunkWorker

if TYPE_CHECKING:
    from api.settings import Settings
    from training.engines import Functions

FUNCTIONS: Final[Functions] = {**OF_POOLS}
"""All that the queue can ask a worker for: a row names one of these and nothing else."""


@contextmanager
def helping(settings: Settings) -> Iterator[None]:
    """Take chunks from the queue until the block ends; not where the schema is behind."""
    url = settings.resolved_database_url
    if not is_at_head(url):
        yield
        return
    hub = open_hub(url)
    worker = ChunkWorker(hub, settings.data_dir.resolve(), FUNCTIONS)
    worker.start()
    try:
        yield
    finally:
        worker.close()
        hub.close()
