"""Which answers a second person looks at."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ReviewPolicy(BaseModel):
    """Which answers a second person looks at."""

    model_config = ConfigDict(extra="forbid", frozen=True)
