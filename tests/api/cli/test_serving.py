"""Hubs as processes: start, serve, and the hub that a command starts for itself."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.api.cli.conftest import Terminal
from tests.api.conftest import RunningHub

PATIENCE_SECONDS = 60.0


@contextmanager
def process(folder: Path, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    """Run `labelloop` as a process of its own; killed afterwards if it still runs."""
    command = [sys.executable, "-c", "from api.cli import main; main()", *map(str, arguments)]
    environment = {**os.environ, "LABELLOOP_DATA_DIR": str(folder), "PYTHONUNBUFFERED": "1"}
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as found:
        try:
            yield found
        finally:
            found.kill()


def read_until(running: subprocess.Popen[str], pattern: str) -> re.Match[str]:
    """Return the first printed line that matches."""
    assert running.stdout is not None
    for line in running.stdout:
        found = re.search(pattern, line)
        if found is not None:
            return found
    assert running.stderr is not None
    message = f"ended without {pattern!r}: {running.stderr.read()}"
    raise AssertionError(message)


def cpu_seconds(pid: int) -> float:
    """Return what a process and its children have used of the processor so far."""
    parent = psutil.Process(pid)
    times = [found.cpu_times() for found in (parent, *parent.children(recursive=True))]
    return sum(found.user + found.system for found in times)


class TestStart:
    """From a file to a question, in one command."""

    def test_the_first_question_comes_within_ten_seconds(
        self, tmp_path: Path, reviews: Path
    ) -> None:
        """The line, the link, a session, a question that shows the text alone; then a clean end.

        Counted in processor seconds, children included: a busy machine is not the command's fault.
        """
        folder = tmp_path / "data"
        with process(
            folder, "start", reviews, "--labels", "good,bad", "--port", "0", "--no-browser"
        ) as running:
            read_until(running, r"^showing `text`, hiding `id`, `stars`; 30 rows, 2 duplicates$")
            url, secret = read_until(
                running, r"^Label at (http://127\.0\.0\.1:\d+)/signin#(\S+)$"
            ).groups()
            with httpx.Client(base_url=url, trust_env=False) as browser:
                signed_in = browser.post("/v1/sessions", json={"link": secret}).json()
                assert signed_in["next"] == "/projects/reviews/annotate"
                leases = browser.post("/v1/projects/reviews/leases", json={"count": 3}).json()
            seconds = cpu_seconds(running.pid)
            assert [list(found["data"]) for found in leases["assignments"]] == [["text"]] * 3
            assert seconds < 10
            running.send_signal(signal.SIGTERM)
            assert running.wait(PATIENCE_SECONDS) in {0, 130}
            assert running.stderr is not None
            assert running.stderr.read() == ""

    def test_the_same_command_goes_on(
        self, labelloop: Terminal, tmp_path: Path, reviews: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """While a hub runs, a second `start` finds it; another file is another project."""
        folder = tmp_path / "data"
        other = tmp_path / "other.csv"
        other.write_text("text\na first text\na second text\n")
        with process(
            folder, "start", reviews, "--labels", "good,bad", "--port", "0", "--no-browser"
        ) as running:
            url = read_until(running, r"^Label at (http://[^/]+)").group(1)
            monkeypatch.setenv("LABELLOOP_DATA_DIR", str(folder))
            again = labelloop("start", reviews, "--labels", "good,bad", "--no-browser", "--json")
            told, ready = (json.loads(line) for line in again.out.splitlines())
            assert (told["rows"], told["added"], told["duplicates"]) == (30, 0, 30)
            assert (ready["url"], ready["project"]) == (url, "reviews")
            refused = labelloop("start", reviews, "--labels", "yes,no", "--no-browser")
            assert refused.code == 1
            assert "asks for good,bad" in refused.err
            assert labelloop("start", other, "--labels", "yes,no", "--no-browser").code == 0
            assert labelloop("quality", "other", "--json").json["items"]["total"] == 2


class TestServe:
    """One hub on a folder."""

    def test_a_second_hub_is_refused(self, tmp_path: Path) -> None:
        """The line says where the first one is; Ctrl-C ends the first."""
        with process(tmp_path / "data", "serve", "--port", "0") as first:
            url = read_until(first, r"^labelloop serves (\S+),").group(1)
            with process(tmp_path / "data", "serve", "--port", "0") as second:
                assert second.wait(PATIENCE_SECONDS) == 1
                assert second.stderr is not None
                said = second.stderr.read()
            assert said.startswith("labelloop: A hub runs on this data folder")
            assert url in said
            assert said.count("\n") == 1
            first.send_signal(signal.SIGINT)
            assert first.wait(PATIENCE_SECONDS) in {0, 130}

    def test_a_taken_port_is_said(self, labelloop: Terminal, running_hub: RunningHub) -> None:
        """The way out is named."""
        port = running_hub.url.rsplit(":", 1)[1]
        found = labelloop("serve", "--port", port)
        assert found.code == 1
        assert f"Cannot listen on 127.0.0.1:{port}" in found.err


class TestAlone:
    """Commands where no hub runs."""

    def test_a_command_brings_its_own_hub(self, tmp_path: Path) -> None:
        """It works on the same store and ends with the command; links lead to where one serves."""
        with process(tmp_path / "data", "user", "add", "Ann", "--json") as first:
            made = json.loads(first.communicate(timeout=PATIENCE_SECONDS)[0])
        with process(tmp_path / "data", "user", "link", str(made["id"])) as second:
            link, complaint = second.communicate(timeout=PATIENCE_SECONDS)
        assert made["name"] == "Ann"
        assert re.fullmatch(r"http://127\.0\.0\.1:8080/signin#\S+\n", link)
        assert (first.returncode, second.returncode, complaint) == (0, 0, "")
