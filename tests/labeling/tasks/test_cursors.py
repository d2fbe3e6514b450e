"""Where a search of the queue begins: where the last one found something; nothing hangs on it."""

from __future__ import annotations

from labeling.database import Hub, Row
from labeling.tasks import cursors, service
from labeling.tasks.cursors import TOP, Place
from labeling.tasks.service import TaskWish
from tests.factories import Floor, open_tasks
from tests.support.hubs import HandClock


def begin(floor: Floor, who: int = 0) -> Place:
    """Return where a person's search begins."""
    return floor.hub.read_now(lambda tx: cursors.begin(tx, floor.people[who]))


def open_all(floor: Floor, n: int) -> None:
    """Open tasks on the first items, each wanted twice."""
    floor.write(lambda tx, project: open_tasks(tx, project, n, least=2, most=2))


def answered(floor: Floor, n: int, who: int = 0) -> list[Row]:
    """Answer so many questions, one after the other, and return them."""
    found = []
    for _ in range(n):
        (lease,) = floor.lease(who)
        floor.submit(who, lease)
        found.append(lease)
    return found


class TestCursors:
    """`begin`, `move` and `move_back`, as leases use them."""

    def test_a_search_goes_on_at_the_task_that_was_taken_last(self, hub: Hub) -> None:
        """The answered ones, still open for others, are not passed over again."""
        floor = Floor.made(hub, n_people=2, n_items=5, overlap_least=2, test_items=0)
        open_all(floor, 5)
        assert begin(floor) == TOP
        last = answered(floor, 3)[-1]
        assert begin(floor).task_id == last.task_id
        assert begin(floor, 1) == TOP

    def test_a_task_that_becomes_free_before_it_is_found(self, hub: Hub) -> None:
        """What one gave back, far before the present place, comes first again."""
        floor = Floor.made(hub, n_items=6, overlap_least=2, test_items=0)
        open_all(floor, 6)
        first, second = floor.lease(0, 2)
        floor.submit(0, second)
        answered_later = floor.lease(0, 3)
        for lease in answered_later[1:]:
            floor.submit(0, lease)
        floor.release(0, first)
        assert floor.lease(0)[0].item_id == first.item_id

    def test_better_tasks_that_are_opened_later_come_first(self, hub: Hub) -> None:
        """A search that is past their place is moved back."""
        floor = Floor.made(hub, n_items=6, overlap_least=2, test_items=0)
        open_all(floor, 4)
        answered(floor, 3)
        rows = floor.rows("SELECT id FROM item WHERE project_id = :p ORDER BY id DESC LIMIT 1")
        urgent = TaskWish(rows[0].id, 100, 2, 2)
        floor.write(lambda tx, project: service.open_tasks(tx, project, [urgent]))
        assert floor.lease(0)[0].item_id == rows[0].id

    def test_a_hint_lasts_a_second(self, hub: Hub, clock: HandClock) -> None:
        """What other processes opened meanwhile is seen then."""
        floor = Floor.made(hub, n_items=5, overlap_least=2, test_items=0)
        open_all(floor, 5)
        answered(floor, 2)
        clock.wait(cursors.KEPT_SECONDS)
        assert begin(floor) == TOP

    def test_a_wrong_hint_hides_no_work(self, hub: Hub) -> None:
        """Whoever finds too little behind it, and nothing in the pool, looks from the top."""
        floor = Floor.made(hub, n_items=3, overlap_least=2, test_items=0)
        open_all(floor, 3)
        hub.write_now(lambda tx: cursors.move(tx, floor.people[0], Place(-(2**63), 0)))
        assert len(floor.lease(0, 3)) == 3


class TestWholeQueueAnswered:
    """An annotator who has answered everything that is open goes on."""

    def test_the_cap_of_the_queue_does_not_hold_up_its_only_annotator(self, hub: Hub) -> None:
        """Every item is wanted twice, so all answered ones stay open: more than the cap allows."""
        floor = Floor.made(hub, n_items=8, overlap_least=2, queue_cap=3, test_items=0)
        seen = {lease.item_id for lease in answered(floor, 8)}
        assert len(seen) == 8
        assert floor.lease(0) == []
