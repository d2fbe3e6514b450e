"""A hub killed at random instants, and between commit and reply: nothing is lost, nothing doubled.

A real server process on each store, eight real HTTP clients, SIGKILL. After every kill the hub is
started again on the same data; the clients send what was not confirmed again under the same key.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import numpy as np
import pytest
from sqlalchemy.engine import make_url

from labeling.database import open_hub
from labeling.schema.label_config import choices_config
from tests.books import check_books
from tests.factories import LABELS
from tests.kill.clients import Client, Log

ROOT: Final = Path(__file__).parents[2]
SEED: Final = 20_260_725
N_CLIENTS: Final = 8
RANDOM_KILLS: Final = 20
POINT_KILLS: Final = 5
PATIENCE_SECONDS: Final = 60
PRICE: Final = 1_000
STORED: Final = """
SELECT n.client_key, n.kind, n.result, n.revision, n.paid_micros, n.is_surplus, a.handle
FROM annotation n JOIN assignment a ON a.id = n.assignment_id
"""
DOUBLE_LEASES: Final = """
SELECT COUNT(*) FROM (SELECT task_id FROM assignment WHERE state = 'leased' GROUP BY task_id
HAVING COUNT(*) > (SELECT wanted FROM task WHERE task.id = task_id)) AS found
"""


@dataclass
class HubProcess:
    """The hub under test: started, killed, started again on the same folder and port."""

    parent: subprocess.Popen[str]
    environment: dict[str, str]
    number: int = 0
    kills: int = 0
    between: int = 0

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.environment['LABELLOOP_PORT']}"

    def _ask(self, command: dict[str, Any]) -> int:
        assert self.parent.stdin is not None
        assert self.parent.stdout is not None
        self.parent.stdin.write(json.dumps(command) + "\n")
        self.parent.stdin.flush()
        return int(self.parent.stdout.readline())

    def spawn(self, failpoint: str = "") -> None:
        """Start a hub; with a failpoint it may be dead before it was seen alive."""
        environment = {**self.environment, "LABELLOOP_FAILPOINT": failpoint}
        self.number = self._ask({"start": environment})

    async def start(self) -> None:
        """Start a hub and wait until it answers."""
        self.spawn()
        deadline = time.monotonic() + PATIENCE_SECONDS
        async with httpx.AsyncClient(base_url=self.url) as http:
            while time.monotonic() < deadline:
                try:
                    if (await http.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    await asyncio.sleep(0.05)
        message = "the hub did not start"
        raise AssertionError(message)

    async def kill(self) -> None:
        """Kill it at this instant."""
        os.kill(self.number, signal.SIGKILL)
        await self.wait_for_death()

    async def wait_for_death(self) -> None:
        """Wait until it is dead by SIGKILL, its own or ours, and replies on their way are read."""
        ended = await asyncio.to_thread(self._ask, {"wait": self.number})
        assert ended == -signal.SIGKILL
        self.kills += 1
        await asyncio.sleep(0.1)


@contextmanager
def hub_process(database_url: str, folder: Path) -> Iterator[HubProcess]:
    """Give a hub that is not started yet; nothing of it is left afterwards."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "LABELLOOP_DATABASE_URL": database_url,
        "LABELLOOP_DATA_DIR": str(folder),
        "LABELLOOP_PORT": str(port),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "tests.kill.hub_process"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as parent:
        hub = HubProcess(parent, environment)
        try:
            yield hub
        finally:
            if hub.number:
                with suppress(ProcessLookupError):
                    os.kill(hub.number, signal.SIGKILL)


async def make_project(http: httpx.AsyncClient) -> list[str]:
    """Make a project with eight annotators over HTTP and return their tokens."""

    async def call(method: str, address: str, body: dict[str, Any]) -> dict[str, Any]:
        response = await http.request(method, f"/v1{address}", json=body)
        response.raise_for_status()
        found: dict[str, Any] = response.json()
        return found

    await call(
        "POST",
        "/projects",
        {
            "slug": "kill",
            "title": "Killed",
            "label_config": choices_config(LABELS, "text", "text"),
            "fields": {"text": {"visible_to": ["annotator"]}},
            "budget_micros": 100_000 * PRICE,
            "policy": {
                "overlap_least": 2,
                "overlap_most": 3,
                "lease_seconds": 2,
                "late_window_seconds": 5,
                "strategy": "random",
                "test_items": 0,
                "retrain_after": 1_000_000,
            },
        },
    )
    workforce = {"name": "crew", "kind": "crowd", "price_micros": PRICE}
    await call("POST", "/projects/kill/workforces", workforce)
    items = [{"key": str(n), "data": {"text": f"text {n}"}} for n in range(1_000)]
    await call("POST", "/projects/kill/items", {"items": items})
    tokens = []
    for n in range(N_CLIENTS):
        user = await call("POST", "/users", {"name": f"person {n}"})
        seat = {"role": "annotator", "workforce": "crew"}
        await call("PUT", f"/projects/kill/members/{user['id']}", seat)
        token = await call("POST", "/tokens", {"user_id": user["id"], "name": "kill test"})
        tokens.append(token["token"])
    return tokens


def stored(database_url: str) -> list[Any]:
    """Return all revisions in the store."""
    hub = open_hub(database_url)
    found = hub.read_now(lambda tx: tx.rows(STORED))
    hub.close()
    return found


