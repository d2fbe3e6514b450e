"""What goes in and out of reviews."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.tasks.schemas import NoWorkOut, QuestionOut

Verdict = Literal["accept", "correct", "reject", "send_back", "reopen"]


class OtherAnswer(BaseModel):
    """One of the others' answers, by its place in the order drawn for this review."""

    answer: int
    result: list[Any]


class OtherVerdict(BaseModel):
    """What one of two reviewers said who differed."""

    verdict: Verdict
    decided: str | None
    reason: str | None


class ShownOut(BaseModel):
    """What is shown after one's own answer: the present answer and the others', without names.

    `seen` goes into the verdict, so that nobody judges what has changed meanwhile.
    """

    seen: str
    why: str
    present: str | None
    present_result: list[Any] | None = Field(
        description="What the answers to a question that is no single choice come to; else null."
    )
    confidence: float
    answers: list[OtherAnswer]
    verdicts: list[OtherVerdict]


class ReviewOut(BaseModel):
    """One review that one holds; `shown` is null until one has answered."""

    handle: str
    lease_n: int
    expires_at: int
    schema_version: int
    question: QuestionOut
    data: dict[str, Any]
    shown: ShownOut | None


class ReviewsHeld(BaseModel):
    """The reviews one holds; `reason` where they are fewer than asked for."""

    reviews: list[ReviewOut]
    reason: NoWorkOut | None


class ReviewAnswerIn(BaseModel):
    """One's own answer, before seeing the others'; or, without one, the reason."""

    lease_n: int = Field(ge=1)
    client_key: UUID
    result: list[Any] = Field(default_factory=list, max_length=1_000)
    reason: str | None = Field(None, max_length=100)


class TargetIn(BaseModel):
    """An answer that is rejected or sent back, and why."""

    answer: int = Field(ge=1)
    reason: str = Field(max_length=1_000)


class VerdictIn(BaseModel):
    """A verdict; a repeat with the same `client_key` returns the first result.

    `correct` brings `result`; `reject` names `targets`, `send_back` one; `reopen` gives `reason`.
    """

    lease_n: int = Field(ge=1)
    client_key: UUID
    verdict: Verdict
    seen: str = Field(max_length=100)
    result: list[Any] = Field(default_factory=list, max_length=1_000)
    targets: list[TargetIn] = Field(default_factory=list, max_length=100)
    reason: str | None = Field(None, max_length=1_000)
    active_ms: int = Field(0, ge=0)


class VerdictOut(BaseModel):
    """What became of a verdict."""

    handle: str
    verdict: Verdict
    counted: bool
    paid_micros: int
    note: str | None


class DecidedReview(BaseModel):
    """A review that took effect; `agreed` is null where one reviewer was asked."""

    id: int
    decided_at: int
    key: str
    why: str
    verdict: Verdict
    present: str | None
    decided: str | None
    reason: str | None
    reviewer: str
    n_reviews: int
    agreed: bool | None


class ReviewsOut(BaseModel):
    """Decided reviews, oldest first; `open_reviews` waits for somebody, counted up to the cap."""

    items: list[DecidedReview]
    next: str | None
    open_reviews: int


class Rate(BaseModel):
    """A share with its interval; null, with a reason in words, where it is undefined."""

    value: float | None
    low: float | None
    high: float | None
    n: float
    reason: str | None
    basis: Literal["random_sample", "chosen_items"]


class ReviewFiguresOut(BaseModel):
    """The reviews of a project in figures; `error_rate` is the headline, from the random sample."""

    decided: int
    verdicts: dict[str, int]
    verdict_shares: dict[str, float]
    open_reviews: int
    open_capped: bool
    error_rate: Rate
    disputed_kept: Rate
    second_agreement: Rate
    rejections_counted: int
    rejections_excused: int


class RejectionOut(BaseModel):
    """One of one's own answers that a reviewer rejected; `why` says why it does not count."""

    handle: str
    rejected_at: int
    data: dict[str, Any]
    result: list[Any]
    reason: str
    counts: bool
    why: str | None
    reversed_micros: int


class RejectionsOut(BaseModel):
    """One's own rejected answers, oldest first, and how many there are in all."""

    items: list[RejectionOut]
    next: str | None
    rejected: int
    counting: int
