"""What files said beside their items: labels that came with the data, and models' answers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from labeling.exchange.export import store
from labeling.exchange.imports import store as imported

if TYPE_CHECKING:
    from labeling.database import Hub, Row, Transaction
    from labeling.exchange.export.columns import Page

PAGE_ROWS: Final = 2_000
PREDICTION_COLUMNS: Final[dict[str, type]] = {
    "id": int,
    "imported_at": int,
    "item": str,
    "split": str,
    "annotator": str,
    "workforce": str,
    "source": str,
    "question": str,
    "label": str,
    "score": float,
}
"""The columns in their order; `source` is legacy or model. None of them is a vote."""


def prediction_pages(hub: Hub, project: Row) -> Iterator[Page]:
    """Yield all predictions of a project in the order they came, page by page."""
    people: dict[int, Row] = {}
    after = 0

    def read(tx: Transaction) -> list[Row]:
        page = imported.page(tx, project.id, after, PAGE_ROWS)
        unknown = {row.annotator_id for row in page} - people.keys()
        people.update(store.annotators(tx, sorted(unknown)))
        return page

    while page := hub.read_now(read):
        after = page[-1].id
        yield _columns(page, [people[row.annotator_id] for row in page])


def _columns(page: list[Row], who: list[Row]) -> Page:
    found = dict(zip(page[0]._fields, zip(*page, strict=True), strict=True))
    columns = found | {
        "imported_at": found["created_at"],
        "item": found["key"],
        "annotator": [one.pseudonym for one in who],
        "workforce": [one.workforce for one in who],
    }
    return [columns[name] for name in PREDICTION_COLUMNS]
