"""The review: columns and tables that came after the core."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.append_only import forbid_changes

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
OPEN_REVIEW = "family = 'review' AND state = 'open' AND open_slots > 0"


def upgrade() -> None:
    """Add what is new."""
    _pin_consensus()
    _guideline()
    op.create_index(
        "ix_task_review",
        "task",
        ["project_id", "priority", "id"],
        sqlite_where=sa.text(OPEN_REVIEW),
        postgresql_where=sa.text(OPEN_REVIEW),
    )
    _add("review_answer", *_answer_columns())
    _add("review", *_review_columns())
    op.create_index("ix_review_task", "review", ["task_id"])
    _add("review_decision", *_decision_columns())
    op.create_index("ix_review_decision_project", "review_decision", ["project_id", "id"])
    _add("review_rejection", *_rejection_columns())
    op.create_index("ix_review_rejection_annotator", "review_rejection", ["annotator_id", "id"])
    for table in ("review_answer", "review", "review_decision", "review_rejection"):
        forbid_changes(table)


def _pin_consensus() -> None:
    no = sa.false()
    op.add_column("consensus", sa.Column("pinned", sa.Boolean(), server_default=no, nullable=False))
    op.add_column("consensus", sa.Column("review_id", BIG))
    op.add_column(
        "consensus", sa.Column("method", sa.String(), server_default="truth", nullable=False)
    )
    op.create_index(
        "ix_consensus_pinned",
        "consensus",
        ["project_id", "question", "item_id"],
        sqlite_where=sa.text("pinned"),
        postgresql_where=sa.text("pinned"),
    )


def _guideline() -> None:
    op.add_column("guideline_version", sa.Column("changes", sa.Text()))
    op.add_column(
        "guideline_version",
        sa.Column("meaning_changed", sa.Boolean(), server_default=sa.false(), nullable=False),
    )


def _add(table: str, *columns: sa.Column[object] | sa.UniqueConstraint) -> None:
    op.create_table(
        table,
        sa.Column("id", BIG, primary_key=True),
        _ref("project_id", "project"),
        sa.Column("created_at", BIG, nullable=False),
        *columns,
    )


def _ref(name: str, table: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, BIG, sa.ForeignKey(f"{table}.id"), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=nullable)


def _answer_columns() -> tuple[sa.Column[object] | sa.UniqueConstraint, ...]:
    return (
        _ref("assignment_id", "assignment"),
        _text("client_key"),
        _ref("class_id", "label_class", nullable=True),
        _text("reason", nullable=True),
        sa.Column("result", sa.Text(), nullable=False),
        sa.UniqueConstraint("assignment_id"),
    )


def _review_columns() -> tuple[sa.Column[object] | sa.UniqueConstraint, ...]:
    return (
        _ref("task_id", "task"),
        _ref("assignment_id", "assignment"),
        _ref("item_id", "item"),
        _text("question"),
        _ref("annotator_id", "annotator"),
        _text("client_key"),
        _text("verdict"),
        _ref("present_class_id", "label_class", nullable=True),
        _ref("class_id", "label_class", nullable=True),
        sa.Column("consensus_version", sa.Integer(), nullable=False),
        sa.Column("targets", sa.Text(), nullable=False),
        _text("reason", nullable=True),
        sa.Column("is_surplus", sa.Boolean(), nullable=False),
        sa.Column("paid_micros", BIG, nullable=False),
        _text("note", nullable=True),
        sa.UniqueConstraint("assignment_id"),
    )


def _decision_columns() -> tuple[sa.Column[object] | sa.UniqueConstraint, ...]:
    return (
        _ref("task_id", "task"),
        _ref("review_id", "review"),
        _ref("item_id", "item"),
        _text("why"),
        sa.Column("inclusion_probability", sa.Float()),
        sa.Column("is_headline", sa.Boolean(), nullable=False),
        sa.Column("n_reviews", sa.Integer(), nullable=False),
        sa.Column("agreed", sa.Boolean()),
        sa.UniqueConstraint("task_id"),
    )


def _rejection_columns() -> tuple[sa.Column[object] | sa.UniqueConstraint, ...]:
    return (
        _ref("review_id", "review"),
        _ref("annotation_id", "annotation"),
        _ref("assignment_id", "assignment"),
        _ref("annotator_id", "annotator"),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("counts", sa.Boolean(), nullable=False),
        _text("why", nullable=True),
        sa.Column("reversed_micros", BIG, nullable=False),
        sa.UniqueConstraint("annotation_id"),
    )


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
