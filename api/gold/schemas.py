"""What goes in and out of known items; times in UTC microseconds."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

Use = Literal["gold", "training", "qualification"]
Bucket = Literal["easy", "middle", "hard"]


class KnownItemIn(BaseModel):
    """An item's right answers: class keys by question, and why they are right."""

    key: str = Field(min_length=1, max_length=500)
    answers: dict[str, list[str]] = Field(min_length=1, max_length=50)
    reason: str = Field(min_length=1, max_length=2_000)
    use: Use = "gold"
    difficulty: Bucket | None = None
    line: int = Field(0, ge=0)


class GoldIn(BaseModel):
    """Known items, up to 500 at once."""

    items: list[KnownItemIn] = Field(max_length=500)
    source: Literal["given", "reviewed", "imported"] = "given"


class RefusedOut(BaseModel):
    """A known item that was not taken, and why."""

    line: int
    key: str
    reason: str


class GoldReportOut(BaseModel):
    """What became of the known items sent."""

    added: int
    replaced: int
    unchanged: int
    refused: list[RefusedOut]


class GoldOut(BaseModel):
    """A known item; `missed` of `answers_given` answers were wrong."""

    id: int
    key: str
    use: Use
    state: Literal["proposed", "active", "quarantined", "retired"]
    state_reason: str | None
    answers: dict[str, list[str]]
    reason: str
    source: str
    difficulty: float
    answers_given: int
    missed: int
    created_at: int


class StockCounts(BaseModel):
    """How many known items of one use are in which state."""

    proposed: int
    active: int
    quarantined: int


class AlertOut(BaseModel):
    """Something that a manager should know."""

    code: str
    text: str


class StockOut(BaseModel):
    """The level of the stock; `people_out` have met all gold and get none until there is more."""

    gold: StockCounts
    training: StockCounts
    qualification: StockCounts
    least: int
    people_out: int
    queue_difficulty: dict[str, float]
    alerts: list[AlertOut]


class ScoreOut(BaseModel):
    """Somebody's accuracy on gold, with the interval that decides over a pause."""

    annotator_id: int
    name: str
    state: str
    n: int
    right: int
    low: float
    high: float
    rate: float
    training_done: int
    training_right: int
    test_tries: int


class AppealIn(BaseModel):
    """What was wrong with the pause or the test."""

    text: str = Field(min_length=1, max_length=4_000)


class DecisionIn(BaseModel):
    """Whether somebody is reinstated, and why."""

    decision: Literal["reinstate", "keep"]
    note: str | None = Field(None, max_length=2_000)


class AppealOut(BaseModel):
    """An appeal and what became of it."""

    id: int
    annotator_id: int
    name: str
    state: str
    text: str
    created_at: int
    decided_at: int | None
    decision: Literal["reinstate", "keep"] | None
    note: str | None


class MyAppeal(BaseModel):
    """One's own appeal and what became of it."""

    text: str
    created_at: int
    decided_at: int | None
    decision: Literal["reinstate", "keep"] | None
    note: str | None


class ExampleOut(BaseModel):
    """A question one missed: what it showed, what one said, what is right, and why."""

    data: dict[str, Any]
    given: dict[str, str]
    right: dict[str, list[str]]
    reason: str


class PauseOut(BaseModel):
    """Why one is paused: the score, the interval's upper end below the bar, examples."""

    since: int
    n: int
    right: int
    high: float
    bar: float
    examples: list[ExampleOut]


class TrainingOut(BaseModel):
    """How far one is with training."""

    done: int
    of: int


class TestOut(BaseModel):
    """How far one is with the test before real work; `right` once it was not passed."""

    done: int
    of: int
    right: int | None
    tries_left: int
    retry_at: int | None


class StandingOut(BaseModel):
    """Where one stands with training, the test, a pause and an appeal."""

    state: str
    training: TrainingOut | None
    test: TestOut | None
    pause: PauseOut | None
    appeal: MyAppeal | None
