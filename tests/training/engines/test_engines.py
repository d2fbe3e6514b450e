"""Chunks on each engine: all computed, each once, whoever dies meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from labeling.bulk import store as bulk
from labeling.bulk.runner import CLAIM_MICROS, JOB, StoppedError, Work
from labeling.database import Hub, Row
from labeling.errors import LabelloopError
from labeling.jobs import ProcessClosingError
from tests.factories import make_project
from tests.training.engines.parts import refuse, square
from training.compute import Compute
from training.engines import Chunk, Chunks, ChunksFailedError, Functions, InChild
from training.engines.queue import ChunkWorker, OnQueue

FUNCTIONS: Functions = {"square": square, "refuse": refuse}
N = 6


@pytest.fixture(scope="module")
def compute() -> Iterator[Compute]:
    """Run one compute child for the module."""
    child = Compute(threads=1)
    yield child
    child.close()


@pytest.fixture
def project(hub: Hub) -> Row:
    """Return a project whose items would be computed."""
    return hub.write_now(make_project)


@pytest.fixture
def workers(hub: Hub, compute: Compute, tmp_path: Path) -> list[ChunkWorker]:
    """Return two workers that take a chunk when told; they share a child to be quick."""
    made = [ChunkWorker(hub, tmp_path, FUNCTIONS) for _ in range(2)]
    for one in made:
        one.compute.close()
        one.runner.handlers[bulk.CHUNK].compute = compute  # type: ignore[attr-defined]
    return made


def parts(project: Row, function: str = "square", name: str = "s1") -> Chunks:
    """Return a computation of six chunks."""
    found = [Chunk(f"{name}/{n}", (n,)) for n in range(N)]
    return Chunks(project.id, "pool", name, function, found)


def asked(folder: Path) -> list[int]:
    """Return the parts that were computed, in order, as often as they were."""
    return [int(line) for line in (folder / "asked").read_text().splitlines()]


def states(hub: Hub, project: Row, name: str = "pool:s1") -> dict[str, int]:
    """Return how many chunks are in each state."""
    found = hub.read_now(lambda tx: bulk.chunk_states(tx, project.id, name))
    return {state: row.n for state, row in found.items()}


def waiting(hub: Hub, chunks: Chunks, closing: threading.Event | None = None) -> Future[None]:
    """Put chunks on the queue from a thread, and return once they are there."""
    pool = ThreadPoolExecutor(1)
    future = pool.submit(OnQueue(hub, closing or threading.Event()).run, chunks)
    pool.shutdown(wait=False)
    row: Any = None
    while not row:
        row = hub.read_now(
            lambda tx: bulk.chunk_states(tx, chunks.project_id, f"pool:{chunks.name}")
        ).get("waiting")
        row = row is not None and row.n == len(chunks.parts)
    return future


class TestInChild:
    """One process: the compute child does all."""

    def test_every_part_is_computed_once_in_order(self, compute: Compute, tmp_path: Path) -> None:
        """The files are there when it returns."""
        made = Chunks(1, "pool", "s1", "square", [Chunk(f"s1/{n}", (n,)) for n in range(N)])
        InChild(compute, tmp_path, FUNCTIONS).run(made)
        assert asked(tmp_path) == list(range(N))
        assert (tmp_path / "5.txt").read_text() == "25"


class TestOnQueue:
    """Many processes: claims, leases, and who was late."""

    def test_workers_share_the_parts_and_none_is_computed_twice(
        self, hub: Hub, project: Row, workers: list[ChunkWorker], tmp_path: Path
    ) -> None:
        """Whoever asks waits for the last; a second asking of the same adds nothing."""
        done = waiting(hub, parts(project))
        hub.write_now(
            lambda tx: bulk.add_chunks(
                tx, project.id, "pool:s1", {part.key: {} for part in parts(project).parts}
            ),
            JOB,
        )
        while sum([worker.runner.run_one() for worker in workers]):
            pass
        done.result(10)
        assert sorted(asked(tmp_path)) == list(range(N))
        assert states(hub, project) == {"done": N}

    def test_a_killed_workers_chunk_is_taken_by_the_next_and_the_late_one_is_fenced(
        self, hub: Hub, project: Row, workers: list[ChunkWorker], tmp_path: Path
    ) -> None:
        """Its claim runs out; what it would still write has no effect on the row."""
        done = waiting(hub, parts(project))
        claimed = hub.write_now(lambda tx: bulk.claim(tx, tx.now + CLAIM_MICROS, chunks=True), JOB)
        assert claimed is not None
        while workers[1].runner.run_one():
            pass
        assert states(hub, project) == {"done": N - 1, "running": 1}
        hub.write_now(lambda tx: tx.run("UPDATE bulk_job SET claimed_until = 0"), JOB)
        assert workers[1].runner.run_one()
        done.result(10)
        assert sorted(asked(tmp_path)) == list(range(N))
        with pytest.raises(StoppedError):
            Work(hub, claimed, threading.Event()).beat()

    def test_a_part_that_fails_is_named_and_the_rest_leaves_the_queue(
        self, hub: Hub, project: Row, workers: list[ChunkWorker]
    ) -> None:
        """Then the same can be asked for anew."""
        for _ in range(2):
            done = waiting(hub, parts(project, "refuse"))
            assert workers[0].runner.run_one()
            assert workers[0].runner.run_one()
            with pytest.raises(ChunksFailedError, match="part 1 cannot be read"):
                done.result(10)
            left = states(hub, project)
            assert not left.keys() & {"waiting", "running"}

    def test_a_new_state_of_the_pool_takes_the_old_ones_place(
        self, hub: Hub, project: Row, workers: list[ChunkWorker], tmp_path: Path
    ) -> None:
        """What a leader left behind is not computed for nobody."""
        closing = threading.Event()
        left = waiting(hub, parts(project), closing)
        closing.set()
        with pytest.raises(ProcessClosingError):
            left.result(10)
        done = waiting(hub, parts(project, name="s2"))
        while workers[0].runner.run_one():
            pass
        done.result(10)
        assert states(hub, project) == {"cancelled": N}
        assert len(asked(tmp_path)) == N

    def test_chunks_and_other_long_work_are_taken_apart(
        self, hub: Hub, project: Row, workers: list[ChunkWorker]
    ) -> None:
        """An import does not wait behind chunks, nor a chunk behind imports."""
        hub.write_now(lambda tx: bulk.add(tx, project.id, "import", "x.csv", {}))
        assert not workers[0].runner.run_one()
        closing = threading.Event()
        waiting(hub, parts(project), closing)
        claimed = hub.write_now(lambda tx: bulk.claim(tx, tx.now + 1))
        closing.set()
        assert claimed is not None
        assert claimed.kind == "import"

    def test_a_worker_that_closes_gives_its_chunk_back(
        self, hub: Hub, project: Row, tmp_path: Path
    ) -> None:
        """At once: nobody waits for its claim to run out."""
        closing = threading.Event()
        left = waiting(hub, parts(project), closing)
        worker = ChunkWorker(hub, tmp_path, FUNCTIONS)
        worker.start()
        worker.close()
        closing.set()
        with pytest.raises((ProcessClosingError, LabelloopError)):
            left.result(10)
        rows = hub.read_now(bulk.list_live)
        assert all(row.claimed_until == 0 for row in rows)
        assert len(rows) + states(hub, project).get("done", 0) == N
