"""When an item's answers are enough: close its task, ask one more, or call it disputed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from labeling.items import store as items
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.service import believe_item, write_belief
from labeling.tasks import store as tasks
from labeling.tasks import tiers

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import Belief, State, TruthCache
    from labeling.quality.store import Heard

TIE: Final = 0.5
"""At full overlap an answer that is not above this is disputed."""
TO_BE_FUSED: Final = "all answered"
"""Why a task is closed whose answers have yet to be combined."""
FIRST_PASS: Final = 1
"""Later passes ask the same person again: their answers are no independent votes."""


def settle_item(
    tx: Transaction,
    truth: TruthCache,
    project: Row,
    task: Row,
    *,
    cause: str,
    open_again: bool = False,
    heard: Heard | None = None,
) -> None:
    """Update what is believed about a task's item and decide whether to go on asking.

    A task whose wanted opinions are all in closes when the confidence reaches the policy's
    `accept_posterior` or its overlap is used up; else it asks for one more. Where there is no
    single truth it asks for the whole overlap, and accepts the distribution. A closed task whose
    answers were changed is judged again in the same way. Of a question that is no single choice the
    answers are combined after the hot path (`quality.structured`), which then decides: until then
    the item is pending. `open_again` is set when an answer was
    taken back: the task stays open for the one who holds it. `heard` is what was said of the item,
    this answer too, where it was read already.
    """
    if task.pass_n > FIRST_PASS:
        if task.state == "open" and not open_again:
            tasks.close(tx, task.id, "asked again")
        return
    question = truth.get(tx, project.id, project.target_question)
    if heard is None:
        heard = quality.hear(tx, project.id, question.question, task.item_id)
    belief = believe_item(tx, question, project.id, task.item_id, heard)
    state: State = "pending"
    complete = belief.n_answers + task.skips_counted >= task.wanted
    if question.is_fused:
        if task.state == "open" and not open_again and complete:
            tasks.close(tx, task.id, TO_BE_FUSED)
    elif task.state == "open" and not open_again and complete:
        state = _decide(tx, project, task, belief, is_decided=heard.is_decided)
    elif task.state == "closed":
        state = _judge_again(tx, project, task, belief, is_decided=heard.is_decided)
    state = write_belief(tx, project.id, task.item_id, question, belief, state, cause, heard)
    items.set_state(tx, task.item_id, "queued" if state == "pending" else "settled")


def _decide(tx: Transaction, project: Row, task: Row, belief: Belief, *, is_decided: bool) -> State:
    """Return what an open task whose opinions are in comes to; one that a review decided closes."""
    policy = projects.policy_of(project)
    subjective = policy.quality.subjective
    sure = not subjective and belief.confidence >= policy.accept_posterior
    if not sure and task.wanted < task.wanted_most and not is_decided:
        tasks.widen(tx, task)
        return "pending"
    may_hand_up = not sure and not subjective and not is_decided
    if may_hand_up and tiers.escalate(tx, project, task, belief):
        return "pending"
    state = outcome_of(belief, subjective=subjective)
    tasks.close(
        tx, task.id, "sure" if sure and task.wanted < task.wanted_most else f"overlap, {state}"
    )
    return state


def _judge_again(
    tx: Transaction, project: Row, task: Row, belief: Belief, *, is_decided: bool
) -> State:
    """Reopen a closed task that is no longer sure and has judgments left, else keep it closed."""
    policy = projects.policy_of(project)
    sure = policy.quality.subjective or belief.confidence >= policy.accept_posterior
    may_ask = task.wanted < task.wanted_most and not is_decided
    if not sure and may_ask and tasks.reopen(tx, task.id):
        tasks.widen(tx, task)
        return "pending"
    return outcome_of(belief, subjective=policy.quality.subjective)


def outcome_of(belief: Belief, *, subjective: bool) -> State:
    """Return how an item settles that nobody is asked about any more."""
    is_enough = belief.n_answers > 0 if subjective else belief.confidence > TIE
    return "accepted" if is_enough else "disputed"
