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
from labeling.exchange.export.columns import each_once
from labeling.quality.fits.confidence import NOT_CALIBRATED, Worth, worth_of
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.database import Hub, Row, Transaction
    from labeling.exchange.export.columns import Column, Page
    from labeling.exchange.export.store import Columns

PAGE_ROWS: Final = 2_000
PAGE_ITEMS: Final = 500
PATIENCE_SECONDS: Final = 10.0
CLASS_ID: Final = re.compile(r'("\d+":)')
UNKNOWN: Final = (None, None, None)
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
            after = page["id"][-1]
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
    ) -> Columns:
        question = self.project.target_question
        page = store.answers_of_items(
            tx, self.project.id, question, place, after=after, until=until
        )
        return self._known(tx, page)

    def _read(self, tx: Transaction, *, after: int, until: int) -> Columns:
        question = self.project.target_question
        page = store.answers_page(
            tx, self.project.id, question, after=after, until=until, limit=PAGE_ROWS
        )
        return self._known(tx, page)

    def _known(self, tx: Transaction, page: Columns) -> Columns:
        """Learn who answered and which classes there are; return the page."""
        question = self.project.target_question
        unknown = set(page.get("annotator_id", ())) - self._people.keys()
        self._people |= store.annotators(tx, sorted(unknown))
        # Classes may have been added since the page before.
        self._classes = schema_store.class_ids(tx, self.project.id, question).by_id
        self._worth = worth_of(tx, self.project)
        self._class_names = {
            f'"{class_id}":': encode_basestring(key) + ":"
            for class_id, key in self._classes.items()
        }
        return page

    def _columns(self, found: Columns) -> Page:
        """Return a page as the columns of the file."""
        n_rows = len(found["id"])
        who = zip(*[self._people[one] for one in found["annotator_id"]], strict=True)
        pseudonyms, workforces, kinds, names = who
        worth = self._worths(found)
        truth, truth_from = self._truths(found)
        known = {} if self._is_fused else self._classes
        columns = {
            **found,
            "submitted_at": found["created_at"],
            "item": found["key"],
            "annotator": pseudonyms,
            "name": names if self.names else (None,) * n_rows,
            "workforce": workforces,
            "workforce_kind": kinds,
            "pass": found["pass_n"],
            "label": self._labels(found),
            "surplus": [bool(one) for one in found["is_surplus"]],
            "selected_by": [_selected_by(reason) for reason in found["task_reason"]],
            "consensus": [known.get(one) for one in found["class_id"]],
            "consensus_state": found["state"],
            "confidence": [confidence for confidence, _, _ in worth],
            "posterior": _posteriors(found["posterior"], self._class_names),
            "consensus_answers": found["n_answers"],
            "truth": truth,
            "truth_from": truth_from,
            "confidence_kind": [kind for _, kind, _ in worth],
            "stop_score": [score for _, _, score in worth],
            "consensus_answer": [one and result_of(one) for one in found["answer"]],
        }
        return [columns[name] for name in COLUMNS]

    @property
    def _is_fused(self) -> bool:
        """Whether the answers are combined, not counted by class."""
        return len(self._classes) == 1

    def _labels(self, found: Columns) -> Column:
        """Return the class that each answer names, None where it names none."""
        if self._is_fused:
            return (None,) * len(found["id"])
        target = self.project.target_question
        said = zip(found["kind"], found["result"], strict=True)
        return [label_of(text, target) if kind == "answer" else None for kind, text in said]

    def _worths(self, found: Columns) -> list[tuple[float | None, str | None, float | None]]:
        """Return confidence, its kind and the stop score of each answer's item."""

        def worth(believed: tuple[float | None, bool]) -> Any:
            score, pinned = believed
            if score is None:
                return UNKNOWN
            return *self._worth.of(score, pinned=bool(pinned)), None if pinned else score

        pairs = list(zip(found["confidence"], found["pinned"], strict=True))
        return each_once(pairs, worth)

    def _truths(self, found: Columns) -> tuple[Column, Column]:
        """Return what is known to be right of each answer's item, and from where."""
        n_rows = len(found["id"])
        if self._is_fused or not (any(found["gold"]) or any(found["pinned"])):
            return (None,) * n_rows, (None,) * n_rows
        known = ("gold", "pinned", "class_id", "review_kind")
        rows = list(zip(*(found[name] for name in known), strict=True))
        truths = each_once(rows, self._truth)
        return [right for right, _ in truths], [source for _, source in truths]

    def _truth(
        self, known: tuple[str | None, bool | None, int | None, str | None]
    ) -> tuple[str | None, str | None]:
        gold, pinned, class_id, review_kind = known
        if gold is not None:
            right = json.loads(gold).get(self.project.target_question, [])
            return json.dumps([self._classes[one] for one in right]), "gold"
        if pinned and class_id is not None and review_kind is not None:
            return json.dumps([self._classes[class_id]]), review_kind
        return None, None


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
