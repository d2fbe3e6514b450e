"""Reads the rows of an export, from its file or as they are, into `Answers`."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np

from labeling.errors import InvalidInputError
from labeling.quality.arrays import IntArray
from labeling.quality.figures.answers import NOTHING, SOURCES, Answers, Person, Slice

RANDOM_SPLITS: Final = frozenset({"test", "validation"})
"""Their items are drawn at random, never chosen by a model (DESIGN, rule 13)."""
NO_VOTE: Final = frozenset({"legacy", "imported", "informed"})
"""Sources of answers that are no independent look at the item."""
COUNTED: Final = "label"
"""Kind of the tasks whose answers are compared; known items and trials are chosen and special."""
MEASURED: Final = frozenset({"label", "gold"})
"""Kinds of the tasks that do not tell that the answer is known; those of training do."""


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of an export of answers: JSONL, CSV or Parquet by its ending.

    Raises
    ------
    InvalidInputError
        The file has another ending, or a line that is not JSON.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        yield from _csv_rows(path)
    elif ending == ".parquet":
        yield from _parquet_rows(path)
    elif ending in {".jsonl", ".ndjson", ".json"}:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                try:
                    yield json.loads(line)
                except ValueError as error:
                    text = f"Line {number} is not JSON; give `labelloop export --answers` as it is."
                    raise InvalidInputError(text, place=f"line {number}") from error
    else:
        text = f"{path.name}: answers come as .jsonl, .csv or .parquet."
        raise InvalidInputError(text, place="file")


def _csv_rows(path: Path) -> Iterator[dict[str, Any]]:
    csv.field_size_limit(2**24)
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield {name: cell or None for name, cell in row.items()}


def _parquet_rows(path: Path) -> Iterator[dict[str, Any]]:
    try:
        import pyarrow.parquet as pq
    except ImportError as error:
        detail = "Parquet needs pyarrow: pip install 'labelloop[parquet]'."
        raise InvalidInputError(detail, place="file") from error
    for batch in pq.ParquetFile(path).iter_batches():
        yield from batch.to_pylist()


class _Codes(dict[Any, int]):
    """Numbers things in the order they come."""

    def __missing__(self, key: Any) -> int:
        self[key] = len(self)
        return self[key]


@dataclass
class _Item:
    """What rows say of one item; the newest row holds."""

    is_random: bool = False
    truth: list[str] = field(default_factory=list)
    truth_from: str = ""
    believed: str | None = None
    state: str | None = None
    confidence: float = 0.0
    attributes: Mapping[str, Any] = field(default_factory=dict)


def read_answers(
    rows: Iterable[Mapping[str, Any]],
    *,
    question: str = "",
    classes: Sequence[str] = (),
    n_total: int | None = None,
    is_subjective: bool = False,
    first_n: int | None = None,
) -> Answers:
    """Read exported answers, oldest first.

    Parameters
    ----------
    rows
        As `labelloop export --answers` gives them; unknown columns are passed over, and of a row
        only `item`, `annotator` and `label` are needed.
    question
        Name of the question.
    classes
        Keys of the declared classes; coefficients need to know those that nobody chose.
    n_total
        How many answers there are, where the rows are a sample of them.
    is_subjective
        Opinions differ and none is wrong: what is said to be true is passed over.
    first_n
        So many people's answers of each random item are compared, those that came first; None: all.

    Raises
    ------
    InvalidInputError
        A row without an item or an annotator.
    """
    reader = _Reader(classes, question, is_subjective=is_subjective)
    for row in rows:
        reader.add(row)
    return _early(reader.finish(n_total), first_n)


def _early(answers: Answers, first_n: int | None) -> Answers:
    """Mark the first so many votes of people on each item."""
    if first_n is None:
        return answers
    votes = answers.is_first & answers.is_vote & answers.is_person
    rows = np.flatnonzero(votes)
    order = rows[np.argsort(answers.items[rows], kind="stable")]
    items = answers.items[order]
    rank = np.arange(order.size) - np.searchsorted(items, items)
    early = np.zeros(votes.size, dtype=bool)
    early[order[rank < first_n]] = True
    return replace(answers, is_early=early)


class _Reader:
    """Collects rows into lists, then into arrays."""

    def __init__(self, classes: Sequence[str], question: str, *, is_subjective: bool) -> None:
        self.question, self.is_subjective = question, is_subjective
        self.classes = _Codes({key: place for place, key in enumerate(dict.fromkeys(classes))})
        self.items, self.people, self.facts = _Codes(), _Codes(), list[_Item]()
        self.rows: list[tuple[int, ...]] = []
        self.newest: dict[tuple[int, int], int] = {}
        self.answered: set[tuple[int, int]] = set()
        self.n_rows = 0

    def add(self, row: Mapping[str, Any]) -> None:
        """Take in one row."""
        if not row.get("item") or not row.get("annotator"):
            text = "Every row needs an item and an annotator; export with --answers."
            raise InvalidInputError(text, place=f"row {self.n_rows + 1}")
        self.n_rows += 1
        item = self.items[str(row["item"])]
        if item == len(self.facts):
            self.facts.append(_Item())
        self._note(self.facts[item], row)
        person = Person(
            str(row["annotator"]), row.get("workforce") or "", row.get("workforce_kind") or ""
        )
        who, turn = self.people[person], int(row.get("pass") or 1)
        label = _label(row, self.question)
        is_answer = (row.get("kind") or "answer") == "answer" and label is not None
        is_first = is_answer and turn == 1 and (item, who) not in self.answered
        if turn == 1:
            self.newest[item, who] = len(self.rows) if is_answer else NOTHING
        if is_answer:
            self.answered.add((item, who))
            given = self.classes[str(label)]
            at, spent = int(row.get("submitted_at") or 0), int(row.get("active_ms") or 0)
            kind, is_own = row.get("task_kind") or COUNTED, row.get("source") not in NO_VOTE
            is_vote, is_measured = is_own and kind == COUNTED, is_own and kind in MEASURED
            self.rows.append((item, who, given, at, spent, is_first, is_vote, is_measured))

    def _note(self, fact: _Item, row: Mapping[str, Any]) -> None:
        fact.is_random = row.get("split") in RANDOM_SPLITS
        known = [] if self.is_subjective else _json(row.get("truth")) or []
        fact.truth = [str(one) for one in known]
        fact.truth_from = (row.get("truth_from") or "") if fact.truth else ""
        fact.believed, fact.state = row.get("consensus"), row.get("consensus_state")
        fact.confidence = float(row.get("confidence") or 0.0)
        fact.attributes = _json(row.get("attributes")) or {}

    def finish(self, n_total: int | None) -> Answers:
        """Return what was read."""
        for fact in self.facts:
            for key in [*fact.truth, *([fact.believed] if fact.believed else [])]:
                _ = self.classes[key]
        order = sorted(range(len(self.people)), key=lambda place: list(self.people)[place].name)
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 8)
        current = np.zeros(len(table), dtype=bool)
        current[[row for row in self.newest.values() if row != NOTHING]] = True
        people = list(self.people)
        truth = [[self.classes[key] for key in fact.truth] for fact in self.facts]
        return Answers(
            question=self.question,
            classes=tuple(self.classes),
            item_keys=tuple(self.items),
            people=tuple(people[place] for place in order),
            items=table[:, 0],
            annotators=rank[table[:, 1]],
            given=table[:, 2],
            at=table[:, 3],
            active_ms=table[:, 4],
            is_first=table[:, 5].astype(bool),
            is_current=current,
            is_vote=table[:, 6].astype(bool),
            is_measured=table[:, 7].astype(bool),
            is_random=np.array([fact.is_random for fact in self.facts], dtype=bool),
            truth=_ints(right[0] if right else NOTHING for right in truth),
            truth_from=_ints(
                SOURCES.index(fact.truth_from) if fact.truth_from in SOURCES else NOTHING
                for fact in self.facts
            ),
            also_right={
                place: frozenset(right) for place, right in enumerate(truth) if len(right) > 1
            },
            believed=_ints(
                self.classes[fact.believed] if fact.believed else NOTHING for fact in self.facts
            ),
            is_accepted=np.array([fact.state == "accepted" for fact in self.facts], dtype=bool),
            confidence=np.array([fact.confidence for fact in self.facts], dtype=np.float64),
            slices=tuple(_slices(self.facts)),
            n_total=max(n_total or 0, len(table)),
            is_subjective=self.is_subjective,
        )


def _label(row: Mapping[str, Any], question: str) -> Any:
    """Return the class that a row gives to a question; `label` is that of the target."""
    result = _json(row.get("result"))
    if not question or not result:
        return row.get("label")
    for region in result:
        if isinstance(region, dict) and region.get("from_name") == question:
            choices: list[Any] = (region.get("value") or {}).get("choices") or []
            return choices[0] if len(choices) == 1 else None
    return None


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _ints(values: Iterable[int]) -> IntArray:
    return np.fromiter(values, dtype=np.int64)


def _slices(facts: Sequence[_Item]) -> Iterator[Slice]:
    """Yield the attributes that items have; what is no single value is no slice."""
    names = sorted({name for fact in facts for name in fact.attributes})
    for name in names:
        values = [fact.attributes.get(name) for fact in facts]
        texts = [
            None if value is None or isinstance(value, list | dict) else str(value)
            for value in values
        ]
        known = sorted({text for text in texts if text is not None})
        place = {text: code for code, text in enumerate(known)}
        codes = _ints(NOTHING if text is None else place[text] for text in texts)
        yield Slice(name, tuple(known), codes)
