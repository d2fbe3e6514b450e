"""What documents that are kept together are promised, while several people work at once."""

from __future__ import annotations

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from labeling.database import Hub, Row
from tests.books import check_books
from tests.factories import Floor
from tests.labeling.tasks.test_groups import documents, page
from tests.support.hubs import HandClock

PEOPLE, DOCUMENTS, PAGES = 4, 6, 5
SKIPPED_PAGES = (1, 3)
"""Of each even document, these pages are skipped by whoever meets them first."""


@dataclass
class Desks:
    """What everybody did, in the order in which it happened to each."""

    floor: Floor
    answered: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    skipped: dict[str, int] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def work(self, who: int) -> int:
        """Work until there is nothing for a person; return how much that was."""
        done = 0
        while held := self.floor.lease(who):
            for lease in held:
                self._do(who, lease)
                done += 1
        return done

    def _do(self, who: int, lease: Row) -> None:
        key = page(self.floor, lease)
        document, number = map(int, key.split("."))
        with self.lock:
            skips = document % 2 == 0 and number in SKIPPED_PAGES and key not in self.skipped
            if skips:
                self.skipped[key] = who
        if skips:
            self.floor.skip(who, lease)
        else:
            self.floor.submit(who, lease)
            self.answered[who].append(key)


class TestPromise:
    """One person at a time holds a document; a skipped page goes to somebody else."""

    def test_it_holds_while_four_people_work_at_once(self, hub: Hub) -> None:
        """Shows each page answered once, the unskipped ones of a document by one person, in order.

        What somebody skipped was answered by another, and changed nothing of the rest.
        """
        desks = Desks(documents(hub, PEOPLE, [PAGES] * DOCUMENTS))
        with ThreadPoolExecutor(PEOPLE) as pool:
            list(pool.map(desks.work, range(PEOPLE)))
        while sum(map(desks.work, range(PEOPLE))):
            pass
        who_answered = {key: who for who, keys in desks.answered.items() for key in keys}
        assert sorted(who_answered) == sorted(
            f"{document}.{number}" for document in range(DOCUMENTS) for number in range(PAGES)
        )
        assert sum(map(len, desks.answered.values())) == len(who_answered)
        assert len(desks.skipped) == len(SKIPPED_PAGES) * DOCUMENTS // 2
        for key, who in desks.skipped.items():
            assert who_answered[key] != who
        for document in range(DOCUMENTS):
            self.read_by_one(desks, document, who_answered)
        check_books(hub, desks.floor.project_id)

    @staticmethod
    def read_by_one(desks: Desks, document: int, who_answered: dict[str, int]) -> None:
        """Show that one person went through a document, whatever they skipped of it."""
        pages = [f"{document}.{number}" for number in range(PAGES)]
        readers = {desks.skipped.get(key, who_answered[key]) for key in pages}
        assert len(readers) == 1
        kept = [key for key in pages if key not in desks.skipped]
        (reader,) = readers
        assert [key for key in desks.answered[reader] if key in kept] == kept

    def test_what_expires_is_anybodys_and_the_rest_stays(self, hub: Hub, clock: HandClock) -> None:
        """Shows a lease that ended under a reader who goes on: that one page goes to another."""
        floor = documents(hub, 2, [PAGES], lease_seconds=60)
        assert page(floor, floor.lease(0)[0]) == "0.0"
        clock.wait(61)
        floor.sweep()
        assert page(floor, floor.lease(1)[0]) == "0.0"
        for number in range(1, PAGES):
            (held,) = floor.lease(0)
            assert page(floor, held) == f"0.{number}"
            assert [page(floor, found) for found in floor.lease(1, 3)] == ["0.0"]
            floor.submit(0, held)
        assert floor.lease(0) == []
        check_books(hub, floor.project_id)
