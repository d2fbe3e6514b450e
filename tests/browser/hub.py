"""`labelloop start` as somebody types it, in a process and a data folder of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

START_SECONDS = 60
LABELLOOP = str(Path(sys.executable).with_name("labelloop"))
"""The console script beside this Python."""


@dataclass(frozen=True, slots=True)
class StartedHub:
    """A running hub: where it listens, whom its link signs in, and what it printed."""

    url: str
    project: str
    link: str
    imported: dict[str, Any]
    folder: Path

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        """Return what the API answers the operator."""
        token = (self.folder / "operator.token").read_text(encoding="utf-8").strip()
        headers = {"authorization": f"Bearer {token}"}
        found = httpx.request(method, f"{self.url}/v1{path}", json=body, headers=headers)
        found.raise_for_status()
        return found.json()

    def progress(self) -> Any:
        """Return the project page's figures."""
        return self.ask("GET", f"/projects/{self.project}/progress")

    def new_link(self) -> str:
        """Return one more sign-in link for the person who started the hub."""
        me = self.ask("GET", "/me")["id"]
        page = f"/projects/{self.project}/annotate"
        return str(self.ask("POST", f"/users/{me}/links", {"next": page})["url"])

    def export(self) -> str:
        """Return the finished file, as `labelloop export` writes it."""
        command = [LABELLOOP, "export", self.project]
        return subprocess.run(
            command, env=environment(self.folder), check=True, capture_output=True, text=True
        ).stdout


def environment(folder: Path) -> dict[str, str]:
    """Return the environment of a hub with its own data folder."""
    return os.environ | {"LABELLOOP_DATA_DIR": str(folder)}


@contextmanager
def started(file: Path, labels: str, folder: Path) -> Iterator[StartedHub]:
    """Run `labelloop start FILE --labels …` until the block ends."""
    command = [LABELLOOP, "start", str(file), "--labels", labels]
    command += ["--port", "0", "--no-browser", "--json"]
    with subprocess.Popen(
        command, env=environment(folder), stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            yield _read(process, folder)
        finally:
            process.terminate()
            process.wait(START_SECONDS)


def _read(process: subprocess.Popen[str], folder: Path) -> StartedHub:
    """Return what the first lines say."""
    assert process.stdout is not None
    events: dict[str, dict[str, Any]] = {}
    for line in process.stdout:
        event = json.loads(line)
        events[event["event"]] = event
        if event["event"] == "ready":
            ready = events["ready"]
            return StartedHub(
                ready["url"], ready["project"], ready["link"], events["import"], folder
            )
    message = "the hub ended before it was ready"
    raise AssertionError(message)
