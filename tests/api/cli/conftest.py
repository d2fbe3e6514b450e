"""A hub that runs on a folder of its own, and commands that find it there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import run
from api.cli.client import HubClient, load_settings, talking
from api.cli.serving import listen, served


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command did: exit code and what it printed."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


class Terminal:
    """Runs commands and reads what they print."""

    def __init__(self, capfd: pytest.CaptureFixture[str]) -> None:
        self._capfd = capfd

    def __call__(self, *arguments: str | Path) -> Outcome:
        """Run one command."""
        self._capfd.readouterr()
        code = run([str(argument) for argument in arguments])
        out, err = self._capfd.readouterr()
        return Outcome(code, out, err)


@pytest.fixture
def labelloop(capfd: pytest.CaptureFixture[str]) -> Terminal:
    """Return what runs commands."""
    return Terminal(capfd)


@pytest.fixture(scope="session")
def hub_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve one hub for all tests of the command line; their projects differ."""
    folder = tmp_path_factory.mktemp("hub") / "data"
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("LABELLOOP_DATA_DIR", str(folder))
        settings = load_settings(worker=False)
        with served(settings, listen("127.0.0.1", 0), is_announced=True) as url:
            yield url


@pytest.fixture
def hub(hub_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubClient]:
    """Return the operator's client of the running hub."""
    with talking(hub_url, load_settings()) as client:
        yield client


@pytest.fixture
def project(hub: HubClient, request: pytest.FixtureRequest) -> str:
    """Make a project of reviews with a vendor, under a name of the test's own."""
    projects = hub.get("/v1/projects", limit=1_000)["items"]
    slug = f"reviews-{len(projects)}"
    config = (
        '<View><Text name="text" value="$text"/><Choices name="label" toName="text">'
        '<Choice value="good"/><Choice value="bad"/></Choices></View>'
    )
    everyone = {"visible_to": ["annotator", "reviewer", "owner"]}
    body = {
        "slug": slug,
        "title": "Reviews",
        "label_config": config,
        "fields": {"id": {"kind": "number"}, "text": everyone},
        "budget_micros": 10_000_000,
    }
    hub.post("/v1/projects", body)
    vendor = {"name": "acme", "kind": "vendor", "price_micros": 20_000, "simulated": True}
    hub.post(f"/v1/projects/{slug}/workforces", vendor)
    return slug


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Write a CSV file of 30 reviews, of which two are copies."""
    rows = "".join(f"{n},review {n} of the film,{n % 5}\n" for n in range(28))
    path = tmp_path / "reviews.csv"
    path.write_text(
        "id,text,stars\n" + rows + "3,review 3 of the film,3\n4,review 4 of the film,4\n"
    )
    return path


def total_items(hub: HubClient, project: str) -> int:
    """Return how many items a project has."""
    return len(hub.get(f"/v1/projects/{project}/items", limit=1_000)["items"])
