"""A hub that runs as a process, and its operator's client."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli.client import HubClient, load_settings, talking
from labeling.schema.label_config import choices_config
from tests.support.doors import served


@dataclass(frozen=True, slots=True)
class RunningHub:
    """Where a hub listens, and its data folder."""

    url: str
    folder: Path


@pytest.fixture(scope="session")
def running_hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningHub]:
    """Serve one hub for many tests, whose projects differ; nothing is trained there."""
    folder = tmp_path_factory.mktemp("hub") / "data"
    with served(folder, "--no-worker") as door:
        yield RunningHub(door.url, folder)


@pytest.fixture
def operator(running_hub: RunningHub) -> Iterator[HubClient]:
    """Return the client of the hub's operator."""
    settings = load_settings(data_dir=running_hub.folder)
    with talking(running_hub.url, settings) as client:
        yield client


@pytest.fixture
def project(operator: HubClient) -> str:
    """Make a project of reviews with a vendor, under a name of the test's own."""
    slug = f"reviews-{uuid.uuid4().hex[:12]}"
    everyone = {"visible_to": ["annotator", "reviewer", "owner"]}
    body = {
        "slug": slug,
        "title": "Reviews",
        "label_config": choices_config(["good", "bad"], "text", "text"),
        "fields": {"id": {"kind": "number"}, "text": everyone},
        "budget_micros": 10_000_000,
    }
    operator.post("/v1/projects", body)
    vendor = {"name": "acme", "kind": "vendor", "price_micros": 20_000, "simulated": True}
    operator.post(f"/v1/projects/{slug}/workforces", vendor)
    return slug


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody with a role, or with none, and their client."""

    role: str
    client: HubClient

    def status(self, method: str, path: str, **options: Any) -> int:
        """Return the HTTP status that a request is answered with."""
        return self.client.answer(method, path, **options).status_code


@pytest.fixture(params=["annotator", "reviewer", "operator", "nobody", "stranger"])
def visitor(request: pytest.FixtureRequest, operator: HubClient, project: str) -> Iterator[Visitor]:
    """Return each kind of caller who may not manage the project; a stranger has no token."""
    token = ""
    if request.param != "stranger":
        user = operator.post("/v1/users", {"name": request.param})["id"]
        token = operator.post("/v1/tokens", {"user_id": user, "name": "test"})["token"]
        if request.param != "nobody":
            member = {"role": request.param}
            operator.put(f"/v1/projects/{project}/members/{user}", member)
    client = HubClient(operator.url, token)
    yield Visitor(request.param, client)
    client.close()
