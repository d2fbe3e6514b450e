"""The advice of a round: every kind of question compared, a plan, and what it would save.

Runs where the selector does, in the compute child: plain values in, plain values out. `scheduler`
holds the arithmetic; here it is applied to what a round knows, and put in words.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np

from active_learning.compared import Advice, Chosen, Option, Saving, Situation
from active_learning.pace import TASKS_PER_PERSON
from active_learning.relabel import Doubt
from active_learning.scheduler import (
    EXPONENT,
    Gains,
    Stakes,
    Voice,
    answer_gains,
    best_voices,
    fitted_exponent,
    gold_gain,
    learned_confusion,
    worth,
    worth_asking_again,
    worth_reviewing,
)
from labeling.quality.arrays import FloatArray, IntArray

__all__ = ["Advice", "Chosen", "Situation", "advice_json", "advise"]
ASSUMED_ACCURACY: Final = 0.8
ASSUMED_ANSWERS: Final = 5.0
"""What is believed of somebody without a record, and how many answers that belief counts for."""
REVIEWER_ACCURACY: Final = 0.98
SURE: Final = 0.98
"""A prediction as sure as this is left to the model."""
DRAWS: Final = 200
MICROS: Final = 1_000_000


def advise(
    situation: Situation, doubt: Doubt, new: FloatArray, done: Chosen, rng: np.random.Generator
) -> Advice:
    """Compare what could be asked next.

    Parameters
    ----------
    situation : see there.
    doubt : what answers and an out-of-fold model say of the labelled rows.
    new : (n_candidates, n_classes) the model's predictions of the items nobody was asked about.
    done : what the strategy chose among them, and how good the model is.
    rng : of the draws behind the range.

    """
    if not situation.voices:
        return Advice(reason="nobody can be asked: there is no workforce with a seat")
    table = _Table.made(situation, doubt, new, done)
    reviews = table.reviews()
    value = table.relabel_value()
    value[np.isin(table.again, [place for place, _, _ in reviews])] = -np.inf
    places = worth_asking_again(value, table.new_value(), done.n, situation.relabel_share)
    return Advice(
        options=table.options(),
        relabels=table.reasons(places),
        reviews=reviews,
        gold=table.gold_shares(),
        routes=table.routes(),
        room=table.room(),
        n=done.n,
        saving=table.saving(places, rng),
        assumptions=table.assumptions(),
    )


def advice_json(found: Advice) -> dict[str, Any]:
    """Return it as plain values."""
    return asdict(found)


@dataclass(frozen=True, eq=False)
class _Table:
    """What is compared, with everything that the comparison rests on."""

    situation: Situation
    doubt: Doubt
    done: Chosen
    again: IntArray
    prediction: FloatArray
    voices: list[Voice]
    records: list[str]
    stakes: Stakes
    spread: float
    new: Gains
    relabel: Gains

    @classmethod
    def made(cls, situation: Situation, doubt: Doubt, new: FloatArray, done: Chosen) -> _Table:
        voices, records = _voices(situation, doubt)
        main = voices[0].confusion
        again = np.asarray(situation.open_again, dtype=np.int64)
        sure = doubt.posterior.max(axis=1) if len(doubt.posterior) else np.zeros(0)
        exponent, spread = fitted_exponent(*_history(situation))
        believed = float(1.0 - new.max(axis=1).mean()) if len(new) else 0.0
        stakes = Stakes(
            error=believed if done.error is None else done.error,
            rest=situation.rest,
            labels=float(worth(1.0 - sure, doubt.posterior.shape[1]).sum()),
            exponent=exponent,
        )
        fresh = answer_gains(new[done.chosen], main)
        other = answer_gains(doubt.posterior[again], main, done.labels[again])
        return cls(
            situation, doubt, done, again, new, voices, records, stakes, spread, fresh, other
        )

    def cost(self, voice: Voice) -> float:
        return voice.cost(self.situation.hour_worth)

    def relabel_value(self) -> FloatArray:
        return self.relabel.total(self.stakes.slope) / self.cost(self.voices[0])

    def new_value(self) -> FloatArray:
        return self.new.total(self.stakes.slope) / self.cost(self.voices[0])

    def options(self) -> list[Option]:
        found = [self._accept()]
        for voice, record in zip(self.voices, self.records, strict=True):
            found += [self._new(voice, record), self._relabel(voice, record)]
        found += [*self._review(), *self._gold()]
        return sorted(found, key=lambda one: -(one.per_unit or 0.0))

    def _option(self, action: str, voice: Voice, n: int, values: FloatArray, why: str) -> Option:
        best = np.sort(values)[::-1][: max(self.done.n, 1)]
        gain = float(best.mean()) if best.size else 0.0
        cost = self.cost(voice)
        return Option(
            action,
            voice.name,
            n,
            round(gain, 6),
            round(cost, 1),
            round(gain / cost * MICROS, 4),
            why,
        )

    def _new(self, voice: Voice, record: str) -> Option:
        gains = answer_gains(self.prediction[self.done.chosen], voice.confusion)
        why = f"an item nobody was asked about; {voice.name}: {record}"
        values = gains.total(self.stakes.slope)
        return self._option("new", voice, len(self.prediction), values, why)

    def _relabel(self, voice: Voice, record: str) -> Option:
        gains = self._again(self.again, voice)
        doubted = int(self.doubt.contradicted(self.done.labels)[self.again].sum())
        why = (
            f"one more answer on an answered item; of {self.again.size:,} that may be asked again "
            f"the model contradicts {doubted:,}; {voice.name}: {record}"
        )
        values = gains.total(self.stakes.slope)
        return self._option("relabel", voice, self.again.size, values, why)

    def _again(self, places: IntArray, voice: Voice) -> Gains:
        belief, labels = self.doubt.posterior[places], self.done.labels[places]
        return answer_gains(belief, voice.confusion, labels)

    def _reviewer(self) -> Voice | None:
        who = self.situation.reviewer
        if who is None:
            return None
        return Voice(
            str(who["name"]),
            learned_confusion(_nothing(self._n_classes), REVIEWER_ACCURACY),
            float(who["price"]),
            float(who["seconds"]),
        )

    def reviews(self) -> list[tuple[int, float, str]]:
        """Return the items on which a verdict is worth more than an answer or a new item."""
        places, voice = np.asarray(self.situation.reviewable, dtype=np.int64), self._reviewer()
        if voice is None or not places.size:
            return []
        gains = self._again(places, voice).total(self.stakes.slope)
        asked = np.full(len(self.doubt.posterior), -np.inf)
        asked[self.again] = self.relabel_value()
        chosen = worth_reviewing(
            gains / self.cost(voice), asked[places], self.new_value(), self.done.n,
            self.situation.review_share,
        )  # fmt: skip
        found = []
        for at in chosen.tolist():
            row = int(places[at])
            chance = float(self.doubt.posterior[row, self.done.labels[row]])
            why = f"a verdict is worth its price: the label is right with probability {chance:.2f}"
            found.append((row, round(float(gains[at]), 6), why))
        return found

    def gold_shares(self) -> list[tuple[int, float, str]]:
        """Return who is worth a known question more than a new item, and who is not."""
        fresh = self.new_value()
        bar, found = float(fresh.mean()) if fresh.size else 0.0, []
        left = self.situation.answers_left / max(len(self.situation.gold), 1)
        for voice, given in zip(self.voices, self.situation.voices_as(self.voices), strict=True):
            people = set(given["annotators"])
            for person, right, n in self.situation.gold:
                if int(person) not in people:
                    continue
                gain = gold_gain(right, n, bar=self.situation.bar, answers_left=left)
                value = gain * (1.0 + self.stakes.slope) / self.cost(voice)
                why = (
                    f"right on {right:g} of {n:g} known questions; one more is expected to avoid "
                    f"{gain:.3f} wrong answers"
                )
                found.append((int(person), float(value > bar), why))
        return found

    def routes(self) -> list[tuple[int, int, str, str]]:
        """Return which new items are for which workforce, and why.

        Only people who are at work are compared: a seat that nobody takes answers nothing.
        """
        own = self.situation.voices_as(self.voices)
        here = [
            (voice, given)
            for voice, given in zip(self.voices, own, strict=True)
            if given.get("present", 0)
            >= (given.get("overlap_least") or self.situation.overlap_least)
        ]
        if self.situation.route == "off" or len(here) < 2:  # noqa: PLR2004 - a choice
            return []
        values = np.stack([self._new_value_of(voice) for voice, _ in here])
        found = []
        for place, winner in best_voices(values):
            voice, given = here[winner]
            second = int(np.argsort(-values[:, place], kind="stable")[1])
            why = (
                f"{values[winner, place] * MICROS:,.1f} errors avoided per unit of money, "
                f"{values[second, place] * MICROS:,.1f} by {here[second][0].name}"
            )
            found.append((place, int(given["id"]), voice.name, why))
        return found

    def room(self) -> dict[str, int]:
        """Return how many new items each workforce's people can take until the next rounds."""
        if self.situation.route != "prefer":
            return {}
        return {
            str(given["id"]): given.get("present", 0) * TASKS_PER_PERSON
            for given in self.situation.voices_as(self.voices)
            if "id" in given
        }

    def _new_value_of(self, voice: Voice) -> FloatArray:
        gains = answer_gains(self.prediction[self.done.chosen], voice.confusion)
        return gains.total(self.stakes.slope) / self.cost(voice)

    def _review(self) -> list[Option]:
        voice = self._reviewer()
        if voice is None:
            return []
        gains = self._again(np.arange(len(self.doubt.posterior)), voice)
        taken = f"reviewers are taken to be right {REVIEWER_ACCURACY:.0%} of the time"
        why = f"a verdict that settles an item; {taken}"
        values = gains.total(self.stakes.slope)
        return [self._option("review", voice, len(self.doubt.posterior), values, why)]

    def _gold(self) -> list[Option]:
        found = []
        left = self.situation.answers_left / max(len(self.situation.gold), 1)
        for voice, given in zip(self.voices, self.situation.voices_as(self.voices), strict=True):
            people = set(given["annotators"])
            gains = [
                gold_gain(right, n, bar=self.situation.bar, answers_left=left)
                for person, right, n in self.situation.gold
                if int(person) in people
            ]
            if not gains:
                continue
            values = np.array(gains) * (1.0 + self.stakes.slope)
            why = (
                "a question with a known answer: it finds out who should be paused before they "
                f"give their share of the {self.situation.answers_left:,.0f} answers yet to come"
            )
            found.append(self._option("gold", voice, len(gains), values, why))
        return found

    def _accept(self) -> Option:
        sure = self.prediction.max(axis=1) if len(self.prediction) else np.zeros(0)
        left = sure[sure >= SURE]
        why = (
            f"nothing: the model is at least {SURE:.0%} sure of them and expects "
            f"{float((1.0 - left).sum()):.1f} of their labels to be wrong; a certificate says "
            "whether that may stand"
        )
        return Option("accept", None, left.size, 0.0, 0.0, None, why)

    def reasons(self, places: IntArray) -> list[tuple[int, float, str]]:
        values = self.relabel.total(self.stakes.slope)
        against = self.doubt.contradicted(self.done.labels)
        found = []
        for place in places.tolist():
            row = int(self.again[place])
            chance = float(self.doubt.posterior[row, self.done.labels[row]])
            why = (
                "the model contradicts the answers" if against[row] else "the answers are in doubt"
            )
            text = f"{why}: the label is right with probability {chance:.2f}"
            found.append((row, round(float(values[place]), 6), text))
        return found

    def saving(self, places: IntArray, rng: np.random.Generator) -> Saving:
        """Compare the plan with new items only, at equal money, over what is not known."""
        n_new = max(self.done.n - places.size, 0)
        if not places.size:
            return Saving(reason="no answered item is worth more than the next new one")
        if not len(self.done.chosen):
            return Saving(reason="there are no new items to compare with")
        plan = self.relabel.take(places)
        error = self.stakes.error
        deviation = np.sqrt(max(error * (1.0 - error), 0.01) / max(self.done.n_test, 20))
        draws = []
        for draw in range(DRAWS + 1):
            stakes, fresh, again = self.stakes, self.new, plan
            if draw:
                stakes = Stakes(
                    float(np.clip(rng.normal(error, deviation), 0.001, 1.0)),
                    stakes.rest,
                    stakes.labels,
                    float(np.clip(rng.normal(stakes.exponent, self.spread), 0.05, 1.0)),
                )
                fresh = fresh.take(rng.integers(0, len(self.done.chosen), len(self.done.chosen)))
                again = again.take(rng.integers(0, places.size, places.size))
            of_new = float(fresh.total(stakes.slope).mean())
            gain = of_new * n_new + float(again.total(stakes.slope).sum())
            draws.append(1.0 - of_new * (n_new + places.size) / max(gain, 1e-12))
        low, high = np.quantile(draws[1:], [0.05, 0.95]).tolist()
        return Saving(round(draws[0], 4), round(low, 4), round(high, 4))

    def assumptions(self) -> dict[str, Any]:
        return {
            "error": round(self.stakes.error, 4),
            "error_from": "the random test sample"
            if self.done.n_test
            else "the model's own sureness",
            "rest": self.stakes.rest,
            "labels": round(self.stakes.labels, 1),
            "exponent": round(self.stakes.exponent, 3),
            "exponent_from": "learning curves of others"
            if self.stakes.exponent == EXPONENT
            else "this project's curve, held near others'",
            "per_right_label": round(self.stakes.slope, 4),
            "accuracy": {
                voice.name: round(float(np.diagonal(voice.confusion).mean()), 4)
                for voice in self.voices
            },
        }

    @property
    def _n_classes(self) -> int:
        return int(self.doubt.posterior.shape[1])


