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
ADD_POSTGRES = """
INSERT INTO outbox (project_id, created_at, topic, payload, transaction_id)
VALUES (:project_id, :now, :topic, :payload, CAST(CAST(pg_current_xact_id() AS text) AS bigint))
"""
# On PostgreSQL ids are drawn before commit: a reader that went by id alone would pass over a slow
# transaction's events. It goes by transaction, and stays below every one that is still open.
READ = """
SELECT id, project_id, created_at, topic, payload FROM outbox
WHERE (transaction_id, id) > (:last_transaction, :last_id)
ORDER BY transaction_id, id LIMIT :limit
"""
READ_POSTGRES = """
SELECT id, project_id, created_at, topic, payload FROM outbox
WHERE (transaction_id, id) > (:last_transaction, :last_id)
    AND transaction_id < CAST(CAST(pg_snapshot_xmin(pg_current_snapshot()) AS text) AS bigint)
ORDER BY transaction_id, id LIMIT :limit
"""
POSITION = "SELECT last_transaction, last_id FROM outbox_position WHERE consumer = :consumer"
BEGIN = """
INSERT INTO outbox_position (consumer, last_transaction, last_id) VALUES (:consumer, 0, 0)
ON CONFLICT (consumer) DO NOTHING
"""
LOCK = "SELECT consumer FROM outbox_position WHERE consumer = :consumer FOR NO KEY UPDATE"
MOVE = """
INSERT INTO outbox_position (consumer, last_transaction, last_id)
SELECT :consumer, o.transaction_id, o.id FROM outbox o WHERE o.id = :last_id
ON CONFLICT (consumer) DO UPDATE
SET last_transaction = excluded.last_transaction, last_id = excluded.last_id
WHERE excluded.last_transaction > outbox_position.last_transaction
    OR (excluded.last_transaction = outbox_position.last_transaction
        AND excluded.last_id > outbox_position.last_id)
"""


def add(tx: Transaction, project_id: int, topic: str, **payload: Any) -> None:
    """Write one event in the transaction of its cause."""
    sql = ADD_POSTGRES if tx.dialect == "postgresql" else ADD
    tx.run(sql, project_id=project_id, now=tx.now, topic=topic, payload=json.dumps(payload))


def lock(tx: Transaction, consumer: str) -> None:
    """Let one process at a time read and move as this consumer, until the transaction ends."""
    tx.run(BEGIN, consumer=consumer)
    tx.lock(LOCK, consumer=consumer)


def read(tx: Transaction, consumer: str, limit: int) -> list[Row]:
    """Return the next events of a consumer, below every open transaction."""
    at = tx.row(POSITION, consumer=consumer)
    return tx.rows(
        READ_POSTGRES if tx.dialect == "postgresql" else READ,
        last_transaction=0 if at is None else at.last_transaction,
        last_id=0 if at is None else at.last_id,
        limit=limit,
    )


def move(tx: Transaction, consumer: str, last_id: int) -> None:
    """Remember the last event that a consumer took; belongs in the transaction of its effect."""
    tx.run(MOVE, consumer=consumer, last_id=last_id)
