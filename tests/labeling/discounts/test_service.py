"""Discounts: what a preview says is what is done, in small writes, and undoing puts it back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest

from labeling.annotations import edit
from labeling.annotations.edit import Correction
from labeling.database import Hub, Row
from labeling.discounts import service, store
from labeling.discounts.preview import answered_keys, preview
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.projects import service as projects
from labeling.quality.folding import fold_batch
from labeling.tasks import holding, pausing
from tests.books import check_books
from tests.factories import PRICE, Floor, answer

LENIENT = {"overlap_least": 1, "accept_posterior": 0.6}
BELIEVED = """
SELECT item_id, state, class_id, majority_class_id, n_answers FROM consensus
WHERE project_id = :p ORDER BY item_id
"""
VOTES = """
SELECT annotation_id, question, class_id, item_id, annotator_id FROM vote
WHERE project_id = :p ORDER BY annotation_id
"""
TASKS = """
SELECT id, state, wanted, wanted_most, open_slots FROM task WHERE project_id = :p ORDER BY id
"""
KEPT = (
    "SELECT COUNT(*) FROM annotation WHERE project_id = :p",
    "SELECT COUNT(*) FROM ledger_entry WHERE project_id = :p",
    "SELECT COALESCE(SUM(amount_micros), 0) FROM ledger_entry WHERE project_id = :p",
)


def begin(floor: Floor, who: int, reason: str = "answers by a script") -> Row:
    """Begin to discount a person's answers."""
    return floor.write(lambda tx, project: service.begin(tx, project, floor.people[who], reason))


def run(floor: Floor, discount: Row, most: int = 1_000, answers: int = 20) -> Row:
    """Run a discount to its end, or some writes of it, as its job does."""
    for _ in range(most):
        discount = floor.write(
            lambda tx, _: service.run_some(tx, floor.truth, discount.id, discount.attempt, answers)  # noqa: B023
        )
        check_books(floor.hub, floor.project_id)
        if discount.state not in service.RUNNING:
            break
    return discount


def undo(floor: Floor, discount: Row) -> Row:
    """Begin to undo a discount."""
    return floor.write(lambda tx, project: service.begin_undo(tx, project, discount.n))


def answered(
    hub: Hub, *, n_items: int = 6, later: dict[str, Any] | None = None, **policy: Any
) -> Floor:
    """Make a project in which persons 0 and 1 agree on each item, and 2 says something else.

    `later` is what the policy becomes when all has been answered.
    """
    floor = Floor.made(
        hub,
        n_people=4,
        n_items=n_items,
        **{"overlap_least": 3, "overlap_most": 3, "routing": {"easy_share": 0}, **policy},
    )
    for who, label in ((0, "a"), (1, "a"), (2, "b")):
        for _ in range(n_items):
            (lease,) = floor.lease(who)
            floor.submit(who, lease, label)
    floor.write(lambda tx, project: projects.change_policy(tx, project, later or {}))
    return floor


class TestBegin:
    """`begin`."""

    def test_a_reason_is_asked_for(self, hub: Hub) -> None:
        """Shows that nobody's work is thrown out without a word."""
        floor = answered(hub, n_items=1)
        with pytest.raises(InvalidInputError):
            begin(floor, 0, "  ")

    def test_twice_is_one_discount(self, hub: Hub) -> None:
        """Shows that a repeated request goes on with the first, under the next job."""
        floor = answered(hub, n_items=1)
        first, second = begin(floor, 0), begin(floor, 0)
        assert (first.id, second.attempt) == (second.id, first.attempt + 1)
        stale = floor.write(
            lambda tx, _: service.run_some(tx, floor.truth, first.id, first.attempt)
        )
        assert (stale.answers, stale.cursor) == (0, 0)


