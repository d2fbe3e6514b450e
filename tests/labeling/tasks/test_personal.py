"""These items to this person, by Friday: kept for them, exact in overlap, back when it is over."""

from __future__ import annotations

from typing import Final

import pytest

from labeling.clock import MICROS
from labeling.database import Hub
from labeling.errors import ConflictError, InvalidInputError, NotFoundError
from labeling.tasks.personal import service as personal
from labeling.tasks.personal import store
from tests.books import check_books
from tests.factories import PRICE, Floor
from tests.support.hubs import START, HandClock

DAY: Final = 86_400 * MICROS
FRIDAY: Final = START + 3 * DAY


def keys_held(floor: Floor, who: int, count: int = 1) -> list[str]:
    """Lease as a person and return the keys of what they hold."""
    held = {row.item_id for row in floor.lease(who, count)}
    rows = floor.rows("SELECT id, key FROM item WHERE project_id = :p ORDER BY id")
    return [row.key for row in rows if row.id in held]


class TestAssign:
    """`assign_items`."""

    def test_they_come_before_all_else_and_say_so(self, hub: Hub) -> None:
        """Shows the order, the due time and the note, and that the queue goes on behind."""
        floor = Floor.made(hub, n_items=4)
        wanted = floor.keys()[2:]
        assert floor.assign(0, wanted, FRIDAY, "for the audit").assigned == wanted
        found = floor.leases(0, 3)
        items = {row.item_id: row for row in floor.rows("SELECT id AS item_id, key FROM item")}
        assert [items[row.item_id].key for row in found.held[:2]] == wanted
        assigned = [found.assigned.get(row.id) for row in found.held]
        assert [(row.due_at, row.note) for row in assigned if row] == [
            (FRIDAY, "for the audit")
        ] * 2
        assert assigned[2] is None
        check_books(hub, floor.project_id)

    def test_nobody_else_gets_the_kept_judgment(self, hub: Hub) -> None:
        """Shows that overlap stays exact: one of two judgments is kept, the other is anybody's."""
        floor = Floor.made(hub, n_people=3, overlap_least=2, overlap_most=2)
        floor.assign(0, floor.keys(), FRIDAY)
        check_books(hub, floor.project_id)
        assert [len(floor.lease(who)) for who in (1, 2, 0)] == [1, 0, 1]
        for who in (0, 1):
            floor.submit(who, floor.lease(who)[0])
        assert floor.task().state == "closed"
        check_books(hub, floor.project_id)

    def test_what_cannot_be_assigned_says_why(self, hub: Hub) -> None:
        """Shows each reason, row by row, and that nothing changes for those."""
        floor = Floor.made(hub, n_people=2, n_items=4)
        first, second, third, fourth = floor.keys()
        floor.submit(0, floor.lease(0)[0])
        answered = floor.value("SELECT i.key FROM item i JOIN consensus c ON c.item_id = i.id")
        (held,) = keys_held(floor, 1)
        rest = [key for key in (first, second, third, fourth) if key not in {answered, held}]
        assert floor.assign(0, [rest[0]], FRIDAY).assigned == [rest[0]]
        report = floor.assign(0, [answered, held, rest[0], "unheard of"], FRIDAY)
        assert report.assigned == []
        assert report.refused == {
            answered: "it is settled already",
            held: "all its judgments are taken",
            rest[0]: "all its judgments are taken",
            "unheard of": "there is no such item",
        }
        assert floor.assign(1, [held], FRIDAY).refused[held] == "they hold it already"
        check_books(hub, floor.project_id)

    def test_twice_is_once(self, hub: Hub) -> None:
        """Shows that the same wish again keeps no second judgment."""
        floor = Floor.made(hub, overlap_least=3, overlap_most=3)
        floor.assign(0, floor.keys(), FRIDAY)
        report = floor.assign(0, floor.keys(), FRIDAY)
        assert list(report.refused.values()) == ["it is assigned to them already"]
        assert floor.task().open_slots == 2
        check_books(hub, floor.project_id)

    @pytest.mark.parametrize(
        ("keys", "due", "note"),
        [
            ([], FRIDAY, ""),
            (["k"] * 201, FRIDAY, ""),
            (["k"], START, ""),
            (["k"], FRIDAY, "n" * 501),
        ],
    )
    def test_bad_wishes_are_refused(self, hub: Hub, keys: list[str], due: int, note: str) -> None:
        """Shows the limits: 1 to 200 items, a time ahead, a note of 500 characters."""
        floor = Floor.made(hub)
        with pytest.raises(InvalidInputError):
            floor.assign(0, keys, due, note)

    def test_an_ended_assignment_leaves_the_hot_path(self, hub: Hub) -> None:
        """Shows that a lease looks for kept slots only while there are some."""
        floor = Floor.made(hub, n_items=2)
        floor.assign(0, floor.keys()[:1], FRIDAY)
        floor.submit(0, floor.lease(0)[0])
        floor.lease(0)
        assert floor.value("SELECT personal FROM annotator WHERE project_id = :p") == 0


