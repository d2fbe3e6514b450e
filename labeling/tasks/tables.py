"""Tables of the queue."""

from __future__ import annotations

from sqlalchemy import false
from sqlalchemy import text as sql_text
from sqlmodel import CheckConstraint, Field, Index, SQLModel, UniqueConstraint

from labeling.columns import BIG, big, primary_id, ref, text

WAITING = sql_text("state = 'waiting'")
ALIVE = sql_text("state IN ('waiting', 'leased')")


class Task(SQLModel, table=True):
    """The question put to people about one item; `open_slots` are judgments nobody holds yet.

    `tier` is the rank of the workforces that may answer (0: any), `needs` the bits of the
    abilities it asks for; both are compiled when it is opened.
    """

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
            "tier",
            "priority",
            "id",
            sqlite_where=sql_text("is_open"),
            postgresql_where=sql_text("is_open"),
        ),
        Index("ix_task_item", "item_id"),
        Index(
            "ix_task_review",
            "project_id",
            "priority",
            "id",
            sqlite_where=sql_text("family = 'review' AND state = 'open' AND open_slots > 0"),
            postgresql_where=sql_text("family = 'review' AND state = 'open' AND open_slots > 0"),
        ),
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
    tier: int = Field(0, sa_column_kwargs={"server_default": "0"})
    needs: int = big(0, sa_column_kwargs={"server_default": "0"})
    is_easy: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    state: str = "open"
    close_reason: str | None = None
    closed_at: int | None = big(None)
    skips_counted: int = Field(0, sa_column_kwargs={"server_default": "0"})
    doubted_at: int | None = big(None)


class Assignment(SQLModel, table=True):
    """One task leased to one annotator until a time.

    `shadow_task_id` is the queue's task ahead of which hidden gold was put: given back, gold comes
    again where a question of that place would.
    """

    __tablename__ = "assignment"
    __table_args__ = (
        UniqueConstraint("annotator_id", "item_id", "family", "pass_n"),
        Index("ix_assignment_task", "task_id"),
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
        Index(
            "ix_assignment_submitted",
            "annotator_id",
            "submitted_at",
            sqlite_where=sql_text("submitted_at IS NOT NULL"),
            postgresql_where=sql_text("submitted_at IS NOT NULL"),
        ),
        Index(
            "ix_assignment_known",
            "annotator_id",
            sqlite_where=sql_text("kind <> 'label' AND state IN ('expired', 'released')"),
            postgresql_where=sql_text("kind <> 'label' AND state IN ('expired', 'released')"),
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    handle: str = Field(unique=True)
    task_id: int = ref("task")
    item_id: int = ref("item")
    annotator_id: int = ref("annotator")
    workforce_id: int = ref("workforce")
    kind: str = Field("label", sa_column_kwargs={"server_default": "label"})
    shadow_task_id: int | None = big(None)
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
    discount_id: int | None = big(None)


class PersonalTask(SQLModel, table=True):
    """One slot of a task that is kept for one annotator until a time; it is in no queue."""

    __tablename__ = "personal_task"
    __table_args__ = (
        Index(
            "uq_personal_task",
            "task_id",
            "annotator_id",
            unique=True,
            sqlite_where=ALIVE,
            postgresql_where=ALIVE,
        ),
        Index(
            "ix_personal_task_waiting",
            "annotator_id",
            "due_at",
            sqlite_where=WAITING,
            postgresql_where=WAITING,
        ),
        Index("ix_personal_task_due", "due_at", sqlite_where=WAITING, postgresql_where=WAITING),
        Index("ix_personal_task_project", "project_id", "kind", "id"),
        Index("ix_personal_task_assignment", "assignment_id"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    created_by: int | None = big(None)
    kind: str
    item_id: int = ref("item")
    annotator_id: int = ref("annotator")
    task_id: int = ref("task")
    assignment_id: int | None = ref("assignment", None)
    due_at: int = big()
    note: str = text("")
    state: str = "waiting"
    ended_at: int | None = big(None)


class GroupReader(SQLModel, table=True):
    """Who goes through a group's items in their order, how far they are, and until when."""

    __tablename__ = "group_reader"
    __table_args__ = (Index("ix_group_reader_annotator", "annotator_id"),)

    project_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="project.id")
    group_hash: str = Field(primary_key=True)
    annotator_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="annotator.id")
    at_seq: int = big(0)
    until: int = big()


class SelfCheck(SQLModel, table=True):
    """A re-ask that was answered, beside the first answer of the same annotator."""

    __tablename__ = "self_check"

    assignment_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="assignment.id")
    project_id: int = ref("project")
    created_at: int = big()
    annotator_id: int = ref("annotator")
    item_id: int = ref("item")
    question: str
    first_annotation_id: int = ref("annotation")
    annotation_id: int = ref("annotation")
    first_class_id: int = ref("label_class")
    class_id: int = ref("label_class")


class SelfAgreement(SQLModel, table=True):
    """How many re-asks an annotator has answered, and how many as before."""

    __tablename__ = "self_agreement"
    __table_args__ = (Index("ix_self_agreement_project", "project_id"),)

    annotator_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="annotator.id")
    project_id: int = ref("project")
    n: int = big(0)
    n_same: int = big(0)
