"""Who is asked what, how much and when."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from labeling.clock import is_zone

Share = Annotated[float, Field(ge=0, le=1)]


def _zone(name: str) -> str:
    if not is_zone(name):
        raise ValueError(f"{name!r} is no time zone; write one like Europe/Berlin")
    return name


class RoutingPolicy(BaseModel):
    """Who is asked what, how much and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    tiers: bool = Field(
        default=False,
        description="Whether the cheapest able workforce is asked first, and disputes go up.",
    )
    escalate_below: Share = Field(
        default=0.5,
        description="At full overlap, an answer that is not surer than this goes up a tier.",
    )
    escalate_judgments: int = Field(
        default=1, ge=1, le=20, description="Judgments that the next tier is asked for."
    )
    language_field: str | None = Field(
        default=None,
        max_length=200,
        description="Field of the items that names the language they need.",
    )
    skill_field: str | None = Field(
        default=None,
        max_length=200,
        description="Field of the items that names the skill they need.",
    )
    time_zone: Annotated[str, AfterValidator(_zone)] = Field(
        default="UTC", max_length=60, description="Zone of people whose own is not known."
    )
    person_share: Annotated[float, Field(gt=0, le=1)] | None = Field(
        default=None, description="Most of the project's answers that one person gives."
    )
    share_floor: int = Field(
        default=50, ge=1, description="So many answers are never too large a share of a project."
    )
    easy_share: Share = Field(
        default=0.2, description="Least share of random items in what everybody is given."
    )
    count_blocked: bool = Field(
        default=False,
        description="Whether a late answer of somebody who was blocked still counts.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.language_field is not None and self.language_field == self.skill_field:
            raise ValueError("language_field and skill_field name the same field")
        return self
