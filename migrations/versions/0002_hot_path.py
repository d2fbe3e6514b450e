"""The hot path: columns and tables that came after the core."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


SPENT = """
INSERT INTO counter (project_id, name, value)
SELECT project_id, 'spent.' || workforce_id, SUM(amount_micros) FROM ledger_entry
GROUP BY project_id, workforce_id
"""


def upgrade() -> None:
    """Count what each workforce has earned, instead of adding it up at every look."""
    op.execute(SPENT)


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
