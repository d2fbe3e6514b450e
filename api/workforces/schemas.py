"""What goes in and out of workforces and annotators."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, Field

if TYPE_CHECKING:
    from labeling.database import Row


class WorkforceIn(BaseModel):
    """A workforce to be made."""

    name: str = Field(min_length=1, max_length=60)
    kind: Literal["in_house", "crowd", "vendor", "model"]
    price_micros: int = Field(0, ge=0)
    simulated: bool = False
    overlap_least: int | None = Field(None, ge=1, le=20)
    overlap_most: int | None = Field(None, ge=1, le=20)


class WorkforceOut(BaseModel):
    """A workforce and its terms; null where there is no limit, or the project's overlap."""

    id: int
    name: str
    kind: str
    price_micros: int
    simulated: bool
    overlap_least: int | None
    overlap_most: int | None
    rank: int
    share: float | None
    person_share: float | None
    daily_limit: int | None
    skills: list[str]
    languages: list[str]
    calendar: dict[str, list[tuple[str, str]]] | None
    time_zone: str | None
    state: Literal["active", "paused", "blocked"]
    reason: str | None

    @classmethod
    def of(cls, row: Row) -> WorkforceOut:
        """Return a workforce's row as the API shows it."""
        paused: Literal["paused", "blocked"] = "blocked" if row.is_blocked else "paused"
        return cls(
            **_terms(row),
            id=row.id,
            name=row.name,
            kind=row.kind,
            price_micros=row.price_micros,
            simulated=bool(row.is_simulated),
            overlap_least=row.overlap_least,
            overlap_most=row.overlap_most,
            rank=row.rank,
            share=row.share,
            person_share=row.person_share,
            calendar=None if row.calendar is None else json.loads(row.calendar),
            state="active" if row.paused_at is None else paused,
            reason=row.pause_reason,
        )


class AnnotatorOut(BaseModel):
    """A person's place in a project, under their pseudonym, with their own terms."""

    id: int
    pseudonym: str
    workforce: str
    state: str
    reason: str | None
    answers: int
    counted: int
    today: int = Field(description="Answers on the day of their last answer, by their own clock.")
    skills: list[str]
    languages: list[str]
    time_zone: str | None
    daily_limit: int | None

    @classmethod
    def of(cls, row: Row, terms: Row) -> AnnotatorOut:
        """Return an annotator's row and own terms as the API shows them."""
        return cls(
            **_terms(terms),
            id=row.id,
            pseudonym=row.pseudonym,
            workforce=row.workforce,
            state=row.state,
            reason=row.state_reason,
            answers=row.answers,
            counted=row.counted,
            today=row.day_answers,
        )


def _terms(row: Row) -> dict[str, Any]:
    return {
        "skills": json.loads(row.skills),
        "languages": json.loads(row.languages),
        "time_zone": row.time_zone,
        "daily_limit": row.daily_limit,
    }


class WhyIn(BaseModel):
    """Why somebody is paused, blocked or let in again; the record keeps it."""

    reason: str | None = Field(None, max_length=1_000)


class StateOut(BaseModel):
    """What somebody may do now, and how many questions they held went back to the queue."""

    name: str
    state: str
    reason: str | None
    leases_returned: int
