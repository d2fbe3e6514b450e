"""Chunks of computations among the long work: each by the content it computes, once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column("bulk_job", sa.Column("key", sa.String(), nullable=True))
    op.create_index("uq_bulk_job_key", "bulk_job", ["key"], unique=True)


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
