"""Combines the answers to questions that are no single choice, beside the hot path.

A submit puts its item on a list. A turn reads some of them, lets the compute child combine their
answers under everybody's skill, and settles each item in one write, as a submit would: accepted,
disputed, or asked once more. What has changed meanwhile stays on the list.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final

from labeling.annotations.settle import settle_item
from labeling.database import Actor
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.fits import store as fits
from labeling.quality.fits.fitting import MOVED
from labeling.quality.service import NOTHING_BELIEVED, Belief
from labeling.quality.structured import store
from labeling.quality.structured.compute import Given
from labeling.quality.structured.fitting import FIT
from labeling.quality.structured.people import Learned
from labeling.schema import store as schema_store
from labeling.schema.questions import GIVEN
from labeling.tasks import store as tasks

if TYPE_CHECKING:
    from labeling.database import Hub, Row, Transaction
    from labeling.quality.service import TruthCache
    from labeling.quality.structured.store import Answer
    from labeling.schema.questions import Question

BATCH: Final = 50
JOB: Final = Actor("job")


Combine = Callable[
    [dict[str, Any], list[tuple[int, list[Given]]], list[tuple[int, float]], Learned | None],
    list[tuple[int, list[dict[str, Any]], float]],
]
"""Combines answers as `quality.structured.compute.fuse_items` does, perhaps elsewhere."""


@dataclass(frozen=True, slots=True)
class _Work:
    """The items of one project on the list, and what was said of them."""

    question: Question
    class_id: int
    skills: dict[int, float]
    learned: Learned | None
    asked: dict[int, Row]
    answers: dict[int, list[Answer]]

    def given(self) -> list[tuple[int, list[Given]]]:
        """Return who said what of each item."""
        return [
            (item_id, [(one.annotator_id, one.result) for one in found])
            for item_id, found in self.answers.items()
        ]


class Fusing:
    """The turn that keeps combined answers up with what was answered.

    Parameters
    ----------
    hub
        The store.
    truth
        The process's cache of questions.
    combine
        `quality.structured.compute.fuse_items`, run in the compute child.

    """

    def __init__(self, hub: Hub, truth: TruthCache, combine: Combine) -> None:
        self.hub, self.truth, self.combine = hub, truth, combine

    def turn(self) -> int:
        """Combine the answers of the next items; return how many were."""
        return sum(self._settle(work) for work in self.hub.read_now(self._read))

    def _read(self, tx: Transaction) -> list[_Work]:
        asked: dict[int, dict[int, Row]] = {}
        for row in store.list_asked(tx, BATCH):
            asked.setdefault(row.project_id, {})[row.item_id] = row
        return [self._read_project(tx, *found) for found in asked.items()]

    def _read_project(self, tx: Transaction, project_id: int, asked: dict[int, Row]) -> _Work:
        project = projects.get_or_raise(tx, project_id)
        name = project.target_question
        models = self.truth.get(tx, project_id, name).models
        answers = {item: store.answers_of(tx, project_id, name, item) for item in asked}
        for item_id, row in asked.items():
            if row.split == "test" and models:  # test truth is people's alone
                people = [one for one in answers[item_id] if one.annotator_id not in models]
                answers[item_id] = people
        found = schema_store.asked(tx, project, project.schema_version)
        return _Work(
            question=found.schema.question(name),
            class_id=found.class_ids[name][GIVEN],
            skills=store.skills(tx, project_id, name),
            learned=store.last_learned(tx, project_id, name),
            asked=asked,
            answers=answers,
        )

    def _settle(self, work: _Work) -> int:
        skills = list(work.skills.items())
        fused = self.combine(asdict(work.question), work.given(), skills, work.learned)
        beliefs = {item: _belief(work, item, result, agree) for item, result, agree in fused}
        return self.hub.write_now(lambda tx: self._write(tx, work, beliefs), JOB)

    def _write(self, tx: Transaction, work: _Work, beliefs: dict[int, Belief]) -> int:
        settled = 0
        for item_id, row in sorted(work.asked.items()):
            task = tasks.lock(tx, row.task_id)
            if not store.end(tx, row):
                continue
            settled += 1
            belief = beliefs.get(item_id, NOTHING_BELIEVED)
            is_fit = row.cause.startswith(FIT)
            if is_fit:
                _record_flip(tx, row, work.class_id, belief)
            if not is_fit or _is_moved(tx, row, belief):
                project = projects.get_or_raise(tx, row.project_id)
                settle_item(tx, self.truth, project, task, cause=row.cause, fused=belief)
        return settled


def _is_moved(tx: Transaction, asked: Row, belief: Belief) -> bool:
    """Whether new skills make another answer of the same ones, or its agreement another."""
    before = quality.get(tx, asked.item_id, asked.question)
    if before is None or before.answer is None or before.answer != belief.answer:
        return True
    return bool(abs(before.confidence - belief.confidence) > MOVED)


def _record_flip(tx: Transaction, asked: Row, class_id: int, belief: Belief) -> None:
    """Record that by a full fit the same answers come to another one."""
    before = quality.get(tx, asked.item_id, asked.question)
    if before is None or before.answer is None or belief.answer is None:
        return
    was, now = (json.loads(answer)["result"] for answer in (before.answer, belief.answer))
    if was == now:
        return
    flip = {
        "question": asked.question,
        "fit_n": int(asked.cause.removeprefix(FIT)),
        "item_id": asked.item_id,
        "state": before.state,
        "from_class_id": class_id,
        "to_class_id": class_id,
        "from_score": before.confidence,
        "to_score": belief.confidence,
        "cause": "skill",
        "annotator_id": None,
        "evidence": {"was": was, "now": now},
    }
    fits.add_flips(tx, asked.project_id, [flip])


def _belief(work: _Work, item_id: int, result: list[dict[str, Any]], agreement: float) -> Belief:
    answers = work.answers[item_id]
    return Belief(
        class_id=work.class_id,
        confidence=agreement,
        majority_class_id=None,
        n_answers=len(answers),
        posterior={},
        answer=answer_json(result, [one.annotation_id for one in answers]),
    )


def answer_json(result: list[dict[str, Any]], annotations: list[int]) -> str:
    """Return a combined answer as the consensus keeps it."""
    return json.dumps({"result": result, "annotations": annotations}, ensure_ascii=False)
