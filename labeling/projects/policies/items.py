"""What the pool takes in and keeps apart."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class ItemsPolicy(BaseModel):
    """What the pool takes in and keeps apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    near_text_similarity: float = Field(
        default=0.8,
        gt=0,
        le=1,
        description="Share of common n-grams from which texts are near-copies.",
    )
    near_picture_similarity: float = Field(
        default=0.95,
        gt=0,
        le=1,
        description="Share of common hash bits from which pictures are so.",
    )
