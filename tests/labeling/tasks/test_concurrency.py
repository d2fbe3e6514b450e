"""Many at once: threads and processes on both stores, and the books still balance (rules 1, 14)."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from functools import partial
from pathlib import Path
from typing import Any, Self

import pytest

from labeling.annotations import service as answers
from labeling.annotations.sending import Submission
from labeling.database import SYSTEM, Hub, Row, Transaction, open_hub
from labeling.projects import store as projects
from labeling.tasks import holding, leasing
from labeling.tasks import service as tasks
from labeling.tasks.service import TaskWish
from tests import crowd
from tests.books import check_books
from tests.factories import PRICE, Floor, answer, open_tasks

ROOT = Path(__file__).parents[3]
N_CLIENTS = 8
N_CLOSINGS = 1_000
SEED = 20_260_101
PATIENCE_SECONDS = 60
POLICY: dict[str, Any] = {
    "overlap_least": 2,
    "overlap_most": 3,
    "accept_posterior": 0.95,
    "lease_seconds": 1,
    "late_window_seconds": 1,
}


@pytest.fixture
def live_hub(store_url: str) -> Iterator[Hub]:
    """Open a hub whose time runs, on each store in turn."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


class Auditor:
    """Checks the books again and again while others work."""

    def __init__(self, floor: Floor) -> None:
        self._floor, self._stop = floor, threading.Event()
        self.checks = 0
        self.error: AssertionError | None = None
        self._thread = threading.Thread(target=self._run)

    def _run(self) -> None:
        try:
            while not self._stop.is_set():
                check_books(self._floor.hub, self._floor.project_id)
                self.checks += 1
        except AssertionError as error:
            self.error = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        if self.error is not None:
            raise self.error


def at_once(hub: Hub, functions: list[Callable[[Transaction], Any]]) -> list[Any]:
    """Put functions through the door at the same moment and return what they return."""
    futures: list[Future[Any]] = [hub.submit_write(fn, SYSTEM, urgent=True) for fn in functions]
    return [future.result(PATIENCE_SECONDS) for future in futures]


def report(done: Counter[str], checks: int) -> None:
    """Print what happened, for the log."""
    print(f"seed {SEED}, books checked {checks} times meanwhile, {dict(sorted(done.items()))}")


def open_tasks_from(tx: Transaction, project: Row, start: int, n: int) -> None:
    """Open tasks for two judgments on some of the items, in the order they came."""
    rows = tx.rows(
        "SELECT id, seq FROM item WHERE project_id = :p AND seq > :s ORDER BY seq LIMIT :n",
        p=project.id,
        s=start,
        n=n,
    )
    tasks.open_tasks(tx, project, [TaskWish(row.id, -row.seq, 2, 2) for row in rows])


class TestCrowd:
    """Eight people who lease, answer, skip, release, undo and repeat at random."""

    def test_the_books_balance_at_every_moment(self, live_hub: Hub) -> None:
        """Shows slots, votes, money and counters in step while threads work, on each store."""
        floor = Floor.made(
            live_hub, n_people=N_CLIENTS, n_items=60, budget_micros=120 * PRICE, **POLICY
        )
        users = [person.user_id for person in floor.people]
        with Auditor(floor) as auditor:
            done = crowd.work(live_hub, floor.project_id, users, SEED, 60)
        check_books(live_hub, floor.project_id)
        report(done, auditor.checks)
        assert done["submit"] > 50
        assert auditor.checks > 0

    def test_processes_balance_too(self, postgresql_url: str) -> None:
        """Shows the same for two hub processes on one PostgreSQL, both with all eight people."""
        hub = open_hub(postgresql_url)
        floor = Floor.made(hub, n_people=N_CLIENTS, n_items=60, budget_micros=120 * PRICE, **POLICY)
        users = [str(person.user_id) for person in floor.people]
        command = [sys.executable, "-m", "tests.crowd", postgresql_url, str(floor.project_id)]
        with Auditor(floor) as auditor:
            processes = [
                subprocess.Popen(
                    [*command, str(SEED + n), "40", *users], cwd=ROOT, stdout=subprocess.PIPE
                )
                for n in range(2)
            ]
            outputs = [process.communicate(timeout=PATIENCE_SECONDS)[0] for process in processes]
        assert [process.returncode for process in processes] == [0, 0]
        check_books(hub, floor.project_id)
        deadlocks = hub.read_now(
            lambda tx: tx.value(
                "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
            )
        )
        hub.close()
        done: Counter[str] = sum((Counter(json.loads(text)) for text in outputs), Counter())
        report(done, auditor.checks)
        print(f"deadlocks resolved: {deadlocks}")
        assert done["submit"] > 50


