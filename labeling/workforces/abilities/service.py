"""What people are able to do and tasks ask for, as bits of a mask."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from labeling.errors import ConflictError
from labeling.workforces.abilities import store as ability_store
from labeling.workforces.terms import MOST_ABILITIES

if TYPE_CHECKING:
    from labeling.database import Transaction


def offered_mask(tx: Transaction, project_id: int, values: dict[str, Any]) -> int:
    """Return the mask of the skills and languages that somebody's terms name, as JSON."""
    names = [f"skill:{name}" for name in json.loads(values["skills"])]
    names += [f"language:{name}" for name in json.loads(values["languages"])]
    return abilities_mask(tx, project_id, names)


def abilities_mask(tx: Transaction, project_id: int, names: list[str]) -> int:
    """Return the mask of some abilities, like "skill:law"; new ones get the next bits.

    Raises
    ------
    ConflictError
        The project knows as many skills and languages as a mask holds.

    """
    known = _known_abilities(tx, project_id, names)
    if not known.keys() >= set(names):
        raise ConflictError(
            f"A project knows at most {MOST_ABILITIES} skills and languages together."
        )
    return sum(1 << known[name] for name in set(names))


def needs_mask(tx: Transaction, project_id: int, names: list[str]) -> int:
    """Return the mask of what an item needs; what is past the most abilities nobody can offer."""
    known = _known_abilities(tx, project_id, names)
    return sum({1 << known.get(name, MOST_ABILITIES) for name in names})


def _known_abilities(tx: Transaction, project_id: int, names: list[str]) -> dict[str, int]:
    """Return the bits of a project's abilities; new names get one while there are some left."""
    known = ability_store.abilities(tx, project_id)
    if not known.keys() >= set(names) and len(known) < MOST_ABILITIES:
        known = ability_store.lock_abilities(tx, project_id)
        for name in sorted(set(names) - known.keys())[: MOST_ABILITIES - len(known)]:
            known[name] = len(known)
            ability_store.add_ability(tx, project_id, name, known[name])
    return known
