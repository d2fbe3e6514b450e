"""Tables of the label schema and the guideline."""

from __future__ import annotations

from sqlalchemy import false as sql_false
from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class SchemaVersion(SQLModel, table=True):
    """One version of a project's label schema; append-only."""

    __tablename__ = "schema_version"
    __table_args__ = (
        UniqueConstraint("project_id", "n"),
        UniqueConstraint("project_id", "digest"),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    config_xml: str = text()
    questions: str = text()
    digest: str
    class_map: str = text("{}")


class LabelClass(SQLModel, table=True):
    """A class of a question; its id is stable for the life of the project."""

    __tablename__ = "label_class"
    __table_args__ = (UniqueConstraint("project_id", "question", "key"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    question: str
    key: str = text()
    names: str = text("{}")
    retired_in: int | None = None


class GuidelineVersion(SQLModel, table=True):
    """One version of what annotators are told; append-only."""

    __tablename__ = "guideline_version"
    __table_args__ = (UniqueConstraint("project_id", "n"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    n: int
    changes: str | None = text(None)
    """What changed since the version before, in words."""
    text: str = text()
    meaning_changed: bool = Field(default=False, sa_column_kwargs={"server_default": sql_false()})
    """Whether an answer given under an older version may mean something else now."""
