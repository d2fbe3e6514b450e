"""The chain: what seals hold, and that no change to the store goes unseen."""

from __future__ import annotations

import re
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from labeling.audit import store
from labeling.audit.seals import store as seals
from labeling.audit.seals.anchors import Anchor, head_now
from labeling.audit.seals.report import Report
from labeling.audit.seals.sealing import seal_next
from labeling.audit.seals.verification import verify
from labeling.database import SYSTEM, Actor, Hub, Transaction, open_hub, opened_for_reading
from labeling.membership import leaving
from labeling.people import service as people
from tests.factories import Floor

JOB = Actor("job")
PATIENCE_SECONDS = 20
TABLE_NAME = re.compile(r"(?:UPDATE|INSERT INTO|DELETE FROM) (\w+)")


@pytest.fixture
def floor(hub: Hub) -> Floor:
    """Make a project in which answers were given and sealed, in several seals."""
    made = Floor.made(hub, n_items=6, budget_micros=1_000_000)
    for lease in made.lease(0, 6):
        made.submit(0, lease)
        seal(hub)
    return made


def seal(hub: Hub) -> int:
    """Seal everything that waits."""
    sealed = 0
    while n := seal_next(hub, JOB):
        sealed += n
    return sealed


def add_event(floor: Floor, n: int) -> None:
    """Record something."""
    floor.write(lambda tx, p: store.record(tx, p.id, "test.do", "project", p.id, n=n))


