"""The pool: columns and tables that came after the core."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from labeling.columns import BIG
from migrations.append_only import forbid_changes

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    _change_items()
    _add_jobs()
    _add_near_copies()
    _add_predictions()


def _change_items() -> None:
    """Add columns, and index hashes only where they are looked up."""
    with op.batch_alter_table("item") as item:
        item.add_column(
            sa.Column("is_grouped", sa.Boolean(), nullable=False, server_default=sa.false())
        )
        item.add_column(sa.Column("supersedes", BIG, nullable=True))
        item.add_column(sa.Column("superseded_by", BIG, nullable=True))
        item.drop_index("ix_item_content")
        item.drop_index("ix_item_group")
    is_test, is_grouped = sa.text("split = 'test'"), sa.text("is_grouped")
    for name, column in (
        ("ix_item_test_content", "content_hash"),
        ("ix_item_test_group", "group_hash"),
    ):
        op.create_index(
            name,
            "item",
            ["project_id", column],
            sqlite_where=is_test,
            postgresql_where=is_test,
        )
    op.create_index(
        "ix_item_group",
        "item",
        ["project_id", "group_hash", "seq"],
        sqlite_where=is_grouped,
        postgresql_where=is_grouped,
    )


def _add_jobs() -> None:
    """Add the table of long work and of the rows that it refused."""
    op.create_table(
        "bulk_job",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("actor_id", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("position", sa.Text(), nullable=False),
        sa.Column("rows_done", BIG, nullable=False),
        sa.Column("rows_of", BIG, nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("claim_n", sa.Integer(), nullable=False),
        sa.Column("claimed_until", BIG, nullable=False),
        sa.Column("started_at", BIG, nullable=True),
        sa.Column("ended_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_bulk_job_project", "bulk_job", ["project_id", "kind", "id"])
    op.create_index("ix_bulk_job_state", "bulk_job", ["state", "claimed_until"])
    op.create_table(
        "import_row_error",
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("line", BIG, nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("key", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["bulk_job.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("job_id", "line", "kind"),
    )


def _add_near_copies() -> None:
    """Add the tables of searches for near-copies."""
    op.create_table(
        "near_duplicate_run",
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("threshold", sa.Float(), nullable=False),
        sa.Column("n_pairs", BIG, nullable=False),
        sa.Column("n_held_out", BIG, nullable=False),
        sa.Column("undone_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["bulk_job.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("job_id"),
    )
    op.create_index("ix_near_duplicate_run_project", "near_duplicate_run", ["project_id"])
    op.create_table(
        "near_duplicate",
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("n", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("first_item_id", BIG, nullable=False),
        sa.Column("second_item_id", BIG, nullable=False),
        sa.Column("score", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["job_id"], ["bulk_job.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("job_id", "n"),
    )
    op.create_table(
        "near_held_out",
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["job_id"], ["bulk_job.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("item_id", "job_id"),
    )


def _add_predictions() -> None:
    """Add the table of what files say beside their items."""
    op.create_table(
        "prediction",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("job_id", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("annotator_id", BIG, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("class_id", BIG, nullable=True),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("source", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("item_id", "annotator_id", "question"),
    )
    op.create_index("ix_prediction_project", "prediction", ["project_id", "id"])
    forbid_changes("prediction")


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
