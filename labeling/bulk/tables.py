"""Tables of long work."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel

from labeling.columns import BIG, big, primary_id, ref, text


class BulkJob(SQLModel, table=True):
    """One import, export, search or chunk: what it is to do, how far it is, what came of it."""

    __tablename__ = "bulk_job"
    __table_args__ = (
        Index("ix_bulk_job_project", "project_id", "kind", "id"),
        Index("ix_bulk_job_state", "state", "claimed_until"),
        Index("uq_bulk_job_key", "key", unique=True),
    )

    id: int | None = primary_id()
    project_id: int = ref("project")
    created_at: int = big()
    actor_id: int = big(0)
    kind: str
    name: str
    state: str = "waiting"
    cancel_asked: bool = False
    options: str = text("{}")
    position: str = text("0")
    rows_done: int = big(0)
    rows_of: int | None = big(None)
    counts: str = text("{}")
    result: str | None = text(None)
    error: str | None = text(None)
    claim_n: int = 0
    claimed_until: int = big(0)
    started_at: int | None = big(None)
    ended_at: int | None = big(None)
    key: str | None = None
    """What a chunk of a computation is, by its content: the same one is never there twice."""


class ImportRowError(SQLModel, table=True):
    """A row of an import that was not taken, or kept out, and why."""

    __tablename__ = "import_row_error"

    job_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="bulk_job.id")
    line: int = Field(sa_type=BIG, primary_key=True)
    kind: str = Field(primary_key=True)
    project_id: int = ref("project")
    key: str | None = text(None)
    reason: str = text()
