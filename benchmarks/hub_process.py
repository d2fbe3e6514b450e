"""A hub under load: the real server process on its store, and what it and its database cost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

STOP_SECONDS: Final = 60
ANNOUNCED: Final = re.compile(r"labelloop serves (http://\S+),")
MEBIBYTE: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cost:
    """CPU seconds so far: the hub itself, its compute children, its PostgreSQL."""

    hub: float
    compute: float
    postgresql: float

    def since(self, before: Cost) -> Cost:
        """Return what was spent after `before`."""
        return Cost(
            self.hub - before.hub,
            self.compute - before.compute,
            self.postgresql - before.postgresql,
        )

    def per_answer(self, answers: int) -> dict[str, float | None]:
        """As fields of a line: seconds per answer of the server, its parts, and the learning."""
        parts = {
            "cpu_s_per_answer": self.hub + self.postgresql,
            "hub_cpu_s_per_answer": self.hub,
            "postgresql_cpu_s_per_answer": self.postgresql,
            "compute_cpu_s_per_answer": self.compute,
        }
        return {
            name: round(spent / answers, 6) if answers else None for name, spent in parts.items()
        }


@dataclass(frozen=True, slots=True)
class Serving:
    """A hub that serves; `postgresql_pid` is the server that it alone uses, None on SQLite."""

    url: str
    pid: int
    postgresql_pid: int | None

    def cost(self) -> Cost:
        """Return the CPU seconds so far, of ended children too."""
        hub = psutil.Process(self.pid).cpu_times()
        compute = sum(_own_seconds(child) for child in _children(self.pid))
        return Cost(
            hub.user + hub.system,
            compute + hub.children_user + hub.children_system,
            tree_seconds(self.postgresql_pid) if self.postgresql_pid else 0.0,
        )

    def resident_mebibytes(self) -> int:
        """Return the hub's resident memory, without its compute children."""
        return int(psutil.Process(self.pid).memory_info().rss) // MEBIBYTE

    def resident_mebibytes_beside(self) -> int:
        """Return the resident memory of its children: they read files and learn."""
        return sum(_own_bytes(child) for child in _children(self.pid)) // MEBIBYTE


def _children(pid: int) -> list[psutil.Process]:
    return psutil.Process(pid).children(recursive=True)


def _own_seconds(process: psutil.Process) -> float:
    try:
        spent = process.cpu_times()
    except psutil.NoSuchProcess:
        return 0.0  # its parent has its seconds now
    return float(spent.user + spent.system)


def _own_bytes(process: psutil.Process) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.NoSuchProcess:
        return 0


def tree_seconds(pid: int) -> float:
    """Return the CPU seconds of a process, its children, and those it has buried."""
    spent = psutil.Process(pid).cpu_times()
    buried = spent.children_user + spent.children_system
    return float(
        spent.user + spent.system + buried + sum(_own_seconds(child) for child in _children(pid))
    )


@contextmanager
def serving(
    data_folder: Path, database_url: str, postgresql_pid: int | None = None
) -> Iterator[Serving]:
    """Run `labelloop serve` on a data folder and a store, as an operator would, on a free port."""
    environment = os.environ | {
        "LABELLOOP_DATA_DIR": str(data_folder),
        "LABELLOOP_DATABASE_URL": database_url,
    }
    log = data_folder / "serve.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            [sys.executable, "-u", "-m", "api.cli", "serve", "--port", "0"],
            stdout=subprocess.PIPE,
            stderr=errors,
            env=environment,
            text=True,
        ) as process,
    ):
        try:
            line = process.stdout.readline() if process.stdout is not None else ""
            found = ANNOUNCED.match(line)
            if found is None:
                process.wait(STOP_SECONDS)
                raise RuntimeError(f"the hub did not start:\n{log.read_text(encoding='utf-8')}")
            yield Serving(found[1], process.pid, postgresql_pid)
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
