"""Every answer that was ever given: who by pseudonym, when, to what, and what is believed now."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from json.encoder import encode_basestring
from typing import TYPE_CHECKING, Any, ClassVar, Final

from labeling.errors import LabelloopError
from labeling.exchange.export import store
from labeling.quality.fits.confidence import NOT_CALIBRATED, Worth, worth_of
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.database import Hub, Row, Transaction

PAGE_ROWS: Final = 2_000
PAGE_ITEMS: Final = 500
PATIENCE_SECONDS: Final = 10.0
CLASS_ID: Final = re.compile(r'("\d+":)')
UNKNOWN: Final = (None, None)
COLUMNS: Final[dict[str, type]] = {
    "id": int,
    "submitted_at": int,
    "item": str,
    "split": str,
    "inclusion_probability": float,
    "annotator": str,
    "name": str,
    "workforce": str,
    "workforce_kind": str,
    "task_kind": str,
    "pass": int,
    "revision": int,
    "kind": str,
    "reason": str,
    "label": str,
    "result": dict,
    "schema_version": int,
    "guideline_version": int,
    "source": str,
    "surplus": bool,
    "paid_micros": int,
    "active_ms": int,
    "selected_by": str,
    "consensus": str,
    "consensus_state": str,
    "confidence": float,
    "posterior": dict,
    "consensus_answers": int,
    "attributes": dict,
    "truth": dict,
    "truth_from": str,
    "confidence_kind": str,
    "stop_score": float,
    "consensus_answer": dict,
}
"""The columns in their order; `dict` holds JSON, `name` only where real names are asked for.

`truth` is a list of the right classes, where they are known apart from the answers: `truth_from`
gold, audit (a review of a randomly drawn item) or review (of a chosen one).
`consensus_answer` is what the answers to a question that is no single choice come to: a result as
Label Studio writes it; its `confidence` is their agreement, and `label`, `consensus` and `truth`
are empty."""

Page = Sequence[Sequence[Any]]
"""Answers column by column, in the order of `COLUMNS`; what is JSON is its text.

