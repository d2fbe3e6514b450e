"""Tables of the outbox."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel

from labeling.columns import big, primary_id, text


class Outbox(SQLModel, table=True):
    """One event that consumers react to; append-only. `transaction_id` is 0 on SQLite."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index("ix_outbox_order", "transaction_id", "id"),
        # Ids that were pruned are never given again: positions name them.
        {"sqlite_autoincrement": True},
    )

    id: int | None = primary_id()
    project_id: int = big()
    created_at: int = big()
    topic: str
    payload: str = text()
    transaction_id: int = big(0)


class OutboxPosition(SQLModel, table=True):
    """How far one consumer has read."""

    __tablename__ = "outbox_position"

    consumer: str = Field(primary_key=True)
    last_transaction: int = big(0)
    last_id: int = big()
