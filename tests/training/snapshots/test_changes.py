"""Nothing that a snapshot says changes silently afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from labeling.database import SYSTEM, Hub
from labeling.errors import NotFoundError
from tests.factories import Floor
from training.snapshots.changes import changes_since_snapshot
from training.snapshots.service import take_snapshot


class TestChangesSinceSnapshot:
    """`changes_since_snapshot`."""

    def test_what_changed_after_it_was_taken(self, hub: Hub, tmp_path: Path) -> None:
        """A correction before it is in it; one afterwards is reported, with why."""
        floor = Floor.made(hub, n_people=1, n_items=3)
        leases = floor.lease(0, 3)
        for lease, label in zip(leases, "abc", strict=True):
            floor.submit(0, lease, label)
        floor.edit(0, leases[0], "b")
        taken = take_snapshot(hub, tmp_path, floor.project_id, workflow_key="k", actor=SYSTEM)
        floor.edit(0, leases[1], "c")
        (found,) = hub.read_now(lambda tx: list(changes_since_snapshot(tx, floor.project, taken.n)))
        assert (found.item_id, found.was, found.now) == (leases[1].item_id, "b", "c")
        assert found.because == "answers"
        with pytest.raises(NotFoundError, match="no snapshot 9"):
            hub.read_now(lambda tx: list(changes_since_snapshot(tx, floor.project, 9)))
