"""Draw which of an annotator's next questions are own earlier ones, and open them."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING, Final

from labeling.clock import MICROS
from labeling.projects import store as projects
from labeling.tasks.personal import store as personal
from labeling.tasks.personal.service import REASK
from labeling.tasks.reasks import store
from labeling.tasks.store import ASKED

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.queue import QueuePolicy

WHY: Final = "self-consistency"
KEPT_DAYS: Final = 7
"""A re-ask that its annotator does not answer in that time is withdrawn."""
UNIT: Final = 2**32


def draw(tx: Transaction, project: Row, annotator: Row, count: int) -> int:
    """Open re-asks among an annotator's next `count` questions; return how many.

    Each question is drawn for itself, with the policy's share, so that no pattern tells. The cost
    of a hit does not depend on how much was answered: one own answer is looked at, at a random
    distance, and left alone where it does not fit.
    """
    policy = projects.policy_of(project).queue
    hits = sum(secrets.randbelow(UNIT) < policy.reask_share * UNIT for _ in range(count))
    return sum(_open(tx, project, annotator, policy) for _ in range(hits))


def _open(tx: Transaction, project: Row, annotator: Row, policy: QueuePolicy) -> bool:
    passed_over = policy.reask_after_answers + secrets.randbelow(policy.reask_after_answers + 1)
    before = tx.now - policy.reask_after_seconds * MICROS
    found = store.earlier(tx, annotator.id, before, passed_over)
    if found is None or found.state != "submitted":
        return False
    first = store.first_asking(tx, annotator.id, found.item_id)
    fits = (
        first is not None
        and first.kind in ASKED
        and first.item_state not in {"dropped", "set_aside"}
        and not first.asked_again
    )
    if not fits:
        return False
    task_id = store.open_task(tx, project.id, found.item_id, project.schema_version, WHY)
    if task_id is None:
        return False
    personal.add(
        tx,
        {
            "project_id": project.id,
            "created_by": None,
            "kind": REASK,
            "item_id": found.item_id,
            "annotator_id": annotator.id,
            "task_id": task_id,
            "due_at": tx.now + KEPT_DAYS * 86_400 * MICROS,
            "note": "",
        },
    )
    personal.set_flag(tx, annotator.id, 1)
    return True
