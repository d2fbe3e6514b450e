"""The server of a run is gone after it, however the run ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest

from benchmarks.postgres import PREFIX, reap_abandoned

RUN = """
import time
from benchmarks.postgres import running_server
with running_server():
    print("up", flush=True)
    time.sleep(600)
"""


def folder_of(run: subprocess.Popen[str]) -> Path:
    """Return the folder of a run that has its server up."""
    (folder,) = Path(tempfile.gettempdir()).glob(f"{PREFIX}{run.pid}-*")
    return folder


def wait_until_gone(server: psutil.Process, folder: Path) -> bool:
    """Return whether a server and its folder are gone within a few seconds."""
    for _ in range(100):
        if not folder.exists() and not server.is_running():
            return True
        time.sleep(0.1)
    return False


@pytest.mark.postgresql
class TestReaping:
    """A daemon that outlives its run would fill the machine's memory run by run."""

    def test_a_killed_run_leaves_no_server_behind(self) -> None:
        """After SIGKILL of the run, its reaper stops the server and removes the folder."""
        with subprocess.Popen(
            [sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "up\n"
            folder = folder_of(run)
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            server = psutil.Process(pid)
            run.send_signal(signal.SIGKILL)
        assert wait_until_gone(server, folder)

    def test_the_next_run_reaps_what_a_killed_reaper_left(self) -> None:
        """With run and reaper both killed, the server runs on until another run looks."""
        with subprocess.Popen(
            [sys.executable, "-c", RUN], stdout=subprocess.PIPE, text=True
        ) as run:
            assert run.stdout is not None
            assert run.stdout.readline() == "up\n"
            folder = folder_of(run)
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            server = psutil.Process(pid)
            (reaper,) = psutil.Process(run.pid).children()
            reaper.kill()
            run.send_signal(signal.SIGKILL)
        assert server.is_running()
        reap_abandoned()
        assert wait_until_gone(server, folder)

    def test_a_running_tests_folder_is_left_alone(self, tmp_path: Path) -> None:
        """Another run's folder stays while its process lives."""
        folder = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-"))
        try:
            reap_abandoned()
            assert folder.exists()
        finally:
            folder.rmdir()
