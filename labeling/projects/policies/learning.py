"""What is asked next for the money: advice or action, and the quotas that always hold."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class LearningPolicy(BaseModel):
    """What is asked next for the money: advice or action, and the quotas that always hold."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    scheduler: Literal["off", "advise", "act"] = Field(
        default="advise",
        description="off: nothing is compared; advise: every round compares what could be asked; "
        "act: rounds also ask again about doubtful items, send some to review, say who is shown "
        "how much gold, and which workforce a new item is for, each where it is worth its price.",
    )
    least_random: float = Field(
        default=0.1,
        ge=0.1,
        le=1,
        description="Least share of a round's questions that go to random items, whatever "
        "`random_share` says, so that figures stay honest.",
    )
    relabel_share: Share = Field(
        default=0.5, description="Most of a round's questions that ask again."
    )
    relabel_most: int = Field(
        default=5, ge=1, le=20, description="Judgments beyond which no item is asked again."
    )
    review_share: Share = Field(
        default=0.1,
        description="Most reviews that a round opens, as a share of its questions; beside the "
        "random ones and the disputed, which the policy `review` opens.",
    )
    hour_micros: int = Field(
        default=1_000_000,
        ge=0,
        description="What an hour of an answer's time is worth beside its price, in micro-units.",
    )
    review_seconds: float = Field(
        default=30.0, gt=0, description="Expected time of a review, until some have been given."
    )
    route: Literal["off", "prefer", "only"] = Field(
        default="prefer",
        description="In act, where people of several workforces are there, each chosen new item is "
        "for the workforce whose answer is worth most for its price. prefer: as many as its people "
        "can take until the next rounds, the others are for anybody; only: all, and whoever is "
        "worth less waits while there are some; off: all are for anybody. Random, test and "
        "repeated questions are always for anybody. Where items name abilities or `routing.tiers` "
        "is on, that routing stands.",
    )
    refresh_seconds: float = Field(
        default=5.0,
        ge=0.25,
        description="New answers change the priorities after so long, even if `retrain_after` "
        "is not reached; a loop that takes longer waits four times its own duration.",
    )
    refit_seconds: float = Field(
        default=5.0,
        gt=0,
        description="Processor time that the selector's fit may take: where the trainer took "
        "longer, a quick one chooses in its place; releases keep the trainer.",
    )
    round_seconds: float = Field(
        default=300.0,
        ge=1,
        description="A round whose model has not chosen after so long is given up: items at random "
        "take its place.",
    )
