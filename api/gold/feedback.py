"""What a training question teaches, the same for every repeat of its answer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from api.annotations.schemas import FeedbackOut
from api.gold.view import class_keys, given_keys
from labeling.annotations import store as answers
from labeling.gold import store as gold
from labeling.projects import store as projects
from labeling.tasks.leases import store as leases

if TYPE_CHECKING:
    from labeling.database import Transaction


def feedback_of(tx: Transaction, handle: str, user_id: int) -> FeedbackOut | None:
    """Return what is right about an answered training question, and why."""
    assignment = leases.by_handle(tx, handle, user_id)
    known = None if assignment is None else gold.of_item(tx, assignment.item_id)
    if assignment is None or known is None or assignment.current_annotation_id is None:
        return None
    project = projects.get_or_raise(tx, assignment.project_id)
    annotation = answers.get(tx, assignment.current_annotation_id)
    given = given_keys(json.loads(annotation.result))
    right = class_keys(tx, project, json.loads(known.answers))
    is_right = all(given.get(question) in keys for question, keys in right.items())
    return FeedbackOut(right=is_right, answers=right, reason=known.reason)
