"""The routing: columns and tables that came after the core."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
RANKS = {"model": 5, "crowd": 10, "vendor": 20, "in_house": 30}
COUNTED = """
UPDATE annotator SET counted = (
    SELECT COUNT(*) FROM assignment a JOIN annotation n ON n.id = a.current_annotation_id
    WHERE a.annotator_id = annotator.id AND a.state = 'submitted' AND n.kind = 'answer'
        AND NOT n.is_surplus)
"""
COUNTED_BY_WORKFORCE = """
INSERT INTO counter (project_id, name, value)
SELECT project_id, 'answers.workforce.' || CAST(workforce_id AS TEXT), SUM(counted) FROM annotator
GROUP BY project_id, workforce_id HAVING SUM(counted) > 0
"""


def upgrade() -> None:
    """Add what is new."""
    _workforces()
    _tasks()
    _discounts()


def _limits() -> list[sa.Column[Any]]:
    """Return the columns that a workforce and a person have in common."""
    return [
        sa.Column("skills", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("languages", sa.Text(), nullable=False, server_default="[]"),
        sa.Column("abilities", BIG, nullable=False, server_default="0"),
        sa.Column("daily_limit", sa.Integer(), nullable=True),
        sa.Column("time_zone", sa.String(), nullable=True),
    ]


def _workforces() -> None:
    for column in (
        *_limits(),
        sa.Column("pause_reason", sa.Text(), nullable=True),
        sa.Column("rank", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("is_blocked", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("share", sa.Float(), nullable=True),
        sa.Column("person_share", sa.Float(), nullable=True),
        sa.Column("calendar", sa.Text(), nullable=True),
    ):
        op.add_column("workforce", column)
    for column in (
        *_limits(),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("state_cause", sa.Text(), nullable=True),
        sa.Column("counted", BIG, nullable=False, server_default="0"),
        sa.Column("day", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("day_answers", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("annotator", column)
    for kind, rank in RANKS.items():
        op.execute(f"UPDATE workforce SET rank = {rank} WHERE kind = '{kind}'")  # noqa: S608 - constants
    op.execute(COUNTED)
    op.execute(COUNTED_BY_WORKFORCE)
    op.create_table(
        "ability",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("project_id", BIG, sa.ForeignKey("project.id"), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("bit", sa.Integer(), nullable=False),
        sa.UniqueConstraint("project_id", "name"),
        sa.UniqueConstraint("project_id", "bit"),
    )


def _tasks() -> None:
    op.add_column("task", sa.Column("tier", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("task", sa.Column("needs", BIG, nullable=False, server_default="0"))
    op.add_column(
        "task", sa.Column("is_easy", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.drop_index("ix_task_queue", "task")
    op.create_index(
        "ix_task_queue",
        "task",
        ["project_id", "tier", "priority", "id"],
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.add_column("assignment", sa.Column("discount_id", BIG, nullable=True))
    op.add_column("item", sa.Column("needs", BIG, nullable=True))
    compiled = sa.text("needs IS NOT NULL")
    op.create_index(
        "ix_item_needs",
        "item",
        ["project_id", "split", "state", "needs", "shuffle"],
        sqlite_where=compiled,
        postgresql_where=compiled,
    )


def _discounts() -> None:
    figures = ("answers", "items", "reopened", "flipped", "restored")
    op.create_table(
        "discount",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("project_id", BIG, sa.ForeignKey("project.id"), nullable=False),
        sa.Column("created_at", BIG, nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("annotator_id", BIG, sa.ForeignKey("annotator.id"), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("cursor", BIG, nullable=False),
        sa.Column("until", BIG, nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in figures),
        sa.Column("cost_micros", BIG, nullable=False),
        sa.Column("ended_at", BIG, nullable=True),
        sa.UniqueConstraint("project_id", "n"),
    )
    op.create_index("ix_discount_annotator_id", "discount", ["annotator_id"])
    op.create_table(
        "discounted_vote",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("discount_id", BIG, sa.ForeignKey("discount.id"), nullable=False),
        sa.Column("annotation_id", BIG, sa.ForeignKey("annotation.id"), nullable=False),
        sa.Column("question", sa.String(), nullable=False),
        sa.Column("class_id", BIG, sa.ForeignKey("label_class.id"), nullable=False),
        sa.UniqueConstraint("discount_id", "annotation_id", "question", "class_id"),
    )
    op.create_index("ix_discounted_vote_annotation", "discounted_vote", ["annotation_id"])


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
