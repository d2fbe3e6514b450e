"""`labelloop worker`: one works, another takes over."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.support.doors import LABELLOOP, STOP_SECONDS


@contextmanager
def worker(folder: Path, url: str) -> Iterator[subprocess.Popen[str]]:
    """Run a worker on a data folder and a store until the block ends."""
    settings = {
        "LABELLOOP_DATA_DIR": str(folder),
        "LABELLOOP_DATABASE_URL": url,
        "PYTHONUNBUFFERED": "1",
    }
    command = [LABELLOOP, "worker"]
    with subprocess.Popen(
        command,
        env=os.environ | settings,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def said(process: subprocess.Popen[str]) -> str:
    """Return the next line that a process prints."""
    lines: IO[str] | None = process.stdout
    assert lines is not None
    return lines.readline()


class TestWorker:
    """The work behind the hubs, in processes of its own."""

    @pytest.mark.postgresql
    def test_one_works_and_the_next_takes_over(self, postgresql_url: str, tmp_path: Path) -> None:
        """Shows a second worker that stands by, works when the first is killed, ends when told."""
        with ExitStack() as stack:
            first = stack.enter_context(worker(tmp_path / "data", postgresql_url))
            assert said(first).startswith("labelloop works")
            second = stack.enter_context(worker(tmp_path / "data", postgresql_url))
            assert "stands by" in said(second)
            first.kill()
            assert said(second).startswith("labelloop works")
            second.terminate()
            assert second.wait(STOP_SECONDS) == 0

    def test_sqlite_needs_none(self, tmp_path: Path) -> None:
        """Shows what to do instead."""
        with worker(tmp_path / "data", f"sqlite:///{tmp_path / 'hub.db'}") as process:
            out, _ = process.communicate(timeout=STOP_SECONDS)
            assert process.returncode == 2
            assert "labelloop serve" in out
