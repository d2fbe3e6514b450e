"""SQL of the outbox."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

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
OLDEST: Final = -(2**62)
"""Before every transaction, also those that a restore moved below zero."""
POSITION = "SELECT last_transaction, last_id FROM outbox_position WHERE consumer = :consumer"
BEGIN = """
INSERT INTO outbox_position (consumer, last_transaction, last_id) VALUES (:consumer, :oldest, 0)
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
# The newest event stays whatever its age: a position names it.
READ_BY_ALL = """
SELECT id FROM outbox
WHERE (transaction_id, id) <= (
        (SELECT last_transaction FROM outbox_position ORDER BY last_transaction, last_id LIMIT 1),
        (SELECT last_id FROM outbox_position ORDER BY last_transaction, last_id LIMIT 1))
    AND created_at < :older_than AND id < (SELECT MAX(id) FROM outbox)
ORDER BY transaction_id, id LIMIT :limit
"""
DROP = "DELETE FROM outbox WHERE id = :event_id"
LAG = """
SELECT p.consumer, (SELECT o.created_at FROM outbox o
    WHERE (o.transaction_id, o.id) > (p.last_transaction, p.last_id)
    ORDER BY o.transaction_id, o.id LIMIT 1) AS oldest
FROM outbox_position p ORDER BY p.consumer
"""


def add(tx: Transaction, project_id: int, topic: str, **payload: Any) -> None:
    """Write one event in the transaction of its cause."""
    sql = ADD_POSTGRES if tx.dialect == "postgresql" else ADD
    tx.later(sql, project_id=project_id, now=tx.now, topic=topic, payload=json.dumps(payload))


def lock(tx: Transaction, consumer: str) -> None:
    """Let one process at a time read and move as this consumer, until the transaction ends."""
    tx.run(BEGIN, consumer=consumer, oldest=OLDEST)
    tx.lock(LOCK, consumer=consumer)


def read(tx: Transaction, consumer: str, limit: int) -> list[Row]:
    """Return the next events of a consumer, below every open transaction."""
    at = tx.row(POSITION, consumer=consumer)
    return tx.rows(
        READ_POSTGRES if tx.dialect == "postgresql" else READ,
        last_transaction=OLDEST if at is None else at.last_transaction,
        last_id=0 if at is None else at.last_id,
        limit=limit,
    )


def move(tx: Transaction, consumer: str, last_id: int) -> None:
    """Remember the last event that a consumer took; belongs in the transaction of its effect."""
    tx.run(MOVE, consumer=consumer, last_id=last_id)


def list_read_by_all(tx: Transaction, older_than: int, limit: int) -> list[int]:
    """Return the oldest events that every consumer has read, never the newest event."""
    return [row.id for row in tx.rows(READ_BY_ALL, older_than=older_than, limit=limit)]


def drop(tx: Transaction, event_ids: Sequence[int]) -> None:
    """Remove events; only `pruning` and a project's purge do."""
    tx.run_many(DROP, [{"event_id": event_id} for event_id in event_ids])


def lags(tx: Transaction) -> list[Row]:
    """Return each consumer with the time of its oldest unread event, None where all is read."""
    return tx.rows(LAG)
