"""Grouped items: one document goes to one person, in the order of its pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from labeling.database import Hub, Row, Transaction
from labeling.items import service as items
from labeling.items.hashing import group_hash, split_of
from tests.books import check_books
from tests.factories import Floor, add_items, open_tasks
from tests.support.hubs import HandClock

TOGETHER: dict[str, Any] = {"keep_groups_together": True, "group_idle_seconds": 900}


def documents(hub: Hub, n_people: int, pages: Sequence[int], **policy: Any) -> Floor:
    """Make a project whose items are the pages of documents, all on the training side."""
    floor = Floor.made(hub, n_people=n_people, n_items=0, queue=TOGETHER, **policy)

    def add(tx: Transaction, project: Row) -> None:
        names = (f"document {n}" for n in range(1_000))
        chosen = [
            name for name in names if split_of(project.split_salt, group_hash(name, {})) == "train"
        ][: len(pages)]
        new = [
            items.NewItem({"text": f"{name}, page {n}", "secret": "s"}, f"{d}.{n}", name)
            for n in range(max(pages))
            for d, (name, count) in enumerate(zip(chosen, pages, strict=True))
            if n < count
        ]
        items.import_items(tx, project, new)

    floor.write(add)
    return floor


def page(floor: Floor, lease: Row) -> str:
    """Return the key of what is held: document and page."""
    return str(floor.value("SELECT key FROM item WHERE id = :i", i=lease.item_id))


def read(floor: Floor, who: int, n: int) -> list[str]:
    """Answer `n` questions one by one and return their keys."""
    found = []
    for _ in range(n):
        for lease in floor.lease(who):
            found.append(page(floor, lease))
            floor.submit(who, lease)
    return found


def of_one(keys: list[str]) -> bool:
    """Whether keys are the pages of one document, from its first, in order."""
    return keys == [f"{keys[0].split('.')[0]}.{n}" for n in range(len(keys))]


class TestReader:
    """One who goes through a document."""

    def test_the_pages_come_in_order(self, hub: Hub) -> None:
        """Shows a whole document before the next, whatever the pool's random order is."""
        floor = documents(hub, 1, [4, 4])
        found = read(floor, 0, 8)
        assert of_one(found[:4])
        assert of_one(found[4:])
        check_books(hub, floor.project_id)

    def test_several_at_once_come_in_order_too(self, hub: Hub) -> None:
        """Shows the same for what waits behind the item on the screen."""
        floor = documents(hub, 1, [5])
        assert [page(floor, lease) for lease in floor.lease(0, 4)] == ["0.0", "0.1", "0.2", "0.3"]
        check_books(hub, floor.project_id)

    def test_two_people_read_two_documents(self, hub: Hub) -> None:
        """Shows that the second gets another one, although the first's pages are open."""
        floor = documents(hub, 2, [3, 3])
        floor.write(lambda tx, project: open_tasks(tx, project, 6))
        seen: dict[int, list[str]] = {0: [], 1: []}
        for _ in range(3):
            for who in (0, 1):
                seen[who] += read(floor, who, 1)
        assert of_one(seen[0])
        assert of_one(seen[1])
        check_books(hub, floor.project_id)

    def test_nobody_waits_for_a_page_that_another_is_due_at(self, hub: Hub) -> None:
        """Shows that with one document the second person has no work, and is told why."""
        floor = documents(hub, 2, [3])
        floor.lease(0)
        found = floor.leases(1)
        assert found.held == []
        assert found.reason is not None
        assert found.reason.code == "waiting_for_others"
        check_books(hub, floor.project_id)

    def test_with_overlap_two_each_page_has_two_readers(self, hub: Hub) -> None:
        """Shows exact overlap: two go through it, a third does not."""
        floor = documents(hub, 3, [3], overlap_least=2, overlap_most=2)
        seen: dict[int, list[str]] = {0: [], 1: []}
        for _ in range(3):
            for who in (0, 1):
                seen[who] += read(floor, who, 1)
            assert floor.lease(2) == []
        assert of_one(seen[0])
        assert of_one(seen[1])
        states = floor.rows("SELECT state, wanted FROM task WHERE project_id = :p")
        assert [tuple(row) for row in states] == [("closed", 2)] * 3
        check_books(hub, floor.project_id)

    def test_an_idle_reader_gives_it_up(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the rest goes to the next person when the time is over."""
        floor = documents(hub, 2, [3])
        read(floor, 0, 1)
        assert floor.lease(1) == []
        clock.wait(900)
        assert read(floor, 1, 2) == ["0.1", "0.2"]
        check_books(hub, floor.project_id)

    def test_a_released_page_comes_first_again(self, hub: Hub) -> None:
        """Shows that what lies behind a reader is taken up by whoever comes next."""
        floor = documents(hub, 1, [3])
        floor.release(0, floor.lease(0)[0])
        read(floor, 0, 2)
        assert read(floor, 0, 1) == ["0.0"]
        check_books(hub, floor.project_id)

    def test_lone_items_come_as_ever(self, hub: Hub) -> None:
        """Shows that items without a group are in no reader's way."""
        floor = documents(hub, 2, [2])
        floor.write(lambda tx, project: add_items(tx, project, 2))
        done = read(floor, 0, 4)
        assert sorted(done)[:2] == ["0.0", "0.1"]
        assert floor.value("SELECT COUNT(*) FROM task WHERE state = 'closed'") == 4
        check_books(hub, floor.project_id)
