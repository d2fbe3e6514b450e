"""Truth: what a class was before it changed, what each fit flipped, what confidence is worth."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from labeling.columns import BIG
from migrations.append_only import forbid_changes

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column("consensus_event", sa.Column("from_class_id", BIG, nullable=True))
    op.create_index(
        "ix_consensus_event_left",
        "consensus_event",
        ["project_id", "question", "item_id", "id"],
        unique=False,
        sqlite_where=sa.text("from_class_id IS NOT NULL"),
        postgresql_where=sa.text("from_class_id IS NOT NULL"),
    )
    op.create_table(
        "truth_flip",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("fit_n", sa.Integer(), nullable=False),
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("from_class_id", BIG, nullable=False),
        sa.Column("to_class_id", BIG, nullable=False),
        sa.Column("from_score", sa.Float(), nullable=False),
        sa.Column("to_score", sa.Float(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.Column("annotator_id", BIG, nullable=True),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["from_class_id"], ["label_class.id"]),
        sa.ForeignKeyConstraint(["to_class_id"], ["label_class.id"]),
        sa.ForeignKeyConstraint(["annotator_id"], ["annotator.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index(
        "ix_truth_flip_fit", "truth_flip", ["project_id", "question", "fit_n", "id"], unique=False
    )
    op.create_table(
        "calibration",
        sa.Column("id", BIG, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("fit_n", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("n_gold", sa.Integer(), nullable=False),
        sa.Column("n_reviewed", sa.Integer(), nullable=False),
        sa.Column("needed", sa.Integer(), nullable=False),
        sa.Column("is_calibrated", sa.Boolean(), nullable=False),
        sa.Column("slope", sa.Float(), nullable=False),
        sa.Column("intercept", sa.Float(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("project_id", "question", "n"),
    )
    forbid_changes("truth_flip")
    forbid_changes("calibration")


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
