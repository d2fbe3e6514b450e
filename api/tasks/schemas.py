"""What an annotator is given."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from labeling.schema.questions import QuestionKind


class LeaseRequest(BaseModel):
    """How many questions one wants to hold in all."""

    count: int = Field(1, ge=1, le=20)


class LeaseNumber(BaseModel):
    """The number of the lease one speaks of."""

    lease_n: int = Field(ge=1)


class Previous(BaseModel):
    """One's own answer before undo."""

    result: list[Any]


class Assigned(BaseModel):
    """A manager assigned this question to oneself, until `due_at`."""

    due_at: int
    note: str


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
    assigned: Assigned | None


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
    """A class as a button shows it, or the label of a region and its colour."""

    key: str
    names: dict[str, str]
    hotkey: str | None
    color: str | None


class QuestionOut(BaseModel):
    """The question that is asked, of what kind, and the limits of its answer.

    An answer is Label Studio's `result`: a region with the question's `name` as `from_name`, its
    `to_name`, and the `type` and `value` of its kind. Where it is not `required`, none may be
    given. A pair shows `to_name` on the left and `beside` on the right.
    """

    name: str
    to_name: str
    title: str
    kind: QuestionKind
    required: bool
    classes: list[ClassOut]
    minimum: float | None
    maximum: float | None
    step: float | None
    max_rating: int | None
    max_characters: int | None
    max_regions: int | None
    beside: str | None


class ObjectOut(BaseModel):
    """A part of the item that is shown: `field` names the key in `data`."""

    name: str
    kind: str
    field: str


class SchemaOut(BaseModel):
    """The label schema that is current: `question` is the project's target, `questions` are all."""

    version: int
    question: QuestionOut
    questions: list[QuestionOut]
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


class AssignIn(BaseModel):
    """Items, by key, for one annotator until a time in UTC microseconds."""

    annotator: str | None = Field(None, max_length=200, description="The annotator's pseudonym.")
    user_id: int | None = Field(None, description="Or the person's number.")
    keys: list[str] = Field(min_length=1, max_length=200)
    due_at: int
    note: str = Field("", max_length=500, description="Shown to the annotator beside the item.")


class AssignedOut(BaseModel):
    """What was assigned, and what was not and why, by key."""

    assigned: list[str]
    refused: dict[str, str]


class PersonalOut(BaseModel):
    """An item that a manager assigned to one person, and what became of it."""

    id: int
    created_at: int
    item_id: int
    key: str
    annotator: str
    workforce: str
    due_at: int
    note: str
    state: Literal["waiting", "held", "answered", "skipped", "returned", "cancelled"]
    ended_at: int | None
