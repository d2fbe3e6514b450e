"""What people say of themselves to a project, where it asks and they consent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None
BIG = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Add what is new."""
    op.create_table(
        "own_attribute",
        sa.Column("project_id", BIG, sa.ForeignKey("project.id"), primary_key=True),
        sa.Column("user_id", BIG, sa.ForeignKey("user_account.id"), primary_key=True),
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("value", sa.String(), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
    )
    op.create_index("ix_own_attribute_user", "own_attribute", ["user_id"])


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
