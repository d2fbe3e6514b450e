"""Deleting a project: hidden at once, restorable, then gone, through the one door only."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from typing import Any

import psycopg
import pytest

from labeling.audit import store as audit
from labeling.audit.seals import verification
from labeling.audit.seals.sealing import seal_next
from labeling.clock import MICROS
from labeling.database import Actor, Hub, Transaction, owned_tables
from labeling.deletion import service, store
from labeling.deletion.purge import Purge
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.items import service as items
from labeling.items.blobs import BlobStore
from labeling.projects import store as projects
from migrations.metadata import APPEND_ONLY, METADATA
from tests.books import check_books
from tests.factories import Floor
from tests.support.hubs import HandClock

GRACE_DAYS = 30
DAY = 86_400
REFUSED = (sqlite3.IntegrityError, psycopg.errors.RaiseException)
LEASED = "SELECT COUNT(*) FROM assignment WHERE project_id = :p AND state = 'leased'"
JOB = Actor("job")
STAY = {"deletion", "audit_seal", "outbox", "project"}
"""The stone, the seals, the events whose ids consumers count by, and a number."""


def delete(floor: Floor) -> None:
    """Delete a floor's project."""
    floor.write(
        lambda tx, project: service.delete_project(
            tx, project, confirmed=project.slug, grace_days=GRACE_DAYS
        )
    )


def purge(hub: Hub, folder: Path) -> int:
    """Purge whatever is due and return how many turns it took."""
    worker, turns = Purge(hub, folder), 0
    while worker.turn():
        turns += 1
    return turns


def rows_of(hub: Hub, project_id: int) -> dict[str, int]:
    """Return how many rows of a project each table holds, by the tables' own columns."""

    def read(tx: Transaction) -> dict[str, int]:
        found = {}
        for table in METADATA.sorted_tables:
            column = "id" if table.name == "project" else "project_id"
            if column not in table.columns:
                continue
            sql = f"SELECT COUNT(*) FROM {table.name} WHERE {column} = :p"  # noqa: S608
            found[table.name] = int(tx.value(sql, p=project_id))
        return {name: n for name, n in found.items() if n}

    return hub.read_now(read)


def worked(hub: Hub, slug: str) -> Floor:
    """Make a project in which something was answered, paid and recorded."""
    floor = Floor.made(
        hub, slug=slug, n_people=2, n_items=6, overlap_least=1, budget_micros=1_000_000
    )
    for held in floor.lease(0, 2):
        floor.submit(0, held)
    floor.lease(1, 2)
    return floor


class TestGrace:
    """`delete_project`, `restore_project`, `return_leases`."""

    def test_it_is_hidden_and_shut_at_once(self, hub: Hub) -> None:
        """Shows that no list, no address and no handle leads to it."""
        floor = worked(hub, "gone")
        (held,) = floor.lease(0)
        delete(floor)
        assert hub.read_now(lambda tx: projects.get_by_slug(tx, "gone")) is None
        assert hub.read_now(lambda tx: projects.list_after(tx, 0, 10)) == []
        for door in (floor.submit, floor.heartbeat, floor.release, floor.undo):
            with pytest.raises(NotFoundError):
                door(0, held)

    def test_leases_and_their_money_come_back(self, hub: Hub) -> None:
        """Shows that nothing stays reserved for questions that nobody can answer."""
        floor = worked(hub, "gone")
        delete(floor)
        while hub.write_now(lambda tx: service.return_leases(tx, floor.project_id)):
            pass
        assert (
            floor.value(
                "SELECT COUNT(*) FROM assignment WHERE project_id = :p AND state = 'leased'"
            )
            == 0
        )
        check_books(hub, floor.project_id)

    def test_it_comes_back_as_it_was(self, hub: Hub, clock: HandClock, tmp_path: Path) -> None:
        """Shows every row in place on the last day, and that the purge leaves it alone."""
        floor = worked(hub, "back")
        before = rows_of(hub, floor.project_id)
        delete(floor)
        clock.wait(GRACE_DAYS * DAY - 1)
        assert purge(hub, tmp_path) == 0
        floor.write(service.restore_project)
        after = rows_of(hub, floor.project_id)
        assert {**after, "outbox": 0} == {**before, "outbox": 0, "deletion": 1}
        clock.wait(2)
        assert purge(hub, tmp_path) == 0
        assert len(floor.lease(0)) == 1

    def test_afterwards_nobody_brings_it_back(self, hub: Hub, clock: HandClock) -> None:
        """Shows the first moment at which it is too late."""
        floor = worked(hub, "late")
        delete(floor)
        clock.wait(GRACE_DAYS * DAY)
        with pytest.raises(ConflictError):
            floor.write(service.restore_project)

    def test_it_wants_the_slug_typed_and_only_once(self, hub: Hub) -> None:
        """Shows that a slip deletes nothing, and that a second deletion is refused."""
        floor = worked(hub, "typed")
        with pytest.raises(InvalidInputError):
            floor.write(lambda tx, p: service.delete_project(tx, p, confirmed="type", grace_days=1))
        delete(floor)
        with pytest.raises(NotFoundError):
            delete(floor)


