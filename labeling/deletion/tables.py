"""Tables of projects on their way out."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from labeling.columns import BIG, big, text


class DeletionDoor(SQLModel, table=True):
    """The project whose append-only rows may go in this very transaction; empty outside of one.

    The triggers that keep rows from being deleted let them pass only while their project stands
    here and its grace period is over.
    """

    __tablename__ = "deletion_door"

    project_id: int = Field(
        sa_type=BIG, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )


class Deletion(SQLModel, table=True):
    """A project that was deleted, by whom and until when it can be restored; a row stays for good.

    `phase` is where the purge stands: grace, rows, references, files, done.
    """

    __tablename__ = "deletion"

    project_id: int = Field(
        sa_type=BIG, primary_key=True, sa_column_kwargs={"autoincrement": False}
    )
    slug: str
    deleted_at: int = big()
    deleted_by: int = big()
    purge_at: int = big(index=True)
    phase: str = "grace"
    cursor: int = big(0)
    counts: str = text("{}")
    ended_at: int | None = big(None)


class DeletedFile(SQLModel, table=True):
    """A file that a purged project named, to be removed where nothing else names it."""

    __tablename__ = "deleted_file"

    project_id: int = Field(sa_type=BIG, primary_key=True)
    place: str = Field(primary_key=True)
