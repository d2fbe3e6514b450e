"""Who is asked what, how much and when."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class RoutingPolicy(BaseModel):
    """Who is asked what, how much and when."""

    model_config = ConfigDict(extra="forbid", frozen=True)