class TestTwoAtOnce:
    """Pairs that meet at the same row."""

    def test_two_submits_that_close_a_task_close_it_once(self, live_hub: Hub) -> None:
        """Shows one closing, with both votes, 1,000 times: pairs of two people, at the same moment.

        Whoever comes first may be either; 40 submits are on their way at once.
        """
        floor = Floor.made(
            live_hub,
            n_people=2,
            n_items=N_CLOSINGS,
            overlap_least=2,
            overlap_most=2,
            lease_seconds=600,
        )
        for start in range(0, N_CLOSINGS, 500):
            floor.write(partial(open_tasks_from, start=start, n=500))

        def submit(who: int, handle: str) -> Callable[[Transaction], Any]:
            sent = Submission(1, f"key {who}", result=answer("a"))

            def write(tx: Transaction) -> Any:
                own = holding.own_assignment(tx, handle, floor.people[who].user_id)
                return answers.submit_annotation(tx, floor.truth, own, sent)

            return write

        for n in range(N_CLOSINGS // leasing.MOST_LEASES):
            held = [floor.lease(who, leasing.MOST_LEASES) for who in range(2)]
            pairs = zip(*held, strict=True)
            order = (0, 1) if n % 2 else (1, 0)
            at_once(live_hub, [submit(who, pair[who].handle) for pair in pairs for who in order])
        states = floor.rows("SELECT state FROM task WHERE project_id = :p")
        events = floor.rows("SELECT to_state FROM consensus_event WHERE project_id = :p")
        assert Counter(row.state for row in states) == {"closed": N_CLOSINGS}
        assert Counter(row.to_state for row in events) == {
            "pending": N_CLOSINGS,
            "accepted": N_CLOSINGS,
        }
        assert floor.value("SELECT COUNT(*) FROM vote WHERE project_id = :p") == 2 * N_CLOSINGS
        check_books(live_hub, floor.project_id)

    def test_one_submit_sent_eight_times_is_stored_once(self, live_hub: Hub) -> None:
        """Shows that repeats that overtake each other get one and the same receipt."""
        floor = Floor.made(live_hub, n_items=20)
        for _ in range(20):
            (lease,) = floor.lease(0)

            def write(tx: Transaction, handle: str = lease.handle) -> Any:
                own = holding.own_assignment(tx, handle, floor.people[0].user_id)
                sent = Submission(1, "the key", result=answer("a"))
                return answers.submit_annotation(tx, floor.truth, own, sent)

            assert len(set(at_once(live_hub, [write] * 8))) == 1
        check_books(live_hub, floor.project_id)

    def test_two_tabs_of_one_person_hold_no_more_than_one(self, live_hub: Hub) -> None:
        """Shows that the same person's leases at the same moment return the same questions."""
        floor = Floor.made(live_hub, n_items=40)

        def lease(tx: Transaction) -> list[str]:
            project = projects.get_or_raise(tx, floor.project_id)
            held = leasing.lease_tasks(tx, project, floor.people[0], 5).held
            return [row.handle for row in held]

        found = at_once(live_hub, [lease] * 8)
        assert [sorted(each) for each in found] == [sorted(found[0])] * 8
        assert floor.value("SELECT COUNT(*) FROM assignment WHERE project_id = :p") == 5

    def test_a_late_answer_and_a_new_lease_of_one_person(self, live_hub: Hub) -> None:
        """Shows that an item answered late at the moment of its re-lease is not asked again."""
        floor = Floor.made(live_hub, n_items=15, lease_seconds=600)
        floor.write(lambda tx, project: open_tasks(tx, project, 15))
        for _ in range(15):
            (lease,) = floor.lease(0)
            live_hub.write_now(
                lambda tx: tx.run("UPDATE assignment SET expires_at = 0 WHERE state = 'leased'")
            )
            floor.write(lambda tx, project: holding.expire_overdue(tx))

            def late(tx: Transaction, handle: str = lease.handle) -> Any:
                own = holding.own_assignment(tx, handle, floor.people[0].user_id)
                sent = Submission(1, "the key", result=answer("a"))
                return answers.submit_annotation(tx, floor.truth, own, sent)

            def again(tx: Transaction) -> Any:
                project = projects.get_or_raise(tx, floor.project_id)
                return leasing.lease_tasks(tx, project, floor.people[0], 1)

            at_once(live_hub, [late, again] * 2)
            check_books(live_hub, floor.project_id)
            state = floor.value("SELECT state FROM assignment WHERE handle = :h", h=lease.handle)
            assert state == "submitted"
            for row in floor.lease(0):
                floor.release(0, row)


class TestBudget:
    """Money that everybody wants at once."""

    def test_it_is_never_overspent(self, live_hub: Hub) -> None:
        """Shows that eight people share ten prices, not one more."""
        floor = Floor.made(live_hub, n_people=N_CLIENTS, n_items=60, budget_micros=10 * PRICE)

        def lease(who: int) -> Callable[[Transaction], Any]:
            def write(tx: Transaction) -> Any:
                project = projects.get_or_raise(tx, floor.project_id)
                return leasing.lease_tasks(tx, project, floor.people[who], 5)

            return write

        at_once(live_hub, [lease(who) for who in range(N_CLIENTS)] * 2)
        check_books(live_hub, floor.project_id)
        assert floor.value("SELECT COUNT(*) FROM assignment WHERE project_id = :p") == 10
