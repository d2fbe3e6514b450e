"""``python -m benchmarks.hub --json [--quick]``: what an answer costs, and whether it counts.

A real server (`labelloop serve`) with everything on: sign-in, truth, ledger, audit, outbox,
planner, skills, full fits. Annotators of another process answer over HTTP as fast as they are
asked; every answer asks for the next questions in the same request, every tenth apart.
`cpu_s_per_answer` is the hub's process and its PostgreSQL; what the learning costs beside it (the
compute children: rounds of selection, truth fits) is `compute_cpu_s_per_answer`. Afterwards the
store is compared with what the annotators were told: `lost`, `duplicates`.

The peer: Label Studio Community 1.23.2, measured apart; `--peer URL` drives one that runs.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from benchmarks.hub_files import export_case, import_case
from benchmarks.hub_load import Load, measure
from benchmarks.hub_peer import Peer, PeerUnreachableError, peer_case
from benchmarks.hub_pool import Pool, copy_of, prepare
from benchmarks.postgres import PostgresServer, running_server
from benchmarks.report import Report

SEED: Final = 1
PEOPLE: Final = 32
SIZES: Final = (10_000, 1_000_000)
CLIENTS: Final = (1, 8, 32)
PEER: Final[dict[str, Any]] = {
    "peer": "Label Studio Community 1.23.2, SQLite",
    "peer_cpu_s_per_answer": [0.11, 0.16],
    "peer_source": "drive_labelstudio.py on the same kind of machine, November 2026",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is run: stores, pool sizes, numbers of annotators, seconds."""

    stores: tuple[str, ...]
    sizes: tuple[int, ...]
    clients: tuple[int, ...]
    warm_seconds: float
    seconds: float
    rows: int
    """Of the imported file."""
    answers: int
    """In the exported project."""
    trap_answers: tuple[int, ...]
    """Own answered questions that stay open at the head of the queue."""


FULL: Final = Plan(("sqlite", "postgresql"), SIZES, CLIENTS, 8.0, 20.0, 100_000, 20_000, (0, 4_000))
QUICK: Final = Plan(("sqlite", "postgresql"), SIZES[:1], (8,), 3.0, 5.0, 10_000, 1_000, (0, 500))


class Store:
    """Makes prepared projects on one store, and hands a copy of one to each case."""

    def __init__(self, name: str, folder: Path, server: PostgresServer | None) -> None:
        self.name, self._folder, self._server = name, folder, server
        self._copies = 0

    @property
    def postgresql_pid(self) -> int | None:
        """The process whose children are the database's, None on SQLite."""
        return None if self._server is None else self._server.pid

    def prepare(self, name: str, n_items: int, **policy: Any) -> Pool:
        """Make a project with a pool and people."""
        folder = self._folder / name
        url = self._url(folder) if self._server is None else self._server.url(self._create(name))
        return prepare(folder, url, n_items, PEOPLE, SEED, **policy)

    @contextmanager
    def copy(self, pool: Pool) -> Iterator[tuple[Path, str]]:
        """Give a data folder and a store of the case's own; both are gone afterwards."""
        self._copies += 1
        folder = copy_of(pool, self._folder / f"case-{self._copies}")
        try:
            if self._server is None:
                yield folder, self._url(folder)
            else:
                with self._server.database(template=pool.folder.name) as url:
                    yield folder, url
        finally:
            shutil.rmtree(folder)

    @staticmethod
    def _url(folder: Path) -> str:
        return f"sqlite:///{folder / 'hub.db'}"

    def _create(self, name: str) -> str:
        assert self._server is not None
        return self._server.create(name)


