"""How far the rows of append-only tables are sealed; judgments by their annotation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add what is new; rows that are there already are sealed from the next start on."""
    op.create_table(
        "audit_row_position",
        sa.Column("name", sa.String(), primary_key=True),
        sa.Column("last_id", BIG, nullable=False),
        sa.Column("seen_id", BIG, nullable=True),
        sa.Column("holders", sa.Text(), nullable=False),
    )
    op.create_index("ix_work_order_judgment_annotation", "work_order_judgment", ["annotation_id"])


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
