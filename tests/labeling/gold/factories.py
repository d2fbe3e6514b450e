"""Known items in a few words."""

from __future__ import annotations

from typing import Final

from labeling.database import Row, Transaction
from labeling.gold import service
from labeling.gold.service import GoldReport, KnownItem
from tests.factories import Floor

WHY: Final = "It says so in the text."


def keys(floor: Floor, n: int, *, skip: int = 0) -> list[str]:
    """Return the keys of a floor's items in the order in which they came."""
    rows = floor.rows("SELECT key FROM item WHERE project_id = :p ORDER BY seq")
    return [row.key for row in rows][skip : skip + n]


def give(floor: Floor, n: int, *, right: str = "a", skip: int = 0, use: str = "gold") -> GoldReport:
    """Make `n` items known, each with one right class."""
    known = [KnownItem(key, {"label": [right]}, WHY, use=use) for key in keys(floor, n, skip=skip)]

    def write(tx: Transaction, project: Row) -> GoldReport:
        return service.give_gold(tx, project, known)

    report: GoldReport = floor.write(write)
    return report


def kind_of(floor: Floor, lease: Row) -> str:
    """Return as what a question was asked; its holder cannot know."""
    return str(floor.value("SELECT kind FROM assignment WHERE handle = :h", h=lease.handle))


def record(floor: Floor, who: int) -> Row:
    """Return the counters of a person."""
    sql = "SELECT * FROM gold_record WHERE annotator_id = :a"
    return floor.rows(sql, a=floor.people[who].id)[0]


def retire(floor: Floor, gold_id: int) -> None:
    """Take a known item out of service."""

    def write(tx: Transaction, project: Row) -> None:
        service.retire(tx, project, gold_id, "it was wrong")

    floor.write(write)
