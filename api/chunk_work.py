"""Chunks of features and scores in one process: what computes each, and on which engine."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from active_learning.certificates.runner import FUNCTIONS as OF_CERTIFICATES
from active_learning.pool import FUNCTIONS as OF_POOLS
from labeling.database import is_at_head, open_hub
from training.engines.on_ray import OnRay
from training.engines.queue import ChunkWorker, OnQueue

if TYPE_CHECKING:
    from api.settings import Settings
    from labeling.database import Hub
    from training.engines import Engine, Functions

FUNCTIONS: Final[Functions] = {**OF_POOLS, **OF_CERTIFICATES}
"""All that the queue can ask a worker for: a row names one of these and nothing else."""


class ChunkWork:
    """A process's engine and its share of the queue; `start` and `close` frame its life.

    Attributes
    ----------
    engine
        Ray where an address is set; else the queue, where this process leads on PostgreSQL; else
        None: what computes the rest computes chunks too.
    """

    def __init__(self, hub: Hub, settings: Settings) -> None:
        folder = settings.data_dir.resolve()
        self._closing = threading.Event()
        self._worker: ChunkWorker | None = None
        self._ray: OnRay | None = None
        self.engine: Engine | None = None
        if settings.worker and settings.ray_address:
            self._ray = OnRay(
                settings.ray_address, folder, FUNCTIONS, self._closing, settings.ray_gpus
            )
            self.engine = self._ray
        elif settings.worker and hub.dialect == "postgresql":
            self._worker = ChunkWorker(hub, folder, FUNCTIONS)
            self.engine = OnQueue(hub, self._closing)

    def start(self) -> None:
        """Begin to take chunks from the queue, where there is one."""
        if self._worker is not None:
            self._worker.start()

    def interrupt(self) -> None:
        """Let whoever waits for chunks go: the process ends."""
        self._closing.set()

    def close(self) -> None:
        """Give the chunk in hand back, and leave Ray."""
        self._closing.set()
        if self._worker is not None:
            self._worker.close()
        if self._ray is not None:
            self._ray.close()


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
