"""What the project page shows; times in UTC microseconds, money in micro-units."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from api.releases.nearness import NearnessOut


class ClassName(BaseModel):
    """A class and what people call it."""

    key: str
    names: dict[str, str]


class QuestionInfo(BaseModel):
    """The project's target question."""

    name: str
    classes: list[ClassName]


class ProjectInfo(BaseModel):
    """Which project this is."""

    slug: str
    title: str
    simulated: bool
    currency: str
    created_at: int
    strategy: str
    question: QuestionInfo


class ItemCounts(BaseModel):
    """Where the items stand; the parts add up to the total."""

    total: int
    accepted: int
    pending: int
    disputed: int
    set_aside: int
    unlabelled: int


class WorkforceMoney(BaseModel):
    """What a workforce answered and earned."""

    name: str
    kind: str
    simulated: bool
    answers: int
    price_micros: int
    spent_micros: int


class Money(BaseModel):
    """Cap, reservations and spending."""

    cap_micros: int | None
    reserved_micros: int
    spent_micros: int
    by_workforce: list[WorkforceMoney]


class RoundInfo(BaseModel):
    """The newest selection round."""

    n: int
    strategy: str
    seconds: float
    loop_seconds: float | None
    finished_at: int
    fallback_reason: str | None


class QueueInfo(BaseModel):
    """How much work lies ready."""

    open_tasks: int
    live_leases: int
    last_round: RoundInfo | None


class CurvePoint(BaseModel):
    """Accuracy on the labelled random test sample, against what had been spent."""

    answers: int
    spend_micros: int
    accuracy: float
    low: float
    high: float
    n: int
    at: int


class AlertInfo(BaseModel):
    """Something about the known answers that a manager should see to; `code` is stable."""

    code: str
    text: str


class Baseline(BaseModel):
    """The curve of random choice: of a project labelled so, or replayed on this one's labels."""

    title: str = Field(description="Of the project; `random` where it is a replay.")
    curve: list[CurvePoint]


class AgreementInfo(BaseModel):
    """Agreement between annotators; undefined with a reason."""

    coefficient: str
    value: float | None
    low: float | None
    high: float | None
    n_items: int
    reason: str | None
    basis: Literal["random_sample", "chosen_items"]


class SkillInfo(BaseModel):
    """A share with its interval."""

    value: float
    low: float
    high: float
    n: float


class SelfAgreementInfo(BaseModel):
    """Share of own earlier answers that were given again as before; undefined with a reason."""

    value: float | None
    low: float | None
    high: float | None
    n: int
    reason: str | None


class AnnotatorInfo(BaseModel):
    """An annotator under a pseudonym; agreement with the consensus, not accuracy."""

    name: str
    workforce: str
    kind: str
    simulated: bool
    answers: int
    agreement: SkillInfo | None
    self_agreement: SelfAgreementInfo


class ModelInfo(BaseModel):
    """A model version, its test figures and its gate."""

    n: int
    created_at: int
    trainer: str
    accuracy: float | None
    low: float | None
    high: float | None
    n_test: int
    reason: str | None
    nearness: NearnessOut | None
    verdict: Literal["pass", "fail", "inconclusive", "none"]
    needs_n: int | None
    why: str
    live: bool
    deployed_at: int | None


class LiveInfo(BaseModel):
    """Which model answers, since when, and who put it there."""

    model_version: int
    since: int
    actor: str
    reason: str


class People(BaseModel):
    """How many answered in the last five minutes."""

    active: int


class Progress(BaseModel):
    """The project page's figures, from top to bottom."""

    project: ProjectInfo
    items: ItemCounts
    answers: int
    people: People
    money: Money
    queue: QueueInfo
    curve: list[CurvePoint]
    baseline: Baseline | None
    agreement: AgreementInfo
    annotators: list[AnnotatorInfo]
    models: list[ModelInfo]
    live: LiveInfo | None
    alerts: list[AlertInfo] = Field(
        default_factory=list, description="About the known answers; empty: nothing to see to."
    )
