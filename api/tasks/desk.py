"""What an annotator may see of an item and a project: fields meant for annotators (rule 4)."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

from api.tasks.schemas import (
    Assigned,
    AssignmentOut,
    DeskOut,
    DeskProject,
    GuidelineOut,
    LeasesOut,
    NoWorkOut,
    Previous,
    QuestionOut,
    SchemaOut,
    TodayOut,
    UndoReach,
)
from labeling.annotations import store as answers
from labeling.clock import MICROS
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.schema import store as schema_store
from labeling.schema.answers import SKIP_REASONS
from labeling.tasks.leases import store as lease_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.tasks.leasing import Leases

DAY_SECONDS: Final = 86_400
OPEN_KINDS: Final = frozenset({"training", "qualification"})
"""Kinds of questions that their annotator knows as such."""


def shown_data(
    data: dict[str, Any], visible: frozenset[str], handle: str, *, door: str = "assignments"
) -> dict[str, Any]:
    """Return an item's visible fields; a picture becomes the address of its bytes."""
    shown = {name: value for name, value in data.items() if name in visible}
    return {
        name: f"/v1/{door}/{handle}/media/{name}"
        if isinstance(value, dict) and "blob" in value
        else value
        for name, value in shown.items()
    }


def assignment_out(
    tx: Transaction, row: Row, visible: frozenset[str], assigned: Row | None = None
) -> AssignmentOut:
    """Return a held assignment (a row of `tasks.store.held`) as its annotator sees it."""
    previous = sent_back = None
    if row.current_annotation_id is not None:
        old = answers.get(tx, row.current_annotation_id)
        previous = Previous(result=json.loads(old.result)) if old.kind == "answer" else None
        sent_back = answers.sent_back_note(tx, row.id)
    return AssignmentOut(
        handle=row.handle,
        kind=row.kind if row.kind in OPEN_KINDS else "work",
        lease_n=row.lease_n,
        expires_at=row.expires_at,
        schema_version=row.schema_version,
        guideline_version=row.guideline_version,
        data=shown_data(json.loads(row.data), visible, row.handle),
        previous=previous,
        sent_back=sent_back,
        assigned=None if assigned is None else Assigned(due_at=assigned.due_at, note=assigned.note),
    )


def leases_out(tx: Transaction, project_id: int, leases: Leases) -> LeasesOut:
    """Return what an annotator holds."""
    visible = items.visible_fields(tx, project_id, is_last=True)
    reason = None if leases.reason is None else NoWorkOut(**asdict(leases.reason))
    return LeasesOut(
        assignments=[
            assignment_out(tx, row, visible, leases.assigned.get(row.id)) for row in leases.held
        ],
        reason=reason,
    )


def desk_out(tx: Transaction, project: Row, annotator: Row) -> DeskOut:
    """Return the desk of an annotator in a project."""
    schema = schema_store.get_schema(tx, project.id, project.schema_version)
    guideline = schema_store.get_guideline(tx, project.id, project.guideline_version)
    policy = projects.policy_of(project)
    today = lease_store.work_since(tx, annotator.id, tx.now - DAY_SECONDS * MICROS)
    question = asdict(schema.question(project.target_question))
    return DeskOut(
        project=DeskProject(
            slug=project.slug, title=project.title, simulated=bool(project.is_simulated)
        ),
        schema_=SchemaOut.model_validate(
            {
                "version": project.schema_version,
                "question": QuestionOut.model_validate(question),
                "questions": [asdict(found) for found in schema.questions],
                "objects": [asdict(found) for found in schema.objects],
            }
        ),
        guideline=GuidelineOut(version=guideline.n, text=guideline.text),
        today=TodayOut(answers=today.answers, active_ms=today.active_ms),
        skip_reasons=list(SKIP_REASONS),
        undo=UndoReach(last=policy.undo_last, minutes=policy.undo_seconds // 60),
    )
