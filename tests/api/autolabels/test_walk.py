"""A certificate over HTTP, from the first look at its price to its end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from active_learning.certificates import service
from labeling.database import open_hub
from tests.active_learning.certificates.conftest import Bench, make_bench
from tests.active_learning.conftest import compute
from tests.support.doors import served
from training.compute import Compute

FIXTURES = (compute,)
RUNS = "/v1/projects/animals/autolabels"


@pytest.fixture
def walked(compute: Compute, tmp_path: Path) -> Iterator[tuple[Bench, httpx.Client]]:
    """Serve a hub without a worker; the test does the worker's turns itself, and answers."""
    with served(tmp_path, "--no-worker") as door, door.client(door.token) as client:
        hub = open_hub(f"sqlite:///{tmp_path / 'hub.db'}")
        yield make_bench(hub, compute, tmp_path), client
        hub.close()


class TestWalk:
    """Preview, audit, certificate, look, acceptance, renewal, revocation."""

    def test_a_certificate_is_issued_audited_renewed_and_revoked(
        self, walked: tuple[Bench, httpx.Client]
    ) -> None:
        """Shows every door in its order, and that none opens before its turn."""
        bench, client = walked

        def send(method: str, path: str, status: int, **body: Any) -> Any:
            json = body if method == "POST" else None
            reply = client.request(method, f"{RUNS}{path}", json=json)
            assert reply.status_code == status, reply.text
            return reply.json()

        bench.n = send("POST", "/preview", 202)["n"]
        send("POST", "/1/audit", 409)  # its price is not known yet
        bench.turn_until("scored")
        preview = send("GET", "/1", 200)["preview"]
        assert preview["expected"][0]["value"] > 0.5
        assert preview["price"]["judgments_low"] == 40
        assert send("POST", "/1/audit", 202)["state"] == "auditing"
        send("POST", "/1/certify", 409)  # people have not answered yet
        while bench.run().state == "auditing":
            bench.runner.turn()
            bench.answer(service.CERTIFY)
        bench.turn_until("certified")
        certificate = send("GET", "/1", 200)["certificate"]
        assert (certificate["n_audited"], certificate["n_errors"]) == (40, 0)
        send("POST", "/1/accept", 409, certificate_id=certificate["id"])  # not looked at
        sample = send("GET", "/1/sample", 200)
        assert sample["certificate_id"] == certificate["id"]
        assert {one["label"] for one in sample["labels"]} == {"cat", "dog"}
        send("POST", "/1/accept", 202, certificate_id=certificate["id"])
        bench.turn_until("accepted")
        while bench.runner.turn() + bench.answer(service.RUNNING):
            pass
        (run,) = send("GET", "", 200)
        verdicts = run["certificate"]["verdicts"]
        assert [one["verdict"] for one in verdicts] == ["accepted", "renewed"]
        send("POST", "/1/revoke", 202, reason="the guideline changed")
        bench.turn_until("revoked")
        last = send("GET", "/1", 200)["certificate"]["verdicts"][-1]
        assert (last["verdict"], last["reason"]) == ("revoked", "the guideline changed")
        send("POST", "/1/revoke", 409, reason="again")
