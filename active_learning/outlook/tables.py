"""Tables of the outlook."""

from __future__ import annotations

from sqlmodel import Index, SQLModel

from labeling.columns import big, primary_id, ref


class StopOverrule(SQLModel, table=True):
    """A person went on although a stop rule advised otherwise; append-only.

    It holds until the project has `until_answers` answers; without them, for good.
    """

    __tablename__ = "stop_overrule"
    __table_args__ = (Index("ix_stop_overrule_project_id", "project_id"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    user_id: int = big()
    rule: str
    reason: str
    until_answers: int | None = big(None)
