"""SQL of the outbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

ADD = """
INSERT INTO outbox (project_id, created_at, topic, payload, transaction_id)
VALUES (:project_id, :now, :topic, :payload, 0)
"""
# On PostgreSQL ids are drawn before commit, so a reader must stay below every open transaction.
ADD_POSTGRES = """
INSERT INTO outbox (project_id, created_at, topic, payload, transaction_id)
VALUES (:project_id, :now, :topic, :payload, CAST(CAST(pg_current_xact_id() AS text) AS bigint))
"""
READ = """
SELECT id, project_id, created_at, topic, payload FROM outbox WHERE id > :after ORDER BY id LIMIT
    :limit
"""
READ_POSTGRES = """
SELECT id, project_id, created_at, topic, payload FROM outbox WHERE id > :after
AND transaction_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)
ORDER BY id LIMIT :limit
"""
POSITION = "SELECT last_id FROM outbox_position WHERE consumer = :consumer"
MOVE = """
INSERT INTO outbox_position (consumer, last_id) VALUES (:consumer, :last_id)
ON CONFLICT (consumer) DO UPDATE SET last_id = excluded.last_id
WHERE excluded.last_id > outbox_position.last_id
"""


def add(tx: Transaction, project_id: int, topic: str, **payload: Any) -> None:
    """Write one event in the transaction of its cause."""
    sql = ADD_POSTGRES if tx.dialect == "postgresql" else ADD
    tx.run(sql, project_id=project_id, now=tx.now, topic=topic, payload=json.dumps(payload))


def read(tx: Transaction, consumer: str, limit: int) -> list[Row]:
    """Return the next events of a consumer, oldest first, below every open transaction."""
    after = tx.value(POSITION, consumer=consumer) or 0
    return tx.rows(READ_POSTGRES if tx.dialect == "postgresql" else READ, after=after, limit=limit)


def move(tx: Transaction, consumer: str, last_id: int) -> None:
    """Remember how far a consumer has come; belongs in the transaction of its effect."""
    tx.run(MOVE, consumer=consumer, last_id=last_id)
