"""Tables of kept replies."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from labeling.columns import BIG, big, text


class KeptReply(SQLModel, table=True):
    """What a request under somebody's key was answered with; written with its effect."""

    __tablename__ = "kept_reply"

    user_id: int = Field(sa_type=BIG, primary_key=True, sa_column_kwargs={"autoincrement": False})
    key: str = Field(primary_key=True)
    created_at: int = big()
    expires_at: int = big(index=True)
    request_digest: str
    reply: str | None = text(None)
