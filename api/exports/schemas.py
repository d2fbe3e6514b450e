"""What goes in and out of exports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.imports.schemas import JobState
from api.pagination import next_cursor

if TYPE_CHECKING:
    from labeling.database import Row


class ExportIn(BaseModel):
    """An export as a job."""

    model_config = ConfigDict(extra="forbid")

    what: Literal["finished", "answers"]
    format: Literal["csv", "jsonl", "parquet"] = "csv"
    after: str | None = Field(
        None, max_length=100, description="Answers only: `next` of the export before."
    )
    names: bool = Field(
        default=False, description="Answers only: real names too, for who may see people; recorded."
    )
    guard: bool = Field(
        default=True,
        description="Answers as CSV: an apostrophe before cells that look like formulas.",
    )


class ExportOut(BaseModel):
    """How far an export is, and what its file is when it is done."""

    id: int
    name: str
    state: JobState
    created_at: int
    ended_at: int | None
    rows_done: int
    rows_of: int | None
    error: str | None
    digest: str | None = Field(description="SHA-256 of the file.")
    bytes: int | None
    next: str | None = Field(description="Answers: the cursor of what comes later.")


def export_out(job: Row) -> ExportOut:
    """Return a job as its owner sees it."""
    result: dict[str, Any] = json.loads(job.result or "{}")
    is_answers = json.loads(job.options)["what"] == "answers"
    return ExportOut(
        id=job.id,
        name=job.name,
        state=job.state,
        created_at=job.created_at,
        ended_at=job.ended_at,
        rows_done=job.rows_done,
        rows_of=job.rows_of,
        error=job.error,
        digest=result.get("digest"),
        bytes=result.get("bytes"),
        next=next_cursor([result["mark"]], 1) if is_answers and "mark" in result else None,
    )
