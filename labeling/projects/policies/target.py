"""What the project is to reach, and when asking on is no longer worth it."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]


class TargetPolicy(BaseModel):
    """What the project is to reach, and when asking on is no longer worth it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    accuracy: Share | None = Field(
        default=None,
        description="Accuracy on the random test sample to reach; null: none is named.",
    )
    class_recall: Share | None = Field(
        default=None,
        description="Share of right answers each class and slice is to reach; null: as `accuracy`.",
    )
    plateau_gain: Share = Field(
        default=0.01,
        description="Gain in accuracy below which as many answers again are not worth it.",
    )
    stable_kappa: Share = Field(
        default=0.97,
        description="Kappa of successive selectors' predictions from which they are stable.",
    )
    stable_rounds: int = Field(
        default=3, ge=1, le=50, description="Rounds over which that kappa is averaged."
    )
