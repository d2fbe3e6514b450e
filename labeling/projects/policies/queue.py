"""How questions are handed out: skips, re-asks, overlap, groups."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class QueuePolicy(BaseModel):
    """How questions are handed out: skips, re-asks, overlap, groups."""

    model_config = ConfigDict(extra="forbid", frozen=True)