@dataclass
class Run:
    """One run on one store: clients at work, a hub that dies again and again."""

    database_url: str
    hub: HubProcess
    log: Log = field(default_factory=Log)
    rng: np.random.Generator = field(default_factory=lambda: np.random.default_rng(SEED))

    async def run(self, folder: Path) -> None:
        """Let the hub die as planned, start it again each time, and let everybody finish."""
        await self.hub.start()
        token = (folder / "operator.token").read_text(encoding="utf-8").strip()
        async with self._http(token) as http:
            tokens = await make_project(http)
        stopping = asyncio.Event()
        work = [
            asyncio.create_task(self._work(secret, n, stopping)) for n, secret in enumerate(tokens)
        ]
        try:
            await self._die_as_planned(work)
            await self._wait_for_answers(20, work)
            stopping.set()
            await asyncio.wait_for(asyncio.gather(*work), PATIENCE_SECONDS)
        finally:
            for task in work:
                task.cancel()
        os.kill(self.hub.number, signal.SIGKILL)  # only ends the test
        self.hub.number = 0

    async def _die_as_planned(self, work: list[asyncio.Task[None]]) -> None:
        plan = [False] * RANDOM_KILLS + [True] * POINT_KILLS
        for at_point in self.rng.permutation(plan).tolist():
            if at_point:
                await self._kill_between()
            else:
                await self._kill_at_random(work)
            await self.hub.start()

    def _http(self, token: str) -> httpx.AsyncClient:
        headers = {"authorization": f"Bearer {token}"}
        return httpx.AsyncClient(base_url=self.hub.url, headers=headers, timeout=PATIENCE_SECONDS)

    async def _work(self, token: str, n: int, stopping: asyncio.Event) -> None:
        async with self._http(token) as http:
            rng = np.random.default_rng([SEED, n])
            await Client(http, "kill", self.log, rng, stopping).work()

    async def _wait_for_answers(self, n: int, work: list[asyncio.Task[None]]) -> None:
        wanted = len(self.log.acknowledged) + n
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.log.acknowledged) < wanted:
            assert time.monotonic() < deadline, "the clients came to a halt"
            for task in work:
                if task.done():
                    task.result()
            await asyncio.sleep(0.001)

    async def _kill_at_random(self, work: list[asyncio.Task[None]]) -> None:
        await self._wait_for_answers(int(self.rng.integers(5, 40)), work)
        await asyncio.sleep(float(self.rng.uniform(0, 0.02)))
        await self.hub.kill()
        self._note_between()

    async def _kill_between(self) -> None:
        """Let the hub die of itself after its N-th commit, before the reply."""
        before, restarts = self.hub.between, self.hub.kills
        await self.hub.kill()
        while self.hub.between == before:  # a repeat of what was confirmed may be the N-th
            self.hub.spawn(f"submit.after_commit:{int(self.rng.integers(5, 40))}")
            await asyncio.wait_for(self.hub.wait_for_death(), PATIENCE_SECONDS)
            self._note_between()
        self.hub.kills = restarts + 1  # those that only set the failpoint are not counted

    def _note_between(self) -> None:
        """Count a kill after which the store holds an answer that its client was not told of."""
        kept = {row.client_key for row in stored(self.database_url)}
        self.hub.between += bool(kept - self.log.acknowledged.keys())


@pytest.mark.kill
class TestKill:
    """SIGKILL under eight clients."""

    def test_no_answer_is_lost_or_doubled(self, store_url: str, tmp_path: Path) -> None:
        """Shows that every confirmed answer is there once, as confirmed, and the books balance."""
        folder, began = tmp_path / "data", time.monotonic()
        with hub_process(store_url, folder) as hub:
            run = Run(store_url, hub)
            asyncio.run(run.run(folder))
        log, rows = run.log, stored(store_url)
        by_key = {row.client_key: row for row in rows}
        found = log.acknowledged.keys() & by_key.keys()
        print(
            f"{make_url(store_url).get_backend_name()}: seed {SEED}, kills delivered "
            f"{hub.kills}, between commit and reply {hub.between}, "
            f"answers acknowledged {len(log.acknowledged)}, found {len(found)}, "
            f"stored {len(rows)}, sent again {log.retries}, seconds {time.monotonic() - began:.0f}"
        )
        assert hub.kills == RANDOM_KILLS + POINT_KILLS
        assert hub.between >= POINT_KILLS
        assert log.problems == []
        assert log.sent.keys() == log.acknowledged.keys() == by_key.keys()
        assert len(rows) == len(by_key), "an answer was stored twice"
        for key, receipt in log.acknowledged.items():
            self._compare(log.sent[key], receipt, by_key[key])
        self._check_store(store_url)

    @staticmethod
    def _compare(sent: dict[str, Any], receipt: dict[str, Any], row: Any) -> None:
        assert (row.handle, row.kind) == (sent["handle"], sent.get("kind", "answer"))
        assert json.loads(row.result) == sent["result"]
        assert (receipt["revision"], receipt["paid_micros"]) == (row.revision, row.paid_micros)
        assert receipt["surplus"] == bool(row.is_surplus)

    @staticmethod
    def _check_store(database_url: str) -> None:
        hub = open_hub(database_url)
        check_books(hub, hub.read_now(lambda tx: tx.value("SELECT id FROM project")))
        assert hub.read_now(lambda tx: tx.value(DOUBLE_LEASES)) == 0
        hub.close()
