"""Tables of the snapshots."""

from __future__ import annotations

from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class Snapshot(SQLModel, table=True):
    """An immutable, content-addressed set of labelled items; append-only."""

    __tablename__ = "snapshot"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    digest: str
    schema_version: int
    truth_fit_n: int
    annotation_high_water: int = big()
    rule: str = text()
    counts: str = text()
    workflow_key: str = Field(unique=True)
