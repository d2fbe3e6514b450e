"""Tables of people and their keys."""

from __future__ import annotations

from sqlmodel import Field, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class User(SQLModel, table=True):
    """A person or a program that signs in."""

    __tablename__ = "user_account"

    id: int | None = primary_id()
    created_at: int = big()
    name: str
    is_operator: bool = False
    is_active: bool = True


class Credential(SQLModel, table=True):
    """A hashed secret: a browser session, an API token, or a one-time sign-in link."""

    __tablename__ = "credential"

    id: int | None = primary_id()
    created_at: int = big()
    user_id: int = ref("user_account", index=True)
    kind: str
    digest: str = Field(unique=True)
    name: str = ""
    next_page: str = text("/")
    expires_at: int = big()
    used_at: int | None = big(None)


class Member(SQLModel, table=True):
    """A person's role in a project."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("project_id", "user_id"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    user_id: int = ref("user_account", index=True)
    created_at: int = big()
    role: str
