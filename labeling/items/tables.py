"""Tables of the pool."""

from __future__ import annotations

from sqlalchemy import false
from sqlalchemy import text as sql_text
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from labeling.columns import BIG, big, primary_id, ref, text

IS_TEST = sql_text("split = 'test'")
IS_GROUPED = sql_text("is_grouped")
"""Partial indexes: what is asked of hashes concerns test items and declared groups only, and an
index over a million random hashes is most of what an import costs."""


class Item(SQLModel, table=True):
    """One thing to be labelled."""

    __tablename__ = "item"
    __table_args__ = (
        UniqueConstraint("project_id", "key"),
        UniqueConstraint("project_id", "seq"),
        Index(
            "ix_item_test_content",
            "project_id",
            "content_hash",
            sqlite_where=IS_TEST,
            postgresql_where=IS_TEST,
        ),
        Index(
            "ix_item_test_group",
            "project_id",
            "group_hash",
            sqlite_where=IS_TEST,
            postgresql_where=IS_TEST,
        ),
        Index(
            "ix_item_group",
            "project_id",
            "group_hash",
            "seq",
            sqlite_where=IS_GROUPED,
            postgresql_where=IS_GROUPED,
        ),
        Index("ix_item_shuffle", "project_id", "split", "state", "shuffle"),
        Index(
            "ix_item_needs",
            "project_id",
            "split",
            "state",
            "needs",
            "shuffle",
            sqlite_where=sql_text("needs IS NOT NULL"),
            postgresql_where=sql_text("needs IS NOT NULL"),
        ),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    seq: int = big()
    key: str = text()
    data: str = text()
    content_hash: str
    group_hash: str
    is_grouped: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    split: str
    inclusion_probability: float = 1.0
    shuffle: int = big()
    attributes: str = text("{}")
    state: str = "new"
    drop_reason: str | None = None
    source: str = "import"
    # No foreign keys: without an index of their own, each deleted item would be looked for in all.
    supersedes: int | None = big(None)
    superseded_by: int | None = big(None)
    needs: int | None = big(None)


class ItemField(SQLModel, table=True):
    """A field of the items' data: its type and who may see it."""

    __tablename__ = "item_field"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    name: str
    kind: str
    visible_to: str = "owner"
    position: int = 0


class ItemCopy(SQLModel, table=True):
    """A line that repeats an item of its own source; the export gives it back in its place."""

    __tablename__ = "item_copy"
    __table_args__ = (Index("ix_item_copy_place", "project_id", "after_seq", "line"),)

    project_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="project.id")
    source: str = Field(primary_key=True)
    line: int = Field(sa_type=BIG, primary_key=True)
    item_id: int = ref("item")
    after_seq: int = big()
