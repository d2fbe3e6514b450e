"""What the hub believes about an item now, updated in the transaction of every answer."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from labeling.outbox import store as outbox
from labeling.projects import store as projects
from labeling.quality import store
from labeling.quality.fits import store as fits
from labeling.quality.priors import read_prior
from labeling.quality.skill import accuracy
from labeling.quality.truth.confusions import Confusions
from labeling.quality.truth.online import item_posterior, item_vote_share, weigh
from labeling.quality.truth.worth import gain_per_answer
from labeling.schema import store as schema_store

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.projects.policies.gold import GoldPolicy
    from labeling.quality.arrays import FloatArray

FRESH_SECONDS = 1.0
State = Literal["pending", "accepted", "disputed"]
SETTLED: frozenset[str | None] = frozenset({"accepted", "disputed"})
KEPT_PROBABILITY = 1e-4
"""Smaller probabilities are not stored."""


@dataclass(frozen=True, slots=True)
class QuestionTruth:
    """The confusions a question's answers are weighed with; classes by index, ids beside."""

    question: str
    class_ids: tuple[int, ...]
    confusions: Confusions
    fit_n: int
    least_agreement: float = 0.5
    """Of answers that are combined: how alike they must be for the item to be accepted."""
    subjective: bool = False
    """Whether there is no single truth: the votes' shares are what is believed."""
    models: frozenset[int] = frozenset()
    """Annotators that are models; they never say what is true of a test item."""
    with_model: Confusions | None = None
    """The confusions as fitted under the own model's priors; None where it is not asked."""

    def of_people(self, votes: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Return the votes that people gave."""
        return [vote for vote in votes if vote[0] not in self.models]

    @property
    def is_fused(self) -> bool:
        """Whether answers are combined, not counted by class: of what kind the question may be."""
        return len(self.class_ids) == 1

    def prior_of(self, believed: Row | None) -> FloatArray | None:
        """Return what the own model says of an item: (n_classes,), or None where it is silent."""
        if self.with_model is None or believed is None or believed.prior is None:
            return None
        return read_prior(believed.prior, self.class_ids)

    def skills(self, prior: FloatArray | None) -> Confusions:
        """Return what answers are weighed with, where the own model says `prior` or is silent."""
        return self.confusions if prior is None else self.with_model or self.confusions

    def index(self, class_id: int) -> int:
        """Return the position of a class in every probability vector."""
        return self.class_ids.index(class_id)


class TruthCache:
    """Per process: each question's current confusions, read once, dropped when they change.

    Other processes fold and fit too: what is older than `FRESH_SECONDS` is read anew.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[int, str], tuple[float, QuestionTruth]] = {}

    def get(self, tx: Transaction, project_id: int, question: str) -> QuestionTruth:
        """Return a question's confusions, read in this transaction where they are not known."""
        until, found = self._known.get((project_id, question), (0.0, None))
        if found is None or until < time.monotonic():
            found = load_truth(tx, project_id, question)
            self._known[project_id, question] = (time.monotonic() + FRESH_SECONDS, found)
        return found

    def drop(self, project_id: int, question: str) -> None:
        """Forget a question's confusions, so that the next answer reads them anew."""
        self._known.pop((project_id, question), None)


def load_truth(tx: Transaction, project_id: int, question: str) -> QuestionTruth:
    """Read a question's confusions from the store."""
    class_ids = tuple(sorted(schema_store.class_ids(tx, project_id, question).by_id))
    index = {class_id: position for position, class_id in enumerate(class_ids)}
    weights: dict[int, dict[tuple[int, int], float]] = {}
    under_prior: dict[int, dict[tuple[int, int], float]] = {}
    for row in store.skills(tx, project_id, question):
        cell = (index[row.true_class_id], index[row.given_class_id])
        if row.weight > 0:
            weights.setdefault(row.annotator_id, {})[cell] = row.weight
        if (row.weight_with_model or 0.0) > 0:
            under_prior.setdefault(row.annotator_id, {})[cell] = row.weight_with_model
    confusions = Confusions.from_weights(len(class_ids), weights)
    fit_n = store.last_fit(tx, project_id, question)
    policy = projects.policy_of(projects.get_or_raise(tx, project_id))
    with_model = None
    if under_prior and policy.quality.own_model == "on" and not policy.quality.subjective:
        with_model = Confusions.from_weights(len(class_ids), under_prior)
    models = fits.list_models(tx, project_id)
    unproven = [row.id for row in models if not _is_proven(row, policy.gold)]
    return QuestionTruth(
        question=question,
        class_ids=class_ids,
        confusions=confusions.capping(unproven) if unproven else confusions,
        fit_n=fit_n,
        least_agreement=policy.quality.accept_agreement,
        subjective=policy.quality.subjective,
        models=frozenset(row.id for row in models),
        with_model=with_model.capping(unproven) if with_model and unproven else with_model,
    )


