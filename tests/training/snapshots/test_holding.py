"""Which snapshots rest on some answers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from labeling.database import Hub
from tests.factories import Floor
from training.snapshots import holding, store
from training.snapshots.labelled import rows_path


def keep(hub: Hub, folder: Path, project_id: int, n: int, keys: list[str], mark: int) -> None:
    """Record a snapshot with some items, taken after so many annotations."""
    digest = f"digest {n}"
    lines = "".join(json.dumps({"key": key, "label": "a"}) + "\n" for key in keys)
    rows_path(folder, digest).write_text(lines, encoding="utf-8")
    columns: dict[str, Any] = {
        "project_id": project_id,
        "digest": digest,
        "schema_version": 1,
        "truth_fit_n": 0,
        "annotation_high_water": mark,
        "workflow_key": f"key {n}",
    }
    hub.write_now(lambda tx: store.add(tx, rule={}, counts={}, **columns))


class TestSnapshotsHolding:
    """`snapshots_holding`."""

    def test_it_names_those_with_such_an_item_taken_after_its_answer(
        self, hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows that other items and later answers touch nothing, over more than one page."""
        monkeypatch.setattr(holding, "A_PAGE", 2)
        floor = Floor.made(hub)
        for n, (keys, mark) in enumerate(
            [(["x"], 9), (["a", "b"], 4), (["y", "b"], 5), (["a"], 5), ([], 9)], start=1
        ):
            keep(hub, tmp_path, floor.project_id, n, keys, mark)
        found = holding.snapshots_holding(hub, tmp_path, floor.project_id, {"a": 5, "b": 5})
        assert found == [3, 4]
        assert holding.snapshots_holding(hub, tmp_path, floor.project_id, {}) == []