class TestPurge:
    """`Purge`."""

    def test_no_row_is_left_but_the_stone(self, hub: Hub, clock: HandClock, tmp_path: Path) -> None:
        """Shows one project gone from every table, another untouched, and the record sound."""
        gone, stays = worked(hub, "gone"), worked(hub, "stays")
        while seal_next(hub, JOB):
            pass
        kept = rows_of(hub, stays.project_id)
        delete(gone)
        clock.wait(GRACE_DAYS * DAY)
        purge(hub, tmp_path)
        assert set(rows_of(hub, gone.project_id)) <= STAY
        assert rows_of(hub, stays.project_id) == kept
        found, _ = hub.read_now(
            lambda tx: audit.search(tx, None, audit.Search(action="project.purge"), 2**62, 10)
        )
        assert [(event.object_id, event.now["slug"]) for event in found if event.now] == [
            (gone.project_id, "gone")
        ]
        check_books(hub, stays.project_id)
        while seal_next(hub, JOB):
            pass
        report = verification.verify(hub.read_now)
        assert report.findings == []

    def test_a_purge_that_is_cut_off_goes_on(
        self, hub: Hub, clock: HandClock, tmp_path: Path
    ) -> None:
        """Shows that each turn stands alone: a new worker after every single one ends the same."""
        gone = worked(hub, "gone")
        delete(gone)
        clock.wait(GRACE_DAYS * DAY)
        turns = 0
        while Purge(hub, tmp_path).turn():
            turns += 1
        assert turns > len(owned_tables())
        assert set(rows_of(hub, gone.project_id)) <= STAY
        (stone,) = hub.read_now(lambda tx: store.list_after(tx, 0, 10))
        counts = json.loads(stone.counts)
        assert (stone.phase, counts["item"], counts["annotation"]) == ("done", 6, 2)

    def test_its_name_is_free_again(self, hub: Hub, clock: HandClock, tmp_path: Path) -> None:
        """Shows that a new project of that name has another number, on SQLite too."""
        gone = worked(hub, "again")
        delete(gone)
        clock.wait(GRACE_DAYS * DAY)
        purge(hub, tmp_path)
        assert worked(hub, "again").project_id != gone.project_id

    def test_pictures_go_unless_another_project_shows_them(
        self, hub: Hub, clock: HandClock, tmp_path: Path
    ) -> None:
        """Shows own pictures removed; one that two projects share, and one kept anew, stay."""
        blobs = BlobStore(tmp_path / "blobs")
        gone, stays = worked(hub, "gone"), worked(hub, "stays")
        own, shared, anew = (blobs.write(name) for name in (b"own", b"shared", b"anew"))
        for floor, digests in ((gone, (own, shared, anew)), (stays, (shared,))):
            new = [items.NewItem({"text": d, "more": {"blob": d}}, key=d) for d in digests]
            add(floor, new)
        delete(gone)
        clock.wait(GRACE_DAYS * DAY)
        for digest, age in ((own, -1), (shared, -1), (anew, 1)):
            touch(blobs.path(digest), clock.now + age * MICROS)
        purge(hub, tmp_path)
        there = [blobs.path(digest).exists() for digest in (own, shared, anew)]
        assert there == [False, True, True]


