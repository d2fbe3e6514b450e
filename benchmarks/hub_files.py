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
from labeling.annotations.service import Submission
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


def import_case(store: Store, n_rows: int) -> dict[str, Any]:
    """Import a CSV file into an empty project; return the figures of a line."""
    pool = store.prepare("import", 0)
    with store.copy(pool) as (folder, url):
        file = folder / "rows.csv"
        with file.open("w", encoding="utf-8", newline="") as out:
            writer = csv.writer(out)
            writer.writerow(["id", "text"])
            writer.writerows((number, text_of(number, SEED)) for number in range(n_rows))
        with serving(folder, url, store.postgresql_pid) as hub, _watched(hub) as figures:
            _command(folder, "import", SLUG, str(file), "--key", "id")
        with closing(open_hub(url)) as door:
            project: Row = door.read_now(lambda tx: projects.get_by_slug(tx, SLUG))
            n_items = door.read_now(lambda tx: projects.counters(tx, project.id))["items"]
            job = _job_seconds(door, "import")
    assert n_items == n_rows, f"{n_items} of {n_rows} rows are there"
    return {
        "rows": n_rows,
        "rows_per_s": round(n_rows / figures["seconds"], 1),
        "job_seconds": job,
        "rows_per_job_s": round(n_rows / job, 1),
        **figures,
    }


def export_case(store: Store, n_answers: int) -> dict[str, Any]:
    """Export every answer of a project as JSON lines; return the figures of a line."""
    pool = store.prepare("export", n_answers, overlap_most=1, queue_cap=10_000, test_overlap=1)
    with closing(open_hub(pool.database_url)) as door:
        _answer_all(door, n_answers)
    with store.copy(pool) as (folder, url):
        file = folder / "answers.jsonl"
        with serving(folder, url, store.postgresql_pid) as hub, _watched(hub) as figures:
            _command(folder, "export", SLUG, "--answers", "--output", str(file))
        with closing(open_hub(url)) as door:
            job = _job_seconds(door, "export")
        with file.open(encoding="utf-8") as lines:
            found = sum(1 for _ in lines)
    assert found == n_answers, f"{found} of {n_answers} answers came out"
    return {
        "answers": n_answers,
        "answers_per_s": round(n_answers / figures["seconds"], 1),
        "job_seconds": job,
        "answers_per_job_s": round(n_answers / job, 1),
        **figures,
    }


def _job_seconds(door: Hub, kind: str) -> float:
    """Return how long the hub's own job took, without the command's start and its waiting."""
    sql = "SELECT started_at, ended_at FROM bulk_job WHERE kind = :kind ORDER BY id DESC LIMIT 1"
    row = door.read_now(lambda tx: tx.rows(sql, kind=kind))[0]
    return float(max((row.ended_at - row.started_at) / MICROS, 0.001))


def _command(folder: Path, *arguments: str) -> None:
    environment = os.environ | {"LABELLOOP_DATA_DIR": str(folder)}
    command = [sys.executable, "-m", "api.cli", *arguments]
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def _watched(hub: Serving) -> Iterator[dict[str, Any]]:
    """Fill in the seconds, the CPU and the memory that the block took of the hub."""
    figures: dict[str, Any] = {}
    before, began, first = hub.cost(), time.perf_counter(), hub.resident_mebibytes()
    peak, over = [first], threading.Event()

    def sample() -> None:
        while not over.wait(SAMPLE_SECONDS):
            peak.append(hub.resident_mebibytes())

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
        "postgresql_cpu_seconds": round(spent.postgresql, 2),
        "rss_before_mib": first,
        "rss_peak_mib": max(peak),
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
