"""Money: reserved before work is offered, never overspent, equal to the ledger to the last unit."""

from __future__ import annotations

import pytest

from labeling.database import Hub
from labeling.errors import BudgetSpentError, ConflictError, InvalidInputError
from labeling.projects import service as projects
from labeling.projects import store
from tests.books import check_books
from tests.factories import PRICE, Floor
from tests.support.hubs import HandClock


def committed(floor: Floor) -> tuple[int | None, int]:
    """Return cap and committed amount."""
    row = floor.hub.read_now(lambda tx: store.get_budget(tx, floor.project_id))
    return row.cap_micros, row.committed_micros


class TestReserve:
    """Reservations, as leases make them."""

    def test_the_price_is_reserved_when_the_question_is_offered(self, hub: Hub) -> None:
        """Shows that the money is put aside before anybody works."""
        floor = Floor.made(hub, n_items=3, budget_micros=3 * PRICE)
        floor.lease(0, 2)
        assert committed(floor) == (3 * PRICE, 2 * PRICE)

    def test_no_question_is_offered_that_cannot_be_paid(self, hub: Hub) -> None:
        """Shows that the lease stops at the cap and says why."""
        floor = Floor.made(hub, n_items=5, budget_micros=3 * PRICE - 1)
        found = floor.leases(0, 5)
        assert found.reason is not None
        assert (len(found.held), found.reason.code) == (2, "budget_spent")
        check_books(hub, floor.project_id)

    def test_a_returned_question_frees_its_money(self, hub: Hub) -> None:
        """Shows that the next person can be paid from it."""
        floor = Floor.made(hub, n_people=2, n_items=2, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        assert floor.lease(1) == []
        floor.skip(0, lease)
        assert len(floor.lease(1)) == 1
        check_books(hub, floor.project_id)

    def test_a_price_of_nothing_needs_no_budget(self, hub: Hub) -> None:
        """Shows that volunteers work on an empty budget."""
        floor = Floor.made(hub, n_items=1, price_micros=0, budget_micros=0)
        assert floor.submit(0, floor.lease(0)[0]).paid_micros == 0
        check_books(hub, floor.project_id)

    def test_what_does_not_fit_changes_nothing(self, hub: Hub) -> None:
        """Shows that an order past the cap is refused as a whole."""
        floor = Floor.made(hub, budget_micros=PRICE)
        with pytest.raises(BudgetSpentError):
            floor.write(lambda tx, project: store.reserve_or_raise(tx, project.id, PRICE + 1))
        assert committed(floor) == (PRICE, 0)


class TestCap:
    """The cap and its changes."""

    def test_it_can_be_set_after_work_was_paid(self, hub: Hub) -> None:
        """Shows that what was reserved and earned without a cap counts under a later one."""
        floor = Floor.made(hub, n_items=3)
        floor.submit(0, floor.lease(0)[0])
        (lease,) = floor.lease(0)
        assert committed(floor) == (None, 2 * PRICE)
        with pytest.raises(ConflictError):
            floor.write(lambda tx, project: projects.change_budget(tx, project, 2 * PRICE - 1))
        floor.write(lambda tx, project: projects.change_budget(tx, project, 2 * PRICE))
        floor.release(0, lease)
        assert committed(floor) == (2 * PRICE, PRICE)
        check_books(hub, floor.project_id)

    def test_raising_it_goes_on(self, hub: Hub) -> None:
        """Shows that annotators who were told "spent" get work again."""
        floor = Floor.made(hub, n_items=2, budget_micros=0)
        assert floor.lease(0) == []
        floor.write(lambda tx, project: projects.change_budget(tx, project, PRICE))
        assert len(floor.lease(0)) == 1

    def test_a_negative_cap_is_refused(self, hub: Hub) -> None:
        """Shows that the mistake is named."""
        floor = Floor.made(hub)
        with pytest.raises(InvalidInputError):
            floor.write(lambda tx, project: projects.change_budget(tx, project, -1))


class TestLedger:
    """`earn`, `reverse` and the figures made of them."""

    def test_an_amount_is_entered_once_per_key(self, hub: Hub) -> None:
        """Shows that a repeated effect pays once."""
        floor = Floor.made(hub)
        annotator = floor.people[0]

        def earn(tx: object, project: object) -> bool:
            return store.earn(
                tx,  # type: ignore[arg-type]
                project_id=floor.project_id,
                amount=7,
                workforce_id=annotator.workforce_id,
                annotator_id=annotator.id,
                dedupe_key="once",
            )

        assert [floor.write(earn), floor.write(earn)] == [True, False]
        assert floor.write(lambda tx, project: store.spent(tx, project.id)) == 7

    def test_every_figure_is_the_sum_of_its_entries(self, hub: Hub, clock: HandClock) -> None:
        """Shows a person's, a workforce's and the project's figure after all that can happen."""
        floor = Floor.made(hub, n_people=2, n_items=6, budget_micros=20 * PRICE)
        leases = floor.lease(0, 4)
        floor.submit(0, leases[0])
        floor.skip(0, leases[1])
        floor.submit(0, leases[2])
        floor.undo(0, leases[2])
        floor.release(0, leases[3])
        clock.wait(600)
        floor.sweep()
        floor.submit(0, leases[2])
        (other,) = floor.lease(1)
        floor.submit(1, other)
        check_books(hub, floor.project_id)
        spent = floor.write(lambda tx, project: store.spent_by_workforce(tx, project.id))
        assert spent == {floor.people[0].workforce_id: 3 * PRICE}
        assert floor.write(lambda tx, project: store.spent(tx, project.id)) == 3 * PRICE
