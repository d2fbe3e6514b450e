"""Tables of near-copies."""

from __future__ import annotations

from sqlmodel import Field, Index, SQLModel

from labeling.columns import BIG, big, ref


class NearDuplicateRun(SQLModel, table=True):
    """One search and what it found; undone, it holds nothing back any more."""

    __tablename__ = "near_duplicate_run"
    __table_args__ = (Index("ix_near_duplicate_run_project", "project_id"),)

    job_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="bulk_job.id")
    project_id: int = ref("project")
    created_at: int = big()
    method: str
    threshold: float
    n_pairs: int = big(0)
    n_held_out: int = big(0)
    undone_at: int | None = big(None)


class NearDuplicate(SQLModel, table=True):
    """Two items that are alike; enough pairs to join all that hang together.

    The items are no foreign keys: each deleted item would be looked for in all pairs.
    """

    __tablename__ = "near_duplicate"

    job_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="bulk_job.id")
    n: int = Field(sa_type=BIG, primary_key=True)
    project_id: int = ref("project")
    first_item_id: int = big()
    second_item_id: int = big()
    score: float


class NearHeldOut(SQLModel, table=True):
    """A training item that hangs together with a held-out one, and so is kept out of snapshots."""

    __tablename__ = "near_held_out"

    item_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="item.id")
    job_id: int = Field(sa_type=BIG, primary_key=True, foreign_key="bulk_job.id")
    project_id: int = ref("project")
