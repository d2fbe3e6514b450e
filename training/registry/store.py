"""SQL of training runs and model versions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.errors import ConflictError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labeling.database import Row, Transaction

ADD_RUN: Final = """
INSERT INTO training_run (project_id, created_at, purpose, snapshot_id, data_digest, trainer,
    params, featurizer_digest, seed, environment, metrics, answers, spend_micros, accuracy, low,
    high, n_test, seconds, workflow_key)
VALUES (:project_id, :now, :purpose, :snapshot_id, :data_digest, :trainer,
    :params, :featurizer_digest, :seed, :environment, :metrics, :answers, :spend_micros, :accuracy,
    :low, :high, :n_test, :seconds, :workflow_key)
ON CONFLICT (workflow_key) DO NOTHING
"""
RUN: Final = """
SELECT id, project_id, created_at, purpose, snapshot_id, data_digest, trainer, params,
    featurizer_digest, seed, environment, metrics, answers, spend_micros, accuracy, low, high,
    n_test, seconds, workflow_key
FROM training_run
"""
FIND_RUN: Final = RUN + "WHERE workflow_key = :workflow_key"
LIST_RUNS: Final = (
    RUN
    + """
WHERE project_id = :project_id AND purpose = :purpose AND id > :after ORDER BY id LIMIT :limit
"""
)
SET_ACCURACY: Final = """
UPDATE training_run SET accuracy = :accuracy, low = :low, high = :high, n_test = :n_test,
    metrics = :metrics
WHERE id = :run_id
"""
ADD_MODEL: Final = """
INSERT INTO model_version (project_id, created_at, n, training_run_id, artefact_digest, format,
    bytes)
VALUES (:project_id, :now,
    (SELECT COALESCE(MAX(n), 0) + 1 FROM model_version WHERE project_id = :project_id),
    :run_id, :artefact_digest, :format, :bytes)
ON CONFLICT DO NOTHING
"""
MODEL: Final = """
SELECT model_version.id, model_version.project_id, model_version.created_at, model_version.n,
    model_version.training_run_id, model_version.artefact_digest, model_version.format,
    model_version.bytes, training_run.snapshot_id, training_run.trainer, training_run.params,
    training_run.featurizer_digest, training_run.answers, training_run.spend_micros,
    training_run.accuracy, training_run.low, training_run.high, training_run.n_test,
    training_run.seconds, training_run.metrics
FROM model_version JOIN training_run ON training_run.id = model_version.training_run_id
"""
GET_MODEL: Final = MODEL + "WHERE model_version.id = :model_id"
FIND_MODEL_OF_RUN: Final = MODEL + "WHERE model_version.training_run_id = :run_id"
FIND_MODEL: Final = MODEL + "WHERE model_version.project_id = :project_id AND model_version.n = :n"
LIST_MODELS: Final = (
    MODEL
    + """
WHERE model_version.project_id = :project_id AND model_version.n < :before
ORDER BY model_version.n DESC LIMIT :limit
"""
)
JSON_COLUMNS: Final = ("params", "environment", "metrics")
IN_PLACE_OF_ACCURACY: Final = ("measure", "brier", "cross_entropy", "noise", "reason")


def add_run(tx: Transaction, **columns: Any) -> Row:
    """Record a training once per `workflow_key` and return its row, new or old.

    `params`, `environment` and `metrics` are JSON documents; the rest are the table's columns.
    """
    unknown: dict[str, Any] = {"accuracy": None, "low": None, "high": None, "n_test": 0}
    written = {name: _json(columns.get(name, {})) for name in JSON_COLUMNS}
    tx.run(ADD_RUN, **{**unknown, **columns, **written, "now": tx.now})
    found = find_run(tx, columns["workflow_key"])
    if found is None:
        message = "a row that was there already has disappeared"
        raise AssertionError(message)
    return found


def find_run(tx: Transaction, workflow_key: str) -> Row | None:
    """Return the training that a workflow recorded, if it has."""
    return tx.row(FIND_RUN, workflow_key=workflow_key)


def list_runs(tx: Transaction, project_id: int, purpose: str, after: int, limit: int) -> list[Row]:
    """Return trainings of one purpose with an id above `after`, oldest first."""
    return tx.rows(LIST_RUNS, project_id=project_id, purpose=purpose, after=after, limit=limit)


def set_accuracy(tx: Transaction, run_id: int, found: Mapping[str, Any]) -> None:
    """Note how a training's model did on the labelled random test sample.

    `found` has ``accuracy`` with its interval ``low`` and ``high`` (None: no items) and ``n``;
    where there is no single truth, what was measured in its place is kept as the run's metrics.
    """
    instead = {name: found[name] for name in IN_PLACE_OF_ACCURACY if found.get("measure")}
    tx.run(
        SET_ACCURACY,
        run_id=run_id,
        accuracy=found["accuracy"],
        low=found["low"],
        high=found["high"],
        n_test=found["n"],
        metrics=_json(instead),
    )


def add_model(
    tx: Transaction, run: Row, artefact_digest: str, artefact_format: str, n_bytes: int
) -> Row:
    """Record the model of a training once and return its row, new or old."""
    tx.run(
        ADD_MODEL,
        project_id=run.project_id,
        now=tx.now,
        run_id=run.id,
        artefact_digest=artefact_digest,
        format=artefact_format,
        bytes=n_bytes,
    )
    found = tx.row(FIND_MODEL_OF_RUN, run_id=run.id)
    if found is None:
        raise ConflictError("Another model was registered at the same moment; start again.")
    return found


def model_of_run(tx: Transaction, run_id: int) -> Row:
    """Return the model version that a training made."""
    found = tx.row(FIND_MODEL_OF_RUN, run_id=run_id)
    if found is None:
        raise NotFoundError("This training made no model version.")
    return found


def get_model(tx: Transaction, model_id: int) -> Row:
    """Return a model version with what is known of its training."""
    found = tx.row(GET_MODEL, model_id=model_id)
    if found is None:
        raise NotFoundError("There is no such model version.")
    return found


def find_model(tx: Transaction, project_id: int, n: int) -> Row:
    """Return a project's model version by its number."""
    found = tx.row(FIND_MODEL, project_id=project_id, n=n)
    if found is None:
        raise NotFoundError(f"There is no model version {n}.")
    return found


def list_models(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return model versions with a number below `before`, newest first."""
    return tx.rows(LIST_MODELS, project_id=project_id, before=before, limit=limit)


def _json(document: dict[str, Any]) -> str:
    return json.dumps(document, ensure_ascii=False, sort_keys=True)
