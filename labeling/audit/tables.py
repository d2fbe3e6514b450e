"""Tables of the record."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel

from labeling.columns import BIG, big, primary_id, text


class AuditEvent(SQLModel, table=True):
    """One change: who, when, which object; append-only.

    From and to stand apart in `AuditPayload`; `digest` is the SHA-256 of `salt` and that content,
    null where there is none. `vouches` names further append-only rows that the event answers for.
    """

    __tablename__ = "audit_event"
    __table_args__ = (
        Index("ix_audit_event_project", "project_id", "id"),
        Index("ix_audit_event_object", "object_kind", "object_id"),
        Index("ix_audit_event_order", "transaction_id", "id"),
        # Ids that were purged are never given again: seals name them.
        {"sqlite_autoincrement": True},
    )

    id: int | None = primary_id()
    project_id: int | None = big(None)
    created_at: int = big()
    actor_kind: str
    actor_id: int = big()
    action: str
    object_kind: str
    object_id: int = big()
    salt: str | None = None
    digest: str | None = None
    vouches: str | None = text(None)
    transaction_id: int = big(0, sa_column_kwargs={"server_default": "0"})


class AuditPayload(SQLModel, table=True):
    """What an event changed, from what, to what, and why: the part that can be erased.

    An erased payload has no content and names the event that erased it.
    """

    __tablename__ = "audit_payload"

    event_id: int = Field(sa_type=BIG, primary_key=True)
    project_id: int | None = big(None, index=True)
    content: str | None = text(None)
    erased_by: int | None = big(None)


class AuditSeal(SQLModel, table=True):
    """One link of the chain, over events of one project or over new rows; append-only.

    `marks` holds the id and the digest of every event or row, so that one can be named and those
    of a purged project stay accounted for.
    """

    __tablename__ = "audit_seal"

    n: int = Field(sa_type=BIG, primary_key=True)
    created_at: int = big()
    project_id: int | None = big(None)
    n_events: int
    marks: str = text()
    previous: str
    digest: str


class AuditRowPosition(SQLModel, table=True):
    """How far the rows of one append-only table are sealed.

    On PostgreSQL `seen_id` is a number that was seen while `holders` (transactions, apart by a
    space) could still commit lower ones: the table is sealed up to there when all of them ended.
    """

    __tablename__ = "audit_row_position"

    name: str = Field(primary_key=True)
    last_id: int = big(0)
    seen_id: int | None = big(None)
    holders: str = text("")


class AuditSealer(SQLModel, table=True):
    """How far the events are sealed: one row, moved with every seal."""

    __tablename__ = "audit_sealer"

    id: int | None = primary_id()
    last_transaction: int = big(0)
    last_id: int = big(0)
