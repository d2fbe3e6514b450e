"""Questions of other kinds: what their answers come to, then and now, and what a review says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column("consensus", sa.Column("answer", sa.Text(), nullable=True))
    op.add_column("consensus_event", sa.Column("answer", sa.Text(), nullable=True))
    op.add_column("review", sa.Column("result", sa.Text(), nullable=True))
    op.create_table(
        "fusing",
        sa.Column("item_id", BIG, nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("task_id", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("cause", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"]),
        sa.ForeignKeyConstraint(["project_id"], ["project.id"]),
        sa.ForeignKeyConstraint(["task_id"], ["task.id"]),
        sa.PrimaryKeyConstraint("item_id", "question"),
    )
    op.create_index("ix_fusing_project", "fusing", ["project_id"], unique=False)


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
