"""One simulated campaign: rounds of choosing, asking and inferring until the money is spent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from active_learning import strategies
from active_learning.advice import advise
from active_learning.compared import Chosen, Situation
from active_learning.refits import GROWTH
from active_learning.relabel import LEAST_LABELS, out_of_fold, tempered, weigh
from active_learning.simulation.activelab import activelab_choice
from active_learning.simulation.crowd import Crowd
from active_learning.simulation.own_model import Said, with_model
from active_learning.simulation.sample import Costs, label_sample
from active_learning.simulation.settings import Setting
from active_learning.simulation.world import World
from labeling.quality.arrays import BoolArray, FloatArray, IntArray
from training.trainers.blend import judgement_of
from training.trainers.trainer import TrainedModel

RANDOM_SHARE: Final = 0.1


@dataclass(frozen=True, slots=True)
class Point:
    """Where a campaign stands after a round.

    Parameters
    ----------
    spend : micro-units so far.
    answers : so far.
    labels : items with a label.
    accuracy : of the model on the test rows, against the truth.
    label_accuracy : share of the labels that are right; None without labels.
    """

    spend: float
    answers: int
    labels: int
    accuracy: float
    label_accuracy: float | None


@dataclass(eq=False)
class Campaign:
    """The state of one simulated campaign; `run_campaign` spends its money.

    Attributes
    ----------
    items, people, answers
        The answers so far, in their order: rows of the world, who, classes.
    labelled, labels, sure
        Rows with a label, ascending; the labels; the tempered posterior of each.
    test_labels, n_test_answers
        What people said of the test sample, and how many answers that took.
    judged
        Labels at which a blend's members were last judged, and what they were worth.
    history
        Labels and the error on the test sample after each round.
    """

    world: World
    crowd: Crowd
    setting: Setting
    rng: np.random.Generator
    items: list[int] = field(default_factory=list)
    people: list[int] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    asked: dict[int, set[int]] = field(default_factory=dict)
    labelled: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    labels: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    sure: FloatArray = field(default_factory=lambda: np.zeros(0))
    model: TrainedModel | None = None
    spend: float = 0.0
    costs: Costs = field(default_factory=Costs)
    drawn: set[int] = field(default_factory=set)
    verdicts: dict[int, int] = field(default_factory=dict)
    test_labels: IntArray = field(default_factory=lambda: np.zeros(0, np.int64))
    n_test_answers: int = 0
    judged: tuple[int, dict[str, list[float]] | None] = (0, None)
    history: list[tuple[float, float]] = field(default_factory=list)

    def ask(self, row: int) -> bool:
        """Put one item to somebody who has not answered it; False where nobody is left."""
        known = self.asked.setdefault(row, set())
        free = [person for person in range(self.crowd.size) if person not in known]
        if not free:
            return False
        person = free[int(self.rng.integers(len(free)))]
        known.add(person)
        self.items.append(row)
        self.people.append(person)
        self.answers.append(self.crowd.answer(person, int(self.world.truth[row]), self.rng))
        self.spend += self.crowd.price * (1.0 + self.costs.gold_share)
        return True

    def review(self) -> None:
        """Let a reviewer look at a random share of the items that came since the last time."""
        for row in self.labelled.tolist():
            if row in self.drawn:
                continue
            self.drawn.add(row)
            if self.rng.random() < self.costs.review_share:
                self.judge(row)

    def judge(self, row: int) -> None:
        """Have a reviewer decide an item."""
        truth = int(self.world.truth[row])
        slip = int(self.rng.integers(1, self.world.n_classes))
        is_right = self.rng.random() < self.costs.reviewer_accuracy
        self.verdicts[row] = truth if is_right else (truth + slip) % self.world.n_classes
        self.spend += self.costs.review_price

    def free(self) -> IntArray:
        """Return the rows of the pool that nobody was asked about."""
        taken = np.fromiter(self.asked, dtype=np.int64, count=len(self.asked))
        return np.setdiff1d(self.world.pool, taken)

    def label_test(self) -> None:
        """Have the random test sample labelled, and pay for it."""
        self.test_labels, self.n_test_answers = label_sample(
            self.world, self.crowd, self.setting, self.costs, self.rng
        )
        self.spend += self.n_test_answers * self.crowd.price

    def places(self) -> IntArray:
        """Return the place among the labelled rows of each answer's item."""
        return np.searchsorted(self.labelled, np.array(self.items, dtype=np.int64))

    def believe(self) -> None:
        """Infer labels from all answers, and train the model on them."""
        self.labelled = np.unique(np.array(self.items, dtype=np.int64))
        if not self.labelled.size:
            return
        if self.setting.reviews == "random":
            self.review()
        at = {row: place for place, row in enumerate(self.labelled.tolist())}
        said = Said(
            self.labelled, self.places(), np.array(self.people), np.array(self.answers, np.int64),
            {at[row]: verdict for row, verdict in self.verdicts.items()}, self.setting.truth,
        )  # fmt: skip
        found = said.fit(self.world.n_classes)
        if self.setting.own_model:
            found = with_model(self.world, said, found, self.rng)
        self.labels, self.sure = said.beliefs(found, self.world.n_classes)
        self.spend += self.costs.round_price
        if np.unique(self.labels).size > 1:
            self._train()

    def _train(self) -> None:
        """Train the model; a blend's members are judged anew when the labels grew by a quarter."""
        n, shares = self.judged
        kept = shares if self.labels.size < GROWTH * n else None
        self.model = self.world.fit(self.labelled, self.labels, self.sure, kept)
        if kept is None:
            self.judged = (self.labels.size, judgement_of(self.model))
        error = self.test_error()
        if error is not None:
            self.history.append((float(self.labels.size), error))

    def test_error(self) -> float | None:
        """Return how often the model errs on the test sample, by what people said of it."""
        sample = self.world.test[: self.test_labels.size]
        if self.model is None or not sample.size:
            return None
        said = self.world.predict(self.model, sample).argmax(axis=1)
        return float((said != self.test_labels).mean())

    def unsure(self) -> IntArray:
        """Return the rows whose overlap leaves room and that are not sure yet."""
        counts = np.bincount(self.places(), minlength=self.labelled.size)
        setting = self.setting
        open_ = (counts < setting.least) | (
            (counts < setting.most) & (self.sure < setting.posterior)
        )
        return self.labelled[open_]

    def choose_new(self, n: int) -> IntArray:
        """Return the next new rows: as the strategy says, a tenth of them at random."""
        free = self.free()
        n = min(n, free.size)
        if n == 0:
            return free[:0]
        if self.setting.strategy == "random":
            return self.rng.choice(free, n, replace=False)
        arguments = {
            "embeddings": self.world.embeddings[free],
            "labelled_embeddings": self.world.embeddings[self.labelled],
            "labels": self.labels,
            "probabilities": None if self.model is None else self.world.predict(self.model, free),
        }
        if self.setting.strategy == "margin":
            if self.model is None:
                return self.rng.choice(free, n, replace=False)
            arguments = {"probabilities": arguments["probabilities"]}
        chosen = strategies.select(self.setting.strategy, n, rng=self.rng, **arguments)
        kept = free[chosen[: n - round(RANDOM_SHARE * n)]]
        drawn = self.rng.choice(np.setdiff1d(free, kept), n - kept.size, replace=False)
        return np.concatenate([kept, drawn])

    def choose_again(self, n: int, new: IntArray) -> IntArray:
        """Return the answered rows that the setting asks again, best first."""
        if self.setting.relabel != "scheduler" or self.labels.size < LEAST_LABELS:
            return new[:0]
        if self.model is None:
            return new[:0]
        doubt_model = self.out_of_fold()
        places, given = self.places(), np.array(self.answers, dtype=np.int64)
        doubt = weigh(places, self.people, given, doubt_model)
        free = self.free()
        situation = Situation(
            items=places.tolist(),
            annotators=self.people,
            answers=self.answers,
            open_again=self._open_again(places),
            voices=[
                {
                    "name": self.crowd.name,
                    "annotators": list(range(self.crowd.size)),
                    "price": self.crowd.price,
                    "seconds": self.crowd.seconds,
                }
            ],
            rest=free.size,
            relabel_share=self.setting.relabel_share,
            history=self.history,
            **self._reviewing(places),
        )
        done = Chosen(
            self.labels, self.world.n_classes, np.searchsorted(free, np.sort(new)), n,
            self.test_error(), self.test_labels.size, 0, 0,
        )  # fmt: skip
        predicted = tempered(self.world.predict(self.model, free), doubt.temperature)
        found = advise(situation, doubt, predicted, done, self.rng)
        for place, _, _ in found.reviews:
            self.judge(int(self.labelled[place]))
        return self.labelled[[place for place, _, _ in found.relabels]]

    def _reviewing(self, places: IntArray) -> dict[str, Any]:
        """Return what the scheduler knows of reviews, where it decides on them."""
        if self.setting.reviews != "scheduler":
            return {}
        price = self.costs.review_price
        n = np.bincount(places, minlength=self.labelled.size)
        return {
            "reviewer": {"name": "reviewers", "price": price, "seconds": self.crowd.seconds},
            "reviewable": [
                place
                for place in np.flatnonzero(n).tolist()
                if int(self.labelled[place]) not in self.verdicts
            ],
            "review_share": self.costs.review_share,
        }

    def _open_again(self, places: IntArray) -> list[int]:
        """Return the places of the items that somebody is left for and no review has decided."""
        counts = np.bincount(places, minlength=self.labelled.size)
        rows = self.labelled.tolist()
        return [
            place
            for place in np.flatnonzero(counts < self.crowd.size).tolist()
            if rows[place] not in self.verdicts
        ]

    def out_of_fold(self) -> FloatArray:
        """Return a prediction of each labelled row by a model that was not trained on it."""

        def fit(places: IntArray, fold: int) -> Callable[[IntArray], FloatArray]:
            del fold
            part = self.world.fit_quickly(
                self.labelled[places], self.labels[places], self.sure[places]
            )
            return lambda inside: self.world.predict(part, self.labelled[inside])

        return out_of_fold(self.labels, self.world.n_classes, fit, self.rng)

    def point(self) -> Point:
        """Return where the campaign stands."""
        right: BoolArray = self.labels == self.world.truth[self.labelled]
        return Point(
            self.spend,
            len(self.answers),
            int(self.labelled.size),
            self.world.accuracy(self.model),
            float(right.mean()) if right.size else None,
        )


