"""What goes in and out of searches for near-copies."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.imports.schemas import JobState

if TYPE_CHECKING:
    from labeling.database import Row


class SearchIn(BaseModel):
    """A search; what is left out follows from the fields and the policy."""

    model_config = ConfigDict(extra="forbid")

    method: Literal["minhash", "dhash"] | None = None
    threshold: Annotated[float, Field(gt=0, le=1)] | None = None


class SearchOut(BaseModel):
    """How far a search is, what it found, and whether it holds anything back."""

    id: int
    state: JobState
    created_at: int
    ended_at: int | None
    method: str
    threshold: float
    items: int = Field(description="Items looked at so far.")
    pairs: int
    held_out: int = Field(description="Training items kept out of snapshots while in force.")
    in_force: bool
    error: str | None


class PairOut(BaseModel):
    """Two items that are alike, by key and split, with a score in [0, 1]."""

    first: str
    first_split: str
    second: str
    second_split: str
    score: float


def search_out(job: Row, run: Row | None) -> SearchOut:
    """Return a search as its owner sees it."""
    options: dict[str, Any] = json.loads(job.options)
    counts: dict[str, int] = json.loads(job.counts)
    return SearchOut(
        id=job.id,
        state=job.state,
        created_at=job.created_at,
        ended_at=job.ended_at,
        method=options["method"],
        threshold=options["threshold"],
        items=job.rows_done,
        pairs=counts.get("pairs", 0),
        held_out=counts.get("held_out", 0),
        in_force=run is not None and run.undone_at is None,
        error=job.error,
    )


def pair_out(row: Row) -> PairOut:
    """Return a pair."""
    return PairOut(
        first=row.first_key,
        first_split=row.first_split,
        second=row.second_key,
        second_split=row.second_split,
        score=row.score,
    )
