"""What a verdict changes when it takes effect: the consensus, the answers, the money, the task."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from labeling.annotations.fusing import answer_json
from labeling.annotations.settle import settle_item
from labeling.annotations.submitting import ledger_key
from labeling.annotations.undo import send_back
from labeling.audit import store as audit
from labeling.items import store as items
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.service import decide_belief
from labeling.review import store
from labeling.review.fairness import excuse
from labeling.review.queue import store as queue
from labeling.tasks import service as planners
from labeling.tasks import store as tasks
from labeling.tasks.leases import store as leases
from labeling.tasks.service import TaskWish
from labeling.workforces import store as workforces
from labeling.workforces.service import count_vote

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import QuestionTruth, TruthCache

MICRO: Final = 1_000_000
REOPENED: Final = "a reviewer reopened it"


def decide(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    task: Row,
    review: Row,
    n_reviews: int,
    agreed: bool | None,  # noqa: FBT001 - null where nobody else was asked
) -> None:
    """Let a verdict take effect: the review's task closes, and what it says is done.

    The item's answer tasks are locked already. UNIQUE(task) makes a second decision impossible.
    """
    why = json.loads(queue.get_task(tx, task.id).reason)
    store.add_decision(
        tx,
        {
            "project_id": project.id,
            "task_id": task.id,
            "review_id": review.id,
            "item_id": task.item_id,
            "why": why["why"],
            "inclusion_probability": why["inclusion_probability"],
            "is_headline": why["headline"],
            "n_reviews": n_reviews,
            "agreed": agreed,
        },
    )
    tasks.close(tx, task.id, f"reviewed: {review.verdict}")
    _count(tx, project, review, why)
    if review.class_id is not None:
        question = truth.get(tx, project.id, project.target_question)
        answer = _answer_after(tx, task.item_id, question, review)
        decide_belief(tx, project.id, task.item_id, question, review.class_id, review.id, answer)
        items.set_state(tx, task.item_id, "settled")
    elif review.verdict == "reject":
        _reject(tx, truth, project, task, review)
    elif review.verdict == "send_back":
        _send_back(tx, truth, project, review)
    else:
        _reopen(tx, truth, project, task, review)


def _answer_after(
    tx: Transaction, item_id: int, question: QuestionTruth, review: Row
) -> str | None:
    """Return what stands of a question that is no single choice: as it is, or as was corrected."""
    if not question.is_fused:
        return None
    if review.result is not None:
        return answer_json(json.loads(review.result), [])
    before = quality.get(tx, item_id, question.question)
    return None if before is None else str(before.answer)


def _count(tx: Transaction, project: Row, review: Row, why: dict[str, object]) -> None:
    projects.count(tx, project.id, f"review.{review.verdict}")
    is_same = review.class_id == review.present_class_id and review.result is None
    right = review.class_id is not None and is_same
    word = "right" if right else "wrong"
    if why["headline"]:
        share = round(float(str(why["inclusion_probability"])) * MICRO)
        projects.count(tx, project.id, f"review.sample.{share}.{word}")
    elif why["why"] == "disputed":
        projects.count(tx, project.id, f"review.disputed.{word}")


def _send_back(tx: Transaction, truth: TruthCache, project: Row, review: Row) -> None:
    (target,) = json.loads(review.targets)
    annotation = _voted(tx, project, review)[target["annotation_id"]]
    assignment = leases.lock_assignment(tx, annotation.assignment_id)
    seconds = projects.policy_of(project).review.send_back_seconds
    send_back(tx, truth, assignment, review.id, target["reason"], seconds)


def _voted(tx: Transaction, project: Row, review: Row) -> dict[int, Row]:
    found = store.list_voted(tx, project.id, project.target_question, review.item_id)
    return {row.annotation_id: row for row in found}


def _reopen(tx: Transaction, truth: TruthCache, project: Row, task: Row, review: Row) -> None:
    """Ask for one more judgment; the answers so far stay."""
    _ask_again(tx, truth, project, task.item_id, 1, cause=f"review {review.id}")


def _ask_again(
    tx: Transaction, truth: TruthCache, project: Row, item_id: int, n: int, *, cause: str
) -> None:
    asked = store.lock_answer_tasks(tx, item_id)
    if asked:
        store.ask_again(tx, asked[-1].id, n)
    else:
        # Its answers came with the data: nobody has been asked yet.
        items.set_state(tx, item_id, "new")
        planners.open_tasks(tx, project, [TaskWish(item_id, 0, n, n, {"why": REOPENED})])
        asked = store.lock_answer_tasks(tx, item_id)
    newest = tasks.lock(tx, asked[-1].id)
    settle_item(tx, truth, project, newest, cause=cause, open_again=True)
    outbox.add(tx, project.id, "tasks", opened=1)


def _reject(tx: Transaction, truth: TruthCache, project: Row, task: Row, review: Row) -> None:
    """Take the rejected answers out and ask somebody else instead of each author."""
    voted = _voted(tx, project, review)
    reasons = {target["annotation_id"]: target["reason"] for target in json.loads(review.targets)}
    rejected = [(voted[found], reasons[found]) for found in sorted(reasons)]
    assignments = [leases.lock_assignment(tx, found.assignment_id) for found, _ in rejected]
    for (annotation, _), assignment in zip(rejected, assignments, strict=True):
        quality.drop_votes(tx, annotation.annotation_id)
        store.reject_assignment(tx, assignment)
    _ask_again(tx, truth, project, task.item_id, len(rejected), cause=f"review {review.id}")
    for (annotation, reason), assignment in zip(rejected, assignments, strict=True):
        _record_rejection(tx, truth, project, review, annotation, assignment, reason)


def _record_rejection(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    review: Row,
    annotation: Row,
    assignment: Row,
    reason: str,
) -> None:
    """Enter a rejection in its author's record, and what follows for their pay."""
    policy = projects.policy_of(project).review
    answered = store.answer_of(tx, review.assignment_id)
    why = excuse(
        tx,
        project,
        policy,
        truth.get(tx, project.id, project.target_question),
        assignment=assignment,
        seen_class_id=None if answered is None else answered.class_id,
        given_class_id=annotation.class_id,
    )
    counts, annotation_id = why is None, annotation.annotation_id
    reverses = policy.reject_reverses_pay and counts
    reversed_micros = _take_pay_back(tx, assignment, annotation) if reverses else 0
    store.add_rejection(
        tx,
        {
            "project_id": project.id,
            "review_id": review.id,
            "annotation_id": annotation_id,
            "assignment_id": assignment.id,
            "annotator_id": annotation.annotator_id,
            "reason": reason,
            "counts": counts,
            "why": why,
            "reversed_micros": reversed_micros,
        },
    )
    count_vote(tx, project, workforces.get_annotator(tx, annotation.annotator_id), -1)
    projects.count(tx, project.id, f"review.rejections.{'counted' if counts else 'excused'}")
    audit.record(
        tx,
        project.id,
        "annotation.reject",
        "annotation",
        annotation_id,
        reason,
        review_id=review.id,
        counts=counts,
        why=why,
        reversed_micros=reversed_micros,
    )
    item_id = assignment.item_id
    outbox.add(tx, project.id, "annotation", item_id=item_id, annotation_id=annotation_id)


def _take_pay_back(tx: Transaction, assignment: Row, annotation: Row) -> int:
    """Reverse what an answer earned by a new row; the amount is free in the budget again."""
    amount = projects.reverse(
        tx,
        project_id=assignment.project_id,
        workforce_id=assignment.workforce_id,
        annotator_id=assignment.annotator_id,
        assignment_id=assignment.id,
        dedupe_key=ledger_key(annotation.annotation_id),
    )
    projects.return_reservation(tx, assignment.project_id, amount)
    return amount
