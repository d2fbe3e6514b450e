"""Which answers a second person looks at."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class ReviewPolicy(BaseModel):
    """Which answers a second person looks at, and what follows from a verdict."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    random_share: Share = Field(
        default=0.05,
        description="Share of accepted items that are reviewed, drawn by a hash of the item's key.",
    )
    disputed: bool = Field(default=True, description="Whether disputed items are reviewed.")
    test_items: Literal["all", "disputed"] = Field(
        default="disputed",
        description="all: every accepted test item is reviewed; disputed: as every other item.",
    )
    test_worth: float = Field(
        default=2.0, ge=0, le=100, description="Worth of a right test item; that of any other is 1."
    )
    second_share: Share = Field(
        default=0.05,
        description="Share of reviews that two reviewers do, neither knowing of the other.",
    )
    queue_cap: int = Field(
        default=500,
        ge=1,
        le=10_000,
        description="Most open reviews at which disputed items are added.",
    )
    lease_seconds: int = Field(
        default=1_800, ge=1, le=86_400, description="How long a review is held."
    )
    send_back_seconds: int = Field(
        default=259_200,
        ge=1,
        le=2_592_000,
        description="How long an author holds what was sent back.",
    )
    reject_reverses_pay: bool = Field(
        default=False,
        description="Whether a rejection that counts takes the answer's pay back.",
    )
    confused_share: Share = Field(
        default=0.2,
        description="Share of a class that good annotators give another class; from there on the "
        "two are confused, and a rejection does not count against anybody.",
    )
    good_accuracy: Share = Field(
        default=0.8, description="Expected accuracy from which an annotator counts as good."
    )
