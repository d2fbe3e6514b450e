"""What every benchmark shares: its lines, their context, and the clock that counts children."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"


@dataclass
class Spent:
    """Seconds that a block took: of this process and its finished children, and on the wall."""

    cpu: float = 0.0
    wall: float = 0.0

    def figures(self) -> dict[str, float]:
        """As fields of a line."""
        return {"cpu_seconds": round(self.cpu, 4), "wall_seconds": round(self.wall, 4)}


@contextmanager
def stopwatch() -> Iterator[Spent]:
    """Measure the block; the result is filled in at its end."""
    spent = Spent()
    cpu, wall = _cpu_seconds(), time.perf_counter()
    yield spent
    spent.cpu, spent.wall = _cpu_seconds() - cpu, time.perf_counter() - wall


def peak_mebibytes() -> int:
    """Return the most memory that this process has held so far (Linux counts in KiB)."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _cpu_seconds() -> float:
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


@dataclass
class Report:
    """Prints the lines of one benchmark, as JSON or for reading.

    Attributes
    ----------
    benchmark
        Its name.
    as_json
        One JSON object per line, else `key=value` pairs.
    quick
        Marked on every line: a quick run proves nothing.
    keep
        Also add each line to ``benchmarks/results/NAME.jsonl``, which the documentation quotes.
    """

    benchmark: str
    as_json: bool
    quick: bool
    keep: bool = False
    context: dict[str, Any] = field(init=False)

    def __post_init__(self) -> None:
        self.context = {
            "commit": _commit(),
            "command": " ".join(["python -m", f"benchmarks.{self.benchmark}", *sys.argv[1:]]),
            "quick": self.quick,
        }

    def line(self, case: str, **figures: Any) -> None:
        """Print the figures of one case."""
        load = round(os.getloadavg()[0], 2)
        head = {"benchmark": self.benchmark, "case": case}
        line = json.dumps(head | figures | self.context | {"load_average": load})
        if self.keep:
            RESULTS.mkdir(exist_ok=True)
            with (RESULTS / f"{self.benchmark}.jsonl").open("a", encoding="utf-8") as file:
                file.write(line + "\n")
        if self.as_json:
            print(line, flush=True)
            return
        shown = (f"{name}={value}" for name, value in figures.items() if value is not None)
        print(f"{case:<20}", *shown, flush=True)


def _commit() -> str | None:
    """Return the commit that is checked out, or None outside a repository."""
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or None
