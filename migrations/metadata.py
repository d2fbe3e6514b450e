"""The tables of all packages, gathered for Alembic."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from sqlmodel import SQLModel

TABLE_MODULES: Final = (
    "labeling.audit.tables",
    "labeling.outbox.tables",
    "labeling.idempotency.tables",
    "labeling.people.tables",
    "labeling.schema.tables",
    "labeling.projects.tables",
    "labeling.bulk.tables",
    "labeling.items.tables",
    "labeling.items.similar.tables",
    "labeling.workforces.tables",
    "labeling.tasks.tables",
    "labeling.annotations.tables",
    "labeling.quality.tables",
    "labeling.quality.groups.tables",
    "labeling.gold.tables",
    "labeling.review.tables",
    "labeling.discounts.tables",
    "labeling.exchange.tables",
    "labeling.exchange.imports.tables",
    "labeling.membership.tables",
    "labeling.deletion.tables",
    "training.snapshots.tables",
    "training.registry.tables",
    "training.evaluation.tables",
    "training.gates.tables",
    "training.deployments.tables",
    "active_learning.rounds.tables",
    "active_learning.outlook.tables",
    "active_learning.certificates.tables",
)

for module in TABLE_MODULES:
    import_module(module)

METADATA: Final = SQLModel.metadata

APPEND_ONLY: Final = (
    "audit_event",
    "schema_version",
    "guideline_version",
    "policy_version",
    "ledger_entry",
    "annotation",
    "consensus_event",
    "truth_fit",
    "truth_flip",
    "calibration",
    "review_answer",
    "review",
    "review_decision",
    "review_rejection",
    "work_order_judgment",
    "work_order_return",
    "snapshot",
    "model_version",
    "evaluation_set",
    "gate_report",
    "deployment",
    "selection",
    "gold_result",
    "prediction",
    "audit_seal",
    "stop_overrule",
    "autolabel_check",
    "autolabel_certificate",
    "autolabel_look",
    "autolabel",
    "autolabel_verdict",
)
"""Tables whose rows triggers keep from UPDATE and DELETE (rule 5)."""
