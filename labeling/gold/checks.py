"""Gold as a check of the consensus: what people said of items whose right answers are known."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from labeling.gold import store
from labeling.gold.records import store as records
from labeling.quality.fits.fitting import KnownItem

if TYPE_CHECKING:
    from labeling.database import Transaction

MOST_ITEMS: Final = 2_000
MOST_VOTES: Final = 20
"""First answers of an item that are read: no usual item has more."""


def known_items(tx: Transaction, project_id: int, question: str) -> list[KnownItem]:
    """Return the newest gold in service whose right answers to a question are known."""
    found: list[KnownItem] = []
    for gold in store.list_in_service(tx, project_id, MOST_ITEMS):
        right = json.loads(gold.answers).get(question)
        votes = records.votes(tx, gold.id, question, MOST_VOTES)
        if right and votes:
            found.append(KnownItem(votes, frozenset(right)))
    return found
