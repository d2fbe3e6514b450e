"""How work is checked against known answers."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Share = Annotated[float, Field(ge=0, le=1)]


class GoldPolicy(BaseModel):
    """How work is checked against known answers: gold, training, qualification.

    Nothing here serves anything by itself: without a stock of known answers all of it rests.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    rate_first: Share = Field(
        default=0.12, description="Share of gold among the questions of somebody without a record."
    )
    rate_least: Share = Field(
        default=0.04,
        description="Share of gold among the questions of somebody whose record is firm.",
    )
    firm_width: float = Field(
        default=0.2,
        gt=0,
        lt=0.5,
        description="Width of the accuracy's interval at which a record is firm.",
    )
    bar: Share = Field(
        default=0.7,
        description="Accuracy on gold below which somebody is paused, once that is certain.",
    )
    confidence: float = Field(
        default=0.95,
        ge=0.5,
        lt=1,
        description="Coverage of the interval; it may be looked at any time.",
    )
    least_n: int = Field(
        default=10, ge=1, le=1_000, description="Gold answers before anybody is judged by them."
    )
    stock_least: int = Field(
        default=50,
        ge=0,
        le=100_000,
        description="Active gold items below which the stock is refilled.",
    )
    refill: Literal["off", "propose", "activate"] = Field(
        default="propose", description="What becomes of settled items when the stock is low."
    )
    refill_answers: int = Field(
        default=3,
        ge=2,
        le=20,
        description="Unanimous answers that make a settled item fit for gold.",
    )
    quarantine_miss: Share = Field(
        default=0.3,
        description="Share of good people missing a gold item beyond which it is in doubt.",
    )
    quarantine_least: int = Field(
        default=4,
        ge=2,
        le=1_000,
        description="Answers of good people before a gold item is doubted.",
    )
    training_items: int = Field(
        default=0,
        ge=0,
        le=100,
        description="Training questions, with feedback, that a newcomer gets first.",
    )
    pay_training: bool = Field(default=True, description="Whether training answers are paid.")
    qualification_items: int = Field(
        default=0, ge=0, le=100, description="Questions of the test before real work; 0: no test."
    )
    qualification_pass: Share = Field(
        default=0.7, description="Share of right answers that passes."
    )
    qualification_tries: int = Field(
        default=2, ge=1, le=10, description="How often the test may be taken."
    )
    qualification_retry_hours: int = Field(
        default=24, ge=0, le=8_760, description="Wait between two tries at the test."
    )
    pay_qualification: bool = Field(default=True, description="Whether test answers are paid.")

    @model_validator(mode="after")
    def _falls(self) -> Self:
        if self.rate_least > self.rate_first:
            message = "rate_least is above rate_first"
            raise ValueError(message)
        return self
