"""Tables of those who answer."""

from __future__ import annotations

from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref


class Workforce(SQLModel, table=True):
    """Annotators of one kind, with their price for a judgment in micro-units."""

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


class Annotator(SQLModel, table=True):
    """One who answers in one project."""

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
