"""Auto-label runs and their certificates; times in UTC microseconds, money in micro-units."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

State = Literal[
    "scoring",
    "scored",
    "auditing",
    "certifying",
    "certified",
    "empty",
    "accepting",
    "accepted",
    "revoking",
    "revoked",
    "cancelling",
    "cancelled",
    "failed",
]
Open = Annotated[float, Field(gt=0, lt=1)]


class PreviewIn(BaseModel):
    """What to look at before anything is spent; what is left out follows from the policy."""

    model_config = ConfigDict(extra="forbid")

    model_version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = Field(
        default=None, description="Null: the newest."
    )
    precision: Open | None = None
    delta: Open | None = None
    scope: Literal["pooled", "class"] | None = None
    audit_items: Annotated[int, Field(ge=20, le=20_000)] | None = None


class AcceptIn(BaseModel):
    """The certificate whose labels shall stand."""

    model_config = ConfigDict(extra="forbid")

    certificate_id: Annotated[int, Field(ge=1, le=2**53)]


class RevokeIn(BaseModel):
    """Why the labels are taken back."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[str, Field(min_length=1, max_length=2_000)]


class ExpectedOut(BaseModel):
    """What an audit can be expected to certify, of one class or of all (`class` null)."""

    label: str | None = Field(serialization_alias="class")
    low: float | None
    value: float | None
    high: float | None
    reason: str | None
    n_pool: int
    n_audit: int
    n_known: int = Field(description="Labelled test items that this rests on.")


class PriceOut(BaseModel):
    """What the audit costs: judgments and money, from the least to the most."""

    judgments_low: int
    judgments_high: int
    micros_low: int | None
    micros_high: int | None
    reason: str | None = Field(description="Why the money is not known, in words.")


class PreviewOut(BaseModel):
    """What is to be expected; null until the pool is scored."""

    test_accuracy: float | None
    n_test: int
    expected: list[ExpectedOut]
    price: PriceOut


class ProgressOut(BaseModel):
    """Of audited items, what people say of the model's answers."""

    right: int
    wrong: int
    waiting: int
    gone: int


class ThresholdOut(BaseModel):
    """From which score on labels are accepted, of one class or of all (`class` null)."""

    label: str | None = Field(serialization_alias="class")
    threshold: float | None
    coverage: float
    n_checked: int
    n_errors: int
    reason: str | None


class VerdictOut(BaseModel):
    """A certificate was accepted, renewed by the running audit, or revoked."""

    at: int
    verdict: Literal["accepted", "renewed", "revoked"]
    user_id: int | None
    n_checked: int
    n_errors: int
    against: float
    towards: float
    reason: str


class CertificateOut(BaseModel):
    """With probability 1 - delta at least `precision` of the accepted labels are right."""

    id: int
    created_at: int
    digest: str
    precision: float
    delta: float
    scope: Literal["pooled", "class"]
    thresholds: list[ThresholdOut]
    n_audited: int
    n_errors: int
    coverage: float
    model_version: int
    scores_digest: str
    policy_version: int
    reason: str | None = Field(description="Why nothing was certified; null where something was.")
    accepted: int = Field(description="Items labelled under it so far.")
    verdicts: list[VerdictOut]


class RunOut(BaseModel):
    """One way from a model's scores to labels."""

    n: int
    state: State
    created_at: int
    updated_at: int
    user_id: int
    model_version: int
    precision: float
    delta: float
    scope: Literal["pooled", "class"]
    audit_items: int
    n_pool: int
    error: str | None
    preview: PreviewOut | None
    audit: ProgressOut | None = Field(description="The audit before acceptance.")
    running: ProgressOut | None = Field(description="The checks after acceptance.")
    certificate: CertificateOut | None
    simulated: bool


class WouldBeOut(BaseModel):
    """A label that would be accepted."""

    item_id: int
    key: str
    data: dict[str, Any]
    label: str


class SampleOut(BaseModel):
    """Would-be labels per class; that they were looked at is on record."""

    certificate_id: int
    labels: list[WouldBeOut]
