"""Tables of what files say beside their items."""

from __future__ import annotations

from sqlmodel import Index, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref


class Prediction(SQLModel, table=True):
    """What a file said of an item: a label that came with it, or a model's answer; append-only.

    Shown and exported; never a vote by itself.
    """

    __tablename__ = "prediction"
    __table_args__ = (
        UniqueConstraint("item_id", "annotator_id", "question"),
        Index("ix_prediction_project", "project_id", "id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    job_id: int = big()
    item_id: int = ref("item")
    annotator_id: int = ref("annotator")
    question: str
    class_id: int | None = ref("label_class", None)
    score: float | None = None
    source: str
