"""What must hold in the store after a load: nothing lost, nobody asked twice, no slot too many."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.database import open_hub

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labeling.database import Transaction

STORED: Final = "SELECT client_key FROM annotation WHERE kind = 'answer'"
TWICE: Final = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM assignment GROUP BY annotator_id, item_id, family, pass_n HAVING COUNT(*) > 1
) AS found
"""
ANSWERED_TWICE: Final = """
SELECT COUNT(*) FROM (
    SELECT 1 FROM annotation WHERE kind = 'answer' AND NOT is_surplus
    GROUP BY assignment_id HAVING COUNT(*) > 1
) AS found
"""
OVERFULL: Final = """
SELECT COUNT(*) FROM (
    SELECT t.id FROM task t JOIN assignment a ON a.task_id = t.id
    WHERE a.state IN ('leased', 'submitted')
    GROUP BY t.id, t.wanted HAVING COUNT(*) > t.wanted
) AS found
"""


@dataclass(frozen=True, slots=True)
class Exactness:
    """What was found wrong: both are zero where the hub is exact."""

    duplicates: int
    lost: int


def check(database_url: str, acknowledged: Sequence[str]) -> Exactness:
    """Compare the store with what the clients were told."""
    with closing(open_hub(database_url)) as hub:
        return hub.read_now(lambda tx: _check(tx, acknowledged))


def _check(tx: Transaction, acknowledged: Sequence[str]) -> Exactness:
    stored = [row.client_key for row in tx.rows(STORED)]
    twice = int(tx.value(TWICE)) + int(tx.value(ANSWERED_TWICE)) + int(tx.value(OVERFULL))
    return Exactness(
        duplicates=twice + len(stored) - len(set(stored)), lost=len(set(acknowledged) - set(stored))
    )
