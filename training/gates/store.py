"""SQL of gate reports."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from labeling.errors import ConflictError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labeling.database import Row, Transaction

# Evaluation sets of one project overlap almost wholly (the sample only grows), so a use of one is
# counted as a use of the next: the best of ten useless challengers looks good on either.
ADD: Final = """
INSERT INTO gate_report (project_id, created_at, challenger_id, champion_id, evaluation_set_id,
    use_n, margin, alpha, verdict, needs_n, policy_version, evidence, workflow_key)
VALUES (:project_id, :now, :challenger_id, :champion_id, :evaluation_set_id,
    (SELECT COUNT(*) + 1 FROM gate_report WHERE project_id = :project_id),
    :margin, :alpha, :verdict, :needs_n, :policy_version, :evidence, :workflow_key)
ON CONFLICT DO NOTHING
"""
REPORT: Final = """
SELECT id, project_id, created_at, challenger_id, champion_id, evaluation_set_id, use_n, margin,
    alpha, verdict, needs_n, policy_version, evidence, workflow_key
FROM gate_report
"""
GET: Final = REPORT + "WHERE id = :report_id"
FIND: Final = REPORT + "WHERE workflow_key = :workflow_key"
LATEST: Final = (
    REPORT
    + """
WHERE project_id = :project_id AND challenger_id = :model_id ORDER BY id DESC LIMIT 1
"""
)
LIST: Final = (
    REPORT + "WHERE project_id = :project_id AND id < :before ORDER BY id DESC LIMIT :limit"
)


def add(
    tx: Transaction,
    report: Mapping[str, Any],
    *,
    project_id: int,
    challenger_id: int,
    champion_id: int | None,
    evaluation_set_id: int,
    policy_version: int,
    workflow_key: str,
) -> Row:
    """Record a report once per `workflow_key` and return its row, new or old.

    Parameters
    ----------
    report
        ``verdict`` and the report's evidence; further evidence may stand beside it.

    """
    tx.run(
        ADD,
        project_id=project_id,
        now=tx.now,
        challenger_id=challenger_id,
        champion_id=champion_id,
        evaluation_set_id=evaluation_set_id,
        margin=report["margin"],
        alpha=report["alpha"],
        verdict=report["verdict"],
        needs_n=report["needs_n"],
        policy_version=policy_version,
        evidence=json.dumps(report, ensure_ascii=False, sort_keys=True),
        workflow_key=workflow_key,
    )
    found = find(tx, workflow_key)
    if found is None:
        raise ConflictError("These two models were compared on this evaluation set before.")
    return found


def find(tx: Transaction, workflow_key: str) -> Row | None:
    """Return the report that a workflow recorded, if it has."""
    return tx.row(FIND, workflow_key=workflow_key)


def get(tx: Transaction, report_id: int) -> Row | None:
    """Return a report by id."""
    return tx.row(GET, report_id=report_id)


def latest_of(tx: Transaction, project_id: int, model_id: int) -> Row | None:
    """Return the latest report in which a model was the challenger."""
    return tx.row(LATEST, project_id=project_id, model_id=model_id)


def list_by_project(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return reports with an id below `before`, newest first."""
    return tx.rows(LIST, project_id=project_id, before=before, limit=limit)
