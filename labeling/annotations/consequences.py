"""What a skip or a flag does to its question, as the project's policy says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from labeling.annotations import aside, store
from labeling.annotations.settle import FIRST_PASS, settle_item
from labeling.projects import store as projects
from labeling.projects.policies.queue import SkipConsequence
from labeling.tasks import store as tasks
from labeling.tasks import tiers

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache


@dataclass(frozen=True, slots=True)
class Consequence:
    """What one skip or flag does, and whether it is paid."""

    what: SkipConsequence
    is_paid: bool


def consequence_of(project: Row, task: Row, kind: str, reason: str | None) -> Consequence:
    """Return what a skip or a flag does to a task; the same for its author whatever the task is.

    A deliberate re-ask has one slot, for one person: a skip of it is its answer. Only label tasks
    can be taken from others by it.
    """
    policy = projects.policy_of(project).queue
    rule = None if kind == "flag" else policy.skip_rule(str(reason))
    is_paid = policy.flags_paid if rule is None else rule.paid
    what = SkipConsequence.SOMEONE_ELSE if rule is None else rule.consequence
    if task.pass_n > FIRST_PASS:
        what = SkipConsequence.COUNTS
    elif task.kind not in tasks.ASKED:
        what = SkipConsequence.SOMEONE_ELSE
    return Consequence(what, is_paid)


def take_effect(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    task: Row,
    annotation: Row,
    what: SkipConsequence,
) -> None:
    """Let a stored skip or flag stand against its item, and do what the policy says.

    `what` says what becomes of the slot: it was given back before, or it counts as an opinion.
    """
    store.add_report(
        tx,
        {
            "project_id": project.id,
            "item_id": task.item_id,
            "task_id": task.id,
            "annotation_id": annotation.id,
            "annotator_id": annotation.annotator_id,
            "kind": annotation.reason if annotation.kind == "skip" else aside.FLAG,
            "text": "" if annotation.kind == "skip" else annotation.reason,
        },
    )
    if what == SkipConsequence.COUNTS:
        tasks.count_skip(tx, task.id, 1)
        task = tasks.lock(tx, task.id)
    if task.kind in tasks.ASKED and task.pass_n == FIRST_PASS:
        policy = projects.policy_of(project).queue
        reason = aside.reason_to_set_aside(tx, policy, task.item_id)
        if reason is not None:
            aside.set_aside(tx, truth, project, task, reason)
            task = tasks.lock(tx, task.id)
    if what == SkipConsequence.ESCALATE:
        task = tasks.lock(tx, task.id)
        if task.state == "open" and task.open_slots:
            tiers.hand_up(tx, project, task, f"skipped, {annotation.reason}")
    if what == SkipConsequence.COUNTS:
        settle_item(tx, truth, project, task, cause=f"skip {annotation.id}")


def take_back(tx: Transaction, truth: TruthCache, project: Row, task: Row, annotation: Row) -> Row:
    """Undo what a skip or a flag did besides its slot; return the task as it is then."""
    store.withdraw_report(tx, annotation.id)
    if task.state == "set_aside":
        policy = projects.policy_of(project).queue
        if aside.reason_to_set_aside(tx, policy, task.item_id) is None:
            aside.take_up_again(tx, truth, project, task, f"{annotation.id} was taken back")
    return tasks.lock(tx, task.id)
