"""The write door: who shares a transaction, who is told what and when, and what is retried."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from benchmarks.sync_counter import counted_syncs
from labeling.database import SYSTEM, Actor, Hub, Transaction, labelled, open_hub
from labeling.database.sqlite import GROUP_COMMIT, SqliteHub
from labeling.errors import InvalidInputError
from tests.support.hubs import START, HandClock

PATIENCE_SECONDS = 20
CREATE = "CREATE TABLE note (n bigint PRIMARY KEY, words text)"
ADD = "INSERT INTO note (n, words) VALUES (:n, 'x')"
ADD_WORDS = "INSERT INTO note (n, words) VALUES (:n, :words)"
COUNT = "SELECT COUNT(*) FROM note"


def add(n: int) -> Callable[[Transaction], int]:
    """Return a write function that adds a row and returns its number."""

    def write(tx: Transaction) -> int:
        tx.run(ADD, n=n)
        return n

    return write


def fail_after(n: int) -> Callable[[Transaction], None]:
    """Return a write function that adds a row and then fails."""

    def write(tx: Transaction) -> None:
        tx.run(ADD, n=n)
        message = f"number {n} fails"
        raise ValueError(message)

    return write


def count(hub: Hub) -> int:
    """Return how many rows there are, as somebody else sees them."""
    return int(hub.read_now(lambda tx: tx.value(COUNT)))


def eventually(is_true: Callable[[], bool]) -> bool:
    """Wait until something is true."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not is_true() and time.monotonic() < deadline:
        time.sleep(0.005)
    return is_true()


@pytest.fixture
def notes(hub: Hub) -> Hub:
    """Return a hub with a table of the test's own."""
    hub.write_now(lambda tx: tx.run(CREATE))
    return hub


@pytest.fixture
def sqlite_hub(sqlite_url: str) -> Iterator[SqliteHub]:
    """Return a hub on SQLite with a table of the test's own."""
    opened = SqliteHub(sqlite_url)
    opened.write_now(lambda tx: tx.run(CREATE))
    yield opened
    opened.close()


@pytest.fixture
def postgresql_hub(postgresql_url: str) -> Iterator[Hub]:
    """Return a hub on PostgreSQL with a table of the test's own and two rows in it."""
    opened = open_hub(postgresql_url, clock=HandClock())
    opened.write_now(lambda tx: tx.run(CREATE))
    for n in (1, 2):
        opened.write_now(add(n))
    yield opened
    opened.close()


class Gate:
    """Holds the SQLite writer, so that what is queued meanwhile becomes one group."""

    def __init__(self, hub: SqliteHub) -> None:
        self.hub = hub
        self._opened, self._reached = threading.Event(), threading.Event()
        self.first = hub.submit_write(self._wait, SYSTEM, urgent=True)
        assert self._reached.wait(PATIENCE_SECONDS)

    def _wait(self, tx: Transaction) -> None:
        del tx
        self._reached.set()
        assert self._opened.wait(PATIENCE_SECONDS)

    def queue(self, *functions: Callable[[Transaction], Any]) -> list[Future[Any]]:
        """Queue functions behind the gate."""
        return [self.hub.submit_write(fn, SYSTEM, urgent=True) for fn in functions]

    def open(self) -> None:
        """Let everything through and wait for the first."""
        self._opened.set()
        self.first.result(PATIENCE_SECONDS)


