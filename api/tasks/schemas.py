"""What an annotator is given."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field


class LeaseRequest(BaseModel):
    """How many questions one wants to hold in all."""

    count: int = Field(1, ge=1, le=20)


class LeaseNumber(BaseModel):
    """The number of the lease one speaks of."""

    lease_n: int = Field(ge=1)


class Previous(BaseModel):
    """One's own answer before undo."""

    result: list[Any]


class AssignmentOut(BaseModel):
    """One question that one holds until `expires_at`; only fields meant for annotators.

    `sent_back` is what a reviewer said of one's own answer (`previous`), asking for another.
    `kind` tells training and the test before real work, which are known as such; all else is work.
    """

    handle: str
    kind: Literal["work", "training", "qualification"]
    lease_n: int
    expires_at: int
    schema_version: int
    guideline_version: int
    data: dict[str, Any]
    previous: Previous | None
    sent_back: str | None


class NoWorkOut(BaseModel):
    """Why there is nothing now, and when to ask again."""

    code: str
    text: str
    retry_after_s: int


class LeasesOut(BaseModel):
    """What one holds now; `reason` where it is less than was asked for."""

    assignments: list[AssignmentOut]
    reason: NoWorkOut | None


class Extended(BaseModel):
    """The new end of a lease."""

    expires_at: int


class ClassOut(BaseModel):
    """A class as a button shows it."""

    key: str
    names: dict[str, str]
    hotkey: str | None


class QuestionOut(BaseModel):
    """The question that is asked."""

    name: str
    to_name: str
    title: str
    classes: list[ClassOut]


class ObjectOut(BaseModel):
    """A part of the item that is shown: `field` names the key in `data`."""

    name: str
    kind: str
    field: str


class SchemaOut(BaseModel):
    """The label schema that is current."""

    version: int
    question: QuestionOut
    objects: list[ObjectOut]


class GuidelineOut(BaseModel):
    """What annotators are told."""

    version: int
    text: str


class TodayOut(BaseModel):
    """One's own work in the last 24 hours."""

    answers: int
    active_ms: int


class DeskProject(BaseModel):
    """The project at whose desk one sits."""

    slug: str
    title: str
    simulated: bool


class UndoReach(BaseModel):
    """How far undo reaches."""

    last: int
    minutes: int


class DeskOut(BaseModel):
    """All that the annotator's page needs besides the items."""

    project: DeskProject
    schema_: SchemaOut = Field(serialization_alias="schema")
    guideline: GuidelineOut
    today: TodayOut
    skip_reasons: list[str]
    undo: UndoReach
