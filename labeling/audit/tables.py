"""Tables of the record."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel

from labeling.columns import big, primary_id, text


class AuditEvent(SQLModel, table=True):
    """One change: who, when, which object; append-only."""

    __tablename__ = "audit_event"
    __table_args__ = (Index("ix_audit_event_project", "project_id", "id"),)

    id: int | None = primary_id()
    project_id: int | None = big(None)
    created_at: int = big()
    actor_kind: str
    actor_id: int = big()
    action: str
    object_kind: str
    object_id: int = big()
    change: str = text("{}")
    reason: str | None = Field(None)