class TestWrite:
    """`write_now`, on both stores."""

    def test_a_function_that_fails_undoes_only_itself(self, notes: Hub) -> None:
        """Shows that the caller gets its own error and its rows are gone, others' are not."""
        notes.write_now(add(1))
        with pytest.raises(ValueError, match="number 2 fails"):
            notes.write_now(fail_after(2))
        notes.write_now(add(3))
        assert notes.read_now(lambda tx: [row.n for row in tx.rows("SELECT n FROM note")]) == [1, 3]

    def test_time_and_actor_are_the_transactions_own(self, notes: Hub) -> None:
        """Shows that a write knows who acts and one time for the whole unit."""
        actor = Actor("user", 7)
        assert notes.write_now(lambda tx: (tx.now, tx.actor), actor) == (START, actor)

    def test_a_number_past_64_bits_is_the_callers_mistake(self, notes: Hub) -> None:
        """Shows that what a store cannot keep becomes a 422, not a 500."""
        with pytest.raises(InvalidInputError):
            notes.write_now(add(2**70))

    def test_a_lone_surrogate_is_the_callers_mistake(self, notes: Hub) -> None:
        """Shows the same for text that is no Unicode."""
        with pytest.raises(InvalidInputError):
            notes.read_now(lambda tx: tx.rows("SELECT n FROM note WHERE words = :w", w="\ud800"))

    def test_stop_iteration_reaches_the_caller_as_an_error(self, notes: Hub) -> None:
        """Shows that nobody waits forever for a function that let StopIteration escape."""

        def stop(tx: Transaction) -> None:
            del tx
            raise StopIteration

        async def call() -> None:
            await asyncio.wait_for(notes.write(stop), PATIENCE_SECONDS)

        with pytest.raises(RuntimeError, match="StopIteration"):
            asyncio.run(call())

    def test_writers_that_gave_up_do_not_stop_the_others(self, notes: Hub) -> None:
        """Shows that a cancelled request (a client that hung up) leaves the door open."""

        async def give_up() -> None:
            waiting = [asyncio.ensure_future(notes.write(add(n))) for n in range(100)]
            await asyncio.sleep(0)
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

        asyncio.run(give_up())
        assert notes.write_now(add(1_000)) == 1_000

    def test_a_closed_hub_takes_nothing_more(self, store_url: str) -> None:
        """Shows that a write after the end is refused and never left waiting."""
        opened = open_hub(store_url)
        opened.close()
        with pytest.raises(RuntimeError):
            opened.write_now(lambda tx: tx.value("SELECT 1"))


class TestLater:
    """`later` and `rows_with_waiting`: writes that go together in one call, on both stores."""

    def test_it_has_happened_before_whatever_is_read_next(self, notes: Hub) -> None:
        """Shows that a read sees what waited, and that the order of the two is kept."""

        def write(tx: Transaction) -> int:
            tx.later(ADD, n=1)
            tx.later(ADD, n=2)
            tx.later(ADD_WORDS, n=3, words="y")
            return int(tx.value(COUNT))

        assert notes.write_now(write) == 3
        assert count(notes) == 3

    def test_what_still_waits_is_written_at_the_end(self, notes: Hub) -> None:
        """Shows that nothing is lost where nothing is read any more."""
        notes.write_now(lambda tx: tx.later(ADD, n=1))
        assert count(notes) == 1

    def test_two_changes_of_a_row_follow_each_other(self, notes: Hub) -> None:
        """Shows that the second finds what the first wrote: they never share a call."""

        def write(tx: Transaction) -> None:
            tx.run(ADD, n=1)
            for word in ("a", "b", "c"):
                tx.later("UPDATE note SET words = words || :word WHERE n = 1", word=word)

        notes.write_now(write)
        assert notes.read_now(lambda tx: tx.value("SELECT words FROM note")) == "xabc"

    def test_a_statement_that_goes_along_returns_its_own_rows(self, notes: Hub) -> None:
        """Shows that the answer is the last statement's, and that the others were run."""

        def write(tx: Transaction) -> int:
            tx.later(ADD, n=1)
            tx.later(ADD_WORDS, n=2, words="y")
            return int(tx.rows_with_waiting(f"{ADD} RETURNING n + 10 AS more", n=3)[0].more)

        assert notes.write_now(write) == 13
        assert count(notes) == 3

    def test_a_mistake_undoes_what_went_with_it(self, notes: Hub) -> None:
        """Shows that a write that fails late fails its function, and takes all of it back."""
        notes.write_now(add(1))

        def write(tx: Transaction) -> None:
            tx.later(ADD, n=2)
            tx.later(ADD, n=1)

        with pytest.raises(Exception, match=r"(?i)unique"):
            notes.write_now(write)
        assert count(notes) == 1

    def test_rows_of_a_join_come_in_their_parts(self, notes: Hub) -> None:
        """Shows that columns of one name are told apart, and an outer join's missing part is empty.

        The list of columns may hold functions with commas of their own.
        """
        notes.write_now(add(1))
        left = labelled("left", "a.n, COALESCE(a.words, 'none') AS words")
        right = labelled("right", "b.n, b.words")
        sql = f"SELECT {left}, {right} FROM note a LEFT JOIN note b ON b.n = a.n + 1"  # noqa: S608 - names from the test
        (found,) = notes.read_now(lambda tx: tx.joined(sql))
        assert (found["left"].n, found["left"].words, found["right"].n) == (1, "x", None)

    def test_sums_are_written_once_each(self, notes: Hub) -> None:
        """Shows that steps of one key are added up, and that several keys are all written."""
        upsert = (
            "INSERT INTO note (n, words) VALUES (:n, :step) "
            "ON CONFLICT (n) DO UPDATE SET words = excluded.words || '+' || note.words"
        )

        def write(tx: Transaction) -> None:
            for n in (2, 1, 2, 3, 2):
                tx.add_up(upsert, 1, n=n)

        notes.write_now(write)
        rows = notes.read_now(lambda tx: tx.rows("SELECT n, words FROM note ORDER BY n"))
        assert [(row.n, str(row.words)) for row in rows] == [(1, "1"), (2, "3"), (3, "1")]


