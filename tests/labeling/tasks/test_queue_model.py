"""The queue against a small model of it: random walks of leases, answers, undo and time."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from labeling.clock import MICROS
from labeling.database import Hub, Row, open_hub
from labeling.errors import ConflictError
from tests.books import check_books
from tests.factories import PRICE, Floor
from tests.support.hubs import START, HandClock

N_PEOPLE: Final = 3
N_ITEMS: Final = 4
OVERLAP: Final = 2
LEASE: Final = 100
WINDOW: Final = 300
CAP: Final = 7 * PRICE
PEOPLE = st.integers(0, N_PEOPLE - 1)
NUMBERS = itertools.count(1)


@dataclass
class Held:
    """What the model knows of one assignment."""

    row: Row
    state: str = "leased"
    lease_n: int = 1
    expires_at: int = 0
    reserved: int = PRICE
    counts: bool = False


@dataclass
class Model:
    """The queue in a few lines: items in their order, slots, and who has what."""

    order: list[int]
    slots: dict[int, int] = field(default_factory=dict)
    closed: set[int] = field(default_factory=set)
    held: dict[tuple[int, int], Held] = field(default_factory=dict)
    committed: int = 0

    def reserve(self) -> bool:
        """Commit a price under the cap."""
        fits = self.committed + PRICE <= CAP
        self.committed += PRICE if fits else 0
        return fits

    def expire(self, now: int, who: int | None = None) -> None:
        """Return the slots of what has run out."""
        for (person, item), held in self.held.items():
            if held.state == "leased" and held.expires_at <= now and who in (None, person):
                held.state = "expired"
                self.slots[item] += 1

    def expected(self, who: int, count: int, now: int) -> list[int]:
        """Return the items that a person holds after asking for `count`, and take them."""
        self.expire(now, who)
        mine = [
            item
            for (person, item), held in self.held.items()
            if person == who and held.state == "leased"
        ]
        missing = max(count - len(mine), 0)
        free = self._free(who)
        for item in [item for item in self.order if item not in self.slots][
            : max(missing - len(free), 0)
        ]:
            self.slots[item] = OVERLAP
        for item in self._free(who)[:missing]:
            before = self.held.get((who, item))
            if not (before and before.reserved) and not self.reserve():
                break
            self.slots[item] -= 1
            mine.append(item)
        return mine

    def _free(self, who: int) -> list[int]:
        """Return the open items a person may have, in the pool's order."""
        return [
            item
            for item in self.order
            if self.slots.get(item, 0) > 0
            and item not in self.closed
            and (
                (who, item) not in self.held
                or self.held[who, item].state in {"expired", "released"}
            )
        ]


