"""SQL of abilities: names and the bits that stand for them in masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from labeling.database import Row, Transaction

LOCK_PROJECT = "SELECT id FROM project WHERE id = :project_id FOR NO KEY UPDATE"
ABILITIES = "SELECT name, bit FROM ability WHERE project_id = :project_id ORDER BY bit"
ADD_ABILITY = "INSERT INTO ability (project_id, name, bit) VALUES (:project_id, :name, :bit)"
ABLE = """
SELECT id FROM annotator
WHERE workforce_id = :workforce_id AND user_id IS NOT NULL AND state = 'active'
    AND ((abilities | :abilities) & :needs) = :needs
LIMIT 1
"""


def abilities(tx: Transaction, project_id: int) -> dict[str, int]:
    """Return the bit of each ability that a project knows."""
    return {row.name: row.bit for row in tx.rows(ABILITIES, project_id=project_id)}


def lock_abilities(tx: Transaction, project_id: int) -> dict[str, int]:
    """Return the abilities of a project, which nobody else adds to until the transaction ends."""
    tx.rows(LOCK_PROJECT, project_id=project_id)
    return abilities(tx, project_id)


def add_ability(tx: Transaction, project_id: int, name: str, bit: int) -> None:
    """Give a new ability its bit."""
    tx.run(ADD_ABILITY, project_id=project_id, name=name, bit=bit)


def has_able(tx: Transaction, workforce: Row, needs: int) -> bool:
    """Return whether some active person of a workforce offers everything that is needed."""
    found = tx.row(ABLE, workforce_id=workforce.id, abilities=workforce.abilities, needs=needs)
    return found is not None
