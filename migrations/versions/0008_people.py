"""The people: columns and tables that came after the core."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.append_only import open_doors

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Accounts, keys, invitations, letters, throttles; projects that can be deleted."""
    _accounts()
    _keys()
    _invitations()
    _deletion()
    open_doors()


def _accounts() -> None:
    op.add_column("user_account", sa.Column("login", sa.Text(), nullable=True))
    op.add_column("user_account", sa.Column("email", sa.Text(), nullable=True))
    op.add_column("user_account", sa.Column("password", sa.Text(), nullable=True))
    op.add_column("user_account", sa.Column("erased_at", BIG, nullable=True))
    accounts = sa.table(
        "user_account",
        sa.column("id", sa.BigInteger),
        sa.column("name", sa.Text),
        sa.column("login", sa.Text),
    )
    bind = op.get_bind()
    for row in list(bind.execute(sa.select(accounts.c.id, accounts.c.name))):
        change = sa.update(accounts).where(accounts.c.id == row.id)
        bind.execute(change.values(login=" ".join(row.name.split()).casefold()))
    op.create_index("ix_user_account_email", "user_account", ["email"], unique=True)
    op.create_index("ix_user_account_login", "user_account", ["login"], unique=False)
    op.create_table(
        "throttle",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", BIG, nullable=False),
        sa.Column("updated_at", BIG, nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index(op.f("ix_throttle_updated_at"), "throttle", ["updated_at"], unique=False)


def _keys() -> None:
    with op.batch_alter_table("credential") as batch:
        batch.add_column(sa.Column("prefix", sa.String(), nullable=True))
        batch.add_column(sa.Column("scopes", sa.Text(), nullable=True))
        batch.add_column(sa.Column("project_id", BIG, nullable=True))
        batch.add_column(sa.Column("made_by", BIG, nullable=True))
        batch.add_column(sa.Column("last_seen_at", BIG, nullable=True))
        batch.create_foreign_key("fk_credential_project_id", "project", ["project_id"], ["id"])
    op.create_index(op.f("ix_credential_project_id"), "credential", ["project_id"], unique=False)


def _invitations() -> None:
    op.create_table(
        "invitation",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("created_by", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("workforce_id", BIG, nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("most_uses", sa.Integer(), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.Column("revoked_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["created_by"], ["user_account.id"]),
        sa.ForeignKeyConstraint(["workforce_id"], ["workforce.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    for column in ("project_id", "created_by", "workforce_id"):
        op.create_index(op.f(f"ix_invitation_{column}"), "invitation", [column], unique=False)
    op.create_table(
        "mail",
        sa.Column("id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("user_id", BIG, nullable=True),
        sa.Column("invitation_id", BIG, nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", BIG, nullable=True),
        sa.Column("sent_at", BIG, nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    waits = sa.text("next_try_at IS NOT NULL")
    only: dict[str, Any] = {"sqlite_where": waits, "postgresql_where": waits}
    op.create_index("ix_mail_due", "mail", ["next_try_at"], unique=False, **only)
    op.create_index(op.f("ix_mail_user_id"), "mail", ["user_id"], unique=False)


def _deletion() -> None:
    op.add_column("project", sa.Column("deleted_at", BIG, nullable=True))
    op.create_table(
        "deletion_door",
        sa.Column("project_id", BIG, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "deletion",
        sa.Column("project_id", BIG, autoincrement=False, nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("deleted_at", BIG, nullable=False),
        sa.Column("deleted_by", BIG, nullable=False),
        sa.Column("purge_at", BIG, nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("cursor", BIG, nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_index(op.f("ix_deletion_purge_at"), "deletion", ["purge_at"], unique=False)
    op.create_table(
        "deleted_file",
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("place", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "place"),
    )


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
