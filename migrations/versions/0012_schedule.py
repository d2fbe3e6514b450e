"""The scheduler's advice: on each round, with what is needed to replay it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add what is new."""
    op.add_column("selection_round", sa.Column("advice", sa.Text(), nullable=True))
    op.add_column("selection_round", sa.Column("featurizer_digest", sa.String(), nullable=True))
    op.add_column("selection_round", sa.Column("document", sa.String(), nullable=True))
    op.add_column(
        "selection", sa.Column("action", sa.String(), nullable=False, server_default="new")
    )


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
