"""The queue: slots, fencing, expiry, the same assignment again, and what is never done twice."""

from __future__ import annotations

import pytest

from labeling.database import Hub
from labeling.errors import ConflictError, ForbiddenError, InvalidInputError, NotFoundError
from labeling.people import service as people
from labeling.projects import service as projects
from labeling.tasks import holding
from labeling.tasks import service as tasks
from labeling.tasks.leases import store as leases
from labeling.workforces import service as workforces
from tests.books import check_books
from tests.factories import PRICE, Floor, open_tasks
from tests.support.hubs import HandClock

LEASE_SECONDS = 600
DAY_SECONDS = 86_400


class TestOpenTasks:
    """`open_tasks` and `open_next`."""

    def test_an_item_has_one_open_task(self, hub: Hub) -> None:
        """Shows that a second wish for the same item is passed over."""
        floor = Floor.made(hub, n_items=3)
        first = floor.write(lambda tx, project: open_tasks(tx, project, 2))
        second = floor.write(lambda tx, project: open_tasks(tx, project, 3))
        assert (len(first), len(second)) == (2, 1)

    def test_the_queue_is_capped(self, hub: Hub) -> None:
        """Shows that a planner cannot flood the queue."""
        floor = Floor.made(hub, n_items=5, queue_cap=3)
        assert len(floor.write(lambda tx, project: open_tasks(tx, project, 5))) == 3
        assert floor.write(lambda tx, project: open_tasks(tx, project, 5)) == []

    def test_test_items_get_their_own_overlap(self, hub: Hub) -> None:
        """Shows that the random sample is judged as often as the policy says, no more, no less."""
        floor = Floor.made(hub, n_items=2, split="test", test_overlap=3, overlap_least=1)
        floor.write(lambda tx, project: tasks.open_test_tasks(tx, project, 2, "now"))
        found = floor.rows("SELECT wanted, wanted_most, open_slots FROM task WHERE project_id = :p")
        assert [tuple(row) for row in found] == [(3, 3, 3)] * 2

    def test_what_was_answered_meanwhile_is_not_opened_again(self, hub: Hub) -> None:
        """Shows that a choice made from an older state opens no second task on a settled item."""
        floor = Floor.made(hub, n_items=1)
        floor.write(lambda tx, project: open_tasks(tx, project, 1))
        floor.submit(0, floor.lease(0)[0])
        assert floor.write(lambda tx, project: open_tasks(tx, project, 1)) == []
        assert floor.value("SELECT state FROM item") == "settled"
        check_books(hub, floor.project_id)


