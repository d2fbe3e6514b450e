"""Chunks on the PostgreSQL queue: `SKIP LOCKED` claims, leases that run out, fenced by a number.

A worker that is killed leaves a claim that runs out; another computes the chunk again, into the
same file. One that is late finds its claim taken and stops; had it written, nothing would differ.
"""

from __future__ import annotations

import concurrent.futures
import threading
from collections.abc import Iterator, Mapping
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from labeling.bulk import store
from labeling.bulk.runner import JOB, Runner, StoppedError, Work
from labeling.failpoints import failpoint
from labeling.jobs import ProcessClosingError
from training.compute import CLOSING, Compute
from training.engines.engine import Chunks, ChunksFailedError, Functions

if TYPE_CHECKING:
    from labeling.database import Hub, Row

LOOK_SECONDS: Final = 0.2
BEAT_SECONDS: Final = 5.0
ADDED_AT_ONCE: Final = 200


class OnQueue:
    """Puts chunks on the queue and waits until the workers have computed them.

    Parameters
    ----------
    hub
        The store with the queue.
    closing
        Set when the process ends: the chunks stay, and the next worker goes on with them.
    """

    def __init__(self, hub: Hub, closing: threading.Event) -> None:
        self.hub, self.closing = hub, closing

    def run(self, chunks: Chunks) -> None:
        """Add the parts and wait for them."""
        name = f"{chunks.family}:{chunks.name}"
        self.hub.write_now(
            lambda tx: store.supersede_chunks(tx, chunks.project_id, chunks.family, name), JOB
        )
        options = {
            part.key: {"function": chunks.function, "arguments": list(part.arguments)}
            for part in chunks.parts
        }
        for some in _parts(options, ADDED_AT_ONCE):
            self.hub.write_now(
                partial(store.add_chunks, project_id=chunks.project_id, name=name, chunks=some), JOB
            )
        while not self._is_done(chunks.project_id, name):
            if self.closing.wait(LOOK_SECONDS):
                raise ProcessClosingError(CLOSING)

    def _is_done(self, project_id: int, name: str) -> bool:
        found = self.hub.read_now(lambda tx: store.chunk_states(tx, project_id, name))
        if "failed" in found:
            self.hub.write_now(lambda tx: store.give_chunks_up(tx, project_id, name), JOB)
            raise ChunksFailedError(found["failed"].error)
        return not found.keys() & {"waiting", "running"}


class ChunkHandler:
    """Computes a claimed chunk in a compute child: `bulk.runner.Handler`."""

    def __init__(self, compute: Compute, data_folder: Path, functions: Functions) -> None:
        self.compute, self.data_folder, self.functions = compute, data_folder, functions

    def __call__(self, work: Work) -> None:
        """Compute, and keep the claim meanwhile.

        Raises
        ------
        StoppedError
            The process closes, or somebody else has the chunk by now.

        """
        function = self.functions[work.options["function"]]
        arguments = work.options["arguments"]
        try:
            self._wait(self.compute.submit(function, str(self.data_folder), *arguments), work)
        except ProcessClosingError as error:
            raise StoppedError from error
        failpoint("chunk.computed")

    def _wait(self, future: concurrent.futures.Future[Any], work: Work) -> None:
        while True:
            try:
                future.result(BEAT_SECONDS)
            except concurrent.futures.TimeoutError:
                try:
                    work.beat()
                except StoppedError:
                    self.compute.interrupt()
                    raise
            else:
                return

    def ended(self, job: Row) -> None:
        """Leave the file: it is what was wanted."""


class ChunkWorker:
    """Takes chunks from the queue, one at a time; `start` and `close` frame its life."""

    def __init__(self, hub: Hub, data_folder: Path, functions: Functions) -> None:
        self.compute = Compute()
        handler = ChunkHandler(self.compute, data_folder, functions)
        self.runner = Runner(hub, {store.CHUNK: handler}, threads=1, chunks=True)

    def start(self) -> None:
        """Begin to take chunks."""
        self.runner.start()

    def close(self) -> None:
        """Give the chunk in hand back to the queue and end."""
        self.runner.closing.set()
        self.compute.close()
        self.runner.close()


def _parts(options: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
    """Yield a mapping in parts: a write takes a short turn."""
    left = iter(options.items())
    while part := dict(islice(left, size)):
        yield part
