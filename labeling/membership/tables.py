"""Tables of how one becomes a member."""

from __future__ import annotations

from sqlmodel import Field, SQLModel

from labeling.columns import big, primary_id, ref, text


class Invitation(SQLModel, table=True):
    """A link that gives whoever opens it a role in a project, once or so many times."""

    __tablename__ = "invitation"

    id: int | None = primary_id()
    project_id: int = ref("project", index=True)
    created_at: int = big()
    created_by: int = ref("user_account", index=True)
    role: str
    workforce_id: int | None = ref("workforce", None, index=True)
    name: str = text("")
    email: str | None = text(None)
    digest: str = Field(unique=True)
    expires_at: int = big()
    most_uses: int = 1
    uses: int = 0
    revoked_at: int | None = big(None)
