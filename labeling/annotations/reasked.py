"""An annotator's second answer to an item beside the first: self-agreement, never a vote."""

from __future__ import annotations

from typing import TYPE_CHECKING

from labeling.schema import store as schema_store
from labeling.tasks.reasks import store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction


def compare(
    tx: Transaction, project: Row, assignment: Row, annotation_id: int, classes: dict[str, int]
) -> None:
    """Keep whether a re-ask was answered as the item was first, on the target question.

    Where the first answer was taken back since, or did not count, there is nothing to compare. Nor
    is there where the answers are no single choice: they are hardly ever the same to the letter.
    """
    question = project.target_question
    first = store.first_answer(tx, assignment.annotator_id, assignment.item_id, question)
    asked = schema_store.asked(tx, project, project.schema_version)
    if first is None or question not in classes or len(asked.class_ids[question]) == 1:
        return
    store.add_check(
        tx,
        {
            "assignment_id": assignment.id,
            "project_id": project.id,
            "annotator_id": assignment.annotator_id,
            "item_id": assignment.item_id,
            "question": question,
            "first_annotation_id": first.annotation_id,
            "annotation_id": annotation_id,
            "first_class_id": first.class_id,
            "class_id": classes[question],
        },
    )
    same = int(first.class_id == classes[question])
    store.count(tx, assignment.annotator_id, project.id, 1, same)


def forget(tx: Transaction, assignment: Row) -> None:
    """Take a comparison back with its second answer."""
    found = store.drop_check(tx, assignment.id)
    if found is not None:
        same = int(found.first_class_id == found.class_id)
        store.count(tx, found.annotator_id, found.project_id, -1, -same)