class TestDrop:
    """`run_some` on the way out."""

    def test_votes_go_and_the_items_are_asked_again(self, hub: Hub) -> None:
        """Shows that consensus follows and that annotations and ledger stay as they were."""
        floor = answered(hub)
        kept = [floor.value(sql) for sql in KEPT]
        done = run(floor, begin(floor, 2))
        assert (done.state, done.answers, done.reopened) == ("dropped", 6, 6)
        assert {row.n_answers for row in floor.rows(BELIEVED)} == {2}
        assert {(row.state, row.open_slots) for row in floor.rows(TASKS)} == {("open", 1)}
        assert [floor.value(sql) for sql in KEPT] == kept
        for lease in floor.lease(3, 6):
            floor.submit(3, lease, "a")
        assert {row.state for row in floor.rows(TASKS)} == {"closed"}
        check_books(hub, floor.project_id)

    def test_what_is_sure_without_them_stays(self, hub: Hub) -> None:
        """Shows that no money is spent where the rest is enough by the policy's own rule."""
        floor = answered(hub, later=LENIENT)
        done = run(floor, begin(floor, 2))
        assert (done.answers, done.reopened, done.flipped) == (6, 0, 0)
        assert {(row.state, row.wanted) for row in floor.rows(TASKS)} == {("closed", 2)}
        assert {(row.state, row.n_answers) for row in floor.rows(BELIEVED)} == {("accepted", 2)}
        run(floor, undo(floor, done))
        assert {(row.state, row.wanted) for row in floor.rows(TASKS)} == {("closed", 3)}

    def test_it_goes_on_where_it_was_stopped(self, hub: Hub) -> None:
        """Shows that each write stands for itself, and that nothing is dropped twice."""
        floor = answered(hub)
        half = run(floor, begin(floor, 2), most=2, answers=2)
        assert (half.state, half.answers) == ("dropping", 4)
        stopped = floor.write(lambda tx, project: service.stop(tx, project, half.n))
        assert run(floor, stopped, most=1).answers == 4
        done = run(floor, begin(floor, 2))
        assert (done.id, done.state, done.answers, done.reopened) == (half.id, "dropped", 6, 6)

    def test_later_answers_are_not_its_business(self, hub: Hub) -> None:
        """Shows that a discount reaches up to the moment it was asked for."""
        floor = answered(hub, n_items=1, overlap_least=4, overlap_most=4)
        discount = begin(floor, 3)
        (lease,) = floor.lease(3)
        floor.submit(3, lease, "a")
        assert run(floor, discount).answers == 0
        assert floor.rows(BELIEVED)[0].n_answers == 4

    def test_skills_are_folded_away(self, hub: Hub) -> None:
        """Shows that nothing of the person's confusions is left once the deltas are folded."""
        floor = answered(hub)
        weight = "SELECT COALESCE(SUM(weight), 0) FROM annotator_skill WHERE annotator_id = :who"
        while hub.write_now(lambda tx: fold_batch(tx, floor.truth)):
            pass
        who = floor.people[2].id
        assert floor.value(weight, who=who) == pytest.approx(6)
        run(floor, begin(floor, 2))
        while hub.write_now(lambda tx: fold_batch(tx, floor.truth)):
            pass
        assert floor.value(weight, who=who) == pytest.approx(0, abs=1e-6)

    def test_a_discounted_answer_can_be_neither_undone_nor_edited(self, hub: Hub) -> None:
        """Shows that its author cannot bring it back by a detour."""
        floor = answered(hub, n_items=1)
        (row,) = floor.rows(
            "SELECT handle FROM assignment WHERE project_id = :p AND annotator_id = :who",
            who=floor.people[2].id,
        )
        run(floor, begin(floor, 2))
        with pytest.raises(ConflictError):
            floor.undo(2, row)
        own = hub.read_now(
            lambda tx: holding.own_assignment(tx, row.handle, floor.people[2].user_id)
        )
        with pytest.raises(ConflictError):
            hub.write_now(
                lambda tx: edit.edit_annotation(tx, floor.truth, own, Correction("k", answer("a")))
            )
        check_books(hub, floor.project_id)

    def test_an_open_item_gets_its_slot_back(self, hub: Hub) -> None:
        """Shows that an item still being asked wants one more answer, not two."""
        floor = Floor.made(
            hub, n_people=3, n_items=1, overlap_least=2, overlap_most=2, budget_micros=3 * PRICE
        )
        floor.submit(0, floor.lease(0)[0])
        done = run(floor, begin(floor, 0))
        assert (done.reopened, floor.task().open_slots) == (0, 2)
        assert [len(floor.lease(who)) for who in (1, 2, 0)] == [1, 1, 0]
        check_books(hub, floor.project_id)

    def test_surplus_answers_are_left_alone(self, hub: Hub) -> None:
        """Shows that what never counted is not counted as discounted."""
        floor = Floor.made(hub, n_people=2, n_items=1)
        (lease,) = floor.lease(0)
        floor.write(lambda tx, project: pausing.change_state(tx, floor.people[0], "block", None))
        floor.submit(0, lease)
        assert run(floor, begin(floor, 0)).answers == 0


