"""Files in and out of the hub, through its command line as an owner would move them."""

from __future__ import annotations

import csv
import itertools
import os
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks.hub_pool import LABELS, SLUG, text_of
from benchmarks.hub_process import Serving, serving
from labeling.annotations import service as answers
from labeling.annotations.sending import Submission
from labeling.clock import MICROS
from labeling.database import Hub, Row, Transaction, open_hub
from labeling.projects import store as projects
from labeling.quality.service import TruthCache
from labeling.schema import store as schema_store
from labeling.schema.answers import choices_result
from labeling.tasks import holding, leasing
from labeling.workforces import store as workforces

if TYPE_CHECKING:
    from benchmarks.hub import Store

SEED: Final = 2
SAMPLE_SECONDS: Final = 0.1
ANSWERS_PER_WRITE: Final = 20
MOST_SETTLING_SECONDS: Final = 180
QUIET_CPU: Final = 0.15


def import_case(store: Store, n_rows: int) -> Iterator[dict[str, Any]]:
    """Import a CSV file into an empty project, then fetch it back; yield the figures of lines."""
    pool = store.prepare("import", 0)
    with store.copy(pool) as (folder, url), serving(folder, url, store.postgresql_pid) as hub:
        file, back = folder / "rows.csv", folder / "back.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["id", "text"])
            writer.writerows((number, text_of(number, SEED)) for number in range(n_rows))
        start = _start_seconds(folder)
        with closing(open_hub(url)) as door:
            with _watched(hub) as figures:
                _command(folder, "import", SLUG, str(file), "--key", "id")
            project: Row = door.read_now(lambda tx: projects.get_by_slug(tx, SLUG))
            n_items = door.read_now(lambda tx: projects.counters(tx, project.id))["items"]
            assert n_items == n_rows, f"{n_items} of {n_rows} rows are there"
            yield _file_line("import", n_rows, start, door, figures)
            with _watched(hub) as figures:
                _command(folder, "export", SLUG, "--job", "--output", str(back))
            found = _lines_of(back) - 1
            assert found == n_rows, f"{found} of {n_rows} rows came back"
            yield _file_line("export", n_rows, start, door, figures)


def export_case(store: Store, n_answers: int) -> Iterator[dict[str, Any]]:
    """Export every answer of a project in each format; yield the figures of lines."""
    pool = store.prepare("export", n_answers, overlap_most=1, queue_cap=10_000, test_overlap=1)
    with closing(open_hub(pool.database_url)) as door:
        _answer_all(door, n_answers)
    with store.copy(pool) as (folder, url), serving(folder, url, store.postgresql_pid) as hub:
        _settle(hub)
        start = _start_seconds(folder)
        with closing(open_hub(url)) as door:
            for ending in ("jsonl", "csv", "parquet"):
                file = folder / f"answers.{ending}"
                with _watched(hub) as figures:
                    _command(folder, "export", SLUG, "--answers", "--job", "--output", str(file))
                if ending != "parquet":
                    found = _lines_of(file) - (ending == "csv")
                    assert found == n_answers, f"{found} of {n_answers} answers came out"
                line = _file_line("export", n_answers, start, door, figures)
                yield {"format": ending, "bytes": file.stat().st_size} | line


def _file_line(
    kind: str, n_rows: int, start: float, door: Hub, figures: dict[str, Any]
) -> dict[str, Any]:
    """Return a line: the whole command, its mere start, and the job of the hub alone."""
    sql = """
        SELECT created_at, started_at, ended_at FROM bulk_job WHERE kind = :kind
        ORDER BY id DESC LIMIT 1
    """
    job = door.read_now(lambda tx: tx.rows(sql, kind=kind))[0]
    seconds = max((job.ended_at - job.started_at) / MICROS, 0.001)
    return {
        "rows": n_rows,
        "rows_per_s": round(n_rows / figures["seconds"], 1),
        "rows_per_job_s": round(n_rows / seconds, 1),
        "job_seconds": round(seconds, 3),
        "job_waited_seconds": round((job.started_at - job.created_at) / MICROS, 3),
        "command_start_seconds": start,
        **figures,
    }


def _lines_of(file: Path) -> int:
    with file.open("rb") as lines:
        return sum(1 for _ in lines)


def _start_seconds(folder: Path) -> float:
    """Return how long a command takes that does nothing."""
    began = time.perf_counter()
    _command(folder, "export", "--help")
    return round(time.perf_counter() - began, 2)


def _settle(hub: Serving) -> None:
    """Wait until the hub has learnt from the answers that came without it."""
    for _ in range(MOST_SETTLING_SECONDS):
        before = hub.cost()
        time.sleep(1)
        spent = hub.cost().since(before)
        if spent.hub < QUIET_CPU and spent.compute < QUIET_CPU:
            return


def _command(folder: Path, *arguments: str) -> None:
    environment = os.environ | {"LABELLOOP_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "api.cli", *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _watched(hub: Serving) -> Iterator[dict[str, Any]]:
    """Fill in the seconds, the CPU and the memory that the block took of the hub.

    `rss_early_peak_mib` is the most in the first fifth: flat memory comes back to it.
    """
    figures: dict[str, Any] = {}
    before, began, first = hub.cost(), time.perf_counter(), hub.resident_mebibytes()
    seen, beside, over = [first], [0], threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_SECONDS):
            seen.append(hub.resident_mebibytes())
            beside.append(hub.resident_mebibytes_beside())

    sampler = threading.Thread(target=sample)
    sampler.start()
    try:
        yield figures
    finally:
        over.set()
        sampler.join()
    spent = hub.cost().since(before)
    figures |= {
        "seconds": round(time.perf_counter() - began, 2),
        "hub_cpu_seconds": round(spent.hub, 2),
        "compute_cpu_seconds": round(spent.compute, 2),
        "postgresql_cpu_seconds": round(spent.postgresql, 2),
        "rss_before_mib": first,
        "rss_early_peak_mib": max(seen[: len(seen) // 5 + 1]),
        "rss_peak_mib": max(seen),
        "compute_rss_peak_mib": max(beside),
    }


def _answer_all(door: Hub, n_answers: int) -> None:
    """Answer every item once, through the services."""
    truth = TruthCache()
    given = 0
    for _ in itertools.count():
        part = min(ANSWERS_PER_WRITE, n_answers - given)
        if not part:
            return
        given += door.write_now(lambda tx, part=part: _answer(tx, truth, part))  # type: ignore[misc]


def _answer(tx: Transaction, truth: TruthCache, count: int) -> int:
    project = projects.get_by_slug(tx, SLUG)
    assert project is not None
    question = schema_store.get_schema(tx, project.id, project.schema_version).questions[0]
    annotator = workforces.list_annotators(tx, project.id)[0]
    held = leasing.lease_tasks(tx, project, annotator, count).held
    for lease in held:
        own = holding.own_assignment(tx, lease.handle, annotator.user_id)
        result = choices_result(question, LABELS[lease.id % len(LABELS)])
        answers.submit_annotation(tx, truth, own, Submission(1, str(uuid.uuid4()), result=result))
    return len(held)
