"""The queue: columns and tables that came after the core."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def _big(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=nullable)


def _foreign(*names: str) -> list[sa.ForeignKeyConstraint]:
    tables = {name: name.removesuffix("_id").removeprefix("first_") for name in names}
    return [
        sa.ForeignKeyConstraint([name], [f"{table.replace('class', 'label_class')}.id"])
        for name, table in tables.items()
    ]


def upgrade() -> None:
    """Add what is new."""
    op.add_column("annotation", sa.Column("consequence", sa.String(), nullable=True))
    op.add_column(
        "task", sa.Column("skips_counted", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column("task", _big("doubted_at", nullable=True))
    op.add_column("workforce", sa.Column("overlap_least", sa.Integer(), nullable=True))
    op.add_column("workforce", sa.Column("overlap_most", sa.Integer(), nullable=True))
    op.add_column(
        "annotator", sa.Column("personal", sa.Integer(), server_default="0", nullable=False)
    )
    _reports()
    _personal()
    _groups()
    _reasks()


def _reports() -> None:
    op.create_table(
        "item_report",
        _big("id"),
        _big("project_id"),
        _big("created_at"),
        _big("item_id"),
        _big("task_id"),
        _big("annotation_id"),
        _big("annotator_id"),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _big("ended_at", nullable=True),
        *_foreign("project_id", "item_id", "task_id", "annotation_id", "annotator_id"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("annotation_id"),
    )
    op.create_index("ix_item_report_item", "item_report", ["item_id", "state"], unique=False)
    op.create_index(
        "ix_item_report_project", "item_report", ["project_id", "kind", "id"], unique=False
    )


def _personal() -> None:
    op.create_table(
        "personal_task",
        _big("id"),
        _big("project_id"),
        _big("created_at"),
        _big("created_by", nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        _big("item_id"),
        _big("annotator_id"),
        _big("task_id"),
        _big("assignment_id", nullable=True),
        _big("due_at"),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        _big("ended_at", nullable=True),
        *_foreign("project_id", "item_id", "annotator_id", "task_id", "assignment_id"),
        sa.PrimaryKeyConstraint("id"),
    )
    waiting = sa.text("state = 'waiting'")
    alive = sa.text("state IN ('waiting', 'leased')")
    op.create_index(
        "uq_personal_task",
        "personal_task",
        ["task_id", "annotator_id"],
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
    for name, columns in (
        ("ix_personal_task_waiting", ["annotator_id", "due_at"]),
        ("ix_personal_task_due", ["due_at"]),
    ):
        op.create_index(
            name,
            "personal_task",
            columns,
            unique=False,
            sqlite_where=waiting,
            postgresql_where=waiting,
        )
    op.create_index(
        "ix_personal_task_project", "personal_task", ["project_id", "kind", "id"], unique=False
    )
    op.create_index("ix_personal_task_assignment", "personal_task", ["assignment_id"], unique=False)


def _groups() -> None:
    op.create_table(
        "group_reader",
        _big("project_id"),
        sa.Column("group_hash", sa.String(), nullable=False),
        _big("annotator_id"),
        _big("at_seq"),
        _big("until"),
        *_foreign("project_id", "annotator_id"),
        sa.PrimaryKeyConstraint("project_id", "group_hash", "annotator_id"),
    )
    op.create_index("ix_group_reader_annotator", "group_reader", ["annotator_id"], unique=False)


def _reasks() -> None:
    op.create_table(
        "self_check",
        _big("assignment_id"),
        _big("project_id"),
        _big("created_at"),
        _big("annotator_id"),
        _big("item_id"),
        sa.Column("question", sa.String(), nullable=False),
        _big("first_annotation_id"),
        _big("annotation_id"),
        _big("first_class_id"),
        _big("class_id"),
        *_foreign(
            "assignment_id",
            "project_id",
            "annotator_id",
            "item_id",
            "first_annotation_id",
            "annotation_id",
            "first_class_id",
            "class_id",
        ),
        sa.PrimaryKeyConstraint("assignment_id"),
    )
    op.create_table(
        "self_agreement",
        _big("annotator_id"),
        _big("project_id"),
        _big("n"),
        _big("n_same"),
        *_foreign("annotator_id", "project_id"),
        sa.PrimaryKeyConstraint("annotator_id"),
    )
    op.create_index("ix_self_agreement_project", "self_agreement", ["project_id"], unique=False)


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)
