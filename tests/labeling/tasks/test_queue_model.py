"""The queue against a small model of it: random walks of everything that people and time can do."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)

from labeling.clock import MICROS
from labeling.database import Hub, Row, open_hub
from labeling.errors import ConflictError
from labeling.items import service as items
from tests.books import check_books
from tests.factories import Floor
from tests.labeling.tasks.queue_model import (
    AGAIN_AFTER,
    ANSWERED,
    CAP,
    LEASE,
    OVERLAP,
    POLICY,
    WINDOW,
    Asked,
    Held,
    Kept,
    Model,
)
from tests.support.hubs import START, HandClock

N_PEOPLE: Final = 3
GROUPS: Final = ("one", "one", "one", "two", "two", None)
"""The group of each item, in their order; None stands alone."""
PEOPLE: Final = st.integers(0, N_PEOPLE - 1)
PLACES: Final = st.integers(0, 9)
KINDS: Final = st.sampled_from(["unsure", "none_fits", "cannot_see", "rather_not", "flag"])
NUMBERS: Final = itertools.count(1)
LEASED: Final = """
SELECT handle, item_id, pass_n, lease_n, expires_at FROM assignment
WHERE annotator_id = :who AND state = 'leased'
"""
REASKS: Final = """
SELECT id, item_id, annotator_id, due_at FROM personal_task
WHERE project_id = :p AND kind = 'reask' ORDER BY id
"""
READERS: Final = """
SELECT annotator_id, group_hash, at_seq, until FROM group_reader WHERE project_id = :p
"""
TASKS: Final = """
SELECT id, item_id, pass_n, open_slots, state FROM task WHERE project_id = :p ORDER BY id
"""


class QueueMachine(RuleBasedStateMachine):
    """Every step is done on the hub and on the model; both must say the same."""

    hub: Hub
    clock: HandClock
    mode: str

    @initialize()
    def begin(self) -> None:
        """Make a project of the mode's policy, and its model."""
        self.clock.now = START
        queue: dict[str, Any] = {
            **POLICY,
            "reask_share": 1.0 if self.mode == "re-asks" else 0.0,
            "keep_groups_together": self.mode == "groups",
        }
        self.floor = Floor.made(
            self.hub,
            slug=f"p{next(NUMBERS)}",
            n_people=N_PEOPLE,
            n_items=0,
            budget_micros=CAP,
            overlap_least=OVERLAP,
            overlap_most=OVERLAP,
            lease_seconds=LEASE,
            late_window_seconds=WINDOW,
            queue=queue,
        )
        self.floor.write(self._add_items)
        rows = self.floor.rows(
            "SELECT id, seq, key, group_hash FROM item WHERE project_id = :p ORDER BY shuffle"
        )
        self.keys = {row.id: row.key for row in rows}
        self.group_names = {row.id: row.group_hash for row in rows}
        names = sorted({row.group_hash for row in rows})
        self.model = Model(
            order=[row.id for row in rows],
            groups={row.id: names.index(row.group_hash) for row in rows},
            seq={row.id: row.seq for row in rows},
            together=self.mode == "groups",
        )
        self.known_reasks: set[int] = set()
        self.paused = False

    def _add_items(self, tx: Any, project: Row) -> None:
        """Add training items only: their split is set by hand, the groups are given."""
        new = [
            items.NewItem({"text": f"text {n}", "secret": "s"}, f"{n}", group)
            for n, group in enumerate(GROUPS)
        ]
        items.import_items(tx, project, new)
        tx.run("UPDATE item SET split = 'train' WHERE project_id = :p", p=project.id)

    # ------------------------------------------------------------------------- leases

    @rule(who=PEOPLE, count=st.integers(1, 4))
    def lease(self, who: int, count: int) -> None:
        """Hold what the model allows, no less, and in its order."""
        model, now = self.model, self.clock.now
        model.expire(now, who)
        held = [h for h in model.held if h.who == who and h.state == "leased"]
        missing = max(count - len(held), 0)
        free = model.free(who, now)
        reply = self.floor.leases(who, count)
        known = {h.row.handle for h in held}
        fresh = [row for row in self._leased(who) if row.handle not in known]
        if self.paused:
            assert fresh == []
            return
        self._take_over_reasks(who)
        waiting = model.waiting(who, now)[:missing]
        kept = {(k.task.item, k.task.pass_n): k for k in waiting}
        self._open_new_tasks()
        from_queue = [row for row in fresh if (row.item_id, row.pass_n) not in kept]
        free = [item for item in free if (item, 1) not in kept][: missing - len(waiting)]
        if self.mode == "groups":
            self._check_groups(who, from_queue, {row.item_id for row in fresh}, now)
        else:
            assert {row.item_id for row in from_queue} <= set(free)
        for row in fresh:
            slot = kept.get((row.item_id, row.pass_n))
            task = model.open(row.item_id) if slot is None else slot.task
            model.lease(who, task, row, takes_slot=slot is None)
            if slot is not None:
                slot.lease()
        if len(fresh) < len(waiting) + len(free):
            assert reply.reason is not None
            assert reply.reason.code == "budget_spent"
        self._see_readers()

    def _leased(self, who: int) -> list[Row]:
        return self.floor.rows(LEASED, who=self.floor.people[who].id)

    def _take_over_reasks(self, who: int) -> None:
        """Judge what was drawn: an own answer, given long enough ago, asked again once."""
        model = self.model
        for row in self.floor.rows(REASKS):
            if row.id in self.known_reasks:
                continue
            self.known_reasks.add(row.id)
            assert row.annotator_id == self.floor.people[who].id
            first = next(
                h
                for h in model.held
                if h.who == who and (h.task.item, h.task.pass_n) == (row.item_id, 1)
            )
            assert (first.state, first.kind) == ("submitted", "answer")
            assert first.task.state != "set_aside"
            newer = sum(h.who == who and h.order > first.order for h in model.held)
            assert newer >= AGAIN_AFTER
            assert not any(
                k.is_reask and k.who == who and k.task.item == row.item_id and not k.is_over
                for k in model.kept
            )
            task = Asked(row.item_id, 2, 1, 0)
            model.tasks.append(task)
            model.kept.append(Kept(who, task, row.due_at, is_reask=True))

    def _open_new_tasks(self) -> None:
        """Open what the hub has opened, in its order; only what was untouched."""
        for row in self.floor.rows(TASKS):
            if row.pass_n == 1 and self.model.task_of(row.item_id) is None:
                self.model.open(row.item_id)

    def _check_groups(self, who: int, rows: list[Row], leased: set[int], now: int) -> None:
        """Nothing ahead of another reader, and no page passed over."""
        model = self.model
        may_have = model.free(who, now)
        place = model.readers.get(who)
        for item in (row.item_id for row in rows):
            assert item in may_have, "another reader is due there"
            at = place[1] if place and place[0] == model.groups[item] and place[2] > now else 0
            passed = [
                other
                for other in may_have
                if model.groups[other] == model.groups[item]
                and at < self.model.seq[other] < self.model.seq[item]
                and other not in leased
            ]
            assert passed == [], "a page was passed over"

    def _see_readers(self) -> None:
        """Take over who reads what, and how far."""
        number = {person.id: who for who, person in enumerate(self.floor.people)}
        names = {name: self.model.groups[item] for item, name in self.group_names.items()}
        self.model.readers = {
            number[row.annotator_id]: (names[row.group_hash], row.at_seq, row.until)
            for row in self.floor.rows(READERS)
        }

    # ------------------------------------------------------------------------ answers

    def _pick(self, who: int, place: int) -> Held | None:
        mine = [held for held in self.model.held if held.who == who]
        return mine[place % len(mine)] if mine else None

    @rule(who=PEOPLE, place=PLACES, label=st.sampled_from("abc"))
    def submit(self, who: int, place: int, label: str) -> None:
        """Answer anything one has or had; the receipt is what the model says."""
        held = self._pick(who, place)
        if held is None:
            return
        self.clock.now += 1
        counts, paid = self.model.answer(held, label)
        receipt = self.floor.submit(who, held.row, label, lease_n=1)
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (counts, not counts, paid)

    @rule(who=PEOPLE, place=PLACES, kind=KINDS)
    def skip(self, who: int, place: int, kind: str) -> None:
        """Skip or flag anything one has or had and has not answered."""
        held = self._pick(who, place)
        if held is None or held.state in ANSWERED:
            return
        self.clock.now += 1
        paid = self.model.skip(held, kind)
        row = held.row._replace(lease_n=1)
        receipt = self.floor.flag(who, row) if kind == "flag" else self.floor.skip(who, row, kind)
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (False, False, paid)

    @rule(who=PEOPLE, place=PLACES)
    def undo(self, who: int, place: int) -> None:
        """Take back what counted, or a skip whose slot is free and can be paid."""
        held = self._pick(who, place)
        if held is None:
            return
        if self.paused or not self.model.undo(held, self.clock.now):
            with pytest.raises(ConflictError):
                self.floor.undo(who, held.row)
            return
        row = self.floor.undo(who, held.row)
        assert (row.lease_n, row.expires_at) == (held.lease_n, held.expires_at)

    @rule(who=PEOPLE, place=PLACES, label=st.sampled_from("abc"))
    def edit(self, who: int, place: int, label: str) -> None:
        """Correct what counts; slots, states and money stay."""
        held = self._pick(who, place)
        if held is None:
            return
        if not (held.state == "submitted" and held.counts):
            with pytest.raises(ConflictError):
                self.floor.edit(who, held.row, label)
            return
        receipt = self.floor.edit(who, held.row, label)
        assert (receipt.counted, receipt.paid_micros) == (True, held.paid)

    @rule(who=PEOPLE, place=PLACES)
    def release(self, who: int, place: int) -> None:
        """Give back a live lease under its present number only."""
        held = self._pick(who, place)
        if held is None:
            return
        row = held.row._replace(lease_n=held.lease_n)
        if held.state != "leased":
            with pytest.raises(ConflictError):
                self.floor.release(who, row)
            return
        self.floor.release(who, row)
        self.model.give_back(held, "released", self.clock.now)
        self.model.committed -= held.reserved
        held.reserved = 0

    # ----------------------------------------------------------------------- managers

    @rule(who=PEOPLE, place=PLACES, seconds=st.sampled_from([LEASE // 2, 3 * LEASE]))
    def assign(self, who: int, place: int, seconds: int) -> None:
        """Keep a judgment of an item for a person, where there is one to keep."""
        model, item = self.model, self.model.order[place % len(self.model.order)]
        due = self.clock.now + seconds * MICROS
        task = model.task_of(item) or Asked(item, 1, OVERLAP, OVERLAP)
        held = model.mine(who, task)
        has_one = any(k.who == who and k.task is task and not k.is_over for k in model.kept)
        may = (
            task.state == "open"
            and task.slots > 0
            and not has_one
            and (held is None or held.state not in {"leased", *ANSWERED})
        )
        report = self.floor.assign(who, [self.keys[item]], due)
        assert bool(report.assigned) == may, report.refused
        if may:
            task = model.open(item, is_ahead=True)
            task.slots -= 1
            model.kept.append(Kept(who, task, due, is_reask=False))

    @rule(place=PLACES)
    def restore(self, place: int) -> None:
        """Take an item up again that is set aside, and no other."""
        item = self.model.order[place % len(self.model.order)]
        task = self.model.task_of(item)
        if task is None or task.state != "set_aside":
            with pytest.raises(ConflictError):
                self.floor.restore(item)
            return
        self.floor.restore(item)
        self.model.reports[item] = set()
        self.model.take_up(task)

    @rule()
    def pause_or_resume(self) -> None:
        """Pause the workforce, or let it go on."""
        self.paused = not self.paused
        at = self.clock.now if self.paused else None
        self.floor.write(
            lambda tx, project: tx.run(
                "UPDATE workforce SET paused_at = :at WHERE project_id = :p", at=at, p=project.id
            )
        )

    # --------------------------------------------------------------------------- time

    @rule(seconds=st.sampled_from([1, LEASE - 1, LEASE, WINDOW]))
    def wait(self, seconds: int) -> None:
        """Let time pass, unnoticed until somebody leases or sweeps."""
        self.clock.wait(seconds)

    @rule()
    def sweep(self) -> None:
        """Expire, return what was kept, and close windows as the background turn does."""
        self.floor.sweep()
        self.model.sweep(self.clock.now)

    @invariant()
    def both_say_the_same(self) -> None:
        """Compare slots, states and money, and check the books."""
        if not hasattr(self, "model"):
            return
        check_books(self.hub, self.floor.project_id)
        found = sorted(
            (row.item_id, row.pass_n, row.open_slots, row.state) for row in self.floor.rows(TASKS)
        )
        said = sorted((t.item, t.pass_n, t.slots, t.state) for t in self.model.tasks)
        assert found == said, f"the hub has {found}, the model {said}"
        committed = "SELECT committed_micros FROM budget WHERE project_id = :p"
        assert self.floor.value(committed) == self.model.committed


class TestQueue:
    """Random walks on each store."""

    @pytest.fixture
    def hub_and_clock(self, store_url: str) -> Iterator[tuple[Hub, HandClock]]:
        """Open a hub of the test's own, whose clock the walk moves."""
        clock = HandClock()
        hub = open_hub(store_url, clock=clock)
        yield hub, clock
        hub.close()

    @pytest.mark.parametrize("mode", ["plain", "groups", "re-asks"])
    def test_it_does_what_the_model_does(
        self, hub_and_clock: tuple[Hub, HandClock], mode: str
    ) -> None:
        """Shows that no walk of 40 steps makes the queue and its model differ."""
        hub, clock = hub_and_clock
        machine = type("Machine", (QueueMachine,), {"hub": hub, "clock": clock, "mode": mode})
        run_state_machine_as_test(
            machine,
            settings=settings(
                max_examples=25,
                stateful_step_count=40,
                deadline=None,
                derandomize=True,
                database=None,
                suppress_health_check=list(HealthCheck),
            ),
        )
