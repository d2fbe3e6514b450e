"""Tables of training runs and model versions."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class TrainingRun(SQLModel, table=True):
    """One training, of a selector (chooses items) or a release (may be deployed).

    `answers` and `spend_micros` say what had been spent when it ran; `accuracy` with its interval
    rests on the labelled random test sample of `n_test` items.
    """

    __tablename__ = "training_run"
    __table_args__ = (Index("ix_training_run_project", "project_id", "purpose", "id"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    purpose: str
    snapshot_id: int | None = ref("snapshot", None)
    data_digest: str
    trainer: str
    params: str = text("{}")
    featurizer_digest: str
    seed: int = big()
    environment: str = text("{}")
    metrics: str = text("{}")
    answers: int = big()
    spend_micros: int = big()
    accuracy: float | None = None
    low: float | None = None
    high: float | None = None
    n_test: int = 0
    seconds: float = 0.0
    workflow_key: str = Field(unique=True)


class ModelVersion(SQLModel, table=True):
    """A trained release model with its artefact; append-only."""

    __tablename__ = "model_version"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    training_run_id: int = ref("training_run", unique=True)
    artefact_digest: str
    format: str
    bytes: int = big()
