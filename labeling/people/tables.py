"""Tables of people and their keys."""

from __future__ import annotations

from sqlalchemy import text as sql_text
from sqlmodel import Field, Index, SQLModel, UniqueConstraint

from labeling.columns import big, primary_id, ref, text


class User(SQLModel, table=True):
    """A person or a program that signs in."""

    __tablename__ = "user_account"
    __table_args__ = (
        Index("ix_user_account_email", "email", unique=True),
        Index("ix_user_account_login", "login"),
    )

    id: int | None = primary_id()
    created_at: int = big()
    name: str
    is_operator: bool = False
    is_active: bool = True
    login: str | None = text(None)
    email: str | None = text(None)
    password: str | None = text(None)
    erased_at: int | None = big(None)


class Credential(SQLModel, table=True):
    """A hashed secret: a browser session, an API token, a one-time link.

    A token may be narrowed to some permissions (`scopes`) and to one project.
    """

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
    prefix: str | None = None
    scopes: str | None = text(None)
    project_id: int | None = ref("project", None, index=True)
    made_by: int | None = big(None)
    last_seen_at: int | None = big(None)


class Member(SQLModel, table=True):
    """A person's role in a project."""

    __tablename__ = "member"
    __table_args__ = (UniqueConstraint("project_id", "user_id"),)

    id: int | None = primary_id()
    project_id: int = ref("project")
    user_id: int = ref("user_account", index=True)
    created_at: int = big()
    role: str


class Throttle(SQLModel, table=True):
    """Sign-ins that failed, of one account or from one address; the key is a digest of it."""

    __tablename__ = "throttle"

    key: str = Field(primary_key=True)
    failures: int
    blocked_until: int = big()
    updated_at: int = big(index=True)


class Mail(SQLModel, table=True):
    """A letter to be sent; its link is made when it goes out, so no secret waits here."""

    __tablename__ = "mail"
    __table_args__ = (
        Index(
            "ix_mail_due",
            "next_try_at",
            sqlite_where=sql_text("next_try_at IS NOT NULL"),
            postgresql_where=sql_text("next_try_at IS NOT NULL"),
        ),
    )

    id: int | None = primary_id()
    created_at: int = big()
    kind: str
    user_id: int | None = ref("user_account", None, index=True)
    invitation_id: int | None = big(None)
    tries: int = 0
    next_try_at: int | None = big(None)
    sent_at: int | None = big(None)
    error: str | None = text(None)