def add(floor: Floor, new: list[items.NewItem]) -> None:
    """Add items to a floor's project."""
    floor.write(lambda tx, project: items.import_items(tx, project, new))


def touch(path: Path, when: int) -> None:
    """Set when a file was kept last."""
    os.utime(path, ns=(when * 1_000, when * 1_000))


class TestDoor:
    """The triggers of append-only tables, on both stores."""

    def row_in(self, hub: Hub, table: str) -> None:
        """Show that a table has something to lose."""
        assert hub.read_now(lambda tx: tx.value(f"SELECT COUNT(*) FROM {table}")) > 0  # noqa: S608

    @pytest.mark.parametrize("table", ["annotation", "ledger_entry", "audit_event"])
    def test_rows_go_only_when_all_three_locks_are_open(
        self, hub: Hub, clock: HandClock, table: str
    ) -> None:
        """Shows each way to force the door: every one is refused, the right one is not."""
        floor, other = worked(hub, "gone"), worked(hub, "stays")
        self.row_in(hub, table)
        mine, theirs = floor.project_id, other.project_id

        def delete_rows(tx: Transaction, project_id: int) -> int:
            sql = f"DELETE FROM {table} WHERE project_id = :p"  # noqa: S608
            return tx.run(sql, p=project_id)

        def opened(tx: Transaction, project_id: int) -> int:
            store.open_door(tx, mine)
            done = delete_rows(tx, project_id)
            store.shut_door(tx, mine)
            return done

        def refused(fn: Any, *args: int) -> None:
            with pytest.raises(REFUSED, match="append-only"):
                hub.write_unchecked_now(lambda tx: fn(tx, *args))

        refused(delete_rows, mine)  # the door is shut
        refused(opened, mine)  # the project is not deleted
        delete(floor)
        refused(opened, mine)  # its grace period is not over
        clock.wait(GRACE_DAYS * DAY)
        assert hub.write_now(lambda tx: store.begin(tx, mine))
        refused(delete_rows, mine)  # the door is shut
        refused(opened, theirs)  # another project's rows
        assert hub.write_unchecked_now(lambda tx: opened(tx, mine)) > 0

    def test_no_door_opens_to_a_change(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a row of a project on its way out can go, but not say something else."""
        floor = worked(hub, "gone")
        delete(floor)
        clock.wait(GRACE_DAYS * DAY)
        hub.write_now(lambda tx: store.begin(tx, floor.project_id))

        def change(tx: Transaction) -> None:
            store.open_door(tx, floor.project_id)
            tx.run("UPDATE annotation SET result = '[]'")

        with pytest.raises(REFUSED, match="append-only"):
            hub.write_unchecked_now(change)

    def test_every_append_only_table_has_the_door(self) -> None:
        """Shows that a purge can empty each of them, and the seals alone stay."""
        owned = {table.name for table in owned_tables()}
        assert set(APPEND_ONLY) - owned == {"audit_seal"}


class TestOwnedTables:
    """`owned_tables`."""

    def test_every_table_of_a_project_is_among_them(self) -> None:
        """Shows that a new table is purged too without anybody's doing."""
        owned = {table.name for table in owned_tables()}
        named = {table.name for table in METADATA.sorted_tables if "project_id" in table.columns}
        assert named - owned == STAY - {"project"} | {"deletion_door", "deleted_file"}
        for table in METADATA.sorted_tables:
            parents = {foreign.column.table.name for foreign in table.foreign_keys}
            assert not parents & owned or table.name in owned, table.name

    def test_who_names_another_goes_first(self) -> None:
        """Shows that no row is ever left that names one which is gone."""
        places = {table.name: place for place, table in enumerate(owned_tables())}
        for table in METADATA.sorted_tables:
            for foreign in table.foreign_keys:
                parent = foreign.column.table.name
                if table.name in places and parent in places and parent != table.name:
                    assert places[table.name] < places[parent]
