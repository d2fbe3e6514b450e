"""Fewer entries in indexes with every answer; see docs/decisions/0009."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

ROOM = {"consensus": 70, "annotator": 50, "budget": 50, "counter": 50, "annotator_skill": 70}
"""How full PostgreSQL fills pages of rows that change and keep their keys: the new version of a row
then stays on its page, and no index learns of it."""


def upgrade() -> None:
    """Drop what no query needs, and narrow what changes with every answer."""
    op.drop_index("ix_ledger_entry_workforce", "ledger_entry")
    op.drop_index("ix_ledger_entry_annotator", "ledger_entry")
    op.drop_index("ix_assignment_task", "assignment")
    op.create_index("ix_assignment_task", "assignment", ["task_id"])
    op.drop_index("ix_assignment_submitted", "assignment")
    submitted = sa.text("submitted_at IS NOT NULL")
    op.create_index(
        "ix_assignment_submitted",
        "assignment",
        ["annotator_id", "submitted_at"],
        sqlite_where=submitted,
        postgresql_where=submitted,
    )
    if op.get_bind().dialect.name == "postgresql":
        for table, share in ROOM.items():
            op.execute(f"ALTER TABLE {table} SET (fillfactor = {share})")


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
