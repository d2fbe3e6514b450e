"""When an item's answers are enough: close its task, ask one more, or call it disputed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from labeling.items import store as items
from labeling.projects import store as projects
from labeling.quality import store as quality
from labeling.quality.service import believe_item, gain_of_asking, write_belief
from labeling.quality.structured import store as combining
from labeling.tasks import store as tasks
from labeling.tasks import tiers

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.quality.service import Belief, QuestionTruth, State, TruthCache
    from labeling.quality.store import Heard

TIE: Final = 0.5
"""At full overlap an answer that is not above this is disputed."""
PAIR: Final = 2
"""Fewer answers agree with nothing."""
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
    fused: Belief | None = None,
) -> None:
    """Update what is believed about a task's item and decide whether to go on asking.

    A task whose wanted opinions are all in closes when the confidence reaches the policy's
    `accept_posterior`, when no answers that may still come are worth asking for (`overlap_gain`) or
    when its overlap is used up; else it asks for one more. Where there is no
    single truth it asks for the whole overlap, and accepts the distribution. A closed task whose
    answers were changed is judged again in the same way. `open_again` is set when an answer was
    taken back: the task stays open for the one who holds it. `heard` is what was said of the item,
    this answer too, where it was read already.

    Answers to a question that is no single choice are combined outside (`fusing`), which then calls
    this with what they come to, `fused`; without it the item is pending, and put on the list.
    """
    if task.pass_n > FIRST_PASS:
        if task.state == "open" and not open_again:
            tasks.close(tx, task.id, "asked again")
        return
    question = truth.get(tx, project.id, project.target_question)
    if heard is None:
        heard = quality.hear(tx, project.id, question.question, task.item_id)
    belief = fused or believe_item(tx, question, project.id, task.item_id, heard)
    state: State = "pending"
    complete = belief.n_answers + task.skips_counted >= task.wanted
    how = _Judged(project, task, question, belief, heard)
    if question.is_fused and fused is None:
        combining.ask(
            tx,
            project.id,
            question.question,
            item_id=task.item_id,
            task_id=task.id,
            cause=cause,
        )
    elif task.state == "open" and not open_again and complete:
        state = how.decide(tx)
    elif task.state == "closed":
        state = how.judge_again(tx)
    state = write_belief(tx, project.id, task.item_id, question, belief, state, cause, heard)
    items.set_state(tx, task.item_id, "queued" if state == "pending" else "settled")


@dataclass(frozen=True, slots=True)
class _Judged:
    """What is believed of a task's item, on its way to what becomes of the task."""

    project: Row
    task: Row
    question: QuestionTruth
    belief: Belief
    heard: Heard

    def decide(self, tx: Transaction) -> State:
        """Return what an open task whose opinions are in comes to; a decided one closes."""
        task, sure, is_decided = self.task, self._is_sure(), self.heard.is_decided
        early = task.wanted < task.wanted_most
        if early and not sure and not is_decided and self._is_worth_asking():
            tasks.widen(tx, task)
            return "pending"
        state = outcome_of(self.belief, self.question)
        may_hand_up = not sure and not self.question.subjective and not is_decided
        if may_hand_up and tiers.escalate(tx, self.project, task, self.belief, self._bar()):
            return "pending"
        why = "overlap" if not early or is_decided else "nothing to gain"
        tasks.close(tx, task.id, "sure" if early and sure else f"{why}, {state}")
        return state

    def judge_again(self, tx: Transaction) -> State:
        """Reopen a closed task that is no longer sure and has judgments left, else keep it."""
        sure = self.question.subjective or self._is_sure()
        may_ask = self.task.wanted < self.task.wanted_most and not self.heard.is_decided
        worth = not sure and may_ask and self._is_worth_asking()
        if worth and tasks.reopen(tx, self.task.id):
            tasks.widen(tx, self.task)
            return "pending"
        return outcome_of(self.belief, self.question)

    def _is_sure(self) -> bool:
        """Whether nobody else needs to be asked; one answer alone agrees with nothing."""
        if self.question.subjective:
            return False
        if self.question.is_fused:
            enough = self.belief.confidence >= self.question.least_agreement
            return enough and self.belief.n_answers >= PAIR
        return self.belief.confidence >= projects.policy_of(self.project).accept_posterior

    def _is_worth_asking(self) -> bool:
        """Whether the answers that may still come are expected to gain what the policy asks for."""
        least = projects.policy_of(self.project).overlap_gain
        if not least or self.question.is_fused or self.question.subjective or not self.heard.votes:
            return True
        n_more = self.task.wanted_most - self.task.wanted
        return gain_of_asking(self.question, self.heard, n_more) >= least

    def _bar(self) -> float | None:
        """Return the agreement below which a question's answers differ; None for choices."""
        return self.question.least_agreement if self.question.is_fused else None


def outcome_of(belief: Belief, question: QuestionTruth) -> State:
    """Return how an item settles that nobody is asked about any more."""
    if question.subjective:
        is_enough = belief.n_answers > 0
    elif question.is_fused:
        is_enough = belief.n_answers > 0 and belief.confidence >= question.least_agreement
    else:
        is_enough = belief.confidence > TIE
    return "accepted" if is_enough else "disputed"
