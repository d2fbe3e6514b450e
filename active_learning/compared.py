"""What a round's comparison rests on and what it says: plain values, which JSON can hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from active_learning.scheduler import Voice
from labeling.quality.arrays import IntArray


@dataclass(frozen=True, slots=True)
class Situation:
    """What a round knows beside features and labels; all of it JSON can hold.

    Parameters
    ----------
    items, annotators, answers : (n_answers,) the votes: places among the labelled rows, annotators,
        class indices.
    open_again : places among the labelled rows of which another answer may be asked.
    voices : of each workforce `name`, `annotators` (ids), `price` and `seconds` of an answer.
    reviewer : the same of who reviews, without annotators; None where nobody does.
    gold : (annotator, right, n) of those with a record on known answers.
    bar : accuracy below which an annotator is paused.
    answers_left : answers that the budget, or the pool, has room for.
    rest : training items that nobody was asked about.
    history : (labels, error on the random test sample) of earlier rounds.
    hour_worth : micro-units an hour.
    relabel_share : most of the questions that may ask again.
    reviewable : places among the labelled rows that a reviewer may be shown.
    review_share : most reviews, as a share of the questions.
    route : whether new items are for the workforce that is worth most: off, prefer, only. Voices
        then tell their `id`, how many of their people are `present`, and their own `overlap_least`.
    overlap_least : answers that a new item gets at least, each by somebody else.
    """

    items: Sequence[int] = ()
    annotators: Sequence[int] = ()
    answers: Sequence[int] = ()
    open_again: Sequence[int] = ()
    voices: Sequence[Mapping[str, Any]] = ()
    reviewer: Mapping[str, Any] | None = None
    gold: Sequence[Sequence[float]] = ()
    bar: float = 0.7
    answers_left: float = 0.0
    rest: int = 0
    history: Sequence[Sequence[float]] = ()
    hour_worth: float = 0.0
    relabel_share: float = 0.5
    reviewable: Sequence[int] = ()
    review_share: float = 0.0
    route: str = "off"
    overlap_least: int = 1

    def voices_as(self, order: Sequence[Voice]) -> list[Mapping[str, Any]]:
        """Return the workforces in the order of their voices."""
        by_name = {str(one["name"]): one for one in self.voices}
        return [by_name[voice.name] for voice in order]


@dataclass(frozen=True, slots=True)
class Option:
    """One thing that could be done next.

    Parameters
    ----------
    action : new, relabel, review, gold, or accept (nothing is asked: the model is sure).
    workforce : who would be asked; None for accept.
    n : how many such questions there are now.
    gain : wrong labels that one of them is expected to avoid, in the mean of those next in turn.
    cost_micros : of one, time included.
    per_unit : wrong labels avoided per unit of money; None where nothing is spent.
    why : in words.
    """

    action: str
    workforce: str | None
    n: int
    gain: float
    cost_micros: float
    per_unit: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Saving:
    """Share of the money that the plan saves against asking about new items only.

    `value` is None where it is not defined, `reason` says why; `low` and `high` hold 90 % of the
    draws over what is not known: the items, the model's error, how fast it falls.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Advice:
    """What a round would ask, why, and what it saves; all of it JSON can hold.

    Parameters
    ----------
    options : best for the money first.
    relabels : (place among the labelled rows, gain, why), best first: what is worth more than the
        new items that it would replace.
    reviews : the same of those that are worth a verdict more than another answer or a new item.
    gold : (annotator, share of the way to the highest rate, why) of those with a record.
    routes : (place among the chosen new items, workforce's id and name, why) of those that are
        worth most when a certain workforce is asked; those that lose most by another first.
    room : of each workforce's id, how many it can take until the next rounds; empty: any number.
    n : questions compared for.
    saving : against new items only.
    assumptions : error, rest, labels, exponent and accuracies that the figures rest on.
    reason : why nothing could be compared, in words; None where it was.
    """

    options: list[Option] = field(default_factory=list)
    relabels: list[tuple[int, float, str]] = field(default_factory=list)
    reviews: list[tuple[int, float, str]] = field(default_factory=list)
    gold: list[tuple[int, float, str]] = field(default_factory=list)
    routes: list[tuple[int, int, str, str]] = field(default_factory=list)
    room: dict[str, int] = field(default_factory=dict)
    n: int = 0
    saving: Saving = field(default_factory=Saving)
    assumptions: dict[str, Any] = field(default_factory=dict)
    reason: str | None = None


@dataclass(frozen=True, eq=False)
class Chosen:
    """What the selector has done when a comparison begins.

    Parameters
    ----------
    labels : (n_labelled,) class indices.
    n_classes : of the question.
    chosen : (n,) places among the candidates, best first.
    n : questions of the round.
    error : of the quick model on the random test sample, None where there is none.
    n_test : size of that sample.
    fit_seconds : that the quick model's fit took.
    seed : of every draw.
    """

    labels: IntArray
    n_classes: int
    chosen: IntArray
    n: int
    error: float | None
    n_test: int
    fit_seconds: float
    seed: int
