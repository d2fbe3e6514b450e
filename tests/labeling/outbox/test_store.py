"""The outbox: each consumer gets each event once, and a slow transaction's events too."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator

import pytest

from labeling.database import SYSTEM, Hub, Transaction, open_hub
from labeling.outbox import store

PATIENCE_SECONDS = 20


def numbers(hub: Hub, consumer: str = "reader", limit: int = 100) -> list[int]:
    """Return the numbers of the events that a consumer would get now."""
    found = hub.read_now(lambda tx: store.read(tx, consumer, limit))
    return [json.loads(event.payload)["n"] for event in found]


def add(tx: Transaction, n: int) -> None:
    """Write an event."""
    store.add(tx, 1, "test", n=n)


def take(hub: Hub, consumer: str = "reader", limit: int = 100) -> list[int]:
    """Take events as a consumer does: read, act, move, in one transaction."""

    def turn(tx: Transaction) -> list[int]:
        store.lock(tx, consumer)
        events = store.read(tx, consumer, limit)
        if events:
            store.move(tx, consumer, events[-1].id)
        return [json.loads(event.payload)["n"] for event in events]

    return hub.write_now(turn)


class TestRead:
    """`read` and `move`."""

    def test_each_consumer_gets_each_event_once_in_order(self, hub: Hub) -> None:
        """Shows positions that move apart from each other."""
        for n in range(5):
            hub.write_now(lambda tx, n=n: add(tx, n))  # type: ignore[misc]
        assert take(hub, limit=3) == [0, 1, 2]
        assert take(hub, "other") == [0, 1, 2, 3, 4]
        assert (take(hub), take(hub)) == ([3, 4], [])

    def test_a_position_never_moves_back(self, hub: Hub) -> None:
        """Shows that a late, slower turn of the same consumer repeats nothing."""
        for n in range(3):
            hub.write_now(lambda tx, n=n: add(tx, n))  # type: ignore[misc]
        first, *_, last = hub.read_now(lambda tx: store.read(tx, "reader", 100))
        hub.write_now(lambda tx: store.move(tx, "reader", last.id))
        hub.write_now(lambda tx: store.move(tx, "reader", first.id))
        assert numbers(hub) == []

    def test_an_event_whose_cause_failed_is_not_there(self, hub: Hub) -> None:
        """Shows that event and cause share their fate."""

        def fail(tx: Transaction) -> None:
            add(tx, 1)
            message = "undone"
            raise ValueError(message)

        with pytest.raises(ValueError, match="undone"):
            hub.write_now(fail)
        assert numbers(hub) == []


class TestSlowTransaction:
    """Two transactions on PostgreSQL whose ids and commits are in different orders."""

    @pytest.fixture
    def postgresql_hub(self, postgresql_url: str) -> Iterator[Hub]:
        """Open a hub on PostgreSQL."""
        opened = open_hub(postgresql_url)
        yield opened
        opened.close()

    def test_no_page_ends_between_them(self, postgresql_hub: Hub) -> None:
        """Shows that pages of one event lose none of two whose ids and transactions cross."""
        began, added = threading.Event(), threading.Event()

        def first(tx: Transaction) -> None:
            tx.value("SELECT CAST(pg_current_xact_id() AS text)")
            began.set()
            assert added.wait(PATIENCE_SECONDS)
            add(tx, 1)  # the lower transaction, the higher id

        def second(tx: Transaction) -> None:
            assert began.wait(PATIENCE_SECONDS)
            add(tx, 2)
            added.set()

        futures = [postgresql_hub.submit_write(fn, SYSTEM, urgent=True) for fn in (first, second)]
        for future in futures:
            future.result(PATIENCE_SECONDS)
        taken = [take(postgresql_hub, limit=1) for _ in range(3)]
        assert sorted(taken) == [[], [1], [2]]

    @pytest.mark.parametrize("slow_draws", ["the lower id", "the higher id"])
    def test_its_events_are_not_passed_over(self, postgresql_hub: Hub, slow_draws: str) -> None:
        """Shows that a reader in between loses no event, whichever drew its id first."""
        quick_began, slow_added, quick_done = (threading.Event() for _ in range(3))

        def quick(tx: Transaction) -> None:
            if slow_draws == "the lower id":
                tx.value("SELECT CAST(pg_current_xact_id() AS text)")  # begins first
                quick_began.set()
                assert slow_added.wait(PATIENCE_SECONDS)
            add(tx, 1)
            quick_began.set()

        def slow(tx: Transaction) -> None:
            assert quick_began.wait(PATIENCE_SECONDS)
            add(tx, 2)
            slow_added.set()
            assert quick_done.wait(PATIENCE_SECONDS)

        futures = [postgresql_hub.submit_write(fn, SYSTEM, urgent=True) for fn in (quick, slow)]
        futures[0].result(PATIENCE_SECONDS)
        assert slow_added.wait(PATIENCE_SECONDS)
        taken = take(postgresql_hub)
        quick_done.set()
        futures[1].result(PATIENCE_SECONDS)
        taken += take(postgresql_hub)
        assert sorted(taken) == [1, 2]