class TestUndo:
    """`begin_undo` and `run_some` on the way back."""

    def test_votes_consensus_and_tasks_are_as_before(self, hub: Hub) -> None:
        """Shows that undoing a discount leaves no trace but its record."""
        floor = answered(hub)
        before = [floor.rows(sql) for sql in (VOTES, BELIEVED, TASKS)]
        done = run(floor, undo(floor, run(floor, begin(floor, 2))))
        assert (done.state, done.restored) == ("restored", 6)
        assert [floor.rows(sql) for sql in (VOTES, BELIEVED, TASKS)] == before
        with pytest.raises(ConflictError):
            undo(floor, done)
        again = run(floor, begin(floor, 2))
        assert (again.n, again.answers) == (done.n + 1, 6)

    def test_answers_given_meanwhile_stay(self, hub: Hub) -> None:
        """Shows that the task makes room for both."""
        floor = answered(hub)
        discount = run(floor, begin(floor, 2))
        leases = floor.lease(3, 3)
        for lease in leases[:2]:
            floor.submit(3, lease, "a")
        run(floor, undo(floor, discount))
        assert sorted(row.n_answers for row in floor.rows(BELIEVED)) == [3, 3, 3, 3, 4, 4]
        floor.submit(3, leases[2], "a")
        assert {row.state for row in floor.rows(TASKS)} == {"closed"}
        check_books(hub, floor.project_id)

    def test_half_a_discount_is_undone_too(self, hub: Hub) -> None:
        """Shows that a discount that was stopped can be taken back."""
        floor = answered(hub)
        before = floor.rows(VOTES)
        half = run(floor, begin(floor, 2), most=2, answers=2)
        done = run(floor, undo(floor, half))
        assert (done.state, done.restored, floor.rows(VOTES)) == ("restored", 4, before)

    def test_an_unknown_number_is_refused(self, hub: Hub) -> None:
        """Shows that another project's discount is unknown here."""
        floor = answered(hub, n_items=1)
        discount = begin(floor, 2)
        with pytest.raises(NotFoundError):
            floor.write(lambda tx, project: service.begin_undo(tx, project, discount.n + 1))


class TestPreview:
    """`preview`."""

    @pytest.mark.parametrize("who", [0, 2])
    @pytest.mark.parametrize("later", [{}, LENIENT])
    def test_it_says_what_is_done(self, hub: Hub, who: int, later: dict[str, Any]) -> None:
        """Shows the same figures before and after, and that looking changes nothing."""
        floor = answered(hub, later=later)
        tables = [floor.rows(sql) for sql in (VOTES, BELIEVED, TASKS)]
        said = asdict(preview(hub, floor.truth, floor.project_id, floor.people[who].id))
        assert [floor.rows(sql) for sql in (VOTES, BELIEVED, TASKS)] == tables
        done = run(floor, begin(floor, who))
        assert {name: getattr(done, name) for name in said} == said
        assert said["cost_micros"] == said["reopened"] * PRICE

    def test_keys_are_those_of_the_answers_that_count(self, hub: Hub) -> None:
        """Shows what snapshots are looked through for."""
        floor = answered(hub, n_items=3)
        found = dict(answered_keys(hub, floor.people[0].id))
        assert len(found) == 3
        run(floor, begin(floor, 0))
        assert dict(answered_keys(hub, floor.people[0].id)) == {}

    def test_the_list_shows_the_newest_first(self, hub: Hub) -> None:
        """Shows the record of all discounts."""
        floor = answered(hub, n_items=1)
        for who in (0, 1):
            run(floor, begin(floor, who))
        rows = hub.read_now(lambda tx: store.list_before(tx, floor.project_id, 2**62, 10))
        assert [row.n for row in rows] == [2, 1]
