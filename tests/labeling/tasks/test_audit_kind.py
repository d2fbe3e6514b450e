"""Questions of kind audit: like any other to whoever answers, but no planner takes them back."""

from __future__ import annotations

from typing import Any

from labeling.database import Hub
from labeling.tasks import service as tasks
from labeling.tasks.service import TaskWish
from labeling.tasks.store import AUDIT
from tests.factories import Floor


def audited(hub: Hub, **policy: Any) -> Floor:
    """Return a project with one open audit question."""
    floor = Floor.made(hub, **policy)
    item_id = floor.value("SELECT id FROM item WHERE project_id = :p")
    wish = TaskWish(item_id, 0, 1, 1, kind=AUDIT)
    floor.write(lambda tx, project: tasks.open_tasks(tx, project, [wish]))
    return floor


class TestAuditTask:
    """From opening to its answer."""

    def test_its_lease_is_that_of_any_question(self, hub: Hub) -> None:
        """The assignment's kind, which decides how pages and pay treat it, is label."""
        floor = audited(hub)
        (lease,) = floor.lease(0)
        assert lease.kind == "label"
        assert floor.value("SELECT kind FROM task WHERE id = :t", t=lease.task_id) == "audit"

    def test_its_answer_settles_the_item(self, hub: Hub) -> None:
        """Votes, pay and consensus follow as for a label task."""
        floor = audited(hub)
        floor.submit(0, floor.lease(0)[0], "b")
        assert floor.value("SELECT state FROM consensus WHERE project_id = :p") == "accepted"

    def test_no_round_withdraws_it(self, hub: Hub) -> None:
        """A sample of which planners take back the dull ones would be none."""
        floor = audited(hub)
        withdrawn = floor.write(lambda tx, project: tasks.withdraw_tasks(tx, project, 10, "round"))
        assert withdrawn == 0

    def test_who_cannot_see_it_may_set_it_aside(self, hub: Hub) -> None:
        """The policy's rules for skips are those of any question."""
        rule = {"consequence": "set_aside"}
        floor = audited(hub, queue={"cannot_see": rule})
        floor.skip(0, floor.lease(0)[0], "cannot_see")
        assert floor.value("SELECT state FROM task WHERE project_id = :p") == "set_aside"
