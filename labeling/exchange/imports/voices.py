"""Labels and scores that come with a file: legacy answers, votes, known answers, predictions.

A label that came with the data is nobody's independent judgment: it is kept beside the item, and
counts only where somebody chose so. A model's answer never counts here.
"""

from __future__ import annotations

import math
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple

from labeling.annotations.sending import Submission
from labeling.annotations.service import submit_annotation
from labeling.errors import ConflictError
from labeling.exchange.imports import store
from labeling.exchange.work_orders import store as order_store
from labeling.gold.service import KnownItem, give_gold
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.schema import store as schema_store
from labeling.schema.answers import choices_result
from labeling.tasks import service as tasks
from labeling.tasks.leases import store as leases
from labeling.workforces import service as workforces
from labeling.workforces import store as workforce_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.items.prepare import Prepared
    from labeling.quality.service import TruthCache

LEGACY: Final = "legacy"
MODEL: Final = "imported-model"


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """Which columns speak, and as what.

    Attributes
    ----------
    label, label_as
        The column with a label, and what it becomes: `legacy` (kept beside the item), `votes`
        (counts as one judgment), `gold` (known answers).
    prediction, score, model
        The columns with a model's class and with its score, and the model's name.

    """

    label: str | None = None
    label_as: str = LEGACY
    prediction: str | None = None
    score: str | None = None
    model: str = MODEL

    def columns(self) -> dict[str, str]:
        """Return the columns to read, by what they are."""
        asked = {"label": self.label, "prediction": self.prediction, "score": self.score}
        return {name: column for name, column in asked.items() if column is not None}


class RowProblem(NamedTuple):
    """A row whose item was taken and whose label was not, and why."""

    line: int
    key: str
    reason: str


class _Said(NamedTuple):
    """What one row says of its item."""

    row: Prepared
    item_id: int
    label: str | None
    score: float | None


