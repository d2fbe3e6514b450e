"""SQL of what people say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from labeling.database import Transaction

ADD: Final = """
INSERT INTO own_attribute (project_id, user_id, name, value, created_at)
VALUES (:project_id, :user_id, :name, :value, :now)
"""
OWN: Final = """
SELECT name, value FROM own_attribute WHERE project_id = :project_id AND user_id = :user_id
ORDER BY name
"""
DROP: Final = "DELETE FROM own_attribute WHERE project_id = :project_id AND user_id = :user_id"
PROJECTS: Final = "SELECT DISTINCT project_id FROM own_attribute WHERE user_id = :user_id"
BY_PSEUDONYM: Final = """
SELECT n.pseudonym, o.name, o.value
FROM own_attribute o JOIN annotator n ON n.project_id = o.project_id AND n.user_id = o.user_id
WHERE o.project_id = :project_id ORDER BY n.pseudonym, o.name
"""


def own(tx: Transaction, project_id: int, user_id: int) -> dict[str, str]:
    """Return what a person has given a project of themselves."""
    rows = tx.rows(OWN, project_id=project_id, user_id=user_id)
    return {row.name: row.value for row in rows}


def replace_own(tx: Transaction, project_id: int, user_id: int, given: Mapping[str, str]) -> None:
    """Put what a person gives in the place of all they gave before."""
    drop(tx, project_id, user_id)
    common = {"project_id": project_id, "user_id": user_id, "now": tx.now}
    tx.run_many(ADD, [{**common, "name": name, "value": given[name]} for name in sorted(given)])


def drop(tx: Transaction, project_id: int, user_id: int) -> int:
    """Delete what a person gave a project; return how many attributes."""
    return tx.run(DROP, project_id=project_id, user_id=user_id)


def projects_of(tx: Transaction, user_id: int) -> list[int]:
    """Return the projects to which a person gave attributes."""
    return [row.project_id for row in tx.rows(PROJECTS, user_id=user_id)]


def by_pseudonym(tx: Transaction, project_id: int) -> dict[str, dict[str, str]]:
    """Return attribute → pseudonym → value, for figures by group and nothing else."""
    found: dict[str, dict[str, str]] = {}
    for row in tx.rows(BY_PSEUDONYM, project_id=project_id):
        found.setdefault(row.name, {})[row.pseudonym] = row.value
    return found
