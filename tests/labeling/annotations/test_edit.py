"""Edit: one request replaces an answer; consensus and ledger follow by new rows."""

from __future__ import annotations

import pytest

from labeling.database import Hub
from labeling.errors import ConflictError, InvalidAnswerError, NotFoundError
from tests.books import check_books
from tests.factories import PRICE, Floor
from tests.support.hubs import HandClock

KEY = "0c6f4a9e-3f3e-4f2b-8f38-5d0c2a6b7c11"


def consensus(floor: Floor) -> tuple[str, str | None]:
    """Return the state and the class of the project's one item."""
    sql = """
    SELECT c.state, k.key FROM consensus c LEFT JOIN label_class k ON k.id = c.class_id
    WHERE c.project_id = :p
    """
    row = floor.rows(sql)[0]
    return row.state, row.key


class TestEdit:
    """`edit_annotation`."""

    def test_a_settled_item_follows(self, hub: Hub) -> None:
        """Shows the flip by an event, with the same assignment and the next revision."""
        floor = Floor.made(hub)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        receipt = floor.edit(0, lease, "b")
        assert (receipt.handle, receipt.revision, receipt.counted) == (lease.handle, 2, True)
        assert consensus(floor) == ("accepted", "b")
        assert floor.task().state == "closed"
        causes = floor.rows("SELECT cause FROM consensus_event WHERE project_id = :p ORDER BY id")
        assert causes[-1].cause.startswith("edit ")
        check_books(hub, floor.project_id)

    def test_it_costs_and_earns_nothing_more(self, hub: Hub) -> None:
        """Shows the reversal and the new earning, and the same sum under a cap that is reached."""
        floor = Floor.made(hub, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        assert floor.edit(0, lease, "b").paid_micros == PRICE
        amounts = floor.rows("SELECT amount_micros FROM ledger_entry WHERE project_id = :p")
        assert [row.amount_micros for row in amounts] == [PRICE, -PRICE, PRICE]
        assert floor.value("SELECT answers FROM annotator WHERE project_id = :p") == 1
        check_books(hub, floor.project_id)

    def test_the_first_answer_stays_on_record(self, hub: Hub) -> None:
        """Shows that nothing is overwritten: the next revision names the one it replaces."""
        floor = Floor.made(hub)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        floor.edit(0, lease, "b")
        found = floor.rows("SELECT revision, kind, reason, source FROM annotation ORDER BY id")
        assert [tuple(row) for row in found] == [
            (1, "answer", None, "lease"),
            (2, "answer", "revision 1", "edit"),
        ]

    def test_a_repeat_changes_nothing_more(self, hub: Hub) -> None:
        """Shows that a lost reply costs nothing: the same key, the same receipt."""
        floor = Floor.made(hub)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        assert floor.edit(0, lease, "b", key=KEY) == floor.edit(0, lease, "b", key=KEY)
        check_books(hub, floor.project_id)

    def test_it_can_be_edited_and_taken_back_again(self, hub: Hub) -> None:
        """Shows that undo after two edits reverses what was paid once."""
        floor = Floor.made(hub, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        floor.edit(0, lease, "b")
        floor.edit(0, lease, "c")
        floor.undo(0, lease)
        check_books(hub, floor.project_id)
        assert floor.submit(0, lease, "a", lease_n=2).paid_micros == PRICE
        check_books(hub, floor.project_id)

    def test_one_that_unsettles_asks_somebody_else_once(self, hub: Hub) -> None:
        """Shows that a sure item that is sure no more opens for one more judgment."""
        floor = Floor.made(hub, n_people=3, overlap_least=2, overlap_most=3, accept_posterior=0.8)
        leases = [floor.lease(who)[0] for who in (0, 1)]
        for who in (0, 1):
            floor.submit(who, leases[who], "a")
        assert floor.task().state == "closed"
        floor.edit(1, leases[1], "b")
        task = floor.task()
        assert (task.state, task.wanted, task.open_slots) == ("open", 3, 1)
        assert consensus(floor)[0] == "pending"
        check_books(hub, floor.project_id)
        floor.edit(1, leases[1], "a")
        assert floor.task().wanted == 3
        floor.submit(2, floor.lease(2)[0], "a")
        assert consensus(floor) == ("accepted", "a")
        check_books(hub, floor.project_id)

    def test_one_that_ties_at_full_overlap_is_a_dispute(self, hub: Hub) -> None:
        """Shows that no further judgment is asked where none is left."""
        floor = Floor.made(hub, n_people=2, overlap_least=2, overlap_most=2)
        leases = [floor.lease(who)[0] for who in (0, 1)]
        for who in (0, 1):
            floor.submit(who, leases[who], "a")
        floor.edit(1, leases[1], "b")
        assert consensus(floor)[0] == "disputed"
        check_books(hub, floor.project_id)

    def test_as_far_back_as_undo(self, hub: Hub, clock: HandClock) -> None:
        """Shows that an edit does not renew the time that an answer can be changed."""
        floor = Floor.made(hub, undo_last=0)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        clock.wait(899)
        floor.edit(0, lease, "b")
        clock.wait(2)
        with pytest.raises(ConflictError, match="Undo reaches"):
            floor.edit(0, lease, "c")

    def test_what_is_no_answer_is_refused(self, hub: Hub) -> None:
        """Shows refusals: a lease, a skip, another's answer, a class that is not asked."""
        floor = Floor.made(hub, n_people=2, n_items=2)
        (lease,) = floor.lease(0)
        with pytest.raises(ConflictError):
            floor.edit(0, lease, "a")
        floor.skip(0, lease)
        with pytest.raises(ConflictError, match="take it back"):
            floor.edit(0, lease, "a")
        (other,) = floor.lease(1)
        floor.submit(1, other)
        with pytest.raises(NotFoundError):
            floor.edit(0, other, "b")
        with pytest.raises(InvalidAnswerError):
            floor.edit(1, other, "unheard of")
        check_books(hub, floor.project_id)

    def test_two_undos_reopen_once(self, hub: Hub) -> None:
        """Shows one reopening event for two answers that are taken back."""
        floor = Floor.made(hub, n_people=2, overlap_least=2, overlap_most=2)
        leases = [floor.lease(who)[0] for who in (0, 1)]
        for who in (0, 1):
            floor.submit(who, leases[who])
        for who in (0, 1):
            floor.undo(who, leases[who])
        states = floor.rows("SELECT to_state FROM consensus_event WHERE project_id = :p")
        assert [row.to_state for row in states] == ["pending", "accepted", "pending"]
        check_books(hub, floor.project_id)
