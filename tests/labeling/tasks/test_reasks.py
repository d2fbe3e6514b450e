"""Self-consistency re-asks: own earlier questions again, paid, told by nothing, and no votes."""

from __future__ import annotations

from typing import Any

from labeling.database import Hub
from tests.books import check_books
from tests.factories import PRICE, Floor
from tests.support.hubs import HandClock

ALWAYS: dict[str, Any] = {"reask_share": 1.0, "reask_after_answers": 1, "reask_after_seconds": 0}


def reasked(hub: Hub, clock: HandClock, *, n_people: int = 1, **more: Any) -> tuple[Floor, Any]:
    """Answer until a question comes again; return the floor and that lease."""
    floor = Floor.made(hub, n_people=n_people, n_items=12, queue={**ALWAYS, **more})
    for _ in range(12):
        (lease,) = floor.lease(0)
        if pass_of(floor, lease) == 2:
            return floor, lease
        floor.submit(0, lease, "a")
        clock.wait(1)
    message = "nothing came again"
    raise AssertionError(message)


def pass_of(floor: Floor, lease: Any) -> int:
    """Return which asking of its item a lease is."""
    return int(floor.value("SELECT pass_n FROM assignment WHERE handle = :h", h=lease.handle))


def agreement(floor: Floor) -> tuple[int, int]:
    """Return how many pairs there are, and how many are equal."""
    rows = floor.rows("SELECT n, n_same FROM self_agreement WHERE project_id = :p")
    return (rows[0].n, rows[0].n_same) if rows else (0, 0)


class TestReask:
    """One that was drawn."""

    def test_it_is_paid_and_no_vote(self, hub: Hub, clock: HandClock) -> None:
        """Shows the receipt of any answer, the consensus untouched, and the pair that is kept."""
        floor, lease = reasked(hub, clock)
        before = floor.rows("SELECT item_id, version FROM consensus WHERE project_id = :p")
        receipt = floor.submit(0, lease, "b")
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (True, False, PRICE)
        assert floor.rows("SELECT item_id, version FROM consensus WHERE project_id = :p") == before
        assert agreement(floor) == (1, 0)
        check_books(hub, floor.project_id)

    def test_its_lease_looks_like_any_other(self, hub: Hub, clock: HandClock) -> None:
        """Shows that nothing tells: no note, the same lease number and end."""
        floor, lease = reasked(hub, clock)
        found = floor.leases(0)
        assert (found.assigned, lease.lease_n) == ({}, 1)
        assert lease.expires_at == clock.now + 600 * 1_000_000
        assert lease.current_annotation_id is None

    def test_undo_and_edit_follow(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the pair is that of the answer which stands."""
        floor, lease = reasked(hub, clock)
        floor.submit(0, lease, "b")
        floor.edit(0, lease, "a")
        assert agreement(floor) == (1, 1)
        check_books(hub, floor.project_id)
        floor.undo(0, lease)
        assert agreement(floor) == (0, 0)
        check_books(hub, floor.project_id)
        floor.submit(0, lease, "a", lease_n=2)
        assert agreement(floor) == (1, 1)
        check_books(hub, floor.project_id)

    def test_a_skip_ends_it(self, hub: Hub, clock: HandClock) -> None:
        """Shows that nobody else is asked, and the books balance."""
        floor, lease = reasked(hub, clock, n_people=2)
        floor.skip(0, lease)
        check_books(hub, floor.project_id)
        assert floor.value("SELECT COUNT(*) FROM task WHERE pass_n = 2 AND state = 'open'") == 0
        floor.undo(0, lease)
        check_books(hub, floor.project_id)

    def test_an_expired_one_comes_back_to_its_person_only(self, hub: Hub, clock: HandClock) -> None:
        """Shows that it is in no queue, and is the same assignment with a higher number."""
        floor, lease = reasked(hub, clock, n_people=2)
        clock.wait(601)
        floor.sweep()
        item = floor.value("SELECT item_id FROM assignment WHERE handle = :h", h=lease.handle)
        assert item not in {row.item_id for row in floor.lease(1, 20)}
        again = {row.handle: row.lease_n for row in floor.lease(0, 5)}
        assert again[lease.handle] == 2
        check_books(hub, floor.project_id)

    def test_one_never_answered_is_withdrawn(self, hub: Hub, clock: HandClock) -> None:
        """Shows that it goes to nobody else when its week is over."""
        floor, lease = reasked(hub, clock, n_people=2)
        floor.release(0, lease)
        clock.wait(8 * 86_400)
        floor.sweep()
        assert floor.value("SELECT state FROM task WHERE pass_n = 2") == "withdrawn"
        check_books(hub, floor.project_id)


class TestDraw:
    """When something comes again."""

    def test_never_by_default(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the policy's default asks nobody twice."""
        floor = Floor.made(hub, n_items=5)
        for _ in range(5):
            floor.submit(0, floor.lease(0)[0])
            clock.wait(1)
        assert floor.lease(0) == []

    def test_not_before_so_many_answers_and_so_much_time(self, hub: Hub, clock: HandClock) -> None:
        """Shows both distances: four answers between, and an hour."""
        far = {**ALWAYS, "reask_after_answers": 4, "reask_after_seconds": 3_600}
        floor = Floor.made(hub, n_items=30, queue=far)
        for n in range(10):
            if n == 9:
                clock.wait(3_600)
            (lease,) = floor.lease(0)
            if n < 9:
                assert pass_of(floor, lease) == 1
            floor.submit(0, lease)
            clock.wait(1)
        sql = """
        SELECT x.id, (SELECT COUNT(*) FROM assignment b WHERE b.annotator_id = x.annotator_id
            AND b.submitted_at > f.submitted_at AND b.created_at < x.created_at) AS between
        FROM assignment x JOIN assignment f ON f.item_id = x.item_id AND f.pass_n = 1
        WHERE x.pass_n = 2
        """
        for row in floor.rows(sql.replace("between", "n_between")):
            assert row.n_between >= 4

    def test_nothing_comes_a_third_time(self, hub: Hub, clock: HandClock) -> None:
        """Shows that an item is asked again once."""
        floor = Floor.made(hub, n_items=3, queue=ALWAYS)
        for _ in range(12):
            for lease in floor.lease(0):
                floor.submit(0, lease)
            clock.wait(1)
        assert floor.value("SELECT MAX(pass_n) FROM assignment") == 2
        assert floor.value("SELECT COUNT(*) FROM assignment WHERE pass_n = 2") <= 3
        check_books(hub, floor.project_id)

    def test_what_was_skipped_is_not_asked_again(self, hub: Hub, clock: HandClock) -> None:
        """Shows that only answers can be compared."""
        floor = Floor.made(hub, n_items=6, queue=ALWAYS)
        for _ in range(6):
            floor.skip(0, floor.lease(0)[0], "rather_not")
            clock.wait(1)
        assert floor.lease(0) == []
