"""The verbs of discounts: begin, take the next answers out, put them back.

A discount goes through a person's answers in small writes. Each remembers how far it came, so that
a kill at any moment loses nothing and does nothing twice. Annotations and ledger never change.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from labeling.annotations import store as answers
from labeling.annotations.service import lock_with_task
from labeling.annotations.settle import settle_item
from labeling.audit import store as audit
from labeling.discounts import store
from labeling.errors import ConflictError, InvalidInputError
from labeling.items import store as items
from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.service import believe
from labeling.tasks import store as tasks
from labeling.tasks import tiers
from labeling.tasks.overlap import overlap_of
from labeling.workforces import store as workforces
from labeling.workforces.service import count_vote

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import TruthCache

RUNNING: Final = frozenset({"dropping", "restoring"})
"""States in which there is more to do; `dropped` and `restored` are the ends of the two ways."""
ANSWERS_A_WRITE: Final = 20
WANTED: Final = "discount.wanted"
"""The topic under which a discount waits for its job."""


@dataclass(slots=True)
class Figures:
    """What one write of a discount did, or what a preview says all of them would do."""

    answers: int = 0
    items: int = 0
    reopened: int = 0
    flipped: int = 0
    restored: int = 0
    cost_micros: int = 0


def begin(tx: Transaction, project: Row, annotator: Row, reason: str) -> Row:
    """Discount what a person has answered up to now; one that was stopped goes on.

    Raises
    ------
    ConflictError
        An earlier discount of theirs is being undone.

    """
    if not reason.strip():
        raise InvalidInputError("Say why these answers do not count; the record keeps it.")
    workforces.lock(tx, annotator.id)
    found = store.undone(tx, annotator.id)
    if found is not None and found.state != "dropping":
        raise ConflictError(f"Discount {found.n} is being undone; wait for its end.")
    if found is not None:
        store.resume(tx, found.id)
        return _wanted(tx, found.id, "annotator.discount")
    discount_id = store.add(
        tx,
        project_id=project.id,
        annotator_id=annotator.id,
        reason=reason.strip(),
        until=answers.high_water(tx, project.id),
    )
    return _wanted(tx, discount_id, "annotator.discount")


def begin_undo(tx: Transaction, project: Row, n: int) -> Row:
    """Let discounted answers count again; asked twice, it goes on where it stopped.

    Raises
    ------
    ConflictError
        It was undone already.

    """
    found = store.lock(tx, store.get_or_raise(tx, project.id, n).id)
    if found.state == "restored":
        raise ConflictError(f"Discount {n} was undone already.")
    if found.state == "restoring":
        store.resume(tx, found.id)
    else:
        store.set_state(tx, found.id, "restoring")
    return _wanted(tx, found.id, "annotator.discount_undo")


def stop(tx: Transaction, project: Row, n: int) -> Row:
    """Stop a discount, or its undoing, before its next write; returns it as it was until now."""
    found = store.lock(tx, store.get_or_raise(tx, project.id, n).id)
    if found.state in RUNNING:
        store.resume(tx, found.id)  # the job that runs is not the one any more
        audit.record(
            tx,
            project.id,
            "discount.stop",
            "annotator",
            found.annotator_id,
            now={"discount": found.n},
        )
    return found


def _wanted(tx: Transaction, discount_id: int, action: str) -> Row:
    """Put it on record, and let its next job be started."""
    found = store.lock(tx, discount_id)
    audit.record(
        tx,
        found.project_id,
        action,
        "annotator",
        found.annotator_id,
        found.reason,
        now={"discount": found.n, "attempt": found.attempt},
    )
    outbox.add(tx, found.project_id, WANTED, workflow=workflow_id(found), discount_id=discount_id)
    return found


def workflow_id(discount: Row) -> str:
    """Return the id of the job that runs a discount now."""
    return f"discount-{discount.project_id}-{discount.n}-{discount.attempt}"


def run_some(
    tx: Transaction,
    truth: TruthCache,
    discount_id: int,
    attempt: int,
    most: int = ANSWERS_A_WRITE,
) -> Row:
    """Take the next `most` answers out, or put them back; return the discount as it is then.

    A job whose discount was handed to another one since does nothing.
    """
    discount = store.lock(tx, discount_id)
    if discount.attempt != attempt or discount.state not in RUNNING:
        return discount
    project = projects.get_or_raise(tx, discount.project_id)
    figures = Figures()
    rows = store.answers_after(tx, discount.annotator_id, discount.cursor, discount.until, most)
    one = _drop_one if discount.state == "dropping" else _restore_one
    for row in rows:
        one(tx, truth, project, discount, row, figures)
    if rows:
        annotator = workforces.get_annotator(tx, discount.annotator_id)
        count_vote(tx, project, annotator, figures.restored - figures.answers)
        store.move(tx, discount.id, rows[-1].item_id, asdict(figures))
    else:
        _end(tx, discount)
    return store.lock(tx, discount_id)


def _end(tx: Transaction, discount: Row) -> None:
    state = {"dropping": "dropped", "restoring": "restored"}[discount.state]
    store.end(tx, discount.id, state)
    audit.record(
        tx,
        discount.project_id,
        f"discount.{state}",
        "annotator",
        discount.annotator_id,
        discount.reason,
        now={
            "discount": discount.n,
            "answers": discount.answers,
            "reopened": discount.reopened,
            "restored": discount.restored,
        },
    )


def _drop_one(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    discount: Row,
    row: Row,
    figures: Figures,
) -> None:
    """Take one answer's votes away; its item is asked again where it is no longer sure."""
    task, assignment = lock_with_task(tx, row)
    if assignment.state != "submitted" or assignment.discount_id is not None:
        return
    annotation_id = assignment.current_annotation_id
    if not store.votes_of(tx, annotation_id):
        return  # it never counted
    before = quality.get(tx, row.item_id, project.target_question)
    store.keep_votes(tx, discount.id, annotation_id)
    quality.drop_votes(tx, annotation_id)
    store.mark(tx, assignment.id, discount.id)
    if asks_again(tx, truth, project, task) and _free_slot(tx, task):
        figures.reopened += task.state == "closed"
        figures.cost_micros += asking_price(tx, project, task)
    elif task.state == "closed":
        store.drop_slot(tx, task.id)
    _settle(tx, truth, project, task, assignment, f"discount {discount.n}")
    figures.answers += 1
    figures.items += 1
    figures.flipped += _flipped(tx, project, before)


