"""Imports, exports and searches of one process: what does each, wired to store and model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from labeling.bulk import store as bulk
from labeling.bulk.runner import Runner
from labeling.errors import LabelloopError
from labeling.exchange.export import jobs as exports
from labeling.exchange.export.finished import Guess
from labeling.exchange.export.jobs import ExportHandler
from labeling.exchange.imports import service as imports
from labeling.exchange.imports import uploads
from labeling.exchange.imports.service import ImportHandler
from labeling.items.similar import service as near_duplicates
from labeling.items.similar.job import SearchHandler
from training.deployments.service import live_model

if TYPE_CHECKING:
    from api.settings import Settings
    from labeling.database import Hub, Row
    from labeling.exchange.export.finished import Predictor as ExportPredictor
    from labeling.quality.service import TruthCache
    from training.deployments.predictor import Predictor

HELPER_SECONDS: Final = 2.0


class LongWork:
    """The runner of a process and what it needs; `start` and `close` frame its life."""

    def __init__(
        self, hub: Hub, settings: Settings, predictor: Predictor, truth: TruthCache
    ) -> None:
        data_dir = settings.data_dir.resolve()
        self.hub, self.data_dir, self.predictor = hub, data_dir, predictor
        self.doors = settings.doors
        # A process that only answers leaves what moves many rows to a worker, if there is one.
        is_helper = not settings.worker and hub.dialect == "postgresql"
        self.runner = Runner(
            hub,
            {
                imports.KIND: ImportHandler(data_dir, self.doors, truth),
                near_duplicates.KIND: SearchHandler(data_dir),
                exports.KIND: ExportHandler(data_dir, self.predictor_of),
            },
            patience_seconds=HELPER_SECONDS if is_helper else 0,
        )

    def start(self) -> None:
        """Clear away uploads that nobody took on, then begin to work."""
        live = self.hub.read_now(bulk.list_live)
        places = {json.loads(job.options).get("place", "") for job in live}
        uploads.remove_unknown(self.data_dir, places)
        self.runner.start()

    def close(self) -> None:
        """Let every job stop behind its present turn."""
        self.runner.close()

    def wake(self) -> None:
        """Look for work now."""
        self.runner.wake()

    def predictor_of(self, project: Row) -> ExportPredictor | None:
        """Return what asks the live model for rows that people did not settle; None without one."""
        if self.hub.read_now(lambda tx: live_model(tx, project.id)) is None:
            return None

        def predict(rows: Sequence[dict[str, Any]]) -> list[Guess | None]:
            try:
                found = self.predictor.predict_now(project.id, rows)
            except LabelloopError:
                # A model that cannot read one of the rows leaves the page to people.
                return [None] * len(rows)
            return [Guess(each.label, each.probability) for each in found.predictions]

        return predict
