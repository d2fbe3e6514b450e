"""Tables of those who answer."""

from __future__ import annotations

from sqlalchemy import false
from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text

ZERO = {"server_default": "0"}
EMPTY_LIST = {"server_default": "[]"}


class Workforce(SQLModel, table=True):
    """Annotators of one kind, with their price for a judgment in micro-units.

    `rank` orders workforces from the cheapest to the most expert; `calendar`, `skills` and
    `languages` are JSON; `share` and `person_share` are in (0, 1].
    """

    __tablename__ = "workforce"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    name: str
    kind: str
    price_micros: int = big(0)
    is_simulated: bool = False
    paused_at: int | None = big(None)
    overlap_least: int | None = None
    overlap_most: int | None = None
    pause_reason: str | None = text(None)
    is_blocked: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    rank: int = Field(0, sa_column_kwargs=ZERO)
    share: float | None = None
    person_share: float | None = None
    daily_limit: int | None = None
    skills: str = text("[]", sa_column_kwargs=EMPTY_LIST)
    languages: str = text("[]", sa_column_kwargs=EMPTY_LIST)
    abilities: int = big(0, sa_column_kwargs=ZERO)
    calendar: str | None = text(None)
    time_zone: str | None = None


class Annotator(SQLModel, table=True):
    """One who answers in one project.

    `abilities` are the bits of skills and languages beside the workforce's; `counted` are the
    answers that count now; `day` and `day_answers` are their own calendar day and what they
    answered on it.
    """

    __tablename__ = "annotator"
    __table_args__ = (
        UniqueConstraint("project_id", "user_id"),
        UniqueConstraint("workforce_id", "external_ref"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    workforce_id: int = ref("workforce")
    user_id: int | None = ref("user_account", None)
    external_ref: str | None = None
    pseudonym: str
    state: str = "active"
    answers: int = big(0)
    active_ms: int = big(0)
    last_seen_at: int | None = big(None)
    personal: int = Field(0, sa_column_kwargs={"server_default": "0"})
    state_reason: str | None = text(None)
    state_cause: str | None = text(None)
    skills: str = text("[]", sa_column_kwargs=EMPTY_LIST)
    languages: str = text("[]", sa_column_kwargs=EMPTY_LIST)
    time_zone: str | None = None
    daily_limit: int | None = None
    abilities: int = big(0, sa_column_kwargs=ZERO)
    counted: int = big(0, sa_column_kwargs=ZERO)
    day: int = Field(0, sa_column_kwargs=ZERO)
    day_answers: int = Field(0, sa_column_kwargs=ZERO)


class Ability(SQLModel, table=True):
    """A skill or a language that a project asks for, and its bit in every mask."""

    __tablename__ = "ability"
    __table_args__ = (
        UniqueConstraint("project_id", "name"),
        UniqueConstraint("project_id", "bit"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    name: str
    bit: int
