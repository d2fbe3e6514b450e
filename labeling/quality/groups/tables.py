"""The table of what people say of themselves."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel

from labeling.columns import BIG, big


class OwnAttribute(SQLModel, table=True):
    """One attribute that a person has given a project of themselves; deleted when withdrawn."""

    __tablename__ = "own_attribute"
    __table_args__ = (Index("ix_own_attribute_user", "user_id"),)

    project_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="project.id")
    user_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="user_account.id")
    name: str = Field(primary_key=True)
    value: str
    created_at: int = big()
