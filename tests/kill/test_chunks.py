"""Two real workers on a real PostgreSQL compute a pool's features; one is killed in the middle."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from active_learning.featurising import featurise_pool, join_pool
from labeling.bulk import store as bulk
from labeling.bulk.runner import JOB
from labeling.database import Hub, Row, open_hub
from labeling.failpoints import VARIABLE
from tests.api.cli.test_worker import said, worker
from tests.factories import make_project
from training.engines import Chunk, Chunks
from training.engines.queue import OnQueue

N_ROWS, N_CHUNKS = 400, 20
PATIENCE_SECONDS = 60.0


@pytest.fixture
def hub(postgresql_url: str) -> Iterator[Hub]:
    """Open the store with the server's own time, as the workers do."""
    opened = open_hub(postgresql_url)
    yield opened
    opened.close()


@pytest.fixture
def items_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Write a pool of texts below the data folder, planned in small chunks."""
    monkeypatch.setattr("training.features.chunks.CHUNK_ROWS", N_ROWS // N_CHUNKS)
    path = tmp_path / "data" / "features" / "pool-1.jsonl"
    path.parent.mkdir(parents=True)
    lines = [
        json.dumps({"content_hash": f"h{n}", "split": "train", "data": {"x": f"good film {n % 7}"}})
        for n in range(N_ROWS)
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.kill
@pytest.mark.postgresql
class TestChunks:
    """Nothing is lost with a worker, and nobody waits for it to come back."""

    def test_a_killed_workers_chunks_are_computed_by_the_other(
        self, hub: Hub, items_file: Path, postgresql_url: str, tmp_path: Path
    ) -> None:
        """The one that stands by computes too; the leader dies at a chunk that it has computed."""
        folder, project = tmp_path / "data", hub.write_now(make_project)
        planned = featurise_pool(str(folder), str(items_file), {"x": "text"})
        assert len(planned["chunks"]) == N_CHUNKS
        with ExitStack() as stack:
            closing = threading.Event()
            pool = stack.enter_context(ThreadPoolExecutor(1))
            stack.callback(closing.set)

            def ask(name: str, part: slice) -> Future[None]:
                """Put some of the plan's chunks on the queue."""
                chunks = chunks_of(project, planned, name, part)
                return pool.submit(OnQueue(hub, closing).run, chunks)

            leader = stack.enter_context(dying_worker(folder, postgresql_url))
            assert said(leader).startswith("labelloop works")
            helper = stack.enter_context(worker(folder, postgresql_url))
            assert "stands by" in said(helper)
            leader.send_signal(signal.SIGSTOP)
            ask("s1", slice(8)).result(PATIENCE_SECONDS)
            assert claims(hub, project, "s1") == {1: 8}
            helper.send_signal(signal.SIGSTOP)
            leader.send_signal(signal.SIGCONT)
            done = ask("s2", slice(8, None))
            assert leader.wait(PATIENCE_SECONDS) == -signal.SIGKILL
            helper.send_signal(signal.SIGCONT)
            # Time passes: the claim of the killed one runs out.
            hub.write_now(
                lambda tx: tx.run("UPDATE bulk_job SET claimed_until = 0 WHERE claim_n = 1"), JOB
            )
            done.result(PATIENCE_SECONDS)
        # The killed one's again; the helper puts back what it has in hand when it takes the lead.
        found = claims(hub, project, "s2")
        assert sum(found.values()) == N_CHUNKS - 8
        assert max(found) > 1
        join_pool(str(folder), planned["place"], planned["path"])
        (tmp_path / "alone").mkdir()
        alone = featurise_pool(str(tmp_path / "alone"), str(items_file), {"x": "text"}, None, 99)
        np.testing.assert_array_equal(np.load(planned["path"]), np.load(alone["path"]))


def chunks_of(project: Row, planned: dict[str, Any], name: str, part: slice) -> Chunks:
    """Return some of a plan's chunks as what an engine is asked."""
    place, digest = planned["place"], planned["digest"]
    names = planned["chunks"][part]
    found = [Chunk(f"{place}/{each}", (place, digest, each)) for each in names]
    return Chunks(project.id, "pool", name, "features", found)


@contextmanager
def dying_worker(folder: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker that is killed when it has computed its second chunk, before it says so."""
    os.environ[VARIABLE] = "chunk.computed:2"
    try:
        with worker(folder, url) as process:
            del os.environ[VARIABLE]
            yield process
    finally:
        os.environ.pop(VARIABLE, None)


def claims(hub: Hub, project: Row, name: str) -> dict[int, int]:
    """Return how many chunks were done at their first claim, at their second, and so on."""
    name = f"pool:{name}"
    assert hub.read_now(lambda tx: bulk.chunk_states(tx, project.id, name)).keys() == {"done"}
    sql = "SELECT claim_n, count(*) AS n FROM bulk_job WHERE name = :name GROUP BY claim_n"
    return {row.claim_n: row.n for row in hub.read_now(lambda tx: tx.rows(sql, name=name))}
