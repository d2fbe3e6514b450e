"""Answers: counted once, late or in time, paid to the last unit, repeated without effect."""

from __future__ import annotations

import json

import pytest

from labeling.database import Hub
from labeling.errors import InvalidAnswerError, NotFoundError
from labeling.schema.answers import SKIP_REASONS
from labeling.tasks import service as tasks
from tests.books import check_books
from tests.factories import PRICE, Floor, answer, open_tasks
from tests.support.hubs import HandClock

LEASE_SECONDS = 600
DAY_SECONDS = 86_400
KEY = "6b1c0b8e-9d0a-4f43-9f3f-0d1f6f0f9a01"


class TestSubmit:
    """`submit_annotation`, in time."""

    def test_an_answer_is_counted_and_paid(self, hub: Hub) -> None:
        """Shows the receipt, the vote, the closed task and the ledger of a plain answer."""
        floor = Floor.made(hub, n_items=1)
        receipt = floor.submit(0, floor.lease(0)[0])
        assert (receipt.revision, receipt.counted, receipt.surplus) == (1, True, False)
        assert (receipt.paid_micros, receipt.note) == (PRICE, None)
        assert floor.task().state == "closed"
        check_books(hub, floor.project_id)

    def test_a_repeat_returns_the_first_result(self, hub: Hub) -> None:
        """Shows that the same client key stores, counts and pays nothing more."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        first = floor.submit(0, lease, "a", key=KEY)
        assert [floor.submit(0, lease, "b", key=KEY) for _ in range(3)] == [first] * 3
        assert floor.value("SELECT COUNT(*) FROM annotation WHERE project_id = :p") == 1
        check_books(hub, floor.project_id)

    def test_another_key_is_another_answer_and_does_not_count(self, hub: Hub) -> None:
        """Shows two tabs: the second answer is kept as surplus, unpaid, and says why."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        second = floor.submit(0, lease, "b")
        assert (second.counted, second.surplus, second.paid_micros) == (False, True, 0)
        assert second.note is not None
        assert "another tab" in second.note
        check_books(hub, floor.project_id)

    def test_a_foreign_lease_is_refused(self, hub: Hub) -> None:
        """Shows that nobody answers for somebody else, whatever number they send."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        with pytest.raises(NotFoundError):
            floor.submit(1, lease)
        check_books(hub, floor.project_id)

    @pytest.mark.parametrize("lease_n", [0, -1, 2, 10**12, 10**30])
    def test_a_number_that_was_never_held_is_refused(self, hub: Hub, lease_n: int) -> None:
        """Shows that a lease number cannot be guessed ahead."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        with pytest.raises(NotFoundError):
            floor.submit(0, lease, lease_n=lease_n)

    def test_an_answer_under_an_older_number_is_in_time(self, hub: Hub, clock: HandClock) -> None:
        """Shows that what one held before and holds again is simply answered."""
        floor = Floor.made(hub, n_items=1)
        (old,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        (new,) = floor.lease(0)
        assert new.lease_n == 2
        assert floor.submit(0, old).counted
        check_books(hub, floor.project_id)

    @pytest.mark.parametrize(
        ("result", "place"),
        [
            ([], "result"),
            (answer("a") + answer("b"), "result[1]"),
            (answer("nope"), "result[0].value.choices[0]"),
            ([{"from_name": "other"}], "result[0].from_name"),
            ([7], "result[0]"),
            ([answer("a")[0] | {"type": "rating"}], "result[0]"),
            ([answer("a")[0] | {"value": {"choices": ["a", "b"]}}], "result[0].value.choices"),
            ([answer("a")[0] | {"meta": float("nan")}], "result"),
            ([answer("a")[0] | {"meta": "\ud800"}], "result"),
            ([answer("a")[0] | {"meta": "x" * 70_000}], "result"),
        ],
    )
    def test_what_does_not_fit_the_question_is_refused(
        self, hub: Hub, result: list[object], place: str
    ) -> None:
        """Shows rule 3: the refusal names the place, and the lease goes on."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        with pytest.raises(InvalidAnswerError) as refused:
            floor.submit_result(0, lease, result)
        assert refused.value.extra["place"] == place
        assert floor.submit(0, lease).counted
        check_books(hub, floor.project_id)


class TestSkip:
    """Skips and flags."""

    @pytest.mark.parametrize("reason", SKIP_REASONS)
    def test_slot_and_money_return(self, hub: Hub, reason: str) -> None:
        """Shows that each reason is kept, nothing is paid, and the next person is asked."""
        floor = Floor.made(hub, n_people=2, n_items=1, budget_micros=PRICE)
        receipt = floor.skip(0, floor.lease(0)[0], reason)
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (False, False, 0)
        check_books(hub, floor.project_id)
        assert floor.submit(1, floor.lease(1)[0]).counted
        check_books(hub, floor.project_id)
        counted = "SELECT value FROM counter WHERE project_id = :p AND name = :name"
        assert floor.value(counted, name=f"skip.{reason}") == 1

    def test_a_skip_keeps_no_result(self, hub: Hub) -> None:
        """Shows that what a client sends beside a skip is not stored unchecked."""
        floor = Floor.made(hub, n_items=1)
        floor.skip(0, floor.lease(0)[0])
        stored = floor.value("SELECT result FROM annotation WHERE project_id = :p")
        assert json.loads(stored) == []

    @pytest.mark.parametrize(
        ("kind", "reason"),
        [("skip", None), ("skip", "bored"), ("flag", None), ("flag", ""), ("flag", "x" * 1_001)],
    )
    def test_a_bare_skip_is_refused(self, hub: Hub, kind: str, reason: str | None) -> None:
        """Shows that "skip" without one of the reasons is never stored."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        with pytest.raises(InvalidAnswerError) as refused:
            floor.submit(0, lease, kind=kind, reason=reason)
        assert refused.value.extra["place"] == "reason"

    def test_a_flag_is_stored_with_its_words(self, hub: Hub) -> None:
        """Shows that a report of a broken item frees the slot like a skip."""
        floor = Floor.made(hub, n_items=1)
        floor.submit(0, floor.lease(0)[0], kind="flag", reason="blank page")
        stored = floor.rows("SELECT kind, reason FROM annotation WHERE project_id = :p")
        assert [tuple(row) for row in stored] == [("flag", "blank page")]
        check_books(hub, floor.project_id)


class TestLate:
    """Answers to leases that have ended."""

    def test_it_counts_while_the_slot_is_free(self, hub: Hub, clock: HandClock) -> None:
        """Shows that a slow answer is as good as a quick one, and paid from its reservation."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        receipt = floor.submit(0, lease)
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (True, False, PRICE)
        check_books(hub, floor.project_id)

    def test_it_is_surplus_when_the_slot_is_gone(self, hub: Hub, clock: HandClock) -> None:
        """Shows that work done in good faith is stored and paid, and does not count."""
        floor = Floor.made(hub, n_people=2, n_items=1, budget_micros=2 * PRICE)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        (other,) = floor.lease(1)
        receipt = floor.submit(0, lease)
        assert (receipt.counted, receipt.surplus, receipt.paid_micros) == (False, True, PRICE)
        check_books(hub, floor.project_id)
        assert floor.submit(1, other).counted
        check_books(hub, floor.project_id)

    def test_a_surplus_answer_ends_the_matter(self, hub: Hub, clock: HandClock) -> None:
        """Shows that its author is not asked again, and a repeat returns the same receipt."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        (other,) = floor.lease(1)
        first = floor.submit(0, lease, key=KEY)
        floor.release(1, other)
        assert floor.submit(0, lease, key=KEY) == first
        assert floor.lease(0) == []
        check_books(hub, floor.project_id)

    def test_unpaid_where_the_policy_says_so(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the policy decides, the answer still counts, and the money returns."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE, pay_late=False)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        receipt = floor.submit(0, lease)
        assert (receipt.counted, receipt.paid_micros) == (True, 0)
        assert receipt.note is not None
        assert "policy" in receipt.note
        assert floor.value("SELECT committed_micros FROM budget WHERE project_id = :p") == 0
        check_books(hub, floor.project_id)

    def test_past_the_window_it_is_paid_from_what_is_left(self, hub: Hub, clock: HandClock) -> None:
        """Shows that an answer after the late window still takes free money."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        clock.wait(DAY_SECONDS)
        assert floor.sweep() == (0, 1)
        assert floor.submit(0, lease).paid_micros == PRICE
        check_books(hub, floor.project_id)

    def test_past_the_cap_it_is_stored_unpaid_with_the_reason(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that no answer is lost to a budget, and no budget to an answer."""
        floor = Floor.made(hub, n_people=2, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS + DAY_SECONDS)
        floor.sweep()
        floor.sweep()
        assert floor.submit(1, floor.lease(1)[0]).paid_micros == PRICE
        receipt = floor.submit(0, lease)
        assert (receipt.surplus, receipt.paid_micros) == (True, 0)
        assert receipt.note is not None
        assert "budget" in receipt.note
        check_books(hub, floor.project_id)

    def test_after_a_release_it_counts_too(self, hub: Hub) -> None:
        """Shows that an answer that crossed a sign-out on its way is not lost."""
        floor = Floor.made(hub, n_items=1)
        (lease,) = floor.lease(0)
        floor.release(0, lease)
        receipt = floor.submit(0, lease)
        assert (receipt.counted, receipt.paid_micros) == (True, PRICE)
        check_books(hub, floor.project_id)

    def test_a_late_skip_returns_the_money_and_no_second_slot(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that a slot that was returned at expiry is not returned again."""
        floor = Floor.made(hub, n_items=1, budget_micros=PRICE)
        (lease,) = floor.lease(0)
        clock.wait(LEASE_SECONDS)
        floor.sweep()
        floor.skip(0, lease)
        assert floor.task().open_slots == 1
        check_books(hub, floor.project_id)

    def test_an_overdue_lease_that_nobody_swept_is_in_time(
        self, hub: Hub, clock: HandClock
    ) -> None:
        """Shows that the slot decides, not the clock."""
        floor = Floor.made(hub, n_items=1, pay_late=False)
        (lease,) = floor.lease(0)
        clock.wait(10 * LEASE_SECONDS)
        assert floor.submit(0, lease).paid_micros == PRICE
        check_books(hub, floor.project_id)


class TestOverlap:
    """Tasks that ask on until the answer is sure or the overlap is used up."""

    def test_a_disagreement_asks_on_up_to_the_most(self, hub: Hub) -> None:
        """Shows that a task widens by one at a time and then closes as it stands."""
        floor = Floor.made(
            hub, n_people=4, n_items=1, overlap_least=1, overlap_most=3, accept_posterior=0.999
        )
        wanted = []
        for who, label in enumerate("abc"):
            floor.submit(who, floor.lease(who)[0], label)
            wanted.append((floor.task().wanted, floor.task().state))
            check_books(hub, floor.project_id)
        assert wanted == [(2, "open"), (3, "open"), (3, "closed")]
        assert floor.lease(3) == []

    def test_a_sure_answer_closes_early(self, hub: Hub) -> None:
        """Shows that money is not spent on what is known."""
        floor = Floor.made(
            hub, n_people=3, n_items=1, overlap_least=2, overlap_most=3, accept_posterior=0.5
        )
        for who in range(2):
            floor.submit(who, floor.lease(who)[0])
        assert (floor.task().state, floor.task().close_reason) == ("closed", "sure")
        check_books(hub, floor.project_id)

    @pytest.mark.parametrize(
        ("labels", "least_gain", "ends"),
        [
            ("aa", 0.002, ("closed", "nothing to gain, accepted")),
            ("aa", 0.0, ("open", None)),
            ("ab", 0.002, ("open", None)),
        ],
    )
    def test_nobody_is_asked_what_could_change_nothing(
        self, hub: Hub, labels: str, least_gain: float, ends: tuple[str, str | None]
    ) -> None:
        """Shows that one more against two that agree is asked only where the policy says so."""
        floor = Floor.made(
            hub,
            n_people=3,
            overlap_least=2,
            overlap_most=3,
            accept_posterior=0.999,
            overlap_gain=least_gain,
        )
        for who, label in enumerate(labels):
            floor.submit(who, floor.lease(who)[0], label)
        assert (floor.task().state, floor.task().close_reason) == ends
        check_books(hub, floor.project_id)

    def test_a_tie_at_the_end_is_disputed(self, hub: Hub) -> None:
        """Shows that two against two is not called an answer."""
        floor = Floor.made(
            hub, n_people=2, n_items=1, overlap_least=2, overlap_most=2, accept_posterior=0.99
        )
        for who, label in enumerate("ab"):
            floor.submit(who, floor.lease(who)[0], label)
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "disputed"
        check_books(hub, floor.project_id)

    def test_every_test_item_gets_its_full_overlap(self, hub: Hub) -> None:
        """Shows that a fixed overlap closes neither early nor late."""
        floor = Floor.made(
            hub, n_people=3, n_items=1, split="test", test_overlap=3, accept_posterior=0.1
        )
        floor.write(lambda tx, project: open_tasks(tx, project, 1, least=3, most=3))
        states = []
        for who in range(3):
            floor.submit(who, floor.lease(who)[0])
            states.append(floor.task().state)
        assert states == ["open", "open", "closed"]
        check_books(hub, floor.project_id)

    @pytest.mark.parametrize(
        ("labels", "states"), [("aa", ["open", "closed"]), ("aba", ["open", "open", "closed"])]
    )
    def test_a_test_item_may_close_on_two_who_agree(
        self, hub: Hub, labels: str, states: list[str]
    ) -> None:
        """Shows that a third is asked only where two differ."""
        floor = Floor.made(
            hub, n_people=3, n_items=1, split="test", test_overlap=3, test_overlap_least=2
        )
        floor.write(lambda tx, project: tasks.open_test_tasks(tx, project, 1, "now"))
        found = []
        for who, label in enumerate(labels):
            floor.submit(who, floor.lease(who)[0], label)
            found.append(floor.task().state)
        assert found == states
        check_books(hub, floor.project_id)

    def test_closing_is_recorded_once(self, hub: Hub) -> None:
        """Shows one change from pending to accepted, whatever is repeated."""
        floor = Floor.made(hub, n_people=2, n_items=1, overlap_least=2, overlap_most=2)
        for who in range(2):
            (lease,) = floor.lease(who)
            for _ in range(2):
                floor.submit(who, lease, key=KEY)
        events = floor.rows(
            "SELECT from_state, to_state FROM consensus_event WHERE project_id = :p ORDER BY id"
        )
        assert [tuple(row) for row in events] == [(None, "pending"), ("pending", "accepted")]
