"""What goes in and out of answers."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from api.tasks.schemas import LeasesOut


class SubmitIn(BaseModel):
    """One answer, skip or flag; a repeat with the same `client_key` returns the first result."""

    lease_n: int = Field(ge=1)
    client_key: UUID
    kind: Literal["answer", "skip", "flag"] = "answer"
    reason: str | None = Field(None, max_length=1_000)
    result: list[Any] = Field(default_factory=list, max_length=1_000)
    active_ms: int = Field(0, ge=0)
    lease_next: int = Field(0, ge=0, le=20)


class FeedbackOut(BaseModel):
    """What a training question teaches: the right classes by question, and why they are right."""

    right: bool
    answers: dict[str, list[str]]
    reason: str


class SubmitOut(BaseModel):
    """What became of an answer, and what one holds next; `feedback` after a training question."""

    handle: str
    revision: int
    counted: bool
    surplus: bool
    paid_micros: int
    note: str | None
    feedback: FeedbackOut | None
    next: LeasesOut | None


class UndoIn(BaseModel):
    """The key that makes a repeated undo harmless."""

    client_key: UUID


class EditIn(BaseModel):
    """A corrected answer; a repeat with the same `client_key` returns the first result."""

    client_key: UUID
    result: list[Any] = Field(max_length=1_000)


class EditOut(BaseModel):
    """What became of a correction."""

    handle: str
    revision: int
    counted: bool
    surplus: bool
    paid_micros: int
    note: str | None


class FlagOut(BaseModel):
    """Somebody says that something is wrong with an item, or that it cannot be answered."""

    id: int
    created_at: int
    item_id: int
    key: str
    item_state: str
    kind: str
    text: str
    state: str
    ended_at: int | None
    annotator: str
    workforce: str


class RestoreIn(BaseModel):
    """Why an item is asked again."""

    reason: str = Field("", max_length=1_000)


class RestoredOut(BaseModel):
    """An item that is back in the queue, and how many reports against it were ended."""

    item_id: int
    ended_reports: int


class RejectedOut(BaseModel):
    """Why a reviewer rejected an answer; `why` says why it does not count."""

    reason: str
    counts: bool
    why: str | None


class AnswerOut(BaseModel):
    """One of one's own recent answers."""

    handle: str
    submitted_at: int
    kind: str
    result: list[Any]
    data: dict[str, Any]
    can_undo: bool
    rejected: RejectedOut | None


class AnswersOut(BaseModel):
    """One's own recent answers, newest first."""

    answers: list[AnswerOut]