def _free_slot(tx: Transaction, task: Row) -> bool:
    """Let somebody else answer instead; False where the item's newer task does so already."""
    if task.state == "closed" and not tasks.reopen(tx, task.id):
        return False
    tasks.return_slot(tx, task.id)
    return True


def _settle(
    tx: Transaction, truth: TruthCache, project: Row, task: Row, assignment: Row, cause: str
) -> None:
    settle_item(tx, truth, project, tasks.lock(tx, task.id), cause=cause)
    outbox.add(
        tx,
        project.id,
        "annotation",
        item_id=task.item_id,
        annotation_id=assignment.current_annotation_id,
    )


def _flipped(tx: Transaction, project: Row, before: Row | None) -> bool:
    if before is None or before.state != "accepted":
        return False
    after = quality.get(tx, before.item_id, project.target_question)
    return after is None or after.class_id != before.class_id


def asks_again(
    tx: Transaction, truth: TruthCache, project: Row, task: Row, without: int | None = None
) -> bool:
    """Whether somebody else must answer in place of a vote that is gone, or would be.

    Not where a review has decided, nor where the rest reaches the policy's confidence with the
    least judgments that the item's split asks for.

    Parameters
    ----------
    without
        The annotator whose vote is still there and is left out of account.

    """
    if task.state != "closed":
        return True
    believed = quality.get(tx, task.item_id, project.target_question)
    if believed is not None and believed.pinned:
        return False
    question = truth.get(tx, project.id, project.target_question)
    votes = quality.votes(tx, project.id, question.question, task.item_id)
    others = [vote for vote in votes if vote[0] != without]
    left = believe(question, others, question.prior_of(believed))
    policy = projects.policy_of(project)
    split = items.get_or_raise(tx, task.item_id).split
    least, _ = overlap_of(policy, split)
    is_enough = left.n_answers + task.skips_counted >= least
    return not (is_enough and left.confidence >= policy.accept_posterior)


def asking_price(tx: Transaction, project: Row, task: Row) -> int:
    """Return what another answer costs at most: the dearest of those whom the task is for."""
    found = workforces.list_workforces(tx, project.id)
    asked = [row for row in found if task.tier in {tiers.ANYBODY, row.rank}]
    if task.workforce_id is not None:
        asked = [row for row in found if row.id == task.workforce_id]
    return max((row.price_micros for row in asked if row.paused_at is None), default=0)


def _restore_one(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    discount: Row,
    row: Row,
    figures: Figures,
) -> None:
    """Put one answer's votes back; it takes the free slot of its task, else one more."""
    if row.discount_id != discount.id:
        return
    task, assignment = lock_with_task(tx, row)
    if assignment.discount_id != discount.id:
        return
    store.put_back(tx, discount, assignment)
    store.mark(tx, assignment.id, None)
    if task.open_slots > 0:
        tasks.hold_slots(tx, task.id, 1)
    else:
        store.add_slot(tx, task.id)
    _settle(tx, truth, project, task, assignment, f"discount {discount.n} undone")
    figures.restored += 1
