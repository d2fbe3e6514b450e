"""What a store must forget when it comes to another PostgreSQL server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    import psycopg

NEWEST: Final = """
SELECT GREATEST(
    (SELECT COALESCE(MAX(transaction_id), 0) FROM outbox),
    (SELECT COALESCE(MAX(transaction_id), 0) FROM audit_event),
    (SELECT COALESCE(MAX(last_transaction), 0) FROM outbox_position),
    (SELECT COALESCE(MAX(last_transaction), 0) FROM audit_sealer)
) + 1
"""
# Transaction numbers are the old server's and may lie far above the new one's: a reader would wait
# for them, or pass over what comes. All are moved below zero, in their order: before everything.
SHIFTS: Final = (
    "UPDATE outbox SET transaction_id = transaction_id - %(by)s",
    "UPDATE outbox_position SET last_transaction = last_transaction - %(by)s",
    "ALTER TABLE audit_event DISABLE TRIGGER audit_event_append_only",
    "UPDATE audit_event SET transaction_id = transaction_id - %(by)s",
    "ALTER TABLE audit_event ENABLE ALWAYS TRIGGER audit_event_append_only",
    "UPDATE audit_sealer SET last_transaction = last_transaction - %(by)s",
    "UPDATE audit_row_position SET seen_id = NULL, holders = ''",
)


def forget_transactions(connection: psycopg.Connection[Any]) -> None:
    """Let everything written so far count as before every transaction of this server."""
    by = connection.execute(NEWEST).fetchall()[0][0]
    for statement in SHIFTS:
        connection.execute(statement, {"by": by} if "%(by)s" in statement else None)
    connection.commit()