class TestLease:
    """`lease_tasks`."""

    def test_the_most_urgent_comes_first(self, hub: Hub) -> None:
        """Shows that priority decides, not the order of opening."""
        floor = Floor.made(hub, n_items=3)
        opened = floor.write(lambda tx, project: open_tasks(tx, project, 3))
        held = floor.lease(0, 2)
        found = floor.rows("SELECT task_id FROM assignment WHERE project_id = :p ORDER BY id")
        assert (len(held), [row.task_id for row in found]) == (2, opened[:2])

    def test_asking_again_returns_what_one_holds(self, hub: Hub) -> None:
        """Shows that two tabs, or a repeated request, take nothing more."""
        floor = Floor.made(hub, n_items=5)
        first, second = floor.lease(0, 3), floor.lease(0, 3)
        assert [row.handle for row in first] == [row.handle for row in second]
        assert len(floor.lease(0, 4)) == 4
        check_books(hub, floor.project_id)

    def test_a_slot_is_held_by_one(self, hub: Hub) -> None:
        """Shows that the second person gets the second slot and the third none."""
        floor = Floor.made(hub, n_people=3, n_items=1, overlap_least=2, overlap_most=2)
        assert [len(floor.lease(who)) for who in range(3)] == [1, 1, 0]
        check_books(hub, floor.project_id)

    def test_nobody_gets_an_answered_item_again(self, hub: Hub) -> None:
        """Shows that a task with free slots is not for those who answered or skipped it."""
        floor = Floor.made(hub, n_people=2, n_items=1, overlap_least=3, overlap_most=3)
        floor.submit(0, floor.lease(0)[0])
        floor.skip(1, floor.lease(1)[0])
        assert (floor.lease(0), floor.lease(1)) == ([], [])

    def test_an_empty_queue_opens_the_next_item(self, hub: Hub) -> None:
        """Shows that annotators never wait for a planner, and get items in the random order."""
        floor = Floor.made(hub, n_items=5)
        for _ in range(5):
            floor.submit(0, floor.lease(0)[0])
        order = floor.rows("SELECT id FROM item WHERE project_id = :p ORDER BY shuffle")
        given = floor.rows("SELECT item_id FROM assignment WHERE project_id = :p ORDER BY id")
        assert [row.item_id for row in given] == [row.id for row in order]
        assert floor.lease(0) == []

    def test_a_task_for_one_workforce_is_not_for_others(self, hub: Hub) -> None:
        """Shows that a vendor's task is not given to the crew."""
        floor = Floor.made(hub, n_items=1, overlap_least=1)
        item = floor.value("SELECT id FROM item WHERE project_id = :p")
        other = floor.write(
            lambda tx, project: workforces.create_workforce(
                tx, project.id, name="other", kind="vendor"
            )
        )
        wish = tasks.TaskWish(item, 1, 1, 1, workforce_id=other)
        floor.write(lambda tx, project: tasks.open_tasks(tx, project, [wish]))
        assert floor.lease(0) == []

    @pytest.mark.parametrize("count", [0, -1, 21])
    def test_how_many_can_be_held_is_limited(self, hub: Hub, count: int) -> None:
        """Shows that nobody drains the queue."""
        floor = Floor.made(hub)
        with pytest.raises(InvalidInputError):
            floor.lease(0, count)

    def test_a_paused_workforce_gets_nothing_new(self, hub: Hub) -> None:
        """Shows that it keeps what it holds and is told why there is no more."""
        floor = Floor.made(hub, n_items=3)
        floor.lease(0)
        floor.write(lambda tx, project: tx.run("UPDATE workforce SET paused_at = 1"))
        user_id = floor.people[0].user_id
        floor.people[0] = hub.read_now(
            lambda tx: workforces.annotator_of(tx, floor.project_id, user_id)
        )
        found = floor.leases(0, 3)
        assert found.reason is not None
        assert (len(found.held), found.reason.code) == (1, "paused")

    def test_a_person_without_a_seat_is_refused(self, hub: Hub) -> None:
        """Shows that membership alone gives no work."""
        floor = Floor.made(hub)
        user_id = hub.write_now(lambda tx: people.create_user(tx, "stranger"))
        with pytest.raises(ForbiddenError):
            hub.read_now(lambda tx: workforces.annotator_of(tx, floor.project_id, user_id))


