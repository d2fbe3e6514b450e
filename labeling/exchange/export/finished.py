"""The finished file: the rows as they were imported, each with its label and its source."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from labeling.exchange.export import store
from labeling.exchange.export.answers import result_of
from labeling.items import store as items
from labeling.quality.certified import METHOD
from labeling.quality.fits.confidence import Kind, Worth, worth_of
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.database import Hub, Row, Transaction

Source = Literal["human", "reviewed", "auto", "model", "none"]
PAGE_ROWS: Final = 500
ADDED: Final = ("label", "source", "confidence", "answers", "confidence_kind")


@dataclass(frozen=True, slots=True)
class Guess:
    """A model's answer to one item; probability in [0, 1]."""

    label: str
    probability: float


Predictor = Callable[[Sequence[dict[str, Any]]], Sequence[Guess | None]]
"""Takes items' data and returns a guess for each, or None; called outside every transaction."""


@dataclass(frozen=True, slots=True)
class FinishedRow:
    """One row of the finished file.

    `kind` says what the confidence is: as `fits.confidence.Worth`, `certified` the
    precision of a certificate, `model` for a model's guess.
    """

    data: dict[str, Any]
    label: str | None
    source: Source
    confidence: float | None
    answers: int
    kind: Kind | Literal["model", "certified"] | None = None


@dataclass(frozen=True, slots=True)
class Columns:
    """The original columns in their order, and the names of those that are added."""

    original: tuple[str, ...]
    added: tuple[str, ...]

    def record(self, row: FinishedRow) -> dict[str, Any]:
        """Return a row under all columns; what the original lacks is None."""
        found = {name: row.data.get(name) for name in self.original}
        values = (row.label, row.source, row.confidence, row.answers, row.kind)
        return found | dict(zip(self.added, values, strict=True))


def finished_columns(hub: Hub, project: Row) -> Columns:
    """Return the columns of a project's finished file.

    An added column whose name the original has already is called `labelloop_…`.
    """
    declared = hub.read_now(lambda tx: items.list_fields(tx, project.id))
    original = tuple(row.name for row in declared)
    added = tuple(f"labelloop_{name}" if name in original else name for name in ADDED)
    return Columns(original, added)


def finished_rows(
    hub: Hub, project: Row, predict: Predictor | None = None
) -> Iterator[FinishedRow]:
    """Yield the rows of a project in the order they were imported, copies in the file included.

    Parameters
    ----------
    hub
        The store; one short read for each page. Blocks: call it from a thread.
    project
        The project's row.
    predict
        Labels what people did not settle; None leaves it unlabelled.

    Notes
    -----
    `human` is an accepted consensus, or a pending one with at least one answer; `reviewed` what a
    reviewer decided; `auto` what a model answered under a certificate; `model` a guess where people
    gave no answer or disagree; `none` nothing.
    A disputed item has no label of people. The label of a question that is no single choice is the
    result that its answers come to, as JSON, and the confidence is their agreement.

    """
    for _, rows in finished_pages(hub, project, predict, 0):
        yield from rows


def finished_pages(
    hub: Hub, project: Row, predict: Predictor | None, after: int
) -> Iterator[tuple[int, list[FinishedRow]]]:
    """Yield the rows behind an item's `seq` page by page, each with the last `seq` in it."""
    keys, worth = hub.read_now(
        lambda tx: (
            schema_store.class_ids(tx, project.id, project.target_question).by_id,
            worth_of(tx, project),
        )
    )
    while True:
        last, page = _read_page(hub, project, after)
        if not last:
            return
        after = last
        yield after, list(_finish(page, keys, worth, predict))


def _read_page(hub: Hub, project: Row, after: int) -> tuple[int, list[Row]]:
    def read(tx: Transaction) -> tuple[int, list[Row]]:
        question = project.target_question
        page = store.finished_page(tx, project.id, question, after, PAGE_ROWS)
        return (page[-1].seq, _in_place(tx, project, page)) if page else (0, [])

    return hub.read_now(read)


def _in_place(tx: Transaction, project: Row, page: list[Row]) -> list[Row]:
    """Return the rows as the source has them now: copies too, what was replaced in its place."""
    rows = _with_copies(tx, project, page)
    return [_newest(tx, project, row) for row in rows if row.supersedes is None]


def _newest(tx: Transaction, project: Row, row: Row) -> Row:
    """Return the item that replaced another, or replaced what replaced it."""
    while row.superseded_by is not None:
        row = store.finished_item(tx, row.superseded_by, project.target_question)
    return row


def _with_copies(tx: Transaction, project: Row, page: list[Row]) -> list[Row]:
    """Put the rows that repeat others back where the source had them."""
    behind: dict[int, list[Row]] = {}
    for copy in items.copies_between(tx, project.id, page[0].seq, page[-1].seq):
        found = store.finished_item(tx, copy.item_id, project.target_question)
        behind.setdefault(copy.after_seq, []).append(found)
    return [row for item in page for row in (item, *behind.get(item.seq, ()))]


def _finish(
    page: list[Row], keys: dict[int, str], worth: Worth, predict: Predictor | None
) -> Iterator[FinishedRow]:
    data: list[dict[str, Any]] = [json.loads(row.data) for row in page]
    open_places = [place for place, row in enumerate(page) if not _is_settled(row)]
    guesses: dict[int, Guess | None] = {}
    if predict is not None and open_places:
        found = predict([data[place] for place in open_places])
        guesses = dict(zip(open_places, found, strict=True))
    for place, row in enumerate(page):
        yield _finished(row, data[place], keys, worth, guesses.get(place))


def _is_settled(row: Row) -> bool:
    return row.class_id is not None and row.state != "disputed"


def _finished(
    row: Row, data: dict[str, Any], keys: dict[int, str], worth: Worth, guess: Guess | None
) -> FinishedRow:
    answers = row.n_answers or 0
    if _is_settled(row):
        if row.method == METHOD:
            sure = round(row.confidence, 4)
            return FinishedRow(data, keys[row.class_id], "auto", sure, answers, "certified")
        source: Source = "reviewed" if row.pinned else "human"
        confidence, kind = worth.of(row.confidence, pinned=bool(row.pinned))
        label = keys[row.class_id] if row.answer is None else result_of(row.answer)
        return FinishedRow(data, label, source, confidence, answers, kind)
    if guess is not None:
        sure = round(guess.probability, 4)
        return FinishedRow(data, guess.label, "model", sure, answers, "model")
    return FinishedRow(data, None, "none", None, answers)
