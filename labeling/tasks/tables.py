"""Tables of the queue."""

from __future__ import annotations

from sqlalchemy import text as sql_text
from sqlmodel import CheckConstraint, Field, Index, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class Task(SQLModel, table=True):
    """The question put to people about one item; `open_slots` are judgments nobody holds yet."""

    __tablename__ = "task"
    __table_args__ = (
        CheckConstraint("open_slots >= 0", name="ck_task_open_slots"),
        Index(
            "uq_task_open",
            "item_id",
            "family",
            "pass_n",
            unique=True,
            sqlite_where=sql_text("state = 'open'"),
            postgresql_where=sql_text("state = 'open'"),
        ),
        Index(
            "ix_task_queue",
            "project_id",
            "priority",
            "id",
            sqlite_where=sql_text("is_open"),
            postgresql_where=sql_text("is_open"),
        ),
        Index("ix_task_item", "item_id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    item_id: int = ref("item")
    schema_version: int
    kind: str = "label"
    family: str = "answer"
    pass_n: int = 1
    reason: str = text("{}")
    priority: int = big(0)
    wanted: int
    wanted_most: int
    open_slots: int
    is_open: bool = True
    workforce_id: int | None = ref("workforce", None)
    state: str = "open"
    close_reason: str | None = None
    closed_at: int | None = big(None)


class Assignment(SQLModel, table=True):
    """One task leased to one annotator until a time."""

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("annotator_id", "item_id", "family", "pass_n"),
        Index("ix_assignment_task", "task_id", "state"),
        Index(
            "ix_assignment_expiry",
            "expires_at",
            sqlite_where=sql_text("state = 'leased'"),
            postgresql_where=sql_text("state = 'leased'"),
        ),
        Index(
            "ix_assignment_held",
            "annotator_id",
            sqlite_where=sql_text("state = 'leased'"),
            postgresql_where=sql_text("state = 'leased'"),
        ),
        Index(
            "ix_assignment_late",
            "expires_at",
            sqlite_where=sql_text("state = 'expired' AND reserved_micros > 0"),
            postgresql_where=sql_text("state = 'expired' AND reserved_micros > 0"),
        ),
        Index("ix_assignment_submitted", "annotator_id", "submitted_at"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    handle: str = Field(unique=True)
    task_id: int = ref("task")
    item_id: int = ref("item")
    annotator_id: int = ref("annotator")
    workforce_id: int = ref("workforce")
    family: str = "answer"
    pass_n: int = 1
    state: str = "leased"
    lease_n: int = 1
    leased_at: int = big()
    expires_at: int = big()
    submitted_at: int | None = big(None)
    active_ms: int = big(0)
    guideline_version: int
    reserved_micros: int = big(0)
    current_annotation_id: int | None = big(None)
