"""Skips and flags: each kind does what the project's policy says, and can be taken back."""

from __future__ import annotations

from typing import Any

import pytest

from labeling.database import Hub
from labeling.errors import ConflictError, NotFoundError
from tests.books import check_books
from tests.factories import PRICE, Floor
from tests.support.hubs import HandClock


def floor_with(hub: Hub, n_people: int = 4, n_items: int = 1, **policy: Any) -> Floor:
    """Make a project whose items want two judgments each."""
    overlap = {"overlap_least": 2, "overlap_most": 2, **policy}
    return Floor.made(hub, n_people=n_people, n_items=n_items, **overlap)


def item_state(floor: Floor) -> str:
    """Return the state of the project's first item."""
    return str(floor.value("SELECT state FROM item WHERE project_id = :p ORDER BY id"))


class TestSkip:
    """Each reason has its own consequence."""

    def test_somebody_else_is_asked(self, hub: Hub) -> None:
        """Shows the default: slot and reservation return at once."""
        floor = floor_with(hub, budget_micros=2 * PRICE)
        floor.skip(0, floor.lease(0)[0], "rather_not")
        assert floor.task().open_slots == 2
        assert [len(floor.lease(who)) for who in (0, 1, 2)] == [0, 1, 1]
        check_books(hub, floor.project_id)

    def test_it_counts_as_an_opinion(self, hub: Hub) -> None:
        """Shows that the slot is taken, no class is voted for, and the task closes by it."""
        floor = floor_with(hub, queue={"unsure": {"consequence": "counts"}})
        floor.submit(0, floor.lease(0)[0])
        receipt = floor.skip(1, floor.lease(1)[0], "unsure")
        assert (receipt.counted, receipt.paid_micros) == (False, 0)
        task = floor.task()
        assert (task.state, task.skips_counted, task.open_slots) == ("closed", 1, 0)
        assert floor.value("SELECT n_answers FROM consensus WHERE project_id = :p") == 1
        check_books(hub, floor.project_id)

    def test_opinions_without_a_class_are_a_dispute(self, hub: Hub) -> None:
        """Shows that nothing is accepted where nobody named a class."""
        floor = floor_with(
            hub, queue={"unsure": {"consequence": "counts", "set_aside_after": None}}
        )
        for who in (0, 1):
            floor.skip(who, floor.lease(who)[0], "unsure")
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "disputed"
        check_books(hub, floor.project_id)

    def test_it_may_be_paid(self, hub: Hub) -> None:
        """Shows that pay is policy: the reservation is earned, and reversed by undo."""
        floor = floor_with(hub, queue={"cannot_see": {"paid": True}})
        (lease,) = floor.lease(0)
        assert floor.skip(0, lease, "cannot_see").paid_micros == PRICE
        check_books(hub, floor.project_id)
        floor.undo(0, lease)
        amounts = "SELECT amount_micros FROM ledger_entry WHERE project_id = :p ORDER BY id"
        assert [row.amount_micros for row in floor.rows(amounts)] == [PRICE, -PRICE]
        check_books(hub, floor.project_id)

    def test_it_may_set_the_item_aside_at_once(self, hub: Hub) -> None:
        """Shows that the item is nobody's any more, and stays out of the pool."""
        floor = floor_with(hub, queue={"none_fits": {"consequence": "set_aside"}})
        floor.skip(0, floor.lease(0)[0], "none_fits")
        assert (floor.task().state, item_state(floor)) == ("set_aside", "set_aside")
        assert floor.lease(1) == []
        check_books(hub, floor.project_id)

    def test_so_many_who_say_the_same_close_it_as_unanswerable(self, hub: Hub) -> None:
        """Shows the threshold: two who cannot see it, not one, and not two for two reasons."""
        floor = floor_with(hub)
        floor.skip(0, floor.lease(0)[0], "cannot_see")
        floor.skip(1, floor.lease(1)[0], "unsure")
        assert item_state(floor) == "queued"
        floor.skip(2, floor.lease(2)[0], "cannot_see")
        assert item_state(floor) == "set_aside"
        assert floor.task().close_reason == "unanswerable, cannot_see by 2"
        check_books(hub, floor.project_id)

    def test_whoever_holds_it_may_still_answer(self, hub: Hub) -> None:
        """Shows that an answer to a lease one really holds is stored, paid and kept."""
        floor = floor_with(hub)
        (lease,) = floor.lease(3)
        for who in (0, 1):
            floor.skip(who, floor.lease(who)[0], "cannot_see")
        receipt = floor.submit(3, lease)
        assert (receipt.counted, receipt.paid_micros) == (True, PRICE)
        assert item_state(floor) == "set_aside"
        check_books(hub, floor.project_id)

    def test_a_late_one_takes_no_slot(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a slot that went back is not taken from whoever has it now."""
        floor = floor_with(hub, queue={"unsure": {"consequence": "counts"}})
        (lease,) = floor.lease(0)
        clock.wait(600)
        floor.sweep()
        floor.skip(0, lease, "unsure")
        assert (floor.task().open_slots, floor.task().skips_counted) == (2, 0)
        check_books(hub, floor.project_id)


class TestUndoSkip:
    """What a skip did is undone with it."""

    def test_one_that_counted_opens_the_task_again(self, hub: Hub) -> None:
        """Shows that the closed task is open for its author, and closes again by an answer."""
        floor = floor_with(hub, queue={"unsure": {"consequence": "counts"}})
        floor.submit(0, floor.lease(0)[0])
        (lease,) = floor.lease(1)
        floor.skip(1, lease, "unsure")
        floor.undo(1, lease)
        assert (floor.task().state, floor.task().skips_counted) == ("open", 0)
        check_books(hub, floor.project_id)
        floor.submit(1, lease, lease_n=2)
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "accepted"
        check_books(hub, floor.project_id)

    def test_the_last_report_puts_the_item_back(self, hub: Hub) -> None:
        """Shows that an item set aside by a slip is in the queue again."""
        floor = floor_with(hub)
        leases = [floor.lease(who)[0] for who in (0, 1)]
        for who in (0, 1):
            floor.skip(who, leases[who], "cannot_see")
        floor.undo(1, leases[1])
        assert (item_state(floor), floor.task().state) == ("queued", "open")
        check_books(hub, floor.project_id)

    def test_not_while_others_keep_it_aside(self, hub: Hub) -> None:
        """Shows that one's own undo does not overrule the others."""
        floor = floor_with(hub, n_people=3, overlap_least=3, overlap_most=3)
        leases = [floor.lease(who)[0] for who in range(3)]
        for who in range(3):
            floor.skip(who, leases[who], "cannot_see")
        with pytest.raises(ConflictError, match="set aside"):
            floor.undo(2, leases[2])
        check_books(hub, floor.project_id)

    def test_one_alone_keeps_aside_what_it_set_aside(self, hub: Hub) -> None:
        """Shows that another's undo does not overrule a skip that sets aside at once."""
        floor = floor_with(
            hub, queue={"cannot_see": {"consequence": "set_aside", "set_aside_after": None}}
        )
        leases = [floor.lease(who)[0] for who in (0, 1)]
        floor.skip(0, leases[0], "rather_not")
        floor.skip(1, leases[1], "cannot_see")
        with pytest.raises(ConflictError, match="set aside"):
            floor.undo(0, leases[0])
        assert item_state(floor) == "set_aside"
        check_books(hub, floor.project_id)


class TestFlag:
    """`flag`: something is wrong with this item."""

    def test_its_text_is_kept_and_the_next_question_comes(self, hub: Hub) -> None:
        """Shows that the author goes on, and somebody else is asked meanwhile."""
        floor = floor_with(hub, n_items=2)
        (lease,) = floor.lease(0)
        floor.flag(0, lease, "two pages in one picture")
        assert [row.handle for row in floor.lease(0)] != [lease.handle]
        found = floor.rows("SELECT kind, text, state FROM item_report WHERE project_id = :p")
        assert [tuple(row) for row in found] == [("flag", "two pages in one picture", "open")]
        check_books(hub, floor.project_id)

    @pytest.mark.parametrize("limit", [1, 2])
    def test_after_so_many_the_item_is_set_aside(self, hub: Hub, limit: int) -> None:
        """Shows the policy's number, of different people."""
        floor = floor_with(hub, queue={"flags_set_aside_after": limit})
        for who in range(limit):
            assert item_state(floor) != "set_aside"
            floor.flag(who, floor.lease(who)[0])
        assert item_state(floor) == "set_aside"
        events = floor.rows("SELECT action FROM audit_event WHERE project_id = :p")
        assert [row.action for row in events].count("item.set_aside") == 1
        check_books(hub, floor.project_id)


class TestRestore:
    """`restore_item`: a manager takes an item up again."""

    def test_it_is_asked_again_and_old_reports_are_over(self, hub: Hub) -> None:
        """Shows that one further report does not set it aside at once."""
        floor = floor_with(hub)
        for who in (0, 1):
            floor.flag(who, floor.lease(who)[0])
        item = floor.value("SELECT id FROM item WHERE project_id = :p")
        assert floor.restore(item) == 2
        check_books(hub, floor.project_id)
        floor.flag(2, floor.lease(2)[0])
        assert item_state(floor) == "queued"
        assert len(floor.lease(3)) == 1
        check_books(hub, floor.project_id)

    def test_what_was_settled_is_settled_again(self, hub: Hub) -> None:
        """Shows that answers given before and meanwhile count, once."""
        floor = floor_with(hub)
        holders = [floor.lease(who)[0] for who in (2, 3)]
        floor.write(
            lambda tx, project: tx.run(
                "UPDATE task SET wanted = 4, wanted_most = 4, open_slots = 2"
            )
        )
        floor.write(lambda tx, project: tx.run("UPDATE task SET is_open = (1 = 1)"))
        for who in (0, 1):
            floor.flag(who, floor.lease(who)[0])
        for who, lease in zip((2, 3), holders, strict=True):
            floor.submit(who, lease)
        floor.write(
            lambda tx, project: tx.run(
                "UPDATE task SET wanted = 2, wanted_most = 2, open_slots = 0"
            )
        )
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "pending"
        floor.restore(floor.value("SELECT id FROM item WHERE project_id = :p"))
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "accepted"
        assert floor.task().state == "closed"
        check_books(hub, floor.project_id)

    def test_what_is_not_aside_is_refused(self, hub: Hub) -> None:
        """Shows that a second restore changes nothing, and another project's item is unknown."""
        floor = floor_with(hub)
        other = Floor.made(hub, slug="other", n_items=1)
        item = floor.value("SELECT id FROM item WHERE project_id = :p")
        with pytest.raises(ConflictError):
            floor.restore(item)
        with pytest.raises(NotFoundError):
            other.restore(item)
