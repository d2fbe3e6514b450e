"""Rows of every append-only table in the chain: what is changed, missing or put in is named."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from labeling.audit.seals.rows.kept import RowTable, row_tables
from labeling.audit.seals.rows.marks import Part, RowMark, pack_rows, unpack_rows
from labeling.audit.seals.sealing import seal_next
from labeling.audit.seals.verification import verify
from labeling.clock import MICROS
from labeling.database import SYSTEM, Actor, Hub, Transaction, open_hub
from labeling.deletion import service as deletion
from labeling.deletion.purge import Purge
from migrations.metadata import APPEND_ONLY, METADATA
from tests.factories import Floor
from tests.support.hubs import HandClock

JOB = Actor("job")
PATIENCE_SECONDS = 20
GRACE_DAYS = 1
FURTHER = 2
"""Rows of each table beside the one for each column: one to remove, one that stays."""


def seal(hub: Hub) -> None:
    """Seal everything that waits."""
    while seal_next(hub, JOB):
        pass


def found_in(hub: Hub) -> set[tuple[str, str, int]]:
    """Return kind, table and number of what a verification finds."""
    return {(f.kind, f.table, f.id) for f in verify(hub.read_now).findings}


def row_of(table: RowTable, n: int) -> dict[str, Any]:
    """Return a row whose every column holds something, none twice in a table."""
    values: dict[type, Any] = {int: n, float: n + 0.5, bool: True}
    columns = METADATA.tables[table.name].columns
    found = {column.name: values.get(column.type.python_type, f"x{n}") for column in columns}
    return {**found, **({"project_id": 1} if "project_id" in found else {})}


def other(value: Any) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, bool):
        return not value
    return f"{value}!" if isinstance(value, str) else value + 1_000


class Forger:
    """Somebody who reaches the store itself and can lift its triggers."""

    def __init__(self, url: str) -> None:
        self.engine = sa.create_engine(url, poolclass=sa.NullPool)

    def __enter__(self) -> sa.Connection:
        """Begin, with every trigger off."""
        self.connection = self.engine.connect()
        if self.engine.dialect.name == "sqlite":
            sql = "SELECT name FROM sqlite_master WHERE type = 'trigger'"
            for (name,) in self.connection.execute(sa.text(sql)).all():
                self.connection.execute(sa.text(f"DROP TRIGGER {name}"))
        else:
            self.connection.execute(sa.text("SET LOCAL session_replication_role = replica"))
            for name in APPEND_ONLY:
                self.connection.execute(sa.text(f"ALTER TABLE {name} DISABLE TRIGGER USER"))
        return self.connection

    def __exit__(self, *_: object) -> None:
        """Keep what was done."""
        self.connection.commit()
        self.connection.close()
        self.engine.dispose()


def columns_of(table: RowTable) -> list[str]:
    """Return the columns whose change leaves a row where it is."""
    return [column for column in table.columns if column not in table.key]


def fill(connection: sa.Connection, table: RowTable) -> None:
    """Add a row for each column and two more; number 1 stays free."""
    rows = [row_of(table, n + 2) for n in range(len(columns_of(table)) + FURTHER)]
    connection.execute(sa.insert(METADATA.tables[table.name]), rows)


def where(table: RowTable, n: int) -> Any:
    """Return the condition that finds row `n`."""
    columns = METADATA.tables[table.name].columns
    return sa.and_(*(columns[name] == n for name in table.key))


def forge(connection: sa.Connection, table: RowTable) -> set[tuple[str, str, int]]:
    """Change each column in a row of its own, remove a row, put one in; return what was done."""
    named = METADATA.tables[table.name]
    done = {("missing", table.name, 2), ("inserted", table.name, 1)}
    connection.execute(sa.delete(named).where(where(table, 2)))
    connection.execute(sa.insert(named), [row_of(table, 1)])
    for n, column in enumerate(columns_of(table), start=3):
        value = {column: other(row_of(table, n)[column])}
        connection.execute(sa.update(named).where(where(table, n)).values(value))
        done.add(("changed", table.name, n))
    return done


class TestEveryTable:
    """All tables of migrations/metadata.py whose rows nobody may change."""

    def test_each_change_is_found_with_table_and_number(self, hub: Hub) -> None:
        """Shows every column of every table, a row that is gone and one that was put in."""
        with Forger(hub.url) as connection:
            for table in row_tables().values():
                fill(connection, table)
        seal(hub)
        before = verify(hub.read_now)
        assert {f.kind for f in before.findings} <= {"inserted"}  # of some, an event is missed
        assert all("in no event" in f.text for f in before.findings)
        with Forger(hub.url) as connection:
            forged = [forge(connection, table) for table in row_tables().values()]
        known = {(f.kind, f.table, f.id) for f in before.findings}
        assert found_in(hub) - known == set().union(*forged)

    def test_none_is_left_out(self) -> None:
        """Shows that a table which becomes append-only is sealed without anybody's doing."""
        assert set(APPEND_ONLY) - set(row_tables()) == {"audit_event", "audit_seal"}
        for table in row_tables().values():
            assert set(table.columns) == set(METADATA.tables[table.name].columns.keys())


