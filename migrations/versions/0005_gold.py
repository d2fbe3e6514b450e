"""The gold: columns and tables that came after the core."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from labeling.columns import BIG
from migrations.append_only import forbid_changes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column(
        "assignment", sa.Column("kind", sa.String(), nullable=False, server_default="label")
    )
    op.add_column("assignment", sa.Column("shadow_task_id", BIG, nullable=True))
    op.create_index(
        "ix_assignment_known",
        "assignment",
        ["annotator_id"],
        unique=False,
        sqlite_where=sa.text("kind <> 'label' AND state IN ('expired', 'released')"),
        postgresql_where=sa.text("kind <> 'label' AND state IN ('expired', 'released')"),
    )
    op.create_table(
        "gold",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("task_id", BIG, nullable=True),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("answers", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("shuffle", BIG, nullable=False),
        sa.Column("difficulty", sa.Float(), nullable=True),
        sa.Column("n_answers", sa.Integer(), nullable=False),
        sa.Column("n_missed", sa.Integer(), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("is_dirty", sa.Boolean(), nullable=False),
        sa.Column("sets_truth", sa.Boolean(), nullable=False),
        sa.Column("recount_after", BIG, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_gold_dirty",
        "gold",
        ["id"],
        unique=False,
        sqlite_where=sa.text("is_dirty"),
        postgresql_where=sa.text("is_dirty"),
    )
    op.create_index("ix_gold_item", "gold", ["item_id", "id"], unique=False)
    op.create_index("ix_gold_project", "gold", ["project_id", "id"], unique=False)
    op.create_index(
        "ix_gold_recount",
        "gold",
        ["id"],
        unique=False,
        sqlite_where=sa.text("recount_after IS NOT NULL"),
        postgresql_where=sa.text("recount_after IS NOT NULL"),
    )
    op.create_index(
        "ix_gold_stock", "gold", ["project_id", "use", "state", "shuffle"], unique=False
    )
    op.create_index(
        "uq_gold_item",
        "gold",
        ["item_id"],
        unique=True,
        sqlite_where=sa.text("state <> 'retired'"),
        postgresql_where=sa.text("state <> 'retired'"),
    )
    op.create_table(
        "gold_stock",
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("seed", sa.String(), nullable=False),
        sa.Column("revision", BIG, nullable=False),
        sa.Column("refill_after", BIG, nullable=False),
        sa.Column("queue_mix", sa.Text(), nullable=False),
        sa.Column("checked_at", BIG, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("project_id"),
    )
    op.create_table(
        "gold_place",
        sa.Column("annotator_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("draws", BIG, nullable=False),
        sa.Column("place", BIG, nullable=False),
        sa.Column("out_revision", BIG, nullable=True),
        sa.Column("training_given", sa.Integer(), nullable=False),
        sa.Column("test_size", sa.Integer(), nullable=False),
        sa.Column("test_given", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("annotator_id"),
    )
    op.create_index("ix_gold_place_project", "gold_place", ["project_id"], unique=False)
    op.create_table(
        "gold_record",
        sa.Column("annotator_id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_right", sa.Integer(), nullable=False),
        sa.Column("forgiven_n", sa.Integer(), nullable=False),
        sa.Column("forgiven_right", sa.Integer(), nullable=False),
        sa.Column("is_dirty", sa.Boolean(), nullable=False),
        sa.Column("training_done", sa.Integer(), nullable=False),
        sa.Column("training_right", sa.Integer(), nullable=False),
        sa.Column("test_n", sa.Integer(), nullable=False),
        sa.Column("test_right", sa.Integer(), nullable=False),
        sa.Column("test_tries", sa.Integer(), nullable=False),
        sa.Column("test_failed_at", BIG, nullable=True),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("annotator_id"),
    )
    op.create_index(
        "ix_gold_record_dirty",
        "gold_record",
        ["annotator_id"],
        unique=False,
        sqlite_where=sa.text("is_dirty"),
        postgresql_where=sa.text("is_dirty"),
    )
    op.create_index("ix_gold_record_project", "gold_record", ["project_id"], unique=False)
    op.create_table(
        "gold_result",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("gold_id", BIG, nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("annotator_id", BIG, nullable=False),
        sa.Column("annotation_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("use", sa.String(), nullable=False),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("corrects_id", BIG, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["gold_id"], ["gold.id"]),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignment.id"]),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.ForeignKeyConstraint(["corrects_id"], ["gold_result.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("assignment_id", "n"),
    )
    op.create_index("ix_gold_result_annotator", "gold_result", ["annotator_id", "id"], unique=False)
    op.create_index("ix_gold_result_gold", "gold_result", ["gold_id", "annotator_id"], unique=False)
    op.create_table(
        "gold_vote",
        sa.Column("annotation_id", BIG, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("class_id", BIG, nullable=False),
        sa.Column("gold_id", BIG, nullable=False),
        sa.Column("annotator_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(["annotation_id"], ["annotation.id"]),
        sa.ForeignKeyConstraint(["class_id"], ["label_class.id"]),
        sa.ForeignKeyConstraint(["gold_id"], ["gold.id"]),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.PrimaryKeyConstraint("annotation_id", "question"),
    )
    op.create_index("ix_gold_vote_gold", "gold_vote", ["gold_id", "question"], unique=False)
    op.create_table(
        "gold_pause",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("annotator_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("n_right", sa.Integer(), nullable=False),
        sa.Column("low", sa.Float(), nullable=False),
        sa.Column("high", sa.Float(), nullable=False),
        sa.Column("bar", sa.Float(), nullable=False),
        sa.Column("examples", sa.Text(), nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.Column("end_cause", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "uq_gold_pause_live",
        "gold_pause",
        ["annotator_id"],
        unique=True,
        sqlite_where=sa.text("ended_at IS NULL"),
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_table(
        "gold_appeal",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("annotator_id", BIG, nullable=False),
        sa.Column("pause_id", BIG, nullable=True),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("decided_at", BIG, nullable=True),
        sa.Column("decision", sa.String(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("decided_by", BIG, nullable=True),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.ForeignKeyConstraint(["pause_id"], ["gold_pause.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_gold_appeal_annotator", "gold_appeal", ["annotator_id", "id"], unique=False)
    op.create_index("ix_gold_appeal_project", "gold_appeal", ["project_id", "id"], unique=False)
    op.create_index(
        "uq_gold_appeal_open",
        "gold_appeal",
        ["annotator_id"],
        unique=True,
        sqlite_where=sa.text("decided_at IS NULL"),
        postgresql_where=sa.text("decided_at IS NULL"),
    )
    forbid_changes("gold_result")


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