@contextmanager
def store_of(name: str) -> Iterator[Store]:
    """Open a store for its cases: a folder, and on PostgreSQL a server of its own that syncs."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="labelloop-hub-")))
        server = None
        if name == "postgresql":
            server = stack.enter_context(running_server(durable=True))
        yield Store(name, folder, server)


def run(report: Report, plan: Plan, wanted: Callable[[str], bool]) -> None:
    """Run all cases that are wanted, one after the other."""
    for name in plan.stores:
        with store_of(name) as store:
            if wanted("answers"):
                for n_items in plan.sizes:
                    _answers(report, plan, store, n_items)
            if wanted("trap"):
                _trap(report, plan, store)
            if wanted("import"):
                for case, figures in zip(
                    ("import", "file_back"), import_case(store, plan.rows), strict=True
                ):
                    report.line(case, store=name, **figures)
            if wanted("export"):
                for figures in export_case(store, plan.answers):
                    report.line("export", store=name, **figures)


def _answers(report: Report, plan: Plan, store: Store, n_items: int) -> None:
    pool = store.prepare(f"items-{n_items}", n_items)
    for clients in plan.clients:
        load = Load(pool.tokens[:clients], plan.warm_seconds, plan.seconds, SEED)
        with store.copy(pool) as (folder, url):
            figures = measure(folder, url, load, store.postgresql_pid)
        report.line("answers", store=store.name, items=n_items, seed=SEED, **figures, **PEER)


def _trap(report: Report, plan: Plan, store: Store) -> None:
    """One fast annotator, every item wanted twice: the answered ones stay open before the rest."""
    n_items = plan.sizes[0]
    policy = {"overlap_least": 2, "overlap_most": 2, "test_items": 0, "round_size": 2_000}
    pool = store.prepare("trap", n_items, **policy)
    for answered in plan.trap_answers:
        load = Load(pool.tokens[:1], 0.0, plan.seconds, SEED, answered)
        with store.copy(pool) as (folder, url):
            figures = measure(folder, url, load, store.postgresql_pid)
        report.line(
            "trap",
            store=store.name,
            items=n_items,
            seed=SEED,
            answered_before=answered,
            **figures,
            **PEER,
        )


def _measure_peer(
    parser: argparse.ArgumentParser, report: Report, plan: Plan, arguments: argparse.Namespace
) -> None:
    """Measure a Label Studio that runs, in place of the hub."""
    if not arguments.peer_token:
        parser.error("--peer needs a --peer-token for each annotator, of a person who may label")
    peer = Peer(arguments.peer, arguments.peer_token, arguments.peer_pid)
    try:
        figures = peer_case(peer, plan.sizes[0], plan.seconds)
    except PeerUnreachableError as error:
        parser.exit(1, f"{error}\n")
    report.line("peer", items=plan.sizes[0], seed=SEED, **figures)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="one JSON object per line")
    parser.add_argument("--quick", action="store_true", help="10,000 items, 8 annotators, seconds")
    parser.add_argument("--keep", action="store_true", help="also add the lines to results/")
    parser.add_argument("--store", choices=FULL.stores, help="only this store")
    parser.add_argument("--case", choices=("answers", "trap", "import", "export"), help="only this")
    parser.add_argument("--items", type=int, help="only a pool of this size")
    parser.add_argument("--clients", type=int, help="only so many annotators")
    parser.add_argument("--rows", type=int, help="so many rows of the imported file")
    parser.add_argument("--peer", metavar="URL", help="only a Label Studio that runs there")
    parser.add_argument("--peer-token", action="append", help="of one annotator there; repeat it")
    parser.add_argument("--peer-pid", type=int, help="its process on this machine, for the CPU")
    arguments = parser.parse_args()
    plan = QUICK if arguments.quick else FULL
    plan = replace(
        plan,
        stores=(arguments.store,) if arguments.store else plan.stores,
        sizes=(arguments.items,) if arguments.items else plan.sizes,
        clients=(arguments.clients,) if arguments.clients else plan.clients,
        rows=arguments.rows or plan.rows,
    )
    report = Report("hub", arguments.json, arguments.quick, arguments.keep)
    if arguments.peer:
        _measure_peer(parser, report, plan, arguments)
        return
    run(report, plan, lambda case: arguments.case in {None, case})


if __name__ == "__main__":
    main()
