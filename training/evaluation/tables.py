"""Tables of evaluation sets."""

from __future__ import annotations

from sqlmodel import SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref


class EvaluationSet(SQLModel, table=True):
    """The labelled random test sample as it stood at one time; append-only."""

    __tablename__ = "evaluation_set"
    __table_args__ = (
        UniqueConstraint("project_id", "n"),
        UniqueConstraint("project_id", "digest"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    digest: str
    n_items: int
