"""The pool as the selector sees it: one feature file per project, a row for each item it covers."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from active_learning.featurising import feature_chunk, featurise_pool, join_pool
from active_learning.rounds import store
from labeling.items import store as items
from labeling.projects.store import policy_of
from training.engines import Chunk, Chunks, Engine, Functions, InChild
from training.rows import KINDS, row_for_models

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Hub, Row, Transaction
    from training.compute import Compute


FUNCTIONS: Final[Functions] = {"features": feature_chunk}
"""What engines are asked for here."""
MISSING_PART: Final = 4
"""A feature file is made anew when one in so many of a large pool's candidates is not in it."""


@dataclass(frozen=True, slots=True)
class PoolFeatures:
    """A feature file, the featurizer that made it, and the row of each item it covers.

    ``wanted`` is the featurizer that the project's policy named when it was made.
    """

    path: str
    featurizer_digest: str
    rows: dict[int, int]
    wanted: str | None = None

    def covers(self, wanted: Sequence[int]) -> bool:
        """Whether it has the items a round chooses from; of very many, a part may be missing."""
        missing = sum(item_id not in self.rows for item_id in wanted)
        return missing <= (len(wanted) // MISSING_PART if len(wanted) >= store.MOST_SEEN else 0)


class FeatureCache:
    """Per process: the feature file of each project, made anew when other items are wanted.

    Parameters
    ----------
    hub, compute, data_folder
        Where the items are, what makes the features, and where they go.
    name
        Of the list of items in the folder; two caches of a process must not share one.
    engine
        Who computes the chunks of a large pool; None for ``compute``.
    """

    def __init__(
        self,
        hub: Hub,
        compute: Compute,
        data_folder: Path,
        name: str = "pool",
        engine: Engine | None = None,
    ) -> None:
        self.hub, self.compute, self.data_folder, self.name = hub, compute, data_folder, name
        self.engine: Engine = engine or InChild(compute, data_folder, FUNCTIONS)
        self._known: dict[int, PoolFeatures] = {}

    def get(self, project: Row, candidates: Sequence[int]) -> PoolFeatures:
        """Return a feature file that covers the items to choose from."""
        known = self._known.get(project.id)
        stale = known is not None and known.wanted != policy_of(project).featurizer
        if known is None or stale or not known.covers(candidates):
            known = self._known[project.id] = self._make(project)
        return known

    def _make(self, project: Row) -> PoolFeatures:
        items_file = self.data_folder / "features" / f"{self.name}-{project.id}.jsonl"
        items_file.parent.mkdir(parents=True, exist_ok=True)
        kinds, rows = self.hub.read_now(lambda tx: _write_items(tx, project, items_file))
        wanted = policy_of(project).featurizer
        made = self.compute.run(
            featurise_pool, str(self.data_folder), str(items_file), kinds, wanted
        )
        if made["is_planned"]:
            self._compute(project, made)
        return PoolFeatures(made["path"], made["digest"], rows, wanted)

    def _compute(self, project: Row, made: dict[str, Any]) -> None:
        """Have the chunks of a plan computed, and join them."""
        place, digest = made["place"], made["digest"]
        found = [Chunk(f"{place}/{name}", (place, digest, name)) for name in made["chunks"]]
        name = place.rpartition("/")[2]
        self.engine.run(Chunks(project.id, self.name, name, "features", found))
        self.compute.run(join_pool, str(self.data_folder), place, made["path"])


def _write_items(
    tx: Transaction, project: Row, path: Path
) -> tuple[dict[str, str], dict[int, int]]:
    """Write what a round looks at as JSON lines; return the shown fields' kinds and the rows."""
    shown = [
        row for row in items.list_fields(tx, project.id) if "annotator" in row.visible_to.split(",")
    ]
    names = [row.name for row in shown]
    rows: dict[int, int] = {}
    with path.open("w", encoding="utf-8") as file:
        for row in store.pool(tx, project.id):
            document: dict[str, Any] = {
                "content_hash": row.content_hash,
                "split": row.split,
                "data": row_for_models(items.read_data(row), names),
            }
            file.write(json.dumps(document, ensure_ascii=False) + "\n")
            rows[row.item_id] = len(rows)
    return {row.name: KINDS[row.kind] for row in shown}, rows