def tamper(hub: Hub, sql: str, **params: Any) -> None:
    """Change the store behind the hub's back, as somebody who can lift its triggers does."""
    if hub.dialect == "sqlite":
        with closing(sqlite3.connect(hub.url.removeprefix("sqlite:///"), timeout=30)) as forger:
            found = forger.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (name,) in found.fetchall():
                forger.execute(f"DROP TRIGGER {name}")
            assert forger.execute(sql, params).rowcount >= 1
            forger.commit()
        return

    def change(tx: Transaction) -> None:
        # Not `session_replication_role` alone: these triggers fire whatever it says.
        tx.run("SET LOCAL session_replication_role = replica")
        for table in TABLE_NAME.findall(sql)[:1]:
            tx.run(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        assert tx.run(sql, **params) >= 1

    hub.write_now(change)


def found_in(hub: Hub, **options: Any) -> set[tuple[str, str, int]]:
    """Return kind, table and id of what a verification finds."""
    report = verify(hub.read_now, **options)
    return {(found.kind, found.table, found.id) for found in report.findings}


class TestSeal:
    """`seal_next`."""

    def test_everything_is_sealed_once_and_holds(self, floor: Floor) -> None:
        """Shows one entry per event, in an unbroken chain."""
        report = verify(floor.hub.read_now)
        events = floor.value("SELECT COUNT(*) FROM audit_event")
        assert (report.n_events, report.n_unsealed, report.findings) == (events, 0, [])
        assert report.n_seals >= 7
        assert floor.value("SELECT SUM(n_events) FROM audit_seal") == events
        assert seal(floor.hub) == 0

    def test_what_is_not_sealed_yet_is_said_and_is_no_finding(self, floor: Floor) -> None:
        """Shows the second between a change and its seal."""
        add_event(floor, 1)
        report = verify(floor.hub.read_now)
        assert (report.n_unsealed, report.findings) == (1, [])

    def test_of_two_processes_one_seals(self, floor: Floor) -> None:
        """Shows that the same events are never sealed twice, however many turns race."""
        for n in range(30):
            add_event(floor, n)
        threads = [threading.Thread(target=seal, args=(floor.hub,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert verify(floor.hub.read_now).findings == []
        events = floor.value("SELECT COUNT(*) FROM audit_event")
        assert floor.value("SELECT SUM(n_events) FROM audit_seal") == events

    def test_more_than_one_page_of_events_holds(self, floor: Floor) -> None:
        """Shows batches: several turns, several pages of the verification."""

        def many(tx: Transaction) -> None:
            for n in range(2_500):
                store.record(tx, floor.project_id, "test.do", "item", n)

        floor.hub.write_now(many)
        assert seal(floor.hub) == 2_500
        report = verify(floor.hub.read_now)
        assert (report.findings, report.n_unsealed) == ([], 0)
        tamper(floor.hub, "DELETE FROM audit_event WHERE object_id = 1711")
        assert {kind for kind, _, _ in found_in(floor.hub)} == {"missing"}


class TestSlowTransaction:
    """A transaction on PostgreSQL that is open while others are sealed."""

    @pytest.fixture
    def postgresql_hub(self, postgresql_url: str) -> Iterator[Hub]:
        """Open a hub on PostgreSQL."""
        opened = open_hub(postgresql_url)
        yield opened
        opened.close()

    def test_its_events_are_sealed_when_it_ends(self, postgresql_hub: Hub) -> None:
        """Shows that a lower id which is committed later is in a seal, and nothing is inserted."""
        began, may_end = threading.Event(), threading.Event()

        def slow(tx: Transaction) -> None:
            store.record(tx, None, "test.slow", "user", 1)
            began.set()
            assert may_end.wait(PATIENCE_SECONDS)

        running = postgresql_hub.submit_write(slow, SYSTEM, urgent=True)
        assert began.wait(PATIENCE_SECONDS)
        postgresql_hub.write_now(lambda tx: store.record(tx, None, "test.quick", "user", 2))
        seal(postgresql_hub)
        may_end.set()
        running.result(PATIENCE_SECONDS)
        seal(postgresql_hub)
        report = verify(postgresql_hub.read_now)
        assert (report.findings, report.n_unsealed, report.n_events) == ([], 0, 2)


FORGED_ANSWER = """
INSERT INTO annotation (id, project_id, created_at, assignment_id, item_id, annotator_id, revision,
    lease_n, client_key, kind, result, schema_version, source, is_surplus, paid_micros)
SELECT 77, project_id, created_at, assignment_id, item_id, annotator_id, 2, 1, 'forged', kind,
    result, schema_version, source, is_surplus, paid_micros
FROM annotation WHERE id = 3
"""
FORGED_POLICY = """
INSERT INTO policy_version (id, project_id, created_at, n, policy)
SELECT 77, project_id, created_at, 2, policy FROM policy_version WHERE n = 1
"""
TAMPERINGS: dict[str, tuple[str, set[tuple[str, str, int]]]] = {
    "an event's actor": (
        "UPDATE audit_event SET actor_id = 99 WHERE id = 9",
        {("changed", "audit_event", 9)},
    ),
    "an event that was removed": (
        "DELETE FROM audit_event WHERE id = 9",
        {("missing", "audit_event", 9), ("inserted", "annotation", 3)},
    ),
    "an event's reason": (
        "UPDATE audit_payload SET content = '{}' WHERE event_id = 1",
        {("changed", "audit_payload", 1)},
    ),
    "a payload that was removed": (
        "DELETE FROM audit_payload WHERE event_id = 1",
        {("missing", "audit_payload", 1)},
    ),
    "a payload emptied by nobody": (
        "UPDATE audit_payload SET content = NULL, erased_by = 2 WHERE event_id = 1",
        {("changed", "audit_payload", 2)},
    ),
    "an answer": (
        "UPDATE annotation SET result = '[]' WHERE id = 3",
        {("changed", "annotation", 3)},
    ),
    "who answered": (
        "UPDATE annotation SET annotator_id = 99 WHERE id = 3",
        {("changed", "annotation", 3)},
    ),
    "an answer that was removed": (
        "DELETE FROM annotation WHERE id = 3",
        {("missing", "annotation", 3)},
    ),
    "an answer that was put in": (
        FORGED_ANSWER,
        {("inserted", "annotation", 77)},
    ),
    "what an answer earned": (
        "UPDATE ledger_entry SET amount_micros = 5 WHERE dedupe_key = 'annotation:3'",
        {("changed", "annotation", 3)},
    ),
    "a policy that was put in": (
        FORGED_POLICY,
        {("inserted", "policy_version", 77)},
    ),
    "a seal's content": (
        "UPDATE audit_seal SET created_at = created_at + 1 WHERE n = 3",
        {("changed", "audit_seal", 3)},
    ),
    "a seal that was removed": (
        "UPDATE audit_seal SET n = -1 WHERE n = 3",
        {("missing", "audit_seal", 3)},
    ),
}


class TestVerify:
    """`verify` after somebody changed the store behind the hub's back."""

    @pytest.mark.parametrize("name", TAMPERINGS)
    def test_it_is_found_and_named(self, floor: Floor, name: str) -> None:
        """Shows that each kind of change is found, with table and id."""
        sql, expected = TAMPERINGS[name]
        ids = floor.rows("SELECT id FROM audit_event WHERE object_kind = 'annotation' ORDER BY id")
        sql = sql.replace("id = 9", f"id = {ids[2].id}")
        expected = {
            (kind, table, ids[2].id if (table, row_id) == ("audit_event", 9) else row_id)
            for kind, table, row_id in expected
        }
        assert found_in(floor.hub) == set()
        tamper(floor.hub, sql)
        assert expected <= found_in(floor.hub)

    def test_an_event_that_was_put_in_between_is_found(self, floor: Floor) -> None:
        """Shows that an event with the id of one that never was is in no seal."""
        last = floor.value("SELECT MAX(id) FROM audit_event")
        tamper(floor.hub, "DELETE FROM audit_event WHERE id = :id", id=last)
        tamper(
            floor.hub,
            "INSERT INTO audit_event (id, created_at, actor_kind, actor_id, action, object_kind,"
            " object_id, transaction_id) VALUES (:id, 1, 'user', 1, 'x', 'user', 1, 0)",
            id=last,
        )
        assert ("changed", "audit_event", last) in found_in(floor.hub)
        tamper(floor.hub, "UPDATE audit_event SET id = 0 WHERE id = :id", id=last)
        assert {("missing", "audit_event", last)} <= found_in(floor.hub)

    def test_a_tail_that_was_cut_off_is_found_by_its_anchor(self, floor: Floor) -> None:
        """Shows a thorough forger: events, seals and position are taken back together."""
        anchor = floor.hub.read_now(head_now)
        ids = floor.rows("SELECT id, transaction_id FROM audit_event ORDER BY id DESC LIMIT 2")
        tamper(floor.hub, "DELETE FROM audit_event WHERE id = :id", id=ids[0].id)
        # The newest seal is that of the last answer's rows; the one before it lists its event.
        tamper(floor.hub, "DELETE FROM audit_seal WHERE n >= :n", n=anchor.n - 1)
        tamper(floor.hub, "DELETE FROM annotation WHERE id = 6")
        assert {kind for kind, _, _ in found_in(floor.hub)} == {"cut off"}
        tamper(
            floor.hub,
            "UPDATE audit_sealer SET last_id = :id, last_transaction = :transaction",
            id=ids[1].id,
            transaction=ids[1].transaction_id,
        )
        for table in floor.rows("SELECT name FROM audit_row_position"):
            left = f"(SELECT COALESCE(MAX(id), 0) FROM {table.name})"  # noqa: S608
            back = f"UPDATE audit_row_position SET last_id = {left} - 1 WHERE name = :name"  # noqa: S608
            tamper(floor.hub, back, name=table.name)
        assert found_in(floor.hub) == set()
        assert found_in(floor.hub, anchors=[anchor]) == {("cut off", "audit_seal", anchor.n)}

    def test_a_chain_that_was_rewritten_is_found_by_its_anchor(self, floor: Floor) -> None:
        """Shows that a head which was written outside must still be in the chain."""
        anchor = floor.hub.read_now(head_now)
        assert found_in(floor.hub, anchors=[anchor]) == set()
        other = Anchor(anchor.n, "0" * 64, anchor.at)
        assert found_in(floor.hub, anchors=[other]) == {("changed", "audit_seal", anchor.n)}

    def test_one_project_is_verified_without_the_others(self, floor: Floor) -> None:
        """Shows that a project's owner is told of that project's rows only."""
        tamper(floor.hub, "UPDATE audit_event SET actor_id = 99 WHERE project_id IS NULL")
        assert found_in(floor.hub, project_id=floor.project_id) == set()
        tamper(floor.hub, "UPDATE annotation SET result = '[]' WHERE id = 3")
        found = found_in(floor.hub, project_id=floor.project_id)
        assert found == {("changed", "annotation", 3)}

    def test_it_works_while_the_hub_writes(self, floor: Floor) -> None:
        """Shows no false finding beside answers and seals that come in meanwhile."""
        stop = threading.Event()

        def write() -> None:
            n = 0
            while not stop.is_set():
                n += 1
                add_event(floor, n)
                seal_next(floor.hub, JOB)

        writer = threading.Thread(target=write)
        writer.start()
        reports: list[Report] = [verify(floor.hub.read_now) for _ in range(5)]
        stop.set()
        writer.join()
        assert [report.findings for report in reports] == [[]] * 5


class TestErasure:
    """What may be erased, and what a purge leaves."""

    def test_an_erased_payload_leaves_the_chain_whole(self, floor: Floor) -> None:
        """Shows that from, to and why can go, and that it happened stays."""

        def erase(tx: Transaction) -> int:
            cause = store.record(tx, None, "person.erase", "user", 1, "asked by the person")
            assert cause is not None
            return store.erase_payloads(tx, [1], cause)

        assert floor.hub.write_now(erase) == 1
        seal(floor.hub)
        report = verify(floor.hub.read_now)
        assert (report.findings, report.n_erased) == ([], 1)
        (event,) = (e for e in events_of(floor.hub, floor.project_id) if e.id == 1)
        assert (event.is_erased, event.now, event.reason) == (True, None, None)

    def test_erasing_a_person_erases_what_the_record_calls_them(self, floor: Floor) -> None:
        """Shows from and to of a person's name while they are there, and nothing afterwards."""

        def join(tx: Transaction) -> int:
            found = people.create_user(tx, "Ann Example", email="ann@example.org")
            people.rename_user(tx, found, name="Ann Other", email=None)
            return found

        user_id = floor.hub.write_now(join)
        seal(floor.hub)
        wanted = store.Search(object_kind="user", object_id=user_id)
        events, _ = floor.hub.read_now(lambda tx: store.search(tx, None, wanted, 2**62, 10))
        assert (events[0].was, events[0].now) == ({"name": "Ann Example"}, {"name": "Ann Other"})
        floor.hub.write_now(lambda tx: leaving.erase(tx, user_id, "Ann Other"))
        while floor.hub.write_now(lambda tx: leaving.erase_record(tx, user_id)):
            pass
        seal(floor.hub)
        kept = floor.rows("SELECT content FROM audit_payload WHERE content IS NOT NULL")
        assert [row for row in kept if "Ann" in row.content or "ann@" in row.content] == []
        report = verify(floor.hub.read_now)
        assert (report.findings, report.n_erased >= 2) == ([], True)

    def test_a_purged_project_is_accounted_for_by_its_seals(self, floor: Floor) -> None:
        """Shows that rows may be gone only where the installation's record says so."""
        for table in ("audit_event", "annotation", "policy_version", "audit_payload"):
            tamper(floor.hub, f"DELETE FROM {table} WHERE project_id = :p", p=floor.project_id)  # noqa: S608
        assert {kind for kind, _, _ in found_in(floor.hub)} == {"missing"}
        floor.hub.write_now(
            lambda tx: store.record(tx, None, "project.purge", "project", floor.project_id)
        )
        seal(floor.hub)
        report = verify(floor.hub.read_now)
        assert report.findings == []
        assert report.n_purged >= 6


def events_of(hub: Hub, project_id: int | None) -> list[store.Event]:
    """Return the newest events of a project or of the installation."""
    found, _ = hub.read_now(lambda tx: store.search(tx, project_id, store.Search(), 2**62, 1_000))
    return found


class TestSearch:
    """`search`."""

    def test_it_finds_by_person_action_and_object(self, floor: Floor) -> None:
        """Shows each filter, and pages that end where the record does."""

        def some(tx: Transaction) -> None:
            for n in range(4):
                store.record(tx, floor.project_id, "member.role", "user", n, now={"n": n})
            store.record(tx, floor.project_id, "member", "user", 9)

        floor.hub.write_now(some, Actor("user", 5))
        look: Callable[..., Any] = lambda **wanted: floor.hub.read_now(  # noqa: E731 - a short name
            lambda tx: store.search(tx, floor.project_id, store.Search(**wanted), 2**62, 3)
        )
        by_action, following = look(action="member.")
        assert [event.object_id for event in by_action] == [3, 2, 1]
        assert following == by_action[-1].id
        assert [event.object_id for event in look(action="member")[0]] == [9]
        assert len(look(actor_id=5)[0]) == 3
        assert look(actor_id=6) == ([], None)
        (one,), end = look(object_kind="user", object_id=2)
        assert (one.now, one.actor_id, end) == ({"n": 2}, 5, None)

    def test_a_rare_filter_is_answered_in_several_pages(
        self, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows that no page looks at more than so many events, and none is lost."""
        monkeypatch.setattr(store, "MOST_SCANNED", 3)

        def page(before: int) -> tuple[int, int | None]:
            wanted = store.Search(action="project.create")
            found, following = floor.hub.read_now(
                lambda tx: store.search(tx, floor.project_id, wanted, before, 10)
            )
            return len(found), following

        seen, following = page(2**62)
        pages = 1
        while following is not None:
            n, following = page(following)
            seen, pages = seen + n, pages + 1
        assert (seen, pages >= 3) == (1, True)


class TestBackup:
    """`opened_for_reading`."""

    def test_a_copy_is_verified_without_a_change_to_it(self, sqlite_url: str) -> None:
        """Shows that verifying a file changes no byte of it."""
        opened = open_hub(sqlite_url)
        Floor.made(opened)
        seal(opened)
        opened.close()
        path = Path(sqlite_url.removeprefix("sqlite:///"))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
        before = path.read_bytes()
        with opened_for_reading(sqlite_url) as read:
            assert verify(read).findings == []
            assert read(seals.head).n >= 1
        assert path.read_bytes() == before
