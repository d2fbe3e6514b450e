"""What goes in and out when a project ends."""

from __future__ import annotations

from pydantic import BaseModel, Field


class DeletionOut(BaseModel):
    """A project that was deleted; its phase is grace, rows, references, files, done or restored."""

    project_id: int
    slug: str
    phase: str
    deleted_at: int
    deleted_by: int
    purge_at: int
    ended_at: int | None


class Restoration(BaseModel):
    """Why a project is restored; the record keeps it."""

    reason: str | None = Field(None, max_length=1_000)