class TestNoWork:
    """Why there is nothing now, and when to ask again."""

    def test_others_hold_the_last_questions(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the wait is at most until the first of their leases ends."""
        floor = Floor.made(hub, n_people=2)
        floor.lease(0)
        found = floor.leases(1).reason
        assert found is not None
        assert (found.code, found.retry_after_s) == ("waiting_for_others", 30)
        clock.wait(LEASE_SECONDS - 12)
        found = floor.leases(1).reason
        assert found is not None
        assert found.retry_after_s == 12

    def test_everything_is_answered(self, hub: Hub) -> None:
        """Shows that nobody is told to wait for others who hold nothing."""
        floor = Floor.made(hub)
        floor.submit(0, floor.lease(0)[0])
        found = floor.leases(0).reason
        assert found is not None
        assert found.code == "queue_empty"

    def test_the_budget_is_spent(self, hub: Hub) -> None:
        """Shows that money is named as the reason where questions are left."""
        floor = Floor.made(hub, n_items=2, budget_micros=PRICE)
        found = floor.leases(0, 2).reason
        assert found is not None
        assert found.code == "budget_spent"


class TestExpiry:
    """Leases that run out."""

    def test_a_lease_that_ran_out_returns_its_slot(self, hub: Hub, clock: HandClock) -> None:
        """Shows that somebody else gets the question of one who went home."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        floor.lease(0)
        assert floor.lease(1) == []
        clock.wait(LEASE_SECONDS)
        assert floor.sweep() == (1, 0)
        check_books(hub, floor.project_id)
        assert len(floor.lease(1)) == 1
        check_books(hub, floor.project_id)

    def test_it_comes_back_as_the_same_assignment_with_a_higher_number(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows fencing: same handle, next number, no second row."""
        floor = Floor.made(hub, n_items=1)
        (first,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        (second,) = floor.lease(0)
        assert (second.handle, second.lease_n) == (first.handle, first.lease_n + 1)
        assert floor.value("SELECT COUNT(*) FROM assignment WHERE project_id = :p") == 1
        check_books(hub, floor.project_id)

    def test_it_does_not_run_out_before_its_time(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the last microsecond still belongs to the annotator."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        clock.now = lease.expires_at - 1
        assert floor.sweep() == (0, 0)
        assert floor.lease(0)[0].lease_n == 1

    def test_sweeping_twice_returns_the_slot_once(self, hub: Hub, clock: HandClock) -> None:
        """Shows that no slot is made out of nothing."""
        floor = Floor.made(hub, n_items=1)
        floor.lease(0)
        clock.wait(LEASE_SECONDS)
        assert (floor.sweep(), floor.sweep()) == ((1, 0), (0, 0))
        assert floor.task().open_slots == 1
        check_books(hub, floor.project_id)

    def test_the_reservation_stays_until_the_late_window_closes(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that money for a late answer is kept, and returned when it can come no more."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        floor.lease(0)
        clock.wait(LEASE_SECONDS)
        assert floor.sweep() == (1, 0)
        committed = "SELECT committed_micros FROM budget WHERE project_id = :p"
        assert floor.value(committed) == PRICE
        clock.wait(DAY_SECONDS - 1)
        assert (floor.sweep(), floor.value(committed)) == ((0, 0), PRICE)
        clock.wait(1)
        assert (floor.sweep(), floor.value(committed)) == ((0, 1), 0)
        check_books(hub, floor.project_id)

    def test_leasing_again_takes_up_the_kept_reservation(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a return to one's own question never needs money twice."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        for _ in range(3):
            assert len(floor.lease(0)) == 1
            clock.wait(LEASE_SECONDS)
        check_books(hub, floor.project_id)


class TestHeartbeat:
    """`heartbeat`."""

    def test_it_extends_a_live_lease(self, hub: Hub, clock: HandClock) -> None:
        """Shows that somebody who is still there keeps the question."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS - 1)
        assert floor.heartbeat(0, lease) == lease.expires_at + (LEASE_SECONDS - 1) * 1_000_000
        clock.wait(2)
        assert floor.sweep() == (0, 0)

    def test_a_lease_that_ran_out_is_not_revived(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a heartbeat cannot take a slot back, swept or not."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        with pytest.raises(ConflictError):
            floor.heartbeat(0, lease)
        floor.sweep()
        with pytest.raises(ConflictError):
            floor.heartbeat(0, lease)

    def test_an_old_number_is_fenced_off(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a forgotten tab does not keep the new lease alive."""
        floor = Floor.made(hub, n_items=1)
        (old,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        (new,) = floor.lease(0)
        with pytest.raises(ConflictError) as refused:
            floor.heartbeat(0, old)
        assert refused.value.extra == {"lease_n": new.lease_n}


class TestRelease:
    """`release` and `release_all`."""

    def test_slot_and_money_return_at_once(self, hub: Hub) -> None:
        """Shows that the next person can have it, and that the budget is free again."""
        floor = Floor.made(hub, n_people=2, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        floor.release(0, lease)
        check_books(hub, floor.project_id)
        assert len(floor.lease(1)) == 1
        check_books(hub, floor.project_id)

    def test_releasing_twice_changes_nothing(self, hub: Hub) -> None:
        """Shows that a repeated request frees one slot only."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.release(0, lease)
        with pytest.raises(ConflictError):
            floor.release(0, lease)
        check_books(hub, floor.project_id)

    def test_what_was_released_may_come_again(self, hub: Hub) -> None:
        """Shows that a release is no answer: the same assignment, the next number."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.release(0, lease)
        (again,) = floor.lease(0)
        assert (again.handle, again.lease_n) == (lease.handle, 2)
        check_books(hub, floor.project_id)

    def test_somebody_elses_lease_is_as_unknown_as_none(self, hub: Hub) -> None:
        """Shows that the refusal does not even tell whether the handle exists."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        with pytest.raises(NotFoundError) as foreign:
            floor.release(1, lease)
        with pytest.raises(NotFoundError) as missing:
            floor.release(1, lease._replace(handle="nothing"))
        assert foreign.value.detail == missing.value.detail

    def test_signing_out_releases_everything(self, hub: Hub) -> None:
        """Shows that questions do not wait for somebody who left."""
        floor = Floor.made(hub, n_items=5)
        floor.lease(0, 4)
        user_id = floor.people[0].user_id
        released = hub.write_now(lambda tx: holding.release_all(tx, user_id, [floor.project_id]))
        assert (released, floor.rows("SELECT 1 FROM assignment WHERE state = 'leased'")) == (4, [])
        check_books(hub, floor.project_id)


class TestWithdraw:
    """`withdraw_tasks`."""

    def test_what_somebody_held_stays(self, hub: Hub, clock: HandClock) -> None:
        """Shows that leased, expired, released and answered tasks are never withdrawn."""
        floor = Floor.made(hub, n_people=4, n_items=6, overlap_least=2, overlap_most=2)
        floor.write(lambda tx, project: open_tasks(tx, project, 6, least=2, most=2))
        for who in range(3):  # people 0 and 1 on task 1, then 2 and 3 on the next
            floor.lease(who, 1)
        floor.submit(0, floor.lease(0)[0])
        floor.release(1, floor.lease(1)[0])
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        floor.lease(3, 2)
        touched = {
            row.task_id
            for row in floor.rows("SELECT task_id FROM assignment WHERE project_id = :p")
        }
        withdrawn = floor.write(lambda tx, project: tasks.withdraw_tasks(tx, project, 100, "x"))
        left = {
            row.id
            for row in floor.rows("SELECT id FROM task WHERE project_id = :p AND state = 'open'")
        }
        assert (left, withdrawn) == (touched, 6 - len(touched))
        check_books(hub, floor.project_id)

    def test_withdrawn_items_can_be_chosen_again(self, hub: Hub) -> None:
        """Shows that withdrawing loses no item."""
        floor = Floor.made(hub, n_items=3)
        floor.write(lambda tx, project: open_tasks(tx, project, 3))
        assert floor.write(lambda tx, project: tasks.withdraw_tasks(tx, project, 2, "x")) == 2
        assert floor.write(lambda tx, project: len(open_tasks(tx, project, 3))) == 2

    def test_test_tasks_stay(self, hub: Hub) -> None:
        """Shows that a re-planning never touches the random sample."""
        floor = Floor.made(hub, n_items=2, split="test")
        floor.write(lambda tx, project: tasks.open_test_tasks(tx, project, 2, "now"))
        assert floor.write(lambda tx, project: tasks.withdraw_tasks(tx, project, 9, "x")) == 0


class TestClosedProject:
    """A project that is over."""

    def test_it_gives_no_new_work(self, hub: Hub) -> None:
        """Shows that people are told so."""
        floor = Floor.made(hub, n_items=2)
        floor.write(lambda tx, project: tx.run("UPDATE project SET state = 'finished'"))
        reason = floor.leases(0).reason
        assert reason is not None
        assert reason.code == "project_finished"


class TestPolicy:
    """What the policy says of the queue."""

    def test_a_longer_lease_counts_from_the_next_one(self, hub: Hub) -> None:
        """Shows that a change of policy moves no lease that is held."""
        floor = Floor.made(hub, n_items=2)
        (lease,) = floor.lease(0)
        floor.write(lambda tx, project: projects.change_policy(tx, project, {"lease_seconds": 60}))
        held = floor.lease(0, 2)
        assert held[0].expires_at == lease.expires_at
        assert held[1].expires_at == lease.expires_at - 540 * 1_000_000

    def test_live_leases_are_counted(self, hub: Hub) -> None:
        """Shows the project page's figure."""
        floor = Floor.made(hub, n_items=4)
        floor.lease(0, 3)
        assert floor.write(lambda tx, project: leases.count_live(tx, project.id)) == 3
