"""The torture: threads and processes, kills, clock jumps, expiries, pauses, two tabs, budget caps.

`python -m tests.kill.torture --answers 200000 [--store sqlite|postgresql] [--seed N]` makes a
project with hidden gold and reviews and one of grouped items, lets people do everything the queue
allows at once in processes that are killed again and again, and then checks the rules (DESIGN.md,
section 5):

1. no slot given twice, nobody asked twice: the books
2. every acknowledged answer and verdict is stored once, as acknowledged
4. no lease has a member that another lacks, hidden gold's too; repeats get the same receipt
5. append-only tables refuse, and the record vouches for every row
10. answers are acknowledged while a full fit runs
11. the chain of seals is whole, and every annotation has its event
14. money: the books, and no cap passed

It prints one JSON object with what was done, and ends with 1 where a rule broke.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, Final

import numpy as np

from labeling.audit.seals.sealing import seal_next
from labeling.audit.seals.verification import verify
from labeling.clock import MICROS
from labeling.database import SYSTEM, Row, Transaction, migrate, open_hub
from labeling.database.reading import opened_for_reading
from labeling.gold.service import KnownItem, give_gold
from labeling.items.service import NewItem, import_items
from migrations.metadata import APPEND_ONLY
from tests.books import check_books
from tests.factories import LABELS, PRICE, Floor, answer, make_project, seat
from tests.kill.torture_people import Shared, read_log
from tests.kill.torture_process import Cast, be_process

POLICY: Final[dict[str, Any]] = {
    "overlap_least": 2,
    "overlap_most": 3,
    "accept_posterior": 0.8,
    "lease_seconds": 20,
    "late_window_seconds": 60,
    "gold": {"rate_first": 0.2, "rate_least": 0.1, "least_n": 1_000},
    "review": {"random_share": 0.1, "second_share": 0.3, "lease_seconds": 60},
    "queue": {
        "unsure": {"consequence": "counts"},
        "none_fits": {"set_aside_after": 2},
        "cannot_see": {"set_aside_after": 2},
        "rather_not": {"paid": True},
        "reask_share": 0.05,
        "reask_after_answers": 10,
        "reask_after_seconds": 0,
    },
}
N_PEOPLE: Final = 8
N_REVIEWERS: Final = 2
N_READERS: Final = 3
N_GOLD: Final = 60
PAGES: Final = 6
"""Items of one document."""
PROGRESS_SECONDS: Final = 10.0
MANY: Final = 20_000
"""A run of so many answers lets processes live longer between kills."""
ANSWERS: Final = "SELECT COUNT(*) FROM annotation WHERE kind = 'answer'"
STORED: Final = """
SELECT n.client_key, n.kind, n.source, n.reason, n.result, n.revision, n.paid_micros, n.is_surplus,
    a.handle
