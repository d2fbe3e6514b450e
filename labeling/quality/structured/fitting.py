"""The full fit of questions that are no single choice: everybody's skill from all answers.

The items are put on the list of `annotations.fusing` then, which combines them under the new skills
and records what is another answer by it.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from labeling.audit import store as audit
from labeling.quality import store as quality
from labeling.quality.fits import store as fits
from labeling.quality.structured import store
from labeling.quality.structured.people import LIKENESS, Learned
from labeling.schema import store as schema_store
from labeling.schema.questions import GIVEN

if TYPE_CHECKING:
    from labeling.database import Hub, Row, Transaction
    from labeling.quality.service import TruthCache
    from labeling.schema.questions import LabelSchema

LEARNED: Final = "learned"
"""What a fit's record has beside the skills, where the kind has a model of its own."""
FIT: Final = "truth fit"
"""Begins the cause under which a fit's items are combined anew."""
MOST_ANSWERS: Final = 100_000
"""Skills rest on the newest answers, so many at most: all of a bigger pool say no more."""
CHUNK: Final = 5_000
ITEMS_A_WRITE: Final = 500


class SkillFit:
    """One fit of everybody's skill at a question whose answers are combined.

    Parameters
    ----------
    hub
        The store.
    truth
        The cache to refresh.
    compute
        Runs `compute.fit_skills(question, answers_file)` in the compute child and waits.
    folder
        Where the file goes.

    """

    def __init__(
        self,
        hub: Hub,
        truth: TruthCache,
        compute: Callable[[dict[str, Any], str], tuple[list[tuple[int, float]], Learned | None]],
        folder: Path,
    ) -> None:
        self.hub, self.truth, self.compute, self.folder = hub, truth, compute, folder

    def is_for(self, project: Row) -> bool:
        """Whether the answers to the project's question are combined, not counted by class."""
        return self.hub.read_now(
            lambda tx: self.truth.get(tx, project.id, project.target_question).is_fused
        )

    def run(self, project: Row) -> int:
        """Fit all skills and put the items on the list; return how many people were fitted."""
        self.folder.mkdir(parents=True, exist_ok=True)
        file = self.folder / f"{project.id}-answers.jsonl"
        asked = self.hub.read_now(
            lambda tx: schema_store.asked(tx, project, project.schema_version)
        )
        name = project.target_question
        fields = _compared_fields(asked.schema, name)
        saved = self.hub.read_now(lambda tx: _save(tx, project, file, fields))
        if not saved["n_answers"]:
            return 0
        fitted = self.compute(asdict(asked.schema.question(name)), str(file))
        class_id = asked.class_ids[name][GIVEN]
        n = self.hub.write_now(lambda tx: _record(tx, project, class_id, fitted, saved))
        skills = fitted[0]
        self.truth.drop(project.id, name)
        after: int | None = 0
        while after is not None:
            ask = partial(
                store.ask_all,
                project_id=project.id,
                question=name,
                after=after,
                limit=ITEMS_A_WRITE,
                cause=f"{FIT} {n}",
            )
            after = self.hub.write_now(ask)
        return len(skills)


def _compared_fields(schema: LabelSchema, name: str) -> tuple[str, str] | None:
    """Return the fields of the two objects that a pair compares, None for other kinds."""
    question = schema.question(name)
    if question.kind != "pair" or question.beside is None:
        return None
    fields = {shown.name: shown.field for shown in schema.objects}
    return fields[question.to_name], fields[question.beside]


def _save(
    tx: Transaction, project: Row, file: Path, fields: tuple[str, str] | None
) -> dict[str, int]:
    """Write the newest answers as lines; return what the record of the fit says of them."""
    before, n, high, items = 2**62, 0, 0, set[int]()
    with file.open("w", encoding="utf-8") as lines:
        while n < MOST_ANSWERS:
            rows = store.newest_answers(tx, project.id, project.target_question, before, CHUNK)
            if len(rows) == CHUNK and rows[0].item_id != rows[-1].item_id:
                rows = [row for row in rows if row.item_id != rows[-1].item_id]
            objects = {} if fields is None else store.objects_of(tx, rows, fields)
            for row in rows:
                line = [row.item_id, row.annotator_id, row.result, objects.get(row.item_id)]
                lines.write(json.dumps(line, ensure_ascii=False) + "\n")
                items.add(row.item_id)
                high = max(high, row.annotation_id)
            n += len(rows)
            if not rows:
                break
            before = rows[-1].item_id
    return {"n_answers": n, "n_items": len(items), "high_water": high}


def _record(
    tx: Transaction,
    project: Row,
    class_id: int,
    fitted: tuple[list[tuple[int, float]], Learned | None],
    saved: dict[str, int],
) -> int:
    """Write the new skills and the record of the fit; return its number."""
    name, (skills, learned) = project.target_question, fitted
    cell = {"true_class_id": class_id, "given_class_id": class_id}
    rows = [{"annotator_id": who, "weight": round(skill, 6), **cell} for who, skill in skills]
    quality.drop_skills(tx, project.id, name)
    quality.add_skills(tx, project.id, name, rows)
    n = quality.last_fit(tx, project.id, name) + 1
    params: dict[str, Any] = {
        "n_annotators": len(rows),
        "checks": fits.count_checks(tx, project.id, name),
        LEARNED: learned,
    }
    # What is another answer by this fit is found item by item afterwards: flips, counted when read.
    method = LIKENESS if learned is None else learned["method"]
    about = {"n": n, "method": method, "params": json.dumps(params), "n_flipped": 0}
    quality.add_fit(tx, project.id, name, {**about, **saved})
    audit.record(tx, project.id, "truth.fit", "truth_fit", n, n_votes=saved["n_answers"])
    return n
