"""Certificates of auto-labels, and what was overruled of the stop rules' advice."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from migrations.append_only import forbid_changes

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = (
    "stop_overrule",
    "autolabel_check",
    "autolabel_certificate",
    "autolabel_look",
    "autolabel",
    "autolabel_verdict",
)


def upgrade() -> None:
    """Add what is new."""
    _add(
        "stop_overrule",
        sa.Column("user_id", BIG, nullable=False),
        _text("rule"),
        _text("reason"),
        sa.Column("until_answers", BIG, nullable=True),
    )
    _add("autolabel_run", *_run_columns(), sa.UniqueConstraint("project_id", "n"))
    _add(
        "autolabel_check",
        _ref("run_id", "autolabel_run"),
        _ref("item_id", "item"),
        _text("purpose"),
        sa.Column("inclusion_probability", sa.Float(), nullable=False),
        _ref("class_id", "label_class"),
        sa.Column("score", sa.Float(), nullable=False),
        sa.UniqueConstraint("run_id", "purpose", "item_id"),
    )
    _add("autolabel_certificate", *_certificate_columns(), sa.UniqueConstraint("run_id"))
    _add(
        "autolabel_look",
        sa.Column("user_id", BIG, nullable=False),
        _ref("certificate_id", "autolabel_certificate"),
        sa.Column("item_ids", sa.Text(), nullable=False),
    )
    _add(
        "autolabel",
        _ref("certificate_id", "autolabel_certificate"),
        _ref("item_id", "item"),
        _ref("class_id", "label_class"),
        sa.Column("score", sa.Float(), nullable=False),
        sa.UniqueConstraint("certificate_id", "item_id"),
    )
    _add("autolabel_verdict", *_verdict_columns())
    op.create_index("ix_autolabel_look_certificate", "autolabel_look", ["certificate_id"])
    op.create_index("ix_autolabel_verdict_certificate", "autolabel_verdict", ["certificate_id"])
    for table in APPEND_ONLY:
        forbid_changes(table)
    op.add_column("consensus", sa.Column("certificate_id", BIG, nullable=True))


def downgrade() -> None:
    """Refuse: older code does not know what was written since."""
    message = "this migration cannot be taken back; restore a backup instead"
    raise NotImplementedError(message)


def _add(table: str, *columns: sa.Column[object] | sa.UniqueConstraint) -> None:
    op.create_table(
        table,
        sa.Column("id", BIG, primary_key=True),
        _ref("project_id", "project"),
        sa.Column("created_at", BIG, nullable=False),
        *columns,
    )
    if table != "autolabel_run":
        op.create_index(f"ix_{table}_project_id", table, ["project_id"])


def _ref(name: str, table: str) -> sa.Column[object]:
    return sa.Column(name, BIG, sa.ForeignKey(f"{table}.id"), nullable=False)


def _text(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.String(), nullable=False)


def _run_columns() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("user_id", BIG, nullable=False),
        _text("state"),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        _text("question"),
        _ref("model_version_id", "model_version"),
        sa.Column("precision", sa.Float(), nullable=False),
        sa.Column("delta", sa.Float(), nullable=False),
        _text("scope"),
        sa.Column("audit_items", sa.Integer(), nullable=False),
        sa.Column("seed", BIG, nullable=False),
        sa.Column("scores_digest", sa.String(), nullable=True),
        sa.Column("n_pool", BIG, nullable=False, server_default="0"),
        sa.Column("position", BIG, nullable=False, server_default="0"),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("updated_at", BIG, nullable=False),
    )


def _certificate_columns() -> tuple[sa.Column[object], ...]:
    return (
        _ref("run_id", "autolabel_run"),
        sa.Column("precision", sa.Float(), nullable=False),
        sa.Column("delta", sa.Float(), nullable=False),
        _text("scope"),
        sa.Column("thresholds", sa.Text(), nullable=False),
        sa.Column("n_audited", BIG, nullable=False),
        sa.Column("n_errors", BIG, nullable=False),
        sa.Column("coverage", sa.Float(), nullable=False),
        _ref("model_version_id", "model_version"),
        _text("scores_digest"),
        sa.Column("policy_version", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        _text("digest"),
    )


def _verdict_columns() -> tuple[sa.Column[object], ...]:
    return (
        _ref("certificate_id", "autolabel_certificate"),
        sa.Column("user_id", BIG, nullable=True),
        _text("verdict"),
        sa.Column("n_checked", BIG, nullable=False),
        sa.Column("n_errors", BIG, nullable=False),
        sa.Column("against", sa.Float(), nullable=False),
        sa.Column("towards", sa.Float(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
