"""A discount killed with -9 after any of its writes: it finishes, and nothing happens twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from labeling.database import Hub, Row
from labeling.discounts import service, store
from tests.books import check_books
from tests.factories import Floor
from tests.labeling.discounts.test_service import BELIEVED, TASKS, VOTES, answered, begin, undo

ROOT = Path(__file__).parents[2]
PATIENCE_SECONDS = 120


def run(hub: Hub, folder: Path, workflow_id: str, failpoint: str | None) -> int:
    """Run a process of the discounts until the workflow has ended or it was killed."""
    command = [sys.executable, "-m", "tests.kill.discount_hub", hub.url, str(folder), workflow_id]
    found = subprocess.run(
        command,
        cwd=ROOT,
        env=os.environ | ({"LABELLOOP_FAILPOINT": failpoint} if failpoint else {}),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_SECONDS,
    )
    assert found.returncode in {0, -signal.SIGKILL}, found.stderr
    return found.returncode


@pytest.mark.kill
class TestKill:
    """The discount's job."""

    @pytest.mark.parametrize("visit", [1, 2, 4])
    def test_it_goes_on_where_it_was(self, hub: Hub, tmp_path: Path, visit: int) -> None:
        """Shows the same end as without a kill, on the way out and on the way back."""
        floor = answered(hub, n_items=4)
        before = [floor.rows(sql) for sql in (VOTES, BELIEVED, TASKS)]
        discount = begin(floor, 2)
        done = self.killed_and_resumed(floor, tmp_path, discount, visit)
        assert (done.state, done.answers, done.reopened) == ("dropped", 4, 4)
        done = self.killed_and_resumed(floor, tmp_path, undo(floor, discount), visit)
        assert (done.state, done.restored) == ("restored", 4)
        assert [floor.rows(sql) for sql in (VOTES, BELIEVED, TASKS)] == before

    @staticmethod
    def killed_and_resumed(floor: Floor, folder: Path, discount: Row, visit: int) -> Row:
        """Run a discount until it is killed, then to its end; return it."""
        workflow_id = service.workflow_id(discount)
        killed = run(floor.hub, folder, workflow_id, f"discount.part_done:{visit}")
        assert killed == -signal.SIGKILL
        check_books(floor.hub, floor.project_id)
        assert run(floor.hub, folder, workflow_id, None) == 0
        check_books(floor.hub, floor.project_id)
        return floor.write(lambda tx, project: store.get_or_raise(tx, project.id, discount.n))