class TestMany:
    """Many rows in few calls."""

    def test_every_row_is_inserted_and_told(self, notes: Hub) -> None:
        """Inserts parts of each size; what is there already is neither changed nor told."""
        notes.write_now(add(7))
        rows = [{"n": n, "words": f"word {n}"} for n in range(43)]
        told = notes.write_now(
            lambda tx: tx.insert_rows(ADD_WORDS + " ON CONFLICT DO NOTHING RETURNING n", rows)
        )
        assert sorted(row.n for row in told) == [n for n in range(43) if n != 7]
        assert count(notes) == 43
        assert notes.read_now(lambda tx: tx.value("SELECT words FROM note WHERE n = 42")) == (
            "word 42"
        )

    def test_a_list_is_one_parameter(self, notes: Hub) -> None:
        """Finds rows by numbers and by texts, none by an empty list."""
        for n in range(4):
            notes.write_now(add(n))

        def find(tx: Transaction) -> list[int]:
            by_number = "SELECT COUNT(*) FROM note WHERE n = ANY(:found)"
            by_text = "SELECT COUNT(*) FROM note WHERE words = ANY(:found)"
            asked: tuple[tuple[str, list[Any]], ...] = (
                (by_number, [1, 3, 9]),
                (by_text, ["x", "'"]),
                (by_number, []),
            )
            return [tx.value(sql, found=tx.listed(found)) for sql, found in asked]

        assert notes.read_now(find) == [2, 4, 0]


class TestRead:
    """`read_now`, on both stores."""

    def test_a_read_sees_one_moment(self, notes: Hub) -> None:
        """Shows that what is committed meanwhile does not appear in the middle of a read."""

        def read(tx: Transaction) -> tuple[int, int]:
            before = tx.value(COUNT)
            notes.write_now(add(1))
            return before, tx.value(COUNT)

        assert notes.read_now(read) == (0, 0)
        assert count(notes) == 1

    def test_what_a_read_writes_is_not_kept(self, notes: Hub) -> None:
        """Shows that the door for reading is no second door for writing."""
        with pytest.raises(Exception, match=r"read-only|readonly|attempt to write"):
            notes.read_now(add(1))
        assert count(notes) == 0


