"""The unlabelled items beside a snapshot: training items alone, a sample, and what is done with."""

from __future__ import annotations

import json
from typing import Any

import pytest

from labeling.database import SYSTEM
from labeling.deletion.files import places_of
from tests.training.factories import Made, accept
from training.registry.artefacts import open_artefact
from training.snapshots import pool as pools
from training.snapshots.pool import pool_path, read_pool, write_pool
from training.snapshots.service import take_snapshot
from training.workflows.fitting import fit_release

SHOWN = frozenset({"text"})


def texts(made: Made, where: str) -> set[str]:
    """Return the texts of some items of a project."""
    rows = made.hub.read_now(lambda tx: tx.rows(f"SELECT data FROM item WHERE {where}"))  # noqa: S608
    return {json.loads(row.data)["text"] for row in rows}


class TestWritePool:
    """`write_pool`."""

    def test_it_holds_what_annotators_see_of_unlabelled_training_items(self, made: Made) -> None:
        """Shows that neither a labelled item, nor a test item, nor a hidden column is in it."""
        accept(made, "train", most=20)
        folder = made.folder / "snapshots"
        rows = read_pool(folder, "s", write_pool(made.hub, folder, made.project_id, "s", SHOWN))
        assert {tuple(row) for row in rows} == {("text",)}
        assert {row["text"] for row in rows} == texts(made, "split = 'train' AND state = 'new'")

    def test_of_a_large_pool_it_is_the_same_random_sample(
        self, made: Made, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Shows that no release grows with the pool, and that pages leave no item out."""
        folder = made.folder / "snapshots"
        whole = read_pool(folder, "s", write_pool(made.hub, folder, made.project_id, "s", SHOWN))
        monkeypatch.setattr(pools, "CHUNK", 7)
        monkeypatch.setattr(pools, "MOST", 30)
        part = read_pool(folder, "s", write_pool(made.hub, folder, made.project_id, "s", SHOWN))
        assert part == whole[:30]

    def test_a_file_that_was_changed_is_not_read(self, made: Made) -> None:
        """Shows that a model is never fitted on rows that somebody touched."""
        folder = made.folder / "snapshots"
        digest = write_pool(made.hub, folder, made.project_id, "s", SHOWN)
        path = pool_path(folder, "s", digest)
        path.write_bytes(path.read_bytes() + b"{}\n")
        with pytest.raises(ValueError, match="pool"):
            read_pool(folder, "s", digest)

    def test_it_goes_with_its_snapshot(self, made: Made) -> None:
        """Shows that a purge of the project finds it."""
        accept(made, "train")
        folder = made.folder / "snapshots"
        taken = take_snapshot(made.hub, folder, made.project_id, workflow_key="k", actor=SYSTEM)
        digest = write_pool(made.hub, folder, made.project_id, taken.digest, SHOWN)
        place = pool_path(folder, taken.digest, digest).relative_to(made.folder).as_posix()
        assert place in places_of(made.folder, "snapshot", [taken])


class TestTraining:
    """What a release does with it."""

    def test_features_and_neighbours_learn_from_it(self, made: Made) -> None:
        """Shows that the model knows more rows than were labelled."""
        accept(made, "train", most=20)
        sets = made.folder / "snapshots"
        taken = take_snapshot(made.hub, sets, made.project_id, workflow_key="k", actor=SYSTEM)
        pool = write_pool(made.hub, sets, made.project_id, taken.digest, SHOWN)
        data, kinds = {"snapshot": taken.digest, "pool": pool}, {"text": "text"}
        fitted = fit_release(str(made.folder), data, ["cat", "dog"], kinds, "blend", {}, 0)
        model: Any = open_artefact(made.folder / "models", fitted["artefact"]).model
        others = len(read_pool(sets, taken.digest, pool))
        assert fitted["unlabelled"] == others > 20
        assert len(model.members["neighbours"].rows) == 20 + others