class TestUntilDue:
    """What is kept stays kept until its time is over."""

    def test_an_expired_lease_stays_theirs(self, hub: Hub, clock: HandClock) -> None:
        """Shows that going home for the night loses nothing, and costs the same assignment."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), FRIDAY)
        (lease,) = floor.lease(0)
        clock.wait(601)
        floor.sweep()
        assert floor.lease(1) == []
        (again,) = floor.lease(0)
        assert (again.handle, again.lease_n) == (lease.handle, 2)
        check_books(hub, floor.project_id)

    def test_their_own_next_lease_keeps_it_too(self, hub: Hub, clock: HandClock) -> None:
        """Shows the same where they come back before anybody has noticed that it ran out."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), FRIDAY)
        (lease,) = floor.lease(0)
        clock.wait(601)
        assert [(row.handle, row.lease_n) for row in floor.lease(0)] == [(lease.handle, 2)]
        check_books(hub, floor.project_id)

    def test_a_judgment_that_is_free_beside_the_kept_one_is_not_theirs(self, hub: Hub) -> None:
        """Shows that one lease of several never gives a person the same item twice."""
        floor = Floor.made(hub, n_items=2, overlap_least=2, overlap_most=2)
        floor.assign(0, floor.keys(), FRIDAY)
        assert len({row.item_id for row in floor.lease(0, 4)}) == 2
        check_books(hub, floor.project_id)

    def test_a_released_one_too(self, hub: Hub) -> None:
        """Shows the same for signing out."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), FRIDAY)
        floor.release(0, floor.lease(0)[0])
        assert (floor.lease(1), len(floor.lease(0))) == ([], 1)
        check_books(hub, floor.project_id)

    def test_a_late_answer_takes_the_kept_slot(self, hub: Hub, clock: HandClock) -> None:
        """Shows that it counts although the lease had run out."""
        floor = Floor.made(hub)
        floor.assign(0, floor.keys(), FRIDAY)
        (lease,) = floor.lease(0)
        clock.wait(601)
        floor.sweep()
        receipt = floor.submit(0, lease)
        assert (receipt.counted, receipt.paid_micros) == (True, PRICE)
        assert floor.task().state == "closed"
        check_books(hub, floor.project_id)

    def test_a_skip_gives_it_to_the_queue(self, hub: Hub) -> None:
        """Shows that whoever cannot answer does not block the item."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), FRIDAY)
        floor.skip(0, floor.lease(0)[0])
        assert (floor.lease(0), len(floor.lease(1))) == ([], 1)
        check_books(hub, floor.project_id)

    def test_then_it_returns_to_the_queue(self, hub: Hub, clock: HandClock) -> None:
        """Shows that Friday evening the others are asked."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), FRIDAY)
        clock.now = FRIDAY
        assert floor.lease(0) == []
        floor.sweep()
        check_books(hub, floor.project_id)
        assert len(floor.lease(1)) == 1
        check_books(hub, floor.project_id)

    def test_a_lease_that_ends_after_it_returns_too(self, hub: Hub, clock: HandClock) -> None:
        """Shows that what was held over the due time is not kept any longer."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), START + 60 * MICROS)
        floor.lease(0)
        clock.wait(601)
        floor.sweep()
        assert len(floor.lease(1)) == 1
        check_books(hub, floor.project_id)

    def test_then_it_can_be_assigned_anew(self, hub: Hub, clock: HandClock) -> None:
        """Shows that the end of one assignment stands in no other's way."""
        floor = Floor.made(hub)
        floor.assign(0, floor.keys(), START + 60 * MICROS)
        floor.lease(0)
        clock.wait(601)
        floor.sweep()
        assert floor.assign(0, floor.keys(), FRIDAY).refused == {}
        check_books(hub, floor.project_id)


class TestCancel:
    """`cancel`."""

    def test_what_waits_returns(self, hub: Hub) -> None:
        """Shows that the judgment is anybody's again, once."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), FRIDAY)
        number = floor.value("SELECT id FROM personal_task WHERE project_id = :p")
        floor.write(lambda tx, project: personal.cancel(tx, project, number))
        with pytest.raises(ConflictError):
            floor.write(lambda tx, project: personal.cancel(tx, project, number))
        assert len(floor.lease(1)) == 1
        check_books(hub, floor.project_id)

    def test_what_is_held_stays_held(self, hub: Hub, clock: HandClock) -> None:
        """Shows that nobody's question is taken away; it is kept no longer than its lease."""
        floor = Floor.made(hub, n_people=2)
        floor.assign(0, floor.keys(), FRIDAY)
        (lease,) = floor.lease(0)
        number = floor.value("SELECT id FROM personal_task WHERE project_id = :p")
        floor.write(lambda tx, project: personal.cancel(tx, project, number))
        assert [row.handle for row in floor.lease(0)] == [lease.handle]
        clock.wait(601)
        floor.sweep()
        assert len(floor.lease(1)) == 1
        check_books(hub, floor.project_id)

    def test_another_projects_is_unknown(self, hub: Hub) -> None:
        """Shows the wall between projects."""
        floor = Floor.made(hub)
        floor.assign(0, floor.keys(), FRIDAY)
        other = Floor.made(hub, slug="other")
        number = floor.value("SELECT id FROM personal_task WHERE project_id = :p")
        with pytest.raises(NotFoundError):
            other.write(lambda tx, project: personal.cancel(tx, project, number))


class TestList:
    """The manager's list."""

    def test_it_says_what_became_of_each(self, hub: Hub) -> None:
        """Shows one answered, one in hand and one waiting."""
        floor = Floor.made(hub, n_items=3)
        floor.assign(0, floor.keys(), FRIDAY)
        first, _ = floor.lease(0, 2)
        floor.submit(0, first)
        rows = floor.write(lambda tx, project: store.list_after(tx, project.id, 0, 10))
        assert [(row.state, row.answered) for row in rows] == [
            ("leased", "submitted"),
            ("leased", "leased"),
            ("waiting", None),
        ]
