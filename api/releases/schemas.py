"""What goes in and out of releases, models, gates, deployments, rounds and predictions."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field

from api.releases.nearness import NearnessOut


class ReleaseIn(BaseModel):
    """Why a release is started by hand."""

    reason: str = Field("by hand", min_length=1, max_length=1_000)


class ReleaseOut(BaseModel):
    """The workflow that was asked for."""

    workflow: str


class JobOut(BaseModel):
    """Where a long job stands; `share` lies in [0, 1]."""

    id: str
    name: str
    state: str
    step: str | None
    share: float
    error: str | None
    result: Any


class SnapshotOut(BaseModel):
    """An immutable training set."""

    n: int
    created_at: int
    digest: str
    truth_fit_n: int
    counts: dict[str, Any]


class ModelOut(BaseModel):
    """A model version; `answers` and `spend_micros` as they stood at its snapshot."""

    n: int
    created_at: int
    trainer: str
    artefact_digest: str
    format: str
    bytes: int
    answers: int
    spend_micros: int
    accuracy: float | None
    low: float | None
    high: float | None
    n_test: int
    reason: str | None = Field(description="Why there is no accuracy; null where there is one.")
    nearness: NearnessOut | None = Field(
        description="Where there is no single truth: how near it is to the answers as they differ."
    )


class GateOut(BaseModel):
    """A gate report with its evidence."""

    id: int
    created_at: int
    challenger: int
    champion: int | None
    verdict: str
    needs_n: int | None
    use_n: int
    policy_version: int
    evidence: dict[str, Any]


class DeployIn(BaseModel):
    """Which model version goes live, and why."""

    model_version: int = Field(ge=1)
    reason: str = Field("", max_length=1_000)


class ReasonIn(BaseModel):
    """Why something is done; the record keeps it."""

    reason: str = Field(min_length=1, max_length=1_000)


class DeploymentOut(BaseModel):
    """An entry of the deployment ledger."""

    seq: int
    created_at: int
    model_version: int
    gate_report_id: int
    action: str
    actor_kind: str
    actor_id: int
    reason: str


class RoundOut(BaseModel):
    """One turn of selection."""

    n: int
    created_at: int
    strategy: str
    params: dict[str, Any]
    seed: int
    answers: int
    n_candidates: int
    fallback_reason: str | None
    seconds: float
    loop_seconds: float | None
    accuracy: float | None
    trainer: str | None
    featurizer_digest: str | None
    document: str | None


class SelectionOut(BaseModel):
    """One item of a round, and why it was chosen."""

    item_id: int
    key: str
    rank: int
    score: float | None
    reason: str
    task_id: int | None
    action: str


class PredictItem(BaseModel):
    """One row to be labelled by the live model."""

    data: dict[str, Any]


class PredictIn(BaseModel):
    """Up to 1,000 rows, for the live model or for one version by its number."""

    model_version: int | None = Field(None, ge=1)
    items: list[PredictItem] = Field(min_length=1, max_length=1_000)


class PredictionOut(BaseModel):
    """What the model says; `probabilities` by class key."""

    label: str
    probability: float
    probabilities: dict[str, float]


class PredictOut(BaseModel):
    """Predictions in the order of the rows, and the version that made them."""

    model_version: int
    predictions: list[PredictionOut]
