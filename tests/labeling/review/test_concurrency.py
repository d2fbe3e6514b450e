"""Annotators and reviewers at once, kills and repeats: the books balance, nothing is done twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from labeling.database import Hub, open_hub
from labeling.errors import LabelloopError
from tests.books import check_books
from tests.factories import LABELS, PRICE, Floor
from tests.labeling.review.conftest import REVIEWER, SECOND, settled

ROOT = Path(__file__).parents[3]
SEED = 20_261_125
N_PEOPLE = 6
N_ACTIONS = 60
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
VERDICTS = ("accept", "correct", "reject", "send_back", "reopen")
JUDGE = """
import os, signal, sys
from labeling.database import open_hub
from labeling.quality.service import TruthCache
from labeling.review import service
from labeling.review.verdicts import VerdictSent, give_verdict
from labeling.tasks import holding
url, handle, user, key, after = sys.argv[1:]
truth = TruthCache()

def write(tx):
    own = holding.own_assignment(tx, handle, int(user), "review")
    seen = service.shown(tx, own).seen
    return give_verdict(tx, truth, own, VerdictSent(1, key, "accept", seen))

open_hub(url).write_now(write)
if after == "after":
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def live_hub(store_url: str) -> Iterator[Hub]:
    """Open a hub whose time runs, on each store in turn."""
    opened = open_hub(store_url)
    yield opened
    opened.close()


class Worker:
    """One person who answers and reviews at random; a refusal is an answer too."""

    def __init__(self, floor: Floor, who: int) -> None:
        self.floor, self.who = floor, who
        self.rng = np.random.default_rng([SEED, who])
        self.done: Counter[str] = Counter()
        self.error: BaseException | None = None

    def run(self) -> None:
        """Do what comes to mind, again and again."""
        try:
            for _ in range(N_ACTIONS):
                action = self.answer if self.rng.random() < 0.5 else self.review
                try:
                    action()
                except LabelloopError as error:
                    self.done[f"{action.__name__}: {error.code}"] += 1
        except BaseException as error:  # noqa: BLE001 - raised again by the test
            self.error = error

    def answer(self) -> None:
        """Answer what is next, and sometimes take it back."""
        for lease in self.floor.lease(self.who):
            self.floor.submit(self.who, lease, str(self.rng.choice(LABELS, p=[0.7, 0.2, 0.1])))
            self.done["answer"] += 1
            if self.rng.random() < 0.1:
                self.floor.undo(self.who, lease)

    def review(self) -> None:
        """Review what is most valuable, twice under the same key."""
        for lease in self.floor.reviews(self.who):
            if lease.answer_id is None:
                self.floor.look(self.who, lease, str(self.rng.choice(LABELS)))
            verdict: Any = str(self.rng.choice(VERDICTS))
            sent: dict[str, Any] = {"key": str(uuid.uuid4())}
            if verdict in {"reject", "send_back"}:
                sent["targets"] = [(1, "wrong")]
            if verdict == "correct":
                sent["label"] = str(self.rng.choice(LABELS))
            if verdict == "reopen":
                sent["reason"] = "unclear"
            first = self.floor.judge(self.who, lease, verdict, **sent)
            assert self.floor.judge(self.who, lease, verdict, **sent) == first
            self.done[verdict if first.counted else "surplus"] += 1


class TestCrowd:
    """Six people who answer and review each other."""

    def test_the_books_balance(self, live_hub: Hub, store_url: str) -> None:
        """Shows slots, votes, pins and money in step while threads work, on each store."""
        review = {"random_share": 0.5, "second_share": 0.3, "reject_reverses_pay": True}
        floor = Floor.made(
            live_hub,
            n_people=N_PEOPLE,
            n_items=40,
            budget_micros=400 * PRICE,
            overlap_least=2,
            overlap_most=3,
            review=review,
        )
        workers = [Worker(floor, who) for who in range(N_PEOPLE)]
        threads = [threading.Thread(target=worker.run) for worker in workers]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            check_books(live_hub, floor.project_id)
        for thread in threads:
            thread.join()
        check_books(live_hub, floor.project_id)
        deadlocks = 0
        if "postgresql" in store_url:
            deadlocks = floor.value(DEADLOCKS)
        done = sum((worker.done for worker in workers), Counter[str]())
        print(f"seed {SEED}, {dict(sorted(done.items()))}, deadlocks {deadlocks}")
        assert [worker.error for worker in workers if worker.error is not None] == []
        assert all(done[verdict] > 0 for verdict in VERDICTS)
        decided = "SELECT COUNT(*) FROM (SELECT task_id FROM review_decision GROUP BY task_id) AS t"
        assert floor.value(decided) == floor.value("SELECT COUNT(*) FROM review_decision")


class TestTwoAtOnce:
    """Two reviewers in the same moment."""

    def test_they_hold_different_items(self, live_hub: Hub) -> None:
        """Shows 20 times that one review goes to one of two."""
        for n in range(20):
            floor = settled(live_hub, "ab", slug=f"p{n}")
            held: list[int] = []

            def take(who: int, floor: Floor = floor, held: list[int] = held) -> None:
                held.append(len(floor.reviews(who)))

            threads = [threading.Thread(target=take, args=(who,)) for who in (REVIEWER, SECOND)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert sorted(held) == [0, 1]
            check_books(live_hub, floor.project_id)

    def test_two_verdicts_decide_once(self, live_hub: Hub) -> None:
        """Shows 20 times that two who come in together decide together, once."""
        for n in range(20):
            floor = settled(live_hub, "ab", slug=f"q{n}", review={"second_share": 1.0})
            leases = {who: floor.reviews(who)[0] for who in (REVIEWER, SECOND)}
            for who, lease in leases.items():
                floor.look(who, lease)
            threads = [
                threading.Thread(target=floor.judge, args=(who, lease, "accept"))
                for who, lease in leases.items()
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            (row,) = floor.rows(
                "SELECT n_reviews, agreed FROM review_decision WHERE project_id = :p"
            )
            assert (row.n_reviews, bool(row.agreed)) == (2, True)
            check_books(live_hub, floor.project_id)


@pytest.mark.kill
class TestKill:
    """SIGKILL around the commit of a verdict."""

    @pytest.mark.parametrize("moment", ["before", "after"])
    def test_a_repeat_stores_and_pays_once(
        self, live_hub: Hub, store_url: str, moment: str
    ) -> None:
        """Shows that nothing is there before the commit, all after it, and once in both cases."""
        floor = settled(live_hub, "ab")
        (lease,) = floor.reviews(REVIEWER)
        floor.look(REVIEWER, lease)
        user = str(floor.people[REVIEWER].user_id)
        key = str(uuid.uuid4())
        environment = {**os.environ}
        if moment == "before":
            environment["LABELLOOP_FAILPOINT"] = "verdict.before_commit"
        command = [sys.executable, "-c", JUDGE, store_url, lease.handle, user, key, moment]
        killed = subprocess.run(command, cwd=ROOT, env=environment, check=False, timeout=60)
        assert killed.returncode == -signal.SIGKILL
        stored = floor.value("SELECT COUNT(*) FROM review WHERE project_id = :p")
        assert stored == (0 if moment == "before" else 1)
        receipt = floor.judge(REVIEWER, lease, "accept", key=key)
        assert (receipt.counted, receipt.paid_micros) == (True, PRICE)
        assert floor.value("SELECT COUNT(*) FROM review WHERE project_id = :p") == 1
        assert floor.value("SELECT SUM(amount_micros) FROM ledger_entry") == 3 * PRICE
        check_books(live_hub, floor.project_id)