def _is_proven(record: Row, policy: GoldPolicy) -> bool:
    """Whether gold shows a model to be as good as its people must be, on enough answers."""
    low = accuracy(record.n_right, record.n).low
    return record.n >= policy.least_n and low is not None and low >= policy.bar


@dataclass(frozen=True, slots=True)
class Belief:
    """What an item's votes say: class ids, probabilities in [0, 1]."""

    class_id: int | None
    confidence: float
    majority_class_id: int | None
    n_answers: int
    posterior: dict[int, float]
    answer: str | None = None
    """What the answers to a question that is no single choice come to; see `tables.Consensus`."""


NOTHING_BELIEVED = Belief(None, 0.0, None, 0, {})


def believe(
    truth: QuestionTruth, votes: list[tuple[int, int]], prior: FloatArray | None = None
) -> Belief:
    """Weigh an item's votes, given as (annotator, class id), under the current confusions.

    `prior` is what the project's own model says of the item (`QuestionTruth.prior_of`): it moves
    the belief among the classes that somebody answered, and never adds one. Without it this is
    what the answers alone say.

    The confidence is the stop score: the tempered posterior, its mean with the vote share, for raw
    posteriors claim .99 and are right .86. What it is worth, `fits.confidence` knows. Where there
    is no single truth every vote weighs the same, and the posterior is the votes' distribution.
    """
    if not votes:
        return NOTHING_BELIEVED
    indexed = [(annotator, truth.index(class_id)) for annotator, class_id in votes]
    n_classes = len(truth.class_ids)
    share = item_vote_share(indexed, n_classes)
    answered = dict.fromkeys(given for _, given in indexed)
    majority = max(answered, key=lambda given: float(share[given]))
    if truth.subjective:
        best, score = majority, share
    else:
        best, score = weigh(indexed, truth.skills(prior), n_classes, prior)
    kept = (score >= KEPT_PROBABILITY).nonzero()[0].tolist()
    return Belief(
        class_id=truth.class_ids[best],
        confidence=float(score[best]),
        majority_class_id=truth.class_ids[majority],
        n_answers=len(indexed),
        posterior={truth.class_ids[index]: round(float(score[index]), 6) for index in kept},
    )


def believe_item(
    tx: Transaction,
    truth: QuestionTruth,
    project_id: int,
    item_id: int,
    heard: store.Heard | None = None,
) -> Belief:
    """Weigh an item's stored votes; of a test item only people's, though all are counted.

    Of a question that is no single choice it is what was combined last, until it is anew.
    `heard` is what was read of the item in this transaction already.
    """
    if heard is None:
        found = store.votes(tx, project_id, truth.question, item_id)
        asked = truth.with_model is not None or truth.is_fused
        heard = store.Heard(found, store.get(tx, item_id, truth.question) if asked else None)
    votes = heard.votes
    if truth.is_fused:
        return _combined_last(heard.believed, len(votes))
    if truth.models and fits.split_of(tx, item_id) == "test":
        return replace(believe(truth, truth.of_people(votes)), n_answers=len(votes))
    return believe(truth, votes, truth.prior_of(heard.believed))


def gain_of_asking(truth: QuestionTruth, heard: store.Heard, n_more: int) -> float:
    """Return what up to `n_more` answers by anybody add to the probability of being right, each.

    It is what the answers so far and the skills let one expect (`truth.worth`); a single choice's.
    """
    prior = truth.prior_of(heard.believed)
    skills, n_classes = truth.skills(prior), len(truth.class_ids)
    votes = [(annotator, truth.index(class_id)) for annotator, class_id in heard.votes]
    posterior = item_posterior(votes, skills, prior, n_classes)
    return float(gain_per_answer(posterior[None, :], skills.pooled, n_more)[0])


