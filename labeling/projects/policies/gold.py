"""How work is checked against known answers."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class GoldPolicy(BaseModel):
    """How work is checked against known answers."""

    model_config = ConfigDict(extra="forbid", frozen=True)