FROM annotation n JOIN assignment a ON a.id = n.assignment_id
"""
VERDICTS: Final = "SELECT client_key, verdict, paid_micros FROM review"
ON_GOLD: Final = "SELECT COUNT(*) FROM gold_result WHERE outcome IN ('right', 'wrong')"
EVENTS: Final = "SELECT action, COUNT(*) AS n FROM audit_event GROUP BY action ORDER BY action"
LONG_FIT_SECONDS: Final = 2.0
UNHEARD: Final = """
SELECT COUNT(*) FROM annotation n WHERE NOT EXISTS (SELECT 1 FROM audit_event e
WHERE e.object_kind = 'annotation' AND e.object_id = n.id)
"""


@dataclass
class Run:
    """One run on one store."""

    url: str
    folder: Path
    seed: int
    n_processes: int
    cast: Cast | None = None
    counts: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.rng = np.random.default_rng(self.seed)
        self.shared = Shared(self.folder / "shared")
        self.processes: dict[str, BaseProcess] = {}

    def prepare(self, n_items: int) -> None:
        """Make the projects, their people and their items."""
        hub = open_hub(self.url, clock=self.shared.clock)
        n_people = N_PEOPLE + N_REVIEWERS
        floor = Floor.made(
            hub, n_people=n_people, n_items=n_items, budget_micros=200 * PRICE, **POLICY
        )
        known = [
            KnownItem(key, {"label": [LABELS[n % len(LABELS)]]}, "known")
            for n, key in enumerate(floor.keys()[:N_GOLD])
        ]
        given = floor.write(lambda tx, project: give_gold(tx, project, known))
        assert given.added == N_GOLD, given.refused[:3]
        users = [person.user_id for person in floor.people]
        readers = hub.write_now(lambda tx: _make_documents(tx, n_items // 4))
        project_id, reading = readers[0].project_id, [person.user_id for person in readers]
        cast = (floor.project_id, users[:N_PEOPLE], users[N_PEOPLE:], project_id, reading)
        self.cast = Cast(*cast)
        hub.close()

    def torture(self, answers: int) -> None:
        """Let processes work, jump and die until there are so many answers; then let them end."""
        began = told = time.monotonic()
        with opened_for_reading(self.url) as read:
            while (given := read(lambda tx: tx.value(ANSWERS))) < answers:
                if time.monotonic() - told > PROGRESS_SECONDS:
                    told = time.monotonic()
                    rate, kills = given / (told - began), self.counts["kills"]
                    text = f"{given:,} of {answers:,} answers, {rate:.0f}/s, {kills} kills"
                    print(text, file=sys.stderr, flush=True)
                for n in range(self.n_processes):
                    self._start(str(n))
                time.sleep(float(self.rng.uniform(1.0, 4.0 if answers < MANY else 20.0)))
                self._jump()
                self._look_after(str(int(self.rng.integers(self.n_processes))))
        self.shared.write(self.shared.read()[0], 1)
        for name in list(self.processes):
            self._start(name)  # whoever is dead sends again what was not confirmed
        for process in self.processes.values():
            process.join()
            assert process.exitcode == 0, f"a process ended with {process.exitcode}"

    def _start(self, name: str) -> None:
        known = self.processes.get(name)
        if known is not None and known.is_alive():
            return
        self.counts["starts"] += 1
        seed = self.seed + self.counts["starts"]
        process = multiprocessing.get_context("fork").Process(
            target=be_process, args=(self.url, self.cast, seed, self.folder, name)
        )
        process.start()
        self.processes[name] = process

    def _jump(self) -> None:
        """Let the clock jump: mostly ahead past leases and late windows, at times back."""
        seconds = float(self.rng.choice([0, 5, 25, 90, -10]))
        self.shared.write(self.shared.read()[0] + round(seconds * MICROS), 0)
        self.counts["clock jumps"] += seconds != 0

    def _look_after(self, name: str) -> None:
        """Kill a process at this instant; one that ended of itself has failed."""
        process = self.processes[name]
        for other in self.processes.values():
            assert other.is_alive(), f"a process ended by itself with {other.exitcode}"
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        process.join()
        self.counts["kills"] += 1

    def check(self) -> dict[str, Any]:
        """Check the rules and return figures; raises AssertionError where one is broken."""
        hub = open_hub(self.url, clock=self.shared.clock)
        try:
            while seal_next(hub, SYSTEM):
                pass
            assert self.cast is not None
            check_books(hub, self.cast.project_id)
            check_books(hub, self.cast.documents_id)
            report = verify(hub.read_now)
            assert report.is_whole, report.findings[:3]
            assert report.n_unsealed == 0
            assert hub.read_now(lambda tx: tx.value(UNHEARD)) == 0, "an annotation has no event"
            for table in APPEND_ONLY:
                self._check_append_only(hub, table)
            stored = hub.read_now(lambda tx: tx.rows(STORED))
            judged = hub.read_now(lambda tx: tx.rows(VERDICTS))
            n_gold = hub.read_now(lambda tx: tx.value(ON_GOLD))
            events = {row.action: row.n for row in hub.read_now(lambda tx: tx.rows(EVENTS))}
        finally:
            hub.close()
        verdicts = {row.client_key: row for row in judged}
        assert len(verdicts) == len(judged), "a verdict was stored twice"
        figures = self._check_answers(stored, verdicts)
        return figures | {"verdicts": len(judged), "on_gold": n_gold, "events": events}

    @staticmethod
    def _check_append_only(hub: Any, table: str) -> None:
        """Try to change and to remove a row, as nobody may."""
        column = hub.read_now(lambda tx: tx.rows(f"SELECT * FROM {table} LIMIT 1"))  # noqa: S608
        if not column:
            return
        name = column[0]._fields[0]
        for sql in (f"UPDATE {table} SET {name} = {name}", f"DELETE FROM {table}"):  # noqa: S608
            try:
                hub.write_now(lambda tx, sql=sql: tx.run(sql))
            except Exception as error:  # noqa: BLE001 - each store's driver has its own
                said = str(error)
            else:
                said = "it was done"
            assert "append-only" in said, f"{sql}: {said}"

    def _check_answers(self, stored: list[Any], verdicts: dict[str, Any]) -> dict[str, Any]:
        by_key = {row.client_key: row for row in stored}
        assert len(by_key) == len(stored), "an answer was stored twice"
        n_acknowledged, fits = 0, []
        for n in range(self.n_processes):
            sent, acknowledged = read_log(self.folder / f"{n}.log")
            for key, receipt in acknowledged.items():
                if "verdict" in receipt:
                    row = verdicts[key]
                    told = (receipt["verdict"], receipt["paid"])
                    assert told == (row.verdict, row.paid_micros), "a verdict is not as told"
                elif "fit" in receipt:
                    fits.append((receipt["fit"], receipt["meanwhile"]))
                elif "refused" not in receipt:
                    n_acknowledged += 1
                    _compare(sent[key], receipt, by_key[key])
        for seconds, meanwhile in fits:
            assert seconds < LONG_FIT_SECONDS or meanwhile, "everybody waited for a fit"
        return {
            "stored": len(stored),
            "answers": sum(row.kind == "answer" for row in stored),
            "acknowledged": n_acknowledged,
            "fits": len(fits),
            "longest_fit_s": round(max((seconds for seconds, _ in fits), default=0.0), 2),
        }


def _compare(sent: dict[str, Any], receipt: dict[str, Any], row: Any) -> None:
    """Check that an acknowledged answer is stored as it was sent and acknowledged."""
    kind = "answer" if sent["kind"] == "edit" else sent["kind"]
    assert (row.handle, row.kind) == (sent["handle"], kind)
    assert (row.source == "edit") == (sent["kind"] == "edit")
    assert json.loads(row.result) == ([] if sent["label"] is None else answer(sent["label"]))
    assert (receipt["revision"], receipt["paid"]) == (row.revision, row.paid_micros)
    assert receipt["surplus"] == bool(row.is_surplus)
    assert receipt["counted"] == (row.kind == "answer" and not row.is_surplus)


def _make_documents(tx: Transaction, n_items: int) -> list[Row]:
    """Make a project whose items go to one person document by document; return its readers."""
    together = {"keep_groups_together": True, "group_idle_seconds": 30}
    project = make_project(tx, slug="documents", lease_seconds=20, queue=together)
    pages = [
        NewItem({"text": f"page {n}"}, key=f"page {n}", group=f"document {n // PAGES}")
        for n in range(n_items)
    ]
    for start in range(0, n_items, 1_000):
        import_items(tx, project, pages[start : start + 1_000])
    return [seat(tx, project, f"reader {n}") for n in range(N_READERS)]


@contextmanager
def store_of(name: str, folder: Path) -> Iterator[str]:
    """Give the URL of a migrated store of the run's own."""
    if name == "sqlite":
        url = f"sqlite:///{folder / 'hub.db'}"
        migrate(url)
        yield url
        return
    from benchmarks.postgres import running_server

    with running_server() as server:
        database = server.create("torture")
        migrate(server.url(database))
        yield server.url(database)


def torture(url: str, folder: Path, *, answers: int, seed: int) -> dict[str, Any]:
    """Run the torture on a migrated, empty store and return its figures."""
    began = time.monotonic()
    run = Run(url, folder, seed, n_processes=1 if url.startswith("sqlite") else 3)
    run.prepare(n_items=max(200, answers // 2))
    run.torture(answers)
    worked = time.monotonic() - began
    figures = run.check()
    return {
        "benchmark": "torture",
        "store": url.split(":", maxsplit=1)[0].split("+", maxsplit=1)[0],
        "seed": seed,
        **figures,
        **run.counts,
        "seconds": round(worked, 1),
        "check_seconds": round(time.monotonic() - began - worked, 1),
    }


def main() -> int:
    """Read the options, run, print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--answers", type=int, default=2_000, help="answers to reach")
    parser.add_argument("--store", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--url", help="a migrated, empty store, instead of one of its own")
    parser.add_argument("--seed", type=int, default=20_260_725)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="labelloop-torture-") as name:
        folder = Path(name)
        with nullcontext(options.url) if options.url else store_of(options.store, folder) as url:
            figures = torture(url, folder, answers=options.answers, seed=options.seed)
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main())
