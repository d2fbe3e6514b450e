"""Whether successive selectors still change their mind about the same items."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from active_learning.stopping import kappa_of

WATCHED: Final = 1_000
"""Items whose predictions are compared from one round to the next."""


class Stability:
    """Per process: what the last selector said of a fixed part of each project's pool.

    A process that starts has nothing to compare with; the round after tells again.
    """

    def __init__(self) -> None:
        self._items: dict[int, list[int]] = {}
        self._said: dict[int, list[int]] = {}

    def rows(self, project_id: int, rows: Mapping[int, int]) -> list[int]:
        """Return the rows to watch: of the same items as long as the feature file has them.

        Parameters
        ----------
        rows
            Item → its row; in the pool's fixed random order, so the first ones are a sample.
        """
        known = self._items.get(project_id, [])
        if not known or any(item_id not in rows for item_id in known):
            known = self._items[project_id] = list(rows)[:WATCHED]
            self._said.pop(project_id, None)
        return [rows[item_id] for item_id in known]

    def compare(self, project_id: int, said: list[int]) -> float | None:
        """Return Cohen's kappa with what the last selector said; None where there was none."""
        before = self._said.get(project_id)
        if not said:
            return None
        self._said[project_id] = said
        return None if before is None else kappa_of(before, said)
