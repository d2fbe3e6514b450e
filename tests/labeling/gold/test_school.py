"""Training that teaches and the test before real work: both known as such, neither is gold."""

from __future__ import annotations

import pytest

from labeling.errors import ConflictError
from labeling.projects import service as projects
from tests.books import check_books
from tests.factories import PRICE
from tests.labeling.gold.conftest import GoldFloor
from tests.labeling.gold.factories import give, kind_of, record, retire
from tests.labeling.gold.test_keeper import state
from tests.support.hubs import HandClock

TEST = {"qualification_items": 3, "qualification_pass": 0.6, "rate_first": 0.0, "rate_least": 0.0}


class TestTraining:
    """Training questions for newcomers."""

    def test_a_newcomer_gets_them_first_in_the_owners_order(self, gold_floor: GoldFloor) -> None:
        """Shows two training questions, then work; no vote, no score on gold."""
        floor = gold_floor(n_gold=3, use="training", gold={"training_items": 2})
        leases = floor.lease(0, 4)
        assert [kind_of(floor, lease) for lease in leases] == ["training"] * 2 + ["label"] * 2
        for lease in leases:
            floor.submit(0, lease, "b")
        found = record(floor, 0)
        assert (found.n, found.training_done, found.training_right) == (0, 2, 0)
        assert kind_of(floor, floor.lease(0)[0]) == "label"
        check_books(floor.hub, floor.project_id)

    def test_an_answer_that_was_explained_stands(self, gold_floor: GoldFloor) -> None:
        """Shows that training is not taken back once the right answer was shown."""
        floor = gold_floor(n_gold=1, use="training", gold={"training_items": 1})
        (lease,) = floor.lease(0)
        floor.submit(0, lease)
        with pytest.raises(ConflictError, match="shown"):
            floor.undo(0, lease)

    @pytest.mark.parametrize("paid", [True, False])
    def test_the_policy_says_whether_it_is_paid(self, gold_floor: GoldFloor, *, paid: bool) -> None:
        """Shows both, with books that balance."""
        policy = {"training_items": 1, "pay_training": paid}
        floor = gold_floor(n_gold=1, use="training", gold=policy)
        receipt = floor.submit(0, floor.lease(0)[0])
        assert (receipt.paid_micros, receipt.note) == (PRICE if paid else 0, None)
        check_books(floor.hub, floor.project_id)

    def test_given_back_it_is_still_the_first(self, gold_floor: GoldFloor) -> None:
        """Shows that releasing a training question does not skip it."""
        floor = gold_floor(n_gold=1, use="training", gold={"training_items": 1})
        (lease,) = floor.lease(0)
        floor.release(0, lease)
        (again,) = floor.lease(0)
        assert (again.handle, again.lease_n) == (lease.handle, 2)


class TestQualification:
    """The test before real work."""

    def test_passing_it_opens_the_queue(self, gold_floor: GoldFloor) -> None:
        """Shows three questions, two right: in."""
        floor = gold_floor(n_gold=3, use="qualification", gold=TEST)
        found = floor.leases(0, 5)
        assert [kind_of(floor, lease) for lease in found.held] == ["qualification"] * 3
        assert found.reason is not None
        assert found.reason.code == "not_qualified"
        assert state(floor, 0) == "qualifying"
        for lease, label in zip(found.held, "aab", strict=True):
            floor.submit(0, lease, label)
        assert state(floor, 0) == "active"
        assert kind_of(floor, floor.lease(0)[0]) == "label"
        assert record(floor, 0).n == 0
        check_books(floor.hub, floor.project_id)

    def test_failing_it_is_tried_again_later_with_other_questions(
        self, gold_floor: GoldFloor, clock: HandClock
    ) -> None:
        """Shows the wait, a second try on new questions, and the end of tries."""
        floor = gold_floor(n_gold=6, use="qualification", gold=TEST)
        first = floor.lease(0, 3)
        for lease in first:
            floor.submit(0, lease, "b")
        found = floor.leases(0, 3)
        assert found.held == []
        assert found.reason is not None
        assert (found.reason.code, found.reason.retry_after_s) == ("not_qualified", 86_400)
        clock.wait(86_401)
        second = floor.lease(0, 3)
        assert len(second) == 3
        assert {row.item_id for row in second}.isdisjoint(row.item_id for row in first)
        floor.skip(0, second[0])
        for lease in second[1:]:
            floor.submit(0, lease, "b")
        clock.wait(86_401)
        assert floor.lease(0, 3) == []
        assert state(floor, 0) == "qualifying"
        check_books(floor.hub, floor.project_id)

    def test_answers_can_be_taken_back_until_it_is_over(self, gold_floor: GoldFloor) -> None:
        """Shows undo in the middle, and its refusal after the end."""
        floor = gold_floor(n_gold=3, use="qualification", gold=TEST)
        leases = floor.lease(0, 3)
        floor.submit(0, leases[0], "b")
        floor.undo(0, leases[0])
        assert record(floor, 0).test_n == 0
        for lease in floor.lease(0, 3):
            floor.submit(0, lease, "a")
        with pytest.raises(ConflictError, match="over"):
            floor.undo(0, leases[0])
        check_books(floor.hub, floor.project_id)

    def test_gold_fills_it_up_and_is_gold_to_nobody_who_met_it_there(
        self, gold_floor: GoldFloor
    ) -> None:
        """Shows a test from hidden gold, scored as a test alone."""
        floor = gold_floor(n_gold=3, gold={**TEST, "rate_first": 1.0, "rate_least": 1.0})
        for lease in floor.lease(0, 3):
            assert kind_of(floor, lease) == "qualification"
            floor.submit(0, lease, "a")
        assert kind_of(floor, floor.lease(0)[0]) == "label"
        assert record(floor, 0).n == 0

    def test_too_few_questions_let_nobody_in_and_say_so(self, gold_floor: GoldFloor) -> None:
        """Shows that a test is begun only when it can be finished."""
        floor = gold_floor(n_gold=2, use="qualification", gold=TEST)
        found = floor.leases(0, 3)
        assert found.held == []
        assert found.reason is not None
        assert "too few" in found.reason.text
        give(floor, 1, skip=5, use="qualification")
        assert len(floor.lease(0, 3)) == 3

    def test_a_test_whose_questions_are_retired_ends_with_what_was_asked(
        self, gold_floor: GoldFloor
    ) -> None:
        """Shows that nobody waits for ever at a test that has no more questions."""
        floor = gold_floor(n_gold=3, use="qualification", gold=TEST)
        (lease,) = floor.lease(0)
        floor.submit(0, lease, "a")
        for row in floor.rows("SELECT id FROM gold"):
            retire(floor, row.id)
        floor.lease(0)
        assert state(floor, 0) == "active"

    def test_who_worked_before_is_not_tested(self, gold_floor: GoldFloor) -> None:
        """Shows that a test that comes later asks newcomers only."""
        floor = gold_floor(n_gold=3, use="qualification")
        floor.submit(0, floor.lease(0)[0])
        floor.write(lambda tx, project: projects.change_policy(tx, project, {"gold": TEST}))
        assert kind_of(floor, floor.lease(0)[0]) == "label"