class TestGroupCommit:
    """One SQLite transaction for many waiting functions."""

    def test_the_log_is_on_disk_before_the_reply(self, sqlite_hub: SqliteHub) -> None:
        """Shows the settings that durability rests on, on the writer's own connection."""

        def read(tx: Transaction) -> tuple[int, str, int]:
            return (
                tx.value("PRAGMA synchronous"),
                tx.value("PRAGMA journal_mode"),
                tx.value("PRAGMA foreign_keys"),
            )

        assert sqlite_hub.write_now(read) == (2, "wal", 1)

    def test_an_outer_rollback_undoes_a_released_savepoint(self, sqlite_hub: SqliteHub) -> None:
        """Shows that the driver commits no savepoint by itself."""
        connection = sqlite_hub._connect()
        for statement in ("BEGIN IMMEDIATE", "SAVEPOINT one", "INSERT INTO note (n) VALUES (1)"):
            connection.execute(statement)
        connection.execute("RELEASE one")
        assert connection.in_transaction
        connection.execute("ROLLBACK")
        assert count(sqlite_hub) == 0

    def test_a_failing_function_in_a_group_undoes_only_itself(self, sqlite_hub: SqliteHub) -> None:
        """Shows that those before and after it in the same transaction are kept."""
        gate = Gate(sqlite_hub)
        futures = gate.queue(add(1), fail_after(2), add(3))
        gate.open()
        assert futures[0].result(PATIENCE_SECONDS) == 1
        assert isinstance(futures[1].exception(PATIENCE_SECONDS), ValueError)
        assert futures[2].result(PATIENCE_SECONDS) == 3
        assert count(sqlite_hub) == 2

    def test_what_a_savepoint_undoes_is_kept_in_memory(self, sqlite_hub: SqliteHub) -> None:
        """Shows that no file is opened for the pages that a function changes."""
        assert sqlite_hub.write_now(lambda tx: tx.value("PRAGMA temp_store")) == 2

    def test_a_commit_that_fails_fails_all_of_the_group(self, sqlite_hub: SqliteHub) -> None:
        """Shows that nobody is told "stored" when the COMMIT of the group was refused."""
        sqlite_hub.write_now(
            lambda tx: tx.run(
                "CREATE TABLE leaf (n bigint REFERENCES note (n) DEFERRABLE INITIALLY DEFERRED)"
            )
        )
        gate = Gate(sqlite_hub)
        futures = gate.queue(
            add(1), lambda tx: tx.run("INSERT INTO leaf (n) VALUES (99)"), fail_after(2), add(3)
        )
        gate.open()
        errors = [future.exception(PATIENCE_SECONDS) for future in futures]
        assert ["FOREIGN KEY" in str(error) for error in errors] == [True] * 4
        assert count(sqlite_hub) == 0
        assert sqlite_hub.write_now(add(4)) == 4

    def test_the_reply_comes_only_after_the_commit(self, sqlite_hub: SqliteHub) -> None:
        """Shows that a function that has run is not answered while its group still runs."""
        reached, go_on = threading.Event(), threading.Event()

        def slow(tx: Transaction) -> None:
            del tx
            reached.set()
            assert go_on.wait(PATIENCE_SECONDS)

        gate = Gate(sqlite_hub)
        done, last = gate.queue(add(1), slow)
        gate.open()
        assert reached.wait(PATIENCE_SECONDS)
        assert (done.done(), count(sqlite_hub)) == (False, 0)
        go_on.set()
        last.result(PATIENCE_SECONDS)
        assert (done.result(PATIENCE_SECONDS), count(sqlite_hub)) == (1, 1)

    def test_people_go_before_jobs(self, sqlite_hub: SqliteHub) -> None:
        """Shows that a job's backlog delays no person, and gets one turn per group."""
        order: list[str] = []
        gate = Gate(sqlite_hub)
        for n in range(3):
            sqlite_hub.submit_write(
                lambda tx, n=n: order.append(f"job {n}"),  # type: ignore[misc]
                SYSTEM,
                urgent=False,
            )
        people = gate.queue(*[lambda tx: order.append("person")] * 5)
        gate.open()
        for future in people:
            future.result(PATIENCE_SECONDS)
        sqlite_hub.write_now(lambda tx: order.append("job 3"))
        assert order == ["person"] * 5 + [f"job {n}" for n in range(4)]

    def test_a_group_holds_at_most_its_number(self, sqlite_hub: SqliteHub) -> None:
        """Shows that a burst is written in several transactions, none dropped."""
        gate = Gate(sqlite_hub)
        futures = gate.queue(*[add(n) for n in range(3 * GROUP_COMMIT + 1)])
        gate.open()
        assert [future.result(PATIENCE_SECONDS) for future in futures] == [*range(193)]
        assert count(sqlite_hub) == 193