def _nothing(n_classes: int) -> FloatArray:
    return np.zeros((n_classes, n_classes))


def _history(situation: Situation) -> tuple[list[float], list[float]]:
    return [row[0] for row in situation.history], [row[1] for row in situation.history]


def _voices(situation: Situation, doubt: Doubt) -> tuple[list[Voice], list[str]]:
    """Return the workforces with what they have shown; who answers most comes first."""
    n_classes = doubt.posterior.shape[1]
    items = np.asarray(situation.items, dtype=np.int64)
    people = np.asarray(situation.annotators, dtype=np.int64)
    given = np.asarray(situation.answers, dtype=np.int64)
    known = {int(person): (right, n) for person, right, n in situation.gold}
    found = []
    for one in situation.voices:
        own = np.isin(people, np.asarray(list(one["annotators"]), dtype=np.int64))
        counts = _nothing(n_classes)
        np.add.at(counts.T, given[own], doubt.posterior[items[own]])
        gold = [known[person] for person in one["annotators"] if person in known]
        right = float(np.diagonal(counts).sum()) + sum(pair[0] for pair in gold)
        n = float(own.sum()) + sum(pair[1] for pair in gold)
        accuracy = (right + ASSUMED_ACCURACY * ASSUMED_ANSWERS) / (n + ASSUMED_ANSWERS)
        voice = Voice(
            str(one["name"]),
            learned_confusion(counts, accuracy),
            float(one["price"]),
            float(one["seconds"]),
        )
        record = (
            f"right {accuracy:.0%} of the time, by {n:,.0f} answers"
            if n
            else f"no record yet, taken to be right {ASSUMED_ACCURACY:.0%} of the time"
        )
        found.append((n, voice, record))
    found.sort(key=lambda row: -row[0])
    return [voice for _, voice, _ in found], [record for _, _, record in found]
