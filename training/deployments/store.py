"""SQL of the deployment ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

LIVE: Final = "live"
DEPLOYMENT: Final = """
SELECT deployment.id, deployment.project_id, deployment.created_at, deployment.slot, deployment.seq,
    deployment.model_version_id, deployment.gate_report_id, deployment.previous_id,
    deployment.action, deployment.actor_kind, deployment.actor_id, deployment.reason,
    deployment.workflow_key, model_version.n AS model_version, model_version.artefact_digest,
    model_version.format
FROM deployment JOIN model_version ON model_version.id = deployment.model_version_id
"""
CURRENT: Final = (
    DEPLOYMENT
    + """
WHERE deployment.project_id = :project_id AND deployment.slot = :slot
ORDER BY deployment.seq DESC LIMIT 1
"""
)
GET: Final = DEPLOYMENT + "WHERE deployment.id = :deployment_id"
FIND: Final = DEPLOYMENT + "WHERE deployment.workflow_key = :workflow_key"
LIST: Final = (
    DEPLOYMENT
    + """
WHERE deployment.project_id = :project_id AND deployment.id < :before
ORDER BY deployment.id DESC LIMIT :limit
"""
)
ADD: Final = """
INSERT INTO deployment (project_id, created_at, slot, seq, model_version_id, gate_report_id,
    previous_id, action, actor_kind, actor_id, reason, workflow_key)
VALUES (:project_id, :now, :slot, :seq, :model_version_id, :gate_report_id, :previous_id,
    :action, :actor_kind, :actor_id, :reason, :workflow_key)
ON CONFLICT DO NOTHING
"""


def current(tx: Transaction, project_id: int, slot: str = LIVE) -> Row | None:
    """Return the last entry of a slot: what is live now."""
    return tx.row(CURRENT, project_id=project_id, slot=slot)


def get(tx: Transaction, deployment_id: int) -> Row | None:
    """Return an entry by id."""
    return tx.row(GET, deployment_id=deployment_id)


def find(tx: Transaction, workflow_key: str) -> Row | None:
    """Return the entry made under a key, if there is one."""
    return tx.row(FIND, workflow_key=workflow_key)


def list_by_project(tx: Transaction, project_id: int, before: int, limit: int) -> list[Row]:
    """Return entries with an id below `before`, newest first."""
    return tx.rows(LIST, project_id=project_id, before=before, limit=limit)


def add(  # noqa: PLR0913 - one row
    tx: Transaction,
    *,
    project_id: int,
    seq: int,
    model_version_id: int,
    gate_report_id: int,
    previous_id: int | None,
    action: str,
    reason: str,
    workflow_key: str,
) -> Row | None:
    """Add entry number `seq` in the name of the transaction's actor.

    Returns None where another entry has that number or key already: the compare-and-set failed.
    """
    added = tx.run(
        ADD,
        project_id=project_id,
        now=tx.now,
        slot=LIVE,
        seq=seq,
        model_version_id=model_version_id,
        gate_report_id=gate_report_id,
        previous_id=previous_id,
        action=action,
        actor_kind=tx.actor.kind,
        actor_id=tx.actor.id,
        reason=reason,
        workflow_key=workflow_key,
    )
    return find(tx, workflow_key) if added == 1 else None
