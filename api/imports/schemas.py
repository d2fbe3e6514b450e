"""What goes in and out of imports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from labeling.database import Row

JobState = Literal["waiting", "running", "done", "failed", "cancelled"]


class RowErrorOut(BaseModel):
    """A row that was refused, or kept out because its key is known with other content."""

    line: int
    kind: str = Field(description="refused | changed | label")
    key: str | None
    reason: str


class ImportOut(BaseModel):
    """How far an import is; the counts add up to the rows done."""

    id: int
    name: str
    state: JobState
    created_at: int
    started_at: int | None
    ended_at: int | None
    rows_done: int
    rows_of: int | None = Field(description="About how many rows there are, once it is known.")
    added: int
    duplicates: int
    changed: int = Field(description="Known keys with other content, kept out.")
    superseded: int = Field(description="Known keys whose item was replaced, as asked for.")
    refused: int
    legacy: int = Field(description="Labels kept beside their items.")
    votes: int = Field(description="Labels that count as a judgment.")
    gold: int = Field(description="Labels that became known answers.")
    predictions: int = Field(description="A model's answers, kept beside their items.")
    key: str | None = Field(description="The column whose values name the rows, when done.")
    error: str | None
    errors: list[RowErrorOut] = Field(description="The first rows not taken.")


def import_out(job: Row, errors: list[Row]) -> ImportOut:
    """Return a job as its owner sees it."""
    counts: dict[str, int] = json.loads(job.counts)
    result: dict[str, Any] = json.loads(job.result or "{}")
    taken = ("added", "duplicates", "changed", "superseded", "refused")
    names = (*taken, "legacy", "votes", "gold", "predictions")
    return ImportOut(
        id=job.id,
        name=job.name,
        state=job.state,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        rows_done=job.rows_done,
        rows_of=job.rows_of,
        key=result.get("key"),
        error=job.error,
        errors=[error_out(row) for row in errors],
        **{name: counts.get(name, 0) for name in names},
    )


def error_out(row: Row) -> RowErrorOut:
    """Return a row that was not taken."""
    return RowErrorOut(line=row.line, kind=row.kind, key=row.key, reason=row.reason)
