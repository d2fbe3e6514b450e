"""The record: payload apart from the event, seals."""

from __future__ import annotations

import hashlib
import json
import secrets
from typing import Final

import sqlalchemy as sa
from alembic import op

from migrations.append_only import forbid_changes

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAGE: Final = 1_000
APPEND_ONLY = ("audit_seal",)


def upgrade() -> None:
    """Add what is new."""
    _make_tables()
    _lift_triggers("audit_event")
    op.add_column("audit_event", sa.Column("salt", sa.String(), nullable=True))
    op.add_column("audit_event", sa.Column("digest", sa.String(), nullable=True))
    op.add_column("audit_event", sa.Column("vouches", sa.Text(), nullable=True))
    op.add_column(
        "audit_event", sa.Column("transaction_id", BIG, nullable=False, server_default="0")
    )
    _move_payloads()
    # AUTOINCREMENT: where rows were purged, SQLite would give their ids, which seals name, again.
    with op.batch_alter_table(
        "audit_event", recreate="auto", table_kwargs={"sqlite_autoincrement": True}
    ) as batch:
        batch.drop_column("change")
        batch.drop_column("reason")
    _never_reuse_ids_of_the_outbox()
    op.create_index("ix_audit_event_object", "audit_event", ["object_kind", "object_id"])
    op.create_index("ix_audit_event_order", "audit_event", ["transaction_id", "id"])
    for table in ("audit_event", *APPEND_ONLY):
        forbid_changes(table)


def _make_tables() -> None:
    op.create_table(
        "audit_payload",
        sa.Column("event_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=True),
        sa.Column("content", sa.Text(), nullable=True),
        sa.Column("erased_by", BIG, nullable=True),
        sa.PrimaryKeyConstraint("event_id"),
    )
    op.create_index("ix_audit_payload_project_id", "audit_payload", ["project_id"])
    op.create_table(
        "audit_seal",
        sa.Column("n", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=True),
        sa.Column("n_events", sa.Integer(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        sa.Column("previous", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "audit_sealer",
        sa.Column("id", BIG, nullable=False),
        sa.Column("last_transaction", BIG, nullable=False),
        sa.Column("last_id", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "kept_reply",
        sa.Column("user_id", BIG, autoincrement=False, nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("expires_at", BIG, nullable=False),
        sa.Column("request_digest", sa.String(), nullable=False),
        sa.Column("reply", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("user_id", "key"),
    )
    op.create_index("ix_kept_reply_expires_at", "kept_reply", ["expires_at"])
    op.execute("INSERT INTO audit_sealer (id, last_transaction, last_id) VALUES (1, 0, 0)")


def _never_reuse_ids_of_the_outbox() -> None:
    """Make the outbox AUTOINCREMENT on SQLite for the same reason: positions name its ids."""
    if op.get_bind().dialect.name == "sqlite":
        with op.batch_alter_table(
            "outbox", recreate="always", table_kwargs={"sqlite_autoincrement": True}
        ):
            pass


def _lift_triggers(table: str) -> None:
    """Let this migration, and nothing after it, change an append-only table."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {table}_no_update")
        op.execute(f"DROP TRIGGER {table}_no_delete")
        return
    op.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    op.execute(f"DROP TRIGGER {table}_no_truncate ON {table}")
    op.execute(f"DROP FUNCTION IF EXISTS refuse_change_of_{table}()")


def _move_payloads() -> None:
    """Move what events changed and why out of the events, and leave its digest there."""
    connection, after = op.get_bind(), 0
    page = sa.text(
        "SELECT id, project_id, change, reason FROM audit_event WHERE id > :after "
        "ORDER BY id LIMIT :limit"
    )
    keep = sa.text(
        "INSERT INTO audit_payload (event_id, project_id, content) VALUES (:id, :project, :content)"
    )
    sign = sa.text("UPDATE audit_event SET salt = :salt, digest = :digest WHERE id = :id")
    while rows := connection.execute(page, {"after": after, "limit": PAGE}).all():
        after = rows[-1].id
        for row in rows:
            content = _content(json.loads(row.change), row.reason)
            if content is None:
                continue
            salt = secrets.token_hex(16)
            digest = hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()
            connection.execute(keep, {"id": row.id, "project": row.project_id, "content": content})
            connection.execute(sign, {"id": row.id, "salt": salt, "digest": digest})


def _content(change: dict[str, object], reason: str | None) -> str | None:
    """Return a payload as the code writes it today."""
    was, now = change.pop("was", None), change.pop("now", None)
    if change:
        now = {**(now if isinstance(now, dict) else {}), **change}
    found = {"was": was, "now": now, "reason": reason}
    kept = {name: value for name, value in found.items() if value}
    return json.dumps(kept, ensure_ascii=False) if kept else None


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
