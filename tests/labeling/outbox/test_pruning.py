"""Old events that everybody has read go; whatever somebody may still need stays."""

from __future__ import annotations

from labeling.audit import store as audit
from labeling.clock import MICROS
from labeling.database import Hub, Transaction
from labeling.outbox import pruning, store
from tests.support.hubs import START, HandClock

DAY = 86_400


def add(hub: Hub, n: int) -> None:
    """Write events, each in a transaction of its own."""
    for number in range(n):
        hub.write_now(lambda tx, number=number: store.add(tx, 1, "test", n=number))  # type: ignore[misc]


def take(hub: Hub, consumer: str, limit: int = 100) -> int:
    """Take events as a consumer."""

    def turn(tx: Transaction) -> int:
        store.lock(tx, consumer)
        events = store.read(tx, consumer, limit)
        if events:
            store.move(tx, consumer, events[-1].id)
        return len(events)

    return hub.write_now(turn)


def prune(hub: Hub, older_than: int, **options: int) -> int:
    """Prune in one write."""
    return hub.write_now(lambda tx: pruning.prune(tx, older_than, **options))


class TestPrune:
    """`prune`."""

    def test_what_one_consumer_has_not_read_stays(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the slowest consumer decides, and that nobody loses an event."""
        add(hub, 6)
        assert take(hub, "quick") == 6
        assert take(hub, "slow", 2) == 2
        clock.wait(DAY)
        assert prune(hub, clock.now) == 2
        assert take(hub, "slow") == 4

    def test_what_is_new_stays(self, hub: Hub, clock: HandClock) -> None:
        """Shows the age, and the newest event, which is never pruned."""
        add(hub, 3)
        take(hub, "reader")
        assert prune(hub, START) == 0
        clock.wait(DAY)
        assert prune(hub, clock.now, limit=1) == 1
        assert (prune(hub, clock.now), prune(hub, clock.now)) == (1, 0)

    def test_events_after_a_pruning_are_read(self, hub: Hub, clock: HandClock) -> None:
        """Shows that no id is given twice, so that a position means what it meant."""
        add(hub, 3)
        take(hub, "reader")
        clock.wait(DAY)
        prune(hub, clock.now)
        add(hub, 2)
        assert take(hub, "reader") == 2

    def test_nothing_goes_before_anybody_reads(self, hub: Hub, clock: HandClock) -> None:
        """Shows that without a consumer everything stays."""
        add(hub, 3)
        clock.wait(DAY)
        assert prune(hub, clock.now) == 0

    def test_it_is_recorded(self, hub: Hub, clock: HandClock) -> None:
        """Shows the event of the installation: how many, and which."""
        add(hub, 3)
        take(hub, "reader")
        clock.wait(DAY)
        prune(hub, clock.now)
        (event,), _ = hub.read_now(
            lambda tx: audit.search(tx, None, audit.Search(action="outbox.prune"), 2**62, 10)
        )
        assert event.now is not None
        assert (event.now["n"], event.object_id - event.now["first"]) == (2, 1)
        assert event.created_at == START + DAY * MICROS


class TestLags:
    """`lags`."""

    def test_it_says_how_old_what_is_unread_is(self, hub: Hub, clock: HandClock) -> None:
        """Shows the oldest unread event of each consumer, None where all is read."""
        add(hub, 2)
        take(hub, "quick")
        take(hub, "slow", 1)
        found = {row.consumer: row.oldest for row in hub.read_now(store.lags)}
        assert found == {"quick": None, "slow": START}
