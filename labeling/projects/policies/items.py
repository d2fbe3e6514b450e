"""What the pool takes in and keeps apart."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class ItemsPolicy(BaseModel):
    """What the pool takes in and keeps apart."""

    model_config = ConfigDict(extra="forbid", frozen=True)
