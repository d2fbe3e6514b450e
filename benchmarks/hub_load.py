"""One case of the hub under load: a server, its annotators, its figures, its exactness."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from benchmarks.hub_checks import check
from benchmarks.hub_clients import Plan
from benchmarks.hub_pool import LABELS, SLUG
from benchmarks.hub_process import Cost, Serving, serving

SETTLE_SECONDS: Final = 2.0
IDLE_SECONDS: Final = 3.0
CLIENTS: Final = "from benchmarks.hub_clients import main; main()"


@dataclass(frozen=True, slots=True)
class Load:
    """Who answers, for how long; nothing is measured before `warm_answers` were given."""

    tokens: Sequence[str]
    warm_seconds: float
    seconds: float
    seed: int
    warm_answers: int = 0


def measure(
    folder: Path, database_url: str, load: Load, postgresql_pid: int | None = None
) -> dict[str, Any]:
    """Serve a prepared store under a load; return the figures of a line."""
    with serving(folder, database_url, postgresql_pid) as hub:
        idle = _idle(hub)
        seen, spent, seconds = _run_clients(hub, load)
        resident = hub.resident_mebibytes()
    exact = check(database_url, seen["acknowledged"])
    assert not seen["refused"], seen["refused"][:3]
    answers = seen["answers"]
    return {
        "clients": len(load.tokens),
        "answers": answers,
        "answers_per_s": round(answers / seconds, 1),
        **spent.per_answer(answers),
        "idle_cpu_s_per_s": idle,
        "next_p50_ms": percentile(seen["leases"], 0.5),
        "next_p95_ms": percentile(seen["leases"], 0.95),
        "submit_p50_ms": percentile(seen["submits"], 0.5),
        "submit_p95_ms": percentile(seen["submits"], 0.95),
        "empty": seen["empty"],
        **asdict(exact),
        "rss_mib": resident,
    }


def _idle(hub: Serving) -> float:
    """Return the CPU seconds a second that the server takes while nobody answers."""
    time.sleep(SETTLE_SECONDS)
    before = hub.cost()
    time.sleep(IDLE_SECONDS)
    spent = hub.cost().since(before)
    return round((spent.hub + spent.postgresql) / IDLE_SECONDS, 4)


def _run_clients(hub: Serving, load: Load) -> tuple[dict[str, Any], Cost, float]:
    """Run the clients' process; return what they saw, and the cost and length of what counts."""
    address = urlsplit(hub.url)
    plan = Plan(
        host=address.hostname or "",
        port=address.port or 0,
        slug=SLUG,
        tokens=list(load.tokens),
        labels=list(LABELS),
        warm_seconds=load.warm_seconds,
        seconds=load.seconds,
        seed=load.seed,
        warm_answers=load.warm_answers,
    )
    command = [sys.executable, "-c", CLIENTS]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as clients:
        assert clients.stdin is not None
        assert clients.stdout is not None
        clients.stdin.write(json.dumps(asdict(plan)) + "\n")
        clients.stdin.flush()
        _expect(clients.stdout.readline(), "begin")
        before, began = hub.cost(), time.perf_counter()
        _expect(clients.stdout.readline(), "end")
        spent, seconds = hub.cost().since(before), time.perf_counter() - began
        return json.loads(clients.stdout.readline()), spent, seconds


def _expect(line: str, word: str) -> None:
    if line.strip() != word:
        raise RuntimeError(f"the clients said {line!r} instead of {word!r}")


def percentile(seconds: list[float], share: float) -> float | None:
    """Return a percentile in milliseconds, None of nothing."""
    found = sorted(seconds)
    return round(found[min(int(len(found) * share), len(found) - 1)] * 1_000, 2) if found else None
