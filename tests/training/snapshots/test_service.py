"""A snapshot is the accepted training items, nothing else, and the same wherever it is taken."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from labeling.database import Actor, Hub, open_hub
from labeling.items.service import import_items
from labeling.schema import store as schema
from tests.training.factories import Made, accept, make_items, make_project, put_consensus
from training.snapshots.labelled import CHUNK, items_path, read_items, read_rows, rows_path
from training.snapshots.service import TooFewLabelsError, take_snapshot

JOB = Actor("job")


def take(made: Made, key: str = "job-1:snapshot") -> Any:
    """Take a snapshot of a project."""
    folder = made.folder / "snapshots"
    return take_snapshot(made.hub, folder, made.project_id, workflow_key=key, actor=JOB)


class TestTakeSnapshot:
    """`take_snapshot`."""

    def test_its_rows_are_the_accepted_training_items(self, made: Made) -> None:
        """Shows label by class key, weight, provenance, and the order by key."""
        n = accept(made, "train")
        accept(made, "test")
        taken = take(made)
        rows = read_rows(made.folder / "snapshots", taken.digest)
        assert len(rows) == n
        assert [row["key"] for row in rows] == sorted(row["key"] for row in rows)
        assert {row["split"] for row in rows} == {"train"}
        assert all(row["label"] == row["key"].partition("-")[0] for row in rows)
        assert {(row["weight"], row["n_answers"]) for row in rows} == {(0.9, 2)}
        assert rows[0].keys() == {"content_hash", "key", "label", "n_answers", "split", "weight"}

    def test_its_digest_is_that_of_its_file(self, made: Made) -> None:
        """Shows that anyone with the file can check the name."""
        accept(made, "train")
        taken = take(made)
        content = rows_path(made.folder / "snapshots", taken.digest).read_bytes()
        assert hashlib.sha256(content).hexdigest() == taken.digest

    def test_a_file_that_was_changed_is_not_read(self, made: Made) -> None:
        """Shows that a model is never fitted on rows that somebody touched."""
        accept(made, "train")
        taken = take(made)
        path = rows_path(made.folder / "snapshots", taken.digest)
        path.write_bytes(path.read_bytes().replace(b'"cat"', b'"dog"', 1))
        with pytest.raises(ValueError, match="digest"):
            read_rows(path.parent, taken.digest)

    def test_models_see_only_what_annotators_see(self, made: Made) -> None:
        """Shows that a hidden column, here the answer itself, reaches no model (rule 4)."""
        accept(made, "train")
        taken = take(made)
        shown = read_items(made.folder / "snapshots", taken.digest)
        assert {tuple(item) for item in shown} == {("text",)}
        assert b"secret" not in items_path(made.folder / "snapshots", taken.digest).read_bytes()

    def test_pending_and_disputed_items_stay_out(self, made: Made) -> None:
        """Shows that only what the hub accepted is learned from."""
        accept(made, "train")
        before = take(made).counts

        def dispute(tx: Any) -> None:
            ids = schema.class_ids(tx, made.project_id, "label").by_key
            rows = tx.rows("SELECT id FROM item WHERE split = 'train' ORDER BY id LIMIT 2")
            for row, state in zip(rows, ("pending", "disputed"), strict=True):
                put_consensus(tx, made.project_id, row.id, ids["cat"], state)

        made.hub.write_now(dispute)
        after = take(made, "job-2:snapshot").counts
        assert json.loads(before)["items"] - json.loads(after)["items"] == 2

    def test_a_dropped_item_stays_out(self, made: Made) -> None:
        """Shows that what was taken out of the pool is taken out of the next snapshot."""
        n = accept(made, "train")
        drop = (
            "UPDATE item SET state = 'dropped'"
            " WHERE key = (SELECT MIN(key) FROM item WHERE split = 'train')"
        )
        made.hub.write_now(lambda tx: tx.run(drop))
        assert json.loads(take(made).counts)["items"] == n - 1

    @pytest.mark.parametrize("shared", ["group_hash", "content_hash"])
    def test_what_shares_a_group_or_content_with_a_test_item_stays_out(
        self, made: Made, shared: str
    ) -> None:
        """Shows rule 6 even where somebody moved an item by hand."""
        n = accept(made, "train")
        copy = (
            "UPDATE item SET COLUMN = (SELECT MIN(COLUMN) FROM item WHERE split = 'test')"
            " WHERE key = (SELECT MIN(key) FROM item WHERE split = 'train')"
        ).replace("COLUMN", shared)
        made.hub.write_now(lambda tx: tx.run(copy))
        assert json.loads(take(made).counts)["items"] == n - 1

    def test_a_repeated_step_finds_its_first_snapshot(self, made: Made) -> None:
        """Shows that a key gives one snapshot, even where answers came in between."""
        accept(made, "train", most=10)
        first = take(made)
        accept(made, "train")
        assert take(made).id == first.id
        assert made.count("snapshot") == 1
        second = take(made, "job-2:snapshot")
        assert (second.n, second.digest != first.digest) == (2, True)

    def test_one_class_is_too_few(self, made: Made) -> None:
        """Shows that the person is told what to do, and nothing is recorded."""
        with pytest.raises(TooFewLabelsError, match="at least 2 classes"):
            take(made)
        assert made.count("snapshot") == 0

    def test_a_set_longer_than_a_chunk_is_whole(self, hub: Hub, tmp_path: Path) -> None:
        """Shows that reading in chunks loses and doubles nothing at the seams."""
        made = make_project(hub, tmp_path, make_items(1_000))
        rest = make_items(2 * CHUNK)[1_000:]
        project = made.project()
        hub.write_now(lambda tx: import_items(tx, project, rest))
        n = accept(made, "train")
        assert n > CHUNK
        rows = read_rows(tmp_path / "snapshots", take(made).digest)
        assert len({row["key"] for row in rows}) == len(rows) == n


class TestReplay:
    """The same data elsewhere."""

    def test_another_database_and_order_give_the_same_digest(
        self, made: Made, sqlite_template: Path, tmp_path: Path
    ) -> None:
        """Shows rule 7 across two stores: ids, order of import and of acceptance do not matter."""
        path = tmp_path / "elsewhere" / "hub.db"
        path.parent.mkdir()
        shutil.copyfile(sqlite_template, path)
        elsewhere = open_hub(f"sqlite:///{path}")
        other = make_project(elsewhere, path.parent, make_items(8), slug="first")
        accept(other, "train")
        other = make_project(elsewhere, path.parent, list(reversed(make_items(120))))
        for project in (made, other):
            accept(project, "train")
        digests = {take(made).digest, take(other).digest}
        elsewhere.close()
        assert len(digests) == 1