class Voices:
    """What one part of a file says beside its items, in one write."""

    def __init__(
        self, tx: Transaction, truth: TruthCache, project: Row, job: Row, options: VoiceOptions
    ) -> None:
        self.tx, self.truth, self.project, self.job = tx, truth, project, job
        self.options = options
        self.schema = schema_store.get_schema(tx, project.id, project.schema_version)
        self.question = self.schema.question(project.target_question)
        self.classes = schema_store.class_ids(tx, project.id, project.target_question).by_key
        self.problems: list[RowProblem] = []
        self.counts: dict[str, int] = {}

    def take(self, rows: Sequence[Prepared]) -> None:
        """Take what the rows say of items that are in the pool with this very content."""
        found = items.find_many(self.tx, self.project.id, [row.key for row in rows])
        kept = [
            (row, int(found[row.key].id))
            for row in rows
            if row.key in found and found[row.key].content_hash == row.content_hash
        ]
        if self.options.label is not None:
            self._labels(kept)
        if self.options.prediction is not None or self.options.score is not None:
            self._predictions(kept)

    def _labels(self, kept: list[tuple[Prepared, int]]) -> None:
        said = [
            _Said(row, item_id, label, None)
            for row, item_id in kept
            if (label := self._label(row, "label")) is not None
        ]
        if self.options.label_as == "gold":
            self._give_gold(said)
        elif self.options.label_as == "votes":
            # What a test is measured by comes from people who answered for it.
            self._vote([each for each in said if each.row.split == "train"])
            self._keep(LEGACY, [each for each in said if each.row.split != "train"], LEGACY)
        else:
            self._keep(LEGACY, said, LEGACY)

    def _predictions(self, kept: list[tuple[Prepared, int]]) -> None:
        said = []
        for row, item_id in kept:
            label = self._label(row, "prediction") if self.options.prediction else None
            score = self._score(row)
            if label is not None or score is not None:
                said.append(_Said(row, item_id, label, score))
        self._keep(self.options.model, said, "model")

    def _label(self, row: Prepared, name: str) -> str | None:
        """Return the class that a cell names, None where it is empty or names none."""
        cell = (row.extra or {}).get(name)
        if cell in (None, ""):
            return None
        key = str(cell).strip()
        if key in self.classes:
            return key
        reason = f"{key[:60]!r} is not a class of {self.question.name!r}"
        self.problems.append(RowProblem(row.line, row.key, reason))
        return None

    def _score(self, row: Prepared) -> float | None:
        cell = (row.extra or {}).get("score")
        if cell in (None, ""):
            return None
        try:
            value = float(cell)
        except (TypeError, ValueError):
            value = math.nan
        if math.isfinite(value):
            return value
        reason = f"the score {str(cell)[:60]!r} is no number"
        self.problems.append(RowProblem(row.line, row.key, reason))
        return None

    def _keep(self, workforce: str, said: list[_Said], source: str) -> None:
        """Keep what was said beside the items; what was said before stays."""
        if not said:
            return
        annotator_id = self._annotator(workforce, source)
        ids = [each.item_id for each in said]
        known = store.known_of(self.tx, annotator_id, self.question.name, ids)
        new = {each.item_id: each for each in said if each.item_id not in known}
        store.add_all(
            self.tx,
            [
                (
                    self.project.id,
                    self.tx.now,
                    self.job.id,
                    item_id,
                    annotator_id,
                    self.question.name,
                    None if each.label is None else self.classes[each.label],
                    each.score,
                    source,
                )
                for item_id, each in new.items()
            ],
        )
        self._count("legacy" if source == LEGACY else "predictions", len(new))

    def _annotator(self, name: str, source: str) -> int:
        """Return who speaks: the file in the workforce `legacy`, or the model in its own."""
        kind = "model" if source == "model" else "vendor"
        known = {row.name: row for row in workforce_store.list_workforces(self.tx, self.project.id)}
        if name not in known:
            workforces.create_workforce(self.tx, self.project.id, name=name, kind=kind)
        workforce = workforce_store.get_workforce(self.tx, self.project.id, name)
        if workforce.kind != kind:
            raise ConflictError(
                f"There is a workforce {name!r} of another kind; name the model otherwise."
            )
        ref = name if source == "model" else self.job.name
        return workforces.vendor_worker(self.tx, workforce, ref)

    def _vote(self, said: list[_Said]) -> None:
        """Let labels count as one judgment each, of items that nobody was asked about yet."""
        if not said:
            return
        annotator = workforce_store.get_annotator(self.tx, self._annotator(LEGACY, LEGACY))
        untouched = [e for e in said if store.lock_item(self.tx, e.item_id) == "new"]
        reason = {"why": "labels that came with the file", "selected_by": LEGACY}
        wishes = [
            tasks.TaskWish(each.item_id, tasks.FALLBACK_PRIORITY, 1, 1, reason=reason)
            for each in untouched
        ]
        opened = tasks.open_held_tasks(self.tx, self.project, wishes, 1)
        for each in untouched:
            if each.item_id in opened and each.label is not None:
                self._submit(annotator, each, opened[each.item_id])
        self._count("votes", len(opened))

    def _submit(self, annotator: Row, said: _Said, task_id: int) -> None:
        assert said.label is not None, "only labels vote"  # noqa: S101
        task = order_store.lock_task_for(self.tx, task_id, annotator.id)
        leases.lease(
            self.tx,
            annotator,
            task,
            handle=str(uuid.uuid4()),
            expires_at=self.tx.now,
            guideline_version=self.project.guideline_version,
            reserved=0,
        )
        assignment = order_store.assignment_of(self.tx, annotator.id, task)
        sent = Submission(
            lease_n=assignment.lease_n,
            client_key=f"import {self.job.id}, line {said.row.line}",
            result=choices_result(self.question, said.label),
            source=LEGACY,
        )
        submit_annotation(self.tx, self.truth, assignment, sent)

    def _give_gold(self, said: list[_Said]) -> None:
        given = [
            KnownItem(
                key=each.row.key,
                answers={self.question.name: [each.label]},
                reason=f"The label that came with {self.job.name}.",
                source="imported",
                line=each.row.line,
            )
            for each in said
            if each.label is not None
        ]
        report = give_gold(self.tx, self.project, given)
        self._count("gold", report.added + report.replaced)
        self.problems += [
            RowProblem(row["line"], row["key"], row["reason"]) for row in report.refused
        ]

    def _count(self, name: str, step: int) -> None:
        if step:
            self.counts[name] = self.counts.get(name, 0) + step
            projects.count(self.tx, self.project.id, f"imported.{name}", step)


def rows_per_turn(options: VoiceOptions) -> int:
    """Return how many rows fit one turn at the write door."""
    if options.label is None or options.label_as == LEGACY:
        return 1_000
    return 10 if options.label_as == "votes" else 20