class QueueMachine(RuleBasedStateMachine):
    """Every step is done on the hub and on the model; both must say the same."""

    hub: Hub
    clock: HandClock

    def __init__(self) -> None:
        super().__init__()
        self.clock.now = START
        self.floor = Floor.made(
            self.hub,
            slug=f"p{next(NUMBERS)}",
            n_people=N_PEOPLE,
            n_items=N_ITEMS,
            budget_micros=CAP,
            overlap_least=OVERLAP,
            overlap_most=OVERLAP,
            lease_seconds=LEASE,
            late_window_seconds=WINDOW,
        )
        found = self.floor.rows("SELECT id FROM item WHERE project_id = :p ORDER BY shuffle")
        self.model = Model([row.id for row in found])

    @rule(who=PEOPLE, count=st.integers(1, N_ITEMS))
    def lease(self, who: int, count: int) -> None:
        """Hold what the model says, each with the next number."""
        expected = self.model.expected(who, count, self.clock.now)
        rows = {row.item_id: row for row in self.floor.lease(who, count)}
        assert len(rows) == min(count, len(expected))
        assert set(rows) <= set(expected)
        for row in self.floor.rows(
            "SELECT handle, item_id, lease_n, expires_at FROM assignment"
            " WHERE annotator_id = :who AND state = 'leased'",
            who=self.floor.people[who].id,
        ):
            self._hold(who, row)

    def _hold(self, who: int, row: Row) -> None:
        before = self.model.held.get((who, row.item_id))
        if before is not None and before.state == "leased":
            assert (row.lease_n, row.expires_at) == (before.lease_n, before.expires_at)
            return
        lease_n = 1 if before is None else before.lease_n + 1
        assert row.lease_n == lease_n
        self.model.held[who, row.item_id] = Held(row, "leased", lease_n, row.expires_at)

    def _pick(self, who: int, place: int) -> tuple[int, Held] | None:
        mine = [(item, held) for (person, item), held in self.model.held.items() if person == who]
        return mine[place % len(mine)] if mine else None

    @rule(who=PEOPLE, place=st.integers(0, 9), label=st.sampled_from("abc"))
    def submit(self, who: int, place: int, label: str) -> None:
        """Answer anything one has or had; the receipt is what the model says."""
        picked = self._pick(who, place)
        if picked is None:
            return
        item, held = picked
        receipt = self.floor.submit(who, held.row, label, lease_n=1)
        if held.state in {"submitted", "skipped"}:
            assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (False, True, 0)
            return
        paid, counts = held.reserved, held.state == "leased"
        if not counts:
            counts = self.model.slots[item] > 0 and item not in self.model.closed
            self.model.slots[item] -= counts
            paid = held.reserved or (PRICE if self.model.reserve() else 0)
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (counts, not counts, paid)
        held.state, held.reserved, held.counts = "submitted", 0, counts
        if sum(h.counts for (_, i), h in self.model.held.items() if i == item) == OVERLAP:
            self.model.closed.add(item)

    @rule(who=PEOPLE, place=st.integers(0, 9))
    def skip(self, who: int, place: int) -> None:
        """Skip anything one has or had and has not answered."""
        picked = self._pick(who, place)
        if picked is None or picked[1].state in {"submitted", "skipped"}:
            return
        item, held = picked
        self.floor.skip(who, held.row._replace(lease_n=1))
        self.model.slots[item] += held.state == "leased"
        self.model.committed -= held.reserved
        held.state, held.reserved = "skipped", 0

    @rule(who=PEOPLE, place=st.integers(0, 9))
    def undo(self, who: int, place: int) -> None:
        """Take back what counted, or a skip whose slot is free and can be paid."""
        picked = self._pick(who, place)
        if picked is None:
            return
        item, held = picked
        reserved = PRICE
        if held.state == "skipped":
            open_ = self.model.slots[item] > 0 and item not in self.model.closed
            allowed = open_ and self.model.reserve()
        else:
            allowed = held.state == "submitted" and held.counts
        if not allowed:
            with pytest.raises(ConflictError):
                self.floor.undo(who, held.row)
            return
        paid = self.floor.value(
            "SELECT paid_micros FROM annotation n JOIN assignment a"
            " ON a.current_annotation_id = n.id WHERE a.handle = :h",
            h=held.row.handle,
        )
        if held.state == "submitted" and not paid:
            reserved = PRICE if self.model.reserve() else 0
        self.model.slots[item] -= held.state == "skipped"
        self.model.closed.discard(item)
        row = self.floor.undo(who, held.row)
        held.state, held.counts, held.reserved = "leased", False, reserved
        held.lease_n, held.expires_at = held.lease_n + 1, self.clock.now + LEASE * MICROS
        assert (row.lease_n, row.expires_at) == (held.lease_n, held.expires_at)

    @rule(who=PEOPLE, place=st.integers(0, 9))
    def release(self, who: int, place: int) -> None:
        """Give back a live lease under its present number only."""
        picked = self._pick(who, place)
        if picked is None:
            return
        item, held = picked
        row = held.row._replace(lease_n=held.lease_n)
        if held.state != "leased":
            with pytest.raises(ConflictError):
                self.floor.release(who, row)
            return
        self.floor.release(who, row)
        self.model.slots[item] += 1
        self.model.committed -= held.reserved
        held.state, held.reserved = "released", 0

    @rule(seconds=st.sampled_from([1, LEASE - 1, LEASE, WINDOW]))
    def wait(self, seconds: int) -> None:
        """Let time pass, unnoticed until somebody leases or sweeps."""
        self.clock.wait(seconds)

    @rule()
    def sweep(self) -> None:
        """Expire and close windows as the background turn does."""
        self.floor.sweep()
        self.model.expire(self.clock.now)
        for held in self.model.held.values():
            if held.state == "expired" and held.expires_at + WINDOW * MICROS <= self.clock.now:
                self.model.committed -= held.reserved
                held.reserved = 0

    @invariant()
    def both_say_the_same(self) -> None:
        """Compare slots, states and money, and check the books."""
        check_books(self.hub, self.floor.project_id)
        tasks = self.floor.rows("SELECT item_id, open_slots, state FROM task WHERE project_id = :p")
        assert {row.item_id: row.open_slots for row in tasks} == self.model.slots
        assert {row.item_id for row in tasks if row.state == "closed"} == self.model.closed
        committed = "SELECT committed_micros FROM budget WHERE project_id = :p"
        assert self.floor.value(committed) == self.model.committed


class TestQueue:
    """Random walks on each store."""

    @pytest.fixture
    def machine(self, store_url: str) -> Iterator[type[QueueMachine]]:
        """Return the machine on a store of the test's own."""
        clock = HandClock()
        hub = open_hub(store_url, clock=clock)
        yield type("Machine", (QueueMachine,), {"hub": hub, "clock": clock})
        hub.close()

    def test_it_does_what_the_model_does(self, machine: type[QueueMachine]) -> None:
        """Shows that no walk of 30 steps makes the queue and its model differ."""
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=25,
                stateful_step_count=30,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
