"""What the doors of confidence, fits and changes return; times in UTC microseconds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

ConfidenceKind = Literal["stop_score", "calibrated", "share", "reviewed"]
Because = Literal["fit", "answers", "review", "other"]


class PromiseOut(BaseModel):
    """Checked items of about one confidence: what was promised and how often it was right."""

    n: int
    promised: float
    right: float
    low: float | None = Field(description="Of the 95 % interval of `right`.")
    high: float | None


class ConfidenceOut(BaseModel):
    """What the confidence of this project is called, why, and how often it was right."""

    kind: ConfidenceKind
    reason: str
    basis: str = Field(description="Which items it rests on, in words.")
    n_checked: int
    n_gold: int
    n_reviewed: int
    needed: int = Field(description="Checked items from which it is calibrated.")
    missing: int = Field(description="Checked items still to come until then.")
    version: int
    fit_n: int
    calibrated_at: int | None
    method: str | None
    slope: float
    intercept: float
    stop_score: list[PromiseOut]
    calibrated: list[PromiseOut]
    error: float | None = Field(
        description="Mean distance of promise and truth over the checked items, each promised by "
        "the others; null without checks."
    )
    floor: float | None = Field(
        description="What honest figures of this number would show by chance."
    )


class PeopleOut(BaseModel):
    """What people's answers say of an item without any model's."""

    label: str | None
    stop_score: float
    answers: int


class BeliefOut(BaseModel):
    """What is believed of an item's target question now."""

    item_id: int
    key: str
    state: str
    label: str | None
    confidence: float
    confidence_kind: ConfidenceKind
    stop_score: float
    distribution: dict[str, float]
    majority: str | None
    answers: int
    answer: list[Any] | None = Field(
        description="What the answers to a question that is no single choice come to, as Label "
        "Studio writes it; the stop score is their agreement, and there is no label."
    )
    without_models: PeopleOut | None = Field(
        description="Null where no model has a say in the project: the same then."
    )
    by_own_model: bool = Field(
        description="Whether the project's own model, which never saw this item's label, has a say."
    )


class OwnModelOut(BaseModel):
    """The project's own model as a prior of each item, which it never saw the label of."""

    used: bool
    reason: str | None = Field(description="Why it has no say, where it has none.")
    n_items: int | None = Field(None, description="Items that it was asked about.")
    weight: float | None = Field(
        None, description="Of its word beside no model, estimated from answers it has not seen."
    )
    temperature: float | None = Field(
        None, description="Above 1 it is taken to be less sure than it says."
    )
    gain: float | None = Field(
        None, description="Log-likelihood that it adds to an item's answers in the mean."
    )
    gain_low: float | None = Field(None, description="Lower end of the gain's 95 % interval.")
    trainer: str | None = None
    featurizer: str | None = None
    folds: int | None = None
    rounds: int | None = None
    seed: int


class FitOut(BaseModel):
    """One full fit of everybody's skills; `n` is the version."""

    n: int
    at: int
    method: str
    answers: int
    items: int
    changed: int | None = Field(description="Items whose class changed, in whatever state.")
    accepted_flipped: int
    causes: dict[str, int]
    own_model: OwnModelOut | None = Field(
        description="What the project's own model was given to say; null where it was not asked."
    )


class FlipOut(BaseModel):
    """An item whose class a full fit changed."""

    id: int
    item_id: int
    key: str
    state: str
    was: str
    now: str
    score_before: float
    score_after: float
    cause: str
    why: str


class ChangeOut(BaseModel):
    """An item that is no longer what a snapshot says."""

    item_id: int
    key: str
    was: str
    now: str | None
    state: str
    because: Because
    why: str


class ChangesOut(BaseModel):
    """What changed since a snapshot: all of it counted, the items as a page."""

    since_snapshot: int
    total: int = Field(description="Counted up to `counted_up_to`.")
    counted_up_to: int
    by_cause: dict[Because, int]
    summary: str
    items: list[ChangeOut]
    next: str | None
