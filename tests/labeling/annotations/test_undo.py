"""Undo: what an answer changed is changed back by new rows, and the question comes back."""

from __future__ import annotations

import pytest

from labeling.database import Hub
from labeling.errors import BudgetSpentError, ConflictError, NotFoundError
from tests.books import check_books
from tests.factories import PRICE, Floor
from tests.support.hubs import HandClock

LEASE_SECONDS = 600
KEY = "0c6f4a9e-3f3e-4f2b-8f38-5d0c2a6b7c11"


class TestUndoAnswer:
    """`undo_annotation` of an answer."""

    def test_the_question_comes_back_with_the_next_number(self, hub: Hub) -> None:
        """Shows that it is leased again to the same person, the old answer known."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        again = floor.undo(0, lease)
        assert (again.state, again.lease_n, again.handle) == ("leased", 2, lease.handle)
        assert again.current_annotation_id is not None
        assert [row.handle for row in floor.lease(0)] == [lease.handle]
        check_books(hub, floor.project_id)

    def test_consensus_and_money_follow_by_new_rows(self, hub: Hub) -> None:
        """Shows the retraction, the reversal and the event, and that nothing was overwritten."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        floor.undo(0, lease)
        amounts = floor.rows(
            "SELECT amount_micros FROM ledger_entry WHERE project_id = :p ORDER BY id"
        )
        kinds = floor.rows("SELECT kind FROM annotation WHERE project_id = :p ORDER BY id")
        events = floor.rows(
            "SELECT to_state FROM consensus_event WHERE project_id = :p ORDER BY id"
        )
        assert [row.amount_micros for row in amounts] == [PRICE, -PRICE]
        assert [row.kind for row in kinds] == ["answer", "retract"]
        assert [row.to_state for row in events] == ["accepted", "pending"]
        assert floor.task().state == "open"
        check_books(hub, floor.project_id)

    def test_the_next_answer_counts_and_is_paid_once(self, hub: Hub) -> None:
        """Shows that a correction costs no second price."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        for label in "abc":
            assert floor.submit(0, lease, label, lease_n=1).counted
            floor.undo(0, lease)
            check_books(hub, floor.project_id)
        assert floor.submit(0, lease, "b").paid_micros == PRICE
        assert floor.value("SELECT SUM(amount_micros) FROM ledger_entry") == PRICE
        check_books(hub, floor.project_id)

    def test_one_of_three_is_taken_back(self, hub: Hub) -> None:
        """Shows that the others' answers stay, and the closed task opens for this one only."""
        floor = Floor.made(hub, n_people=4, n_items=1, overlap_least=3, overlap_most=3)
        leases = [floor.lease(who)[0] for who in range(3)]
        for who in range(3):
            floor.submit(who, leases[who], "ab"[who % 2])
        floor.undo(1, leases[1])
        assert (floor.task().state, floor.task().open_slots) == ("open", 0)
        assert floor.lease(3) == []
        check_books(hub, floor.project_id)
        floor.submit(1, leases[1], "a")
        assert floor.task().state == "closed"
        check_books(hub, floor.project_id)

    def test_a_widened_task_stays_wide(self, hub: Hub) -> None:
        """Shows that an undo between two widenings keeps slots and answers in step."""
        floor = Floor.made(
            hub, n_people=3, n_items=1, overlap_least=1, overlap_most=3, accept_posterior=0.999
        )
        (first,) = floor.lease(0)
        floor.submit(0, first)
        (second,) = floor.lease(1)
        floor.undo(0, first)
        check_books(hub, floor.project_id)
        floor.submit(1, second, "b")
        check_books(hub, floor.project_id)
        floor.submit(0, first, "b")
        check_books(hub, floor.project_id)

    def test_what_is_taken_back_and_left_goes_to_somebody_else(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that an undo does not block the item for ever."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        floor.undo(0, lease)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        assert floor.submit(1, floor.lease(1)[0]).counted
        check_books(hub, floor.project_id)

    def test_a_repeat_changes_nothing(self, hub: Hub) -> None:
        """Shows that the same key takes back once."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        first = floor.undo(0, lease, key=KEY)
        assert floor.undo(0, lease, key=KEY) == first
        floor.submit(0, lease, "b")
        assert floor.undo(0, lease, key=KEY).state == "submitted"
        check_books(hub, floor.project_id)

    def test_a_second_undo_has_nothing_to_take_back(self, hub: Hub) -> None:
        """Shows that two presses of the key are one undo."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        floor.undo(0, lease)
        with pytest.raises(ConflictError):
            floor.undo(0, lease)
        check_books(hub, floor.project_id)

    def test_a_surplus_answer_cannot_be_taken_back(self, hub: Hub, clock: HandClock) -> None:
        """Shows that what did not count leaves nothing to change."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        floor.lease(1)
        floor.submit(0, lease)
        with pytest.raises(ConflictError):
            floor.undo(0, lease)
        check_books(hub, floor.project_id)

    def test_somebody_elses_answer_is_unknown(self, hub: Hub) -> None:
        """Shows that nobody takes back for another."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        with pytest.raises(NotFoundError):
            floor.undo(1, lease)

    def test_an_unpaid_answer_is_paid_when_it_is_given_again_in_time(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that an undo reserves a price where the first answer had none."""
        floor = Floor.made(hub, n_items=1, pay_late=False)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        assert floor.submit(0, lease).paid_micros == 0
        floor.undo(0, lease)
        assert floor.submit(0, lease).paid_micros == PRICE
        check_books(hub, floor.project_id)


class TestUndoSkip:
    """`undo_annotation` of a skip."""

    def test_the_question_comes_back(self, hub: Hub) -> None:
        """Shows that slot, reservation and count of the skip follow."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        floor.skip(0, lease)
        assert floor.undo(0, lease).lease_n == 2
        check_books(hub, floor.project_id)
        assert floor.value("SELECT value FROM counter WHERE name = 'skip.unsure'") == 0
        assert floor.submit(0, lease).counted
        check_books(hub, floor.project_id)

    def test_not_after_somebody_else_took_it(self, hub: Hub) -> None:
        """Shows that a slot is never given twice."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        floor.skip(0, lease)
        floor.lease(1)
        with pytest.raises(ConflictError):
            floor.undo(0, lease)
        check_books(hub, floor.project_id)

    def test_not_without_money(self, hub: Hub) -> None:
        """Shows that a question is not given back that could not be paid."""
        floor = Floor.made(hub, n_people=2, n_items=2, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        floor.skip(0, lease)
        taken = floor.value("SELECT task_id FROM assignment WHERE handle = :h", h=lease.handle)
        floor.write(
            lambda tx, project: tx.run("UPDATE task SET priority = -9 WHERE id = :t", t=taken)
        )
        floor.write(lambda tx, project: tx.run("UPDATE budget SET committed_micros = cap_micros"))
        with pytest.raises(BudgetSpentError):
            floor.undo(0, lease)
        assert floor.task().open_slots == 1


class TestReach:
    """How far back undo goes."""

    @staticmethod
    def _answered(hub: Hub, clock: HandClock, n: int) -> tuple[Floor, list[object]]:
        floor = Floor.made(hub, n_items=n)
        leases = []
        for _ in range(n):
            (lease,) = floor.lease(0)
            floor.submit(0, lease)
            leases.append(lease)
            clock.wait(1)
        return floor, leases

    def test_the_last_twenty_however_old(self, hub: Hub, clock: HandClock) -> None:
        """Shows the reach by number: the twentieth goes, the twenty-first does not."""
        floor, leases = self._answered(hub, clock, 21)
        clock.wait(86_400)
        with pytest.raises(ConflictError, match="Undo reaches"):
            floor.undo(0, leases[0])
        assert floor.undo(0, leases[1]).lease_n == 2
        check_books(hub, floor.project_id)

    def test_the_last_fifteen_minutes_however_many(self, hub: Hub, clock: HandClock) -> None:
        """Shows the reach by time: 900 seconds go, one more does not."""
        floor, leases = self._answered(hub, clock, 22)
        clock.now = floor.value("SELECT MIN(submitted_at) FROM assignment") + 900 * 1_000_000
        assert floor.undo(0, leases[0]).lease_n == 2
        clock.wait(2)
        with pytest.raises(ConflictError, match="Undo reaches"):
            floor.undo(0, leases[1])
        check_books(hub, floor.project_id)

    def test_what_was_never_answered(self, hub: Hub) -> None:
        """Shows that a lease alone cannot be undone."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        with pytest.raises(ConflictError):
            floor.undo(0, lease)
