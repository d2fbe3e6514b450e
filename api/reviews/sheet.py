"""What a reviewer may see: the question as its annotators saw it, then the others' answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from api.reviews.schemas import OtherAnswer, OtherVerdict, ReviewOut, ReviewsHeld, ShownOut
from api.tasks.desk import shown_data
from api.tasks.schemas import NoWorkOut, QuestionOut
from labeling.items import store as items
from labeling.projects import store as projects
from labeling.review import service
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.review.service import Shown
    from labeling.tasks.leasing import Leases


def review_out(tx: Transaction, row: Row) -> ReviewOut:
    """Return a held review; fields for reviewers alone come after one's own answer."""
    shown = None if row.answer_id is None else service.shown(tx, row)
    project = projects.get_or_raise(tx, row.project_id)
    schema = schema_store.get_schema(tx, project.id, row.schema_version)
    visible = visible_fields(tx, row)
    return ReviewOut(
        handle=row.handle,
        lease_n=row.lease_n,
        expires_at=row.expires_at,
        schema_version=row.schema_version,
        question=QuestionOut.model_validate(asdict(schema.question(project.target_question))),
        data=shown_data(json.loads(row.data), visible, row.handle, door="reviews"),
        shown=None if shown is None else shown_out(tx, row.project_id, shown),
    )


def visible_fields(tx: Transaction, row: Row) -> frozenset[str]:
    """Return the fields that a reviewer sees now: a label in the data would be an answer."""
    visible = items.visible_fields(tx, row.project_id)
    if row.answer_id is None:
        return visible
    return visible | items.visible_fields(tx, row.project_id, to="reviewer")


def shown_out(tx: Transaction, project_id: int, shown: Shown) -> ShownOut:
    """Return what is shown after one's own answer."""
    question = projects.get_or_raise(tx, project_id).target_question
    keys = schema_store.class_ids(tx, project_id, question).by_id
    return ShownOut(
        seen=shown.seen,
        why=shown.why,
        present=shown.present,
        present_result=None
        if shown.present_answer is None
        else json.loads(shown.present_answer)["result"],
        confidence=shown.confidence,
        answers=[
            OtherAnswer(answer=place, result=json.loads(row.result))
            for place, row in enumerate(shown.answers, start=1)
        ],
        verdicts=[
            OtherVerdict(
                verdict=row.verdict,
                decided=None if row.class_id is None else keys[row.class_id],
                reason=row.reason,
            )
            for row in shown.verdicts
        ],
    )


def held_out(tx: Transaction, leases: Leases) -> ReviewsHeld:
    """Return the reviews that somebody holds."""
    reason = None if leases.reason is None else NoWorkOut(**asdict(leases.reason))
    return ReviewsHeld(reviews=[review_out(tx, row) for row in leases.held], reason=reason)