class TestChain:
    """Seals of rows among those of events."""

    def test_rows_are_sealed_once_and_the_cost_is_that_of_new_ones(self, hub: Hub) -> None:
        """Shows that one more answer adds its own rows to the chain, and nothing else."""
        floor = Floor.made(hub, n_items=6, budget_micros=1_000_000)
        for held in floor.lease(0, 5):
            floor.submit(0, held)
        seal(hub)
        first = verify(hub.read_now)
        assert (first.findings, first.n_rows_unsealed) == ([], 0)
        (held,) = floor.lease(0)
        floor.submit(0, held)
        assert verify(hub.read_now).n_rows_unsealed > 0
        seal(hub)
        (newest,) = floor.rows("SELECT n, marks FROM audit_seal ORDER BY n DESC LIMIT 1")
        listed = {part.table: len(part.marks) for part in unpack_rows(newest.marks)}
        assert {"annotation", "ledger_entry", "consensus_event"} <= set(listed)
        assert set(listed.values()) == {1}
        assert verify(hub.read_now).n_rows == first.n_rows + len(listed)

    def test_a_seal_of_rows_that_was_removed_is_found(self, hub: Hub) -> None:
        """Shows the end of the chain cut off, by each table that had been sealed further."""
        floor = Floor.made(hub, n_items=2, budget_micros=1_000_000)
        seal(hub)
        for held in floor.lease(0, 1):
            floor.submit(0, held)
        seal(hub)
        with Forger(hub.url) as connection:
            connection.execute(
                sa.text("DELETE FROM audit_seal WHERE n = (SELECT MAX(n) FROM audit_seal)")
            )
        found = {(kind, table) for kind, table, _ in found_in(hub)}
        assert {("cut off", "annotation"), ("cut off", "ledger_entry")} <= found
        assert {kind for kind, _ in found} == {"cut off"}

    def test_a_list_that_cannot_be_read_is_refused(self) -> None:
        """Shows a text that was cut, and one that was whole."""
        part = Part(
            "selection", 0, 3, (RowMark((2, 9), 1, b"d" * 12), RowMark((3, 1), 1, b"e" * 12))
        )
        text = pack_rows([part])
        assert unpack_rows(text) == [part]
        for broken in (text[:-5], "rows.1 7", "rows.1 [[1]]", text.replace("==", "")[:-4] + '"]]'):
            with pytest.raises(ValueError, match=r".+"):
                unpack_rows(broken)

    def test_numbers_that_a_purge_freed_are_sealed_again(
        self, hub: Hub, clock: HandClock, tmp_path: Path
    ) -> None:
        """Shows a project gone, and rows of another that SQLite gave the same numbers."""
        gone = Floor.made(hub, slug="gone", n_items=3, budget_micros=1_000_000)
        for held in gone.lease(0, 3):
            gone.submit(0, held)
        seal(hub)
        gone.write(
            lambda tx, project: deletion.delete_project(
                tx, project, confirmed=project.slug, grace_days=GRACE_DAYS
            )
        )
        clock.now += (GRACE_DAYS * 86_400 + 1) * MICROS
        worker = Purge(hub, tmp_path)
        while worker.turn():
            pass
        new = Floor.made(hub, slug="new", n_items=2, budget_micros=1_000_000)
        for held in new.lease(0, 2):
            new.submit(0, held)
        seal(hub)
        report = verify(hub.read_now)
        assert (report.findings, report.n_rows_unsealed) == ([], 0)
        assert report.n_rows_purged > 0
        last = new.value("SELECT MAX(id) FROM ledger_entry")
        with Forger(hub.url) as connection:
            sql = "UPDATE ledger_entry SET amount_micros = 5 WHERE id = :id"
            connection.execute(sa.text(sql), {"id": last})
        assert ("changed", "ledger_entry", last) in found_in(hub)


class TestSlowTransaction:
    """Transactions on PostgreSQL that hold a lower number while higher ones are sealed."""

    @pytest.fixture
    def postgresql_hub(self, postgresql_url: str) -> Iterator[Hub]:
        """Open a hub on PostgreSQL."""
        opened = open_hub(postgresql_url)
        yield opened
        opened.close()

    def test_its_rows_are_sealed_when_it_ends(self, postgresql_hub: Hub) -> None:
        """Shows that nothing above an open number is sealed before it, and nothing is lost."""
        floor = Floor.made(postgresql_hub, n_items=1)
        seal(postgresql_hub)
        sealed = verify(postgresql_hub.read_now).n_rows
        began, may_end = threading.Event(), threading.Event()

        def add(tx: Transaction, n: int) -> None:
            sql = "INSERT INTO policy_version (project_id, created_at, n, policy) "
            tx.run(sql + "VALUES (:p, :now, :n, '{}')", p=floor.project_id, now=tx.now, n=n)

        def slow(tx: Transaction) -> None:
            add(tx, 50)
            began.set()
            assert may_end.wait(PATIENCE_SECONDS)

        running = postgresql_hub.submit_write(slow, SYSTEM, urgent=True)
        assert began.wait(PATIENCE_SECONDS)
        postgresql_hub.write_now(lambda tx: add(tx, 51))
        seal(postgresql_hub)
        assert verify(postgresql_hub.read_now).n_rows == sealed
        may_end.set()
        running.result(PATIENCE_SECONDS)
        seal(postgresql_hub)
        report = verify(postgresql_hub.read_now)
        named = {f.table for f in report.findings}  # they were added without an event
        assert (named, report.n_rows) == ({"policy_version"}, sealed + 2)
        assert all("in no event" in f.text for f in report.findings)