def run_campaign(  # noqa: PLR0913 - the terms of a campaign
    world: World,
    crowd: Crowd,
    setting: Setting,
    *,
    budget: float,
    batch: int,
    rng: np.random.Generator,
    costs: Costs | None = None,
    at_end: Callable[[Campaign], None] | None = None,
    until: Callable[[list[Point]], bool] | None = None,
) -> list[Point]:
    """Spend a budget, a batch of answers at a time; return where it stood after each.

    Parameters
    ----------
    world, crowd, setting : see there.
    budget : micro-units.
    batch : answers of a round.
    rng : of every draw; the same state gives the same campaign.
    costs : what is paid for beside answers; nothing where None.
    at_end : called with the campaign when its money is spent.
    until : ends the campaign early where it says so of the points so far.

    """
    campaign = Campaign(world, crowd, setting, rng, costs=costs or Costs())
    campaign.label_test()
    points = [campaign.point()]
    price = crowd.price * (1.0 + campaign.costs.gold_share)
    while campaign.spend + price <= budget:
        n = min(batch, int((budget - campaign.spend) // price))
        before = len(campaign.answers)
        for row in _next_rows(campaign, n):
            campaign.ask(row)
        if len(campaign.answers) == before:
            break  # nothing is left to ask
        campaign.believe()
        points.append(campaign.point())
        if until is not None and until(points):
            break
    if at_end is not None:
        at_end(campaign)
    return points


def _next_rows(campaign: Campaign, n: int) -> list[int]:
    """Return the rows of the next n questions; one with a fixed overlap comes that often."""
    setting = campaign.setting
    if setting.relabel == "activelab":
        return activelab_choice(campaign, n)
    open_ = campaign.unsure()
    if open_.size:
        campaign.rng.shuffle(open_)
        rows: list[int] = open_[:n].tolist()
    else:
        rows = []
    left = n - len(rows)
    if not left:
        return rows
    new = campaign.choose_new(max(left // setting.least, 1))
    again = campaign.choose_again(left, new)[: max(left - 1, 0)]
    new = new[: max(left - again.size, 0)]
    asked = [row for row in new.tolist() for _ in range(setting.least)]
    return [*rows, *again.tolist(), *asked][:n]