def _combined_last(before: Row | None, n_answers: int) -> Belief:
    """Return the combined answer that stands, with the answers that there are now."""
    if before is None or not n_answers:
        return NOTHING_BELIEVED
    return Belief(before.class_id, before.confidence, None, n_answers, {}, before.answer)


def write_belief(
    tx: Transaction,
    project_id: int,
    item_id: int,
    truth: QuestionTruth,
    belief: Belief,
    state: State,
    cause: str,
    heard: store.Heard | None = None,
) -> State:
    """Store a belief; a new state or a flipped class becomes an event, a count, an outbox row.

    `heard` is what was read of the item in this transaction, where it was.

    Returns
    -------
    str
        The state that holds now: what a review has decided keeps its state, its class and its
        confidence, whatever the answers say since.

    """
    before = store.get(tx, item_id, truth.question) if heard is None else heard.believed
    if before is not None and before.pinned:
        state, belief = "accepted", _decided(before, belief)
    _put(tx, project_id, item_id, truth, belief, state)
    was = None if before is None else before.state
    flipped = (
        was == state == "accepted"
        and before is not None
        and (before.class_id, before.answer) != (belief.class_id, belief.answer)
    )
    if was != state or flipped:
        _note_change(tx, project_id, item_id, truth.question, before, belief, state, cause)
    return state


def _decided(before: Row, belief: Belief) -> Belief:
    """Return a belief in which only what is counted changes."""
    return replace(
        belief,
        class_id=before.class_id,
        confidence=before.confidence,
        posterior=json.loads(before.posterior),
        answer=before.answer,
    )


def decide_belief(
    tx: Transaction,
    project_id: int,
    item_id: int,
    truth: QuestionTruth,
    class_id: int,
    review_id: int,
    answer: str | None = None,
) -> None:
    """Pin an item's answer to what a review decided; it is accepted, and certain.

    `answer` is what it says to a question that is no single choice.
    The skills take the class as known truth at the next fold (the outbox event `review`).
    """
    before = store.lock(tx, item_id, truth.question)
    belief = Belief(
        class_id=class_id,
        confidence=1.0,
        majority_class_id=None if before is None else before.majority_class_id,
        n_answers=0 if before is None else before.n_answers,
        posterior={class_id: 1.0},
        answer=answer,
    )
    _put(tx, project_id, item_id, truth, belief, "accepted")
    store.pin(tx, item_id, truth.question, review_id)
    cause = f"review {review_id}"
    _note_change(tx, project_id, item_id, truth.question, before, belief, "accepted", cause)
    outbox.add(tx, project_id, "review", item_id=item_id, review_id=review_id)


def _put(
    tx: Transaction,
    project_id: int,
    item_id: int,
    truth: QuestionTruth,
    belief: Belief,
    state: State,
) -> None:
    store.put(
        tx,
        project_id,
        {
            "item_id": item_id,
            "question": truth.question,
            "state": state,
            "class_id": belief.class_id,
            "posterior": json.dumps(belief.posterior),
            "confidence": belief.confidence,
            "majority_class_id": belief.majority_class_id,
            "n_answers": belief.n_answers,
            "truth_fit_n": truth.fit_n,
            "answer": belief.answer,
        },
    )


def _note_change(
    tx: Transaction,
    project_id: int,
    item_id: int,
    question: str,
    before: Row | None,
    belief: Belief,
    state: State,
    cause: str,
) -> None:
    """Record a change of what is believed: a count, an event, an outbox row."""
    was = None if before is None else before.state
    if was != state:
        # In one order everywhere: two answers that cross would else wait for each other's count.
        for name, step in sorted({was: -1, state: 1}.items(), key=str):
            if name is not None:
                projects.count(tx, project_id, f"consensus.{name}", step)
    event = {
        "item_id": item_id,
        "question": question,
        "from_state": was,
        "to_state": state,
        "class_id": belief.class_id,
        "confidence": belief.confidence,
        "cause": cause,
        "from_class_id": before.class_id if before is not None and was == "accepted" else None,
        "answer": belief.answer,
    }
    store.add_event(tx, project_id, event)
    if SETTLED & {state, was}:
        outbox.add(tx, project_id, "consensus", item_id=item_id, was=was, now=state)