class TestSync:
    """`synchronous=FULL`, seen at SQLite's file layer."""

    @pytest.fixture
    def counting(self, sqlite_url: str) -> Iterator[tuple[SqliteHub, Any]]:
        """Return a hub whose syncs are counted."""
        with counted_syncs() as syncs:
            opened = SqliteHub(sqlite_url)
            opened.write_now(lambda tx: tx.run(CREATE))
            yield opened, syncs
            opened.close()

    def test_every_commit_syncs(self, counting: tuple[SqliteHub, Any]) -> None:
        """Counts one sync for each of 20 answers that come one after the other."""
        hub, syncs = counting
        before = syncs.count
        for n in range(20):
            hub.write_now(add(n))
        assert syncs.count - before == 20

    def test_a_group_shares_one_sync(self, counting: tuple[SqliteHub, Any]) -> None:
        """Counts one sync for 64 answers that wait together."""
        hub, syncs = counting
        gate = Gate(hub)
        futures = gate.queue(*[add(n) for n in range(GROUP_COMMIT)])
        before = syncs.count
        gate.open()
        for future in futures:
            future.result(PATIENCE_SECONDS)
        assert syncs.count - before == 1

    def test_the_reply_waits_for_the_sync(self, counting: tuple[SqliteHub, Any]) -> None:
        """Shows that no answer is confirmed while the disk is still busy with it."""
        hub, syncs = counting
        reached, go_on = threading.Event(), threading.Event()

        def hold() -> bool:
            reached.set()
            return go_on.wait(PATIENCE_SECONDS)

        syncs.before = hold
        future = hub.submit_write(add(1), SYSTEM, urgent=True)
        assert reached.wait(PATIENCE_SECONDS)
        assert not future.done()
        go_on.set()
        assert future.result(PATIENCE_SECONDS) == 1
        syncs.before = None

    def test_a_sync_that_fails_is_told_to_all(self, counting: tuple[SqliteHub, Any]) -> None:
        """Shows that a disk that keeps nothing makes every answer of the group fail."""
        hub, syncs = counting
        gate = Gate(hub)
        futures = gate.queue(add(1), add(2))
        syncs.before = lambda: False
        gate._opened.set()
        errors = [future.exception(PATIENCE_SECONDS) for future in futures]
        assert ["disk I/O error" in str(error) for error in errors] == [True, True]
        syncs.before = None
        assert count(hub) == 0
        assert hub.write_now(add(3)) == 3


class TestRetry:
    """What PostgreSQL asks to be tried again."""

    def test_a_deadlock_is_tried_again(self, postgresql_hub: Hub) -> None:
        """Shows that two writes that wait for each other both succeed, one on a second try."""
        both, runs = threading.Barrier(2), []

        def take(first: int, second: int) -> Callable[[Transaction], None]:
            def write(tx: Transaction) -> None:
                runs.append(first)
                tx.run("UPDATE note SET words = words || 'y' WHERE n = :n", n=first)
                if runs.count(first) == 1 and len(runs) <= 2:
                    both.wait(PATIENCE_SECONDS)
                tx.run("UPDATE note SET words = words || 'y' WHERE n = :n", n=second)

            return write

        futures = [
            postgresql_hub.submit_write(take(*pair), SYSTEM, urgent=True)
            for pair in ((1, 2), (2, 1))
        ]
        for future in futures:
            future.result(PATIENCE_SECONDS)
        words = postgresql_hub.read_now(lambda tx: [r.words for r in tx.rows("SELECT * FROM note")])
        assert words == ["xyy", "xyy"]
        assert len(runs) >= 3

    def test_a_serialisation_failure_is_tried_again(self, postgresql_hub: Hub) -> None:
        """Shows that a write on an outdated snapshot runs anew and sees what came between."""
        runs: list[str] = []

        def write(tx: Transaction) -> str:
            tx.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            runs.append(tx.value("SELECT words FROM note WHERE n = 1"))
            if len(runs) == 1:
                postgresql_hub.write_now(
                    lambda other: other.run("UPDATE note SET words = 'z' WHERE n = 1")
                )
            tx.run("UPDATE note SET words = words || 'y' WHERE n = 1")
            return str(tx.value("SELECT words FROM note WHERE n = 1"))

        assert (postgresql_hub.write_now(write), runs) == ("zy", ["x", "z"])

    def test_a_connection_lost_before_the_commit_is_tried_again(self, postgresql_hub: Hub) -> None:
        """Shows that a restart of the server costs no answer."""
        lost: list[bool] = []

        def write(tx: Transaction) -> int:
            tx.run(ADD, n=3)
            if not lost:
                lost.append(True)
                tx.value("SELECT pg_terminate_backend(pg_backend_pid())")
            return 3

        assert (postgresql_hub.write_now(write), count(postgresql_hub)) == (3, 3)

    def test_a_mistake_is_not_tried_again(self, postgresql_hub: Hub) -> None:
        """Shows that only what can succeed the second time is repeated."""
        runs: list[int] = []

        def write(tx: Transaction) -> None:
            runs.append(1)
            tx.run(ADD, n=1)

        with pytest.raises(Exception, match="duplicate key"):
            postgresql_hub.write_now(write)
        assert len(runs) == 1

    def test_a_nul_in_a_text_is_the_callers_mistake(self, postgresql_hub: Hub) -> None:
        """Shows that what PostgreSQL alone cannot keep becomes a 422, not a 500."""
        with pytest.raises(InvalidInputError):
            postgresql_hub.read_now(
                lambda tx: tx.rows("SELECT n FROM note WHERE words = :words", words="a\0b")
            )
