"""Tables of the answers."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from labeling.columns import BIG, big, primary_id, ref, text


class Annotation(SQLModel, table=True):
    """One revision of one assignment's answer; append-only."""

    __tablename__ = "annotation"
    __table_args__ = (
        UniqueConstraint("assignment_id", "revision"),
        UniqueConstraint("assignment_id", "client_key"),
        Index("ix_annotation_project", "project_id", "id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    assignment_id: int = ref("assignment")
    item_id: int = ref("item")
    annotator_id: int = ref("annotator")
    revision: int
    lease_n: int
    client_key: str
    kind: str
    reason: str | None = None
    result: str = text("[]")
    schema_version: int
    source: str = "lease"
    is_surplus: bool = False
    paid_micros: int = big(0)
    note: str | None = None
    consequence: str | None = None


class Vote(SQLModel, table=True):
    """The class one annotator's counted answer gives to an item's question, in integers only."""

    __tablename__ = "vote"
    __table_args__ = (Index("ix_vote_item", "project_id", "question", "item_id"),)

    annotation_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="annotation.id")
    question: str = Field(primary_key=True)
    class_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="label_class.id")
    project_id: int = ref("project")
    item_id: int = ref("item")
    annotator_id: int = ref("annotator")


class ItemReport(SQLModel, table=True):
    """One person's flag or skip of an item, as long as it stands against the item."""

    __tablename__ = "item_report"
    __table_args__ = (
        UniqueConstraint("annotation_id"),
        Index("ix_item_report_item", "item_id", "state"),
        Index("ix_item_report_project", "project_id", "kind", "id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    item_id: int = ref("item")
    task_id: int = ref("task")
    annotation_id: int = ref("annotation")
    annotator_id: int = ref("annotator")
    kind: str
    text: str = text("")
    state: str = "open"
    ended_at: int | None = big(None)
