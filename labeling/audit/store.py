"""SQL of the record."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

ADD = """
INSERT INTO audit_event
    (project_id, created_at, actor_kind, actor_id, action, object_kind, object_id, change, reason)
VALUES (:project_id, :now, :actor_kind, :actor_id, :action, :object_kind, :object_id, :change,
    :reason)
"""
LIST = """
SELECT id, created_at, actor_kind, actor_id, action, object_kind, object_id, change, reason
FROM audit_event WHERE project_id = :project_id AND id > :after ORDER BY id LIMIT :limit
"""


def record(
    tx: Transaction,
    project_id: int | None,
    action: str,
    object_kind: str,
    object_id: int,
    reason: str | None = None,
    **change: Any,
) -> None:
    """Add one event to the record in the transaction of the change itself."""
    tx.run(
        ADD,
        project_id=project_id,
        now=tx.now,
        actor_kind=tx.actor.kind,
        actor_id=tx.actor.id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        change=json.dumps(change, ensure_ascii=False),
        reason=reason,
    )


def list_by_project(tx: Transaction, project_id: int, after: int, limit: int) -> list[Row]:
    """Return events with an id above `after`, oldest first."""
    return tx.rows(LIST, project_id=project_id, after=after, limit=limit)