By columns: what a page shares is done once, and Parquet wants columns anyway."""


class UnsettledError(LabelloopError):
    """A transaction is open for so long that nobody can say what is newest; try again."""

    code: ClassVar[str] = "unsettled"
    title: ClassVar[str] = "Answers are still being written"
    status: ClassVar[int] = 503


def settled_mark(hub: Hub, project_id: int) -> int:
    """Return an answer's id up to which all answers are there: nothing will come in below it.

    On PostgreSQL ids are drawn before commit, so this waits until whatever was open has ended.

    Raises
    ------
    UnsettledError
        Something stays open.

    """
    newest, horizon = hub.read_now(lambda tx: store.newest(tx, project_id))
    until = time.monotonic() + PATIENCE_SECONDS
    pause = 0.002
    while horizon and hub.read_now(store.oldest_open) < horizon:
        if time.monotonic() > until:
            raise UnsettledError("A transaction on the store has been open for long; try again.")
        time.sleep(pause)
        pause = min(2 * pause, 0.1)
    return newest


@dataclass(slots=True)
class AnswerReader:
    """Reads the answers of a project page by page, each in a short transaction of its own.

    Attributes
    ----------
    names
        Whether real names stand beside pseudonyms.

    """

    hub: Hub
    project: Row
    names: bool = False
    _people: dict[int, Row] = field(default_factory=dict)
    _classes: dict[int, str] = field(default_factory=dict)
    _class_names: dict[str, str] = field(default_factory=dict)
    _worth: Worth = NOT_CALIBRATED

    def pages(self, after: int, until: int) -> Iterator[tuple[int, Page]]:
        """Yield answers with an id in (after, until], and the last id of each page."""
        while after < until:
            page = self.hub.read_now(partial(self._read, after=after, until=until))
            if not page:
                return
            after = page[-1].id
            yield after, self._columns(page)

    def pages_of_items(self, place: tuple[str, str], until: int) -> Iterator[Page]:
        """Yield all answers to the items of a (split, state) with a `shuffle` up to `until`."""
        after = -1
        while after < until:
            last = self.hub.read_now(
                partial(
                    store.last_of_next_items,
                    project_id=self.project.id,
                    place=place,
                    after=after,
                    until=until,
                    limit=PAGE_ITEMS,
                )
            )
            if last < 0:
                return
            page = self.hub.read_now(
                partial(self._read_items, place=place, after=after, until=last)
            )
            after = last
            if page:
                yield self._columns(page)

    def _read_items(
        self, tx: Transaction, *, place: tuple[str, str], after: int, until: int
    ) -> list[Row]:
        question = self.project.target_question
        page = store.answers_of_items(
            tx, self.project.id, question, place, after=after, until=until
        )
        return self._known(tx, page)

    def _read(self, tx: Transaction, *, after: int, until: int) -> list[Row]:
        question = self.project.target_question
        page = store.answers_page(
            tx, self.project.id, question, after=after, until=until, limit=PAGE_ROWS
        )
        return self._known(tx, page)

    def _known(self, tx: Transaction, page: list[Row]) -> list[Row]:
        """Learn who answered and which classes there are; return the page."""
        question = self.project.target_question
        unknown = {row.annotator_id for row in page} - self._people.keys()
        self._people |= store.annotators(tx, sorted(unknown))
        # Classes may have been added since the page before.
        self._classes = schema_store.class_ids(tx, self.project.id, question).by_id
        self._worth = worth_of(tx, self.project)
        self._class_names = {
            f'"{class_id}":': encode_basestring(key) + ":"
            for class_id, key in self._classes.items()
        }
        return page

    def _columns(self, rows: list[Row]) -> Page:
        """Return a page of rows as the columns of the file."""
        found = dict(zip(rows[0]._fields, zip(*rows, strict=True), strict=True))
        target = self.project.target_question
        who = zip(*[self._people[one] for one in found["annotator_id"]], strict=True)
        pseudonyms, workforces, kinds, names = who
        said = zip(found["kind"], found["result"], strict=True)
        believed = list(zip(found["confidence"], found["pinned"], strict=True))
        worth = [self._worth_of(score, pinned=bool(pinned)) for score, pinned in believed]
        truth = [self._truth(row) if row.gold or row.pinned else UNKNOWN for row in rows]
        known = {} if self._is_fused else self._classes
        columns = found | {
            "submitted_at": found["created_at"],
            "item": found["key"],
            "annotator": pseudonyms,
            "name": names if self.names else (None,) * len(rows),
            "workforce": workforces,
            "workforce_kind": kinds,
            "pass": found["pass_n"],
            "label": [label_of(text, target) if kind == "answer" else None for kind, text in said]
            if not self._is_fused
            else (None,) * len(rows),
            "surplus": [bool(one) for one in found["is_surplus"]],
            "selected_by": [_selected_by(reason) for reason in found["task_reason"]],
            "consensus": [known.get(one) for one in found["class_id"]],
            "consensus_state": found["state"],
            "confidence": [confidence for confidence, _ in worth],
            "posterior": _posteriors(found["posterior"], self._class_names),
            "consensus_answers": found["n_answers"],
            "truth": [right for right, _ in truth],
            "truth_from": [source for _, source in truth],
            "confidence_kind": [kind for _, kind in worth],
            "stop_score": [None if pinned else score for score, pinned in believed],
            "consensus_answer": [one and result_of(one) for one in found["answer"]],
        }
        return [columns[name] for name in COLUMNS]

    def _worth_of(self, score: float | None, *, pinned: bool) -> tuple[float | None, str | None]:
        return UNKNOWN if score is None else self._worth.of(score, pinned=pinned)

    @property
    def _is_fused(self) -> bool:
        """Whether the answers are combined, not counted by class."""
        return len(self._classes) == 1

    def _truth(self, row: Row) -> tuple[str | None, str | None]:
        """Return what is known to be right of an answer's item, and from where."""
        if self._is_fused:
            return None, None
        if row.gold is not None:
            right = json.loads(row.gold).get(self.project.target_question, [])
            return json.dumps([self._classes[one] for one in right]), "gold"
        if row.pinned and row.class_id is not None and row.review_kind is not None:
            return json.dumps([self._classes[row.class_id]]), row.review_kind
        return UNKNOWN


@lru_cache(maxsize=4_096)
def result_of(answer: str) -> str:
    """Return the result of a combined answer as JSON, without what it rests on."""
    return json.dumps(json.loads(answer)["result"], ensure_ascii=False)


@lru_cache(maxsize=4_096)
def label_of(result: str, question: str) -> str | None:
    """Return the class that an answer gives to the target question, where it is one choice."""
    for region in json.loads(result):
        if isinstance(region, dict) and region.get("from_name") == question:
            choices = (region.get("value") or {}).get("choices")
            if isinstance(choices, list) and len(choices) == 1:
                return str(choices[0])
    return None


@lru_cache(maxsize=4_096)
def _selected_by(reason: str) -> str | None:
    """Return what chose the item: a strategy, chance, a person."""
    found = json.loads(reason)
    chosen = found.get("selected_by") or found.get("why")
    return None if chosen is None else str(chosen)


def _posteriors(texts: Sequence[str | None], names: Mapping[str, str]) -> list[str | None]:
    """Return posteriors' JSON with class keys for ids, without reading their numbers."""
    # All of a page at once: JSON on one line holds no line break of its own.
    pieces = CLASS_ID.split("\n".join([text or "" for text in texts]))
    pieces[1::2] = [names.get(piece, piece) for piece in pieces[1::2]]
    return [text or None for text in "".join(pieces).split("\n")]
