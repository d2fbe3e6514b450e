"""A terminal in which commands are run."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from api.cli import run
from api.cli.client import HubClient
from tests.api.conftest import RunningHub


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
def labelloop(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, running_hub: RunningHub
) -> Terminal:
    """Return what runs commands, on the data folder of the running hub."""
    monkeypatch.setenv("LABELLOOP_DATA_DIR", str(running_hub.folder))
    return Terminal(capfd)


@pytest.fixture
def reviews(tmp_path: Path) -> Path:
    """Write a CSV file of 30 reviews, of which two are copies."""
    rows = "".join(f"{n},review {n} of the film,{n % 5}\n" for n in range(28))
    path = tmp_path / "reviews.csv"
    path.write_text(
        "id,text,stars\n" + rows + "3,review 3 of the film,3\n4,review 4 of the film,4\n"
    )
    return path


def total_items(operator: HubClient, project: str) -> int:
    """Return how many items a project has."""
    return len(operator.get(f"/v1/projects/{project}/items", limit=1_000)["items"])
