"""Exported answers as columns: who said what of which item, what may be compared with what.

Rows are those of `labelloop export --answers`; the hub's own figures are computed from the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt

from labeling.quality.arrays import BoolArray, FloatArray, IntArray

Basis = Literal["random_sample", "chosen_items"]
NOTHING: Final = -1
SOURCES: Final = ("", "gold", "audit", "review")


@dataclass(frozen=True)
class Person:
    """An annotator by pseudonym; of kind `model` where a model answers."""

    name: str
    workforce: str
    kind: str


@dataclass(frozen=True, eq=False)
class Slice:
    """A slice attribute: its values, and which one each item has (-1: none)."""

    attribute: str
    values: tuple[str, ...]
    codes: IntArray


@dataclass(frozen=True, eq=False)
class Answers:
    """The answers to one question; make it with `read_answers`, oldest first.

    Attributes
    ----------
    question
        Its name; empty where the export does not say.
    classes
        Keys of the declared classes; those that occur where none were declared.
    item_keys, people
        (n_items,), (n_people,) sorted by key, and by pseudonym.
    items, annotators, given, at, active_ms
        (n_answers,) item, person, class, UTC microseconds, time spent.
    is_first
        (n_answers,) a person's first answer to an item, as it was before any correction.
    is_current
        (n_answers,) what a person says of an item now.
    is_vote
        (n_answers,) an independent look, in the ordinary course of work.
    is_measured
        (n_answers,) an independent look, at hidden gold too.
    is_random
        (n_items,) the item is in the random sample.
    truth, truth_from
        (n_items,) the right class, -1 where unknown; index into `SOURCES`.
    also_right
        Further right classes of an item that has several.
    believed, is_accepted, confidence
        (n_items,) class of the consensus, -1 for none; whether it is accepted; how sure.
    slices
        The items' attributes.
    n_total
        Answers that there are; more than `given.size` where these are a sample.
    is_subjective
        There is no single truth: `truth` is empty, and nobody has an accuracy.
    is_early
        (n_answers,) among the first so many of its item that every random item gets; what came
        later was asked because those differed.
    """

    question: str
    classes: tuple[str, ...]
    item_keys: tuple[str, ...]
    people: tuple[Person, ...]
    items: IntArray
    annotators: IntArray
    given: IntArray
    at: IntArray
    active_ms: IntArray
    is_first: BoolArray
    is_current: BoolArray
    is_vote: BoolArray
    is_measured: BoolArray
    is_random: BoolArray
    truth: IntArray
    truth_from: IntArray
    also_right: Mapping[int, frozenset[int]]
    believed: IntArray
    is_accepted: BoolArray
    confidence: FloatArray
    slices: tuple[Slice, ...]
    n_total: int
    is_subjective: bool = False
    is_early: BoolArray | None = None
    """None: all are."""

    @property
    def n_items(self) -> int:
        """How many items have an answer."""
        return len(self.item_keys)

    @property
    def n_classes(self) -> int:
        """How many classes are declared, or occur; at least one."""
        return max(len(self.classes), 1)

    @property
    def is_person(self) -> BoolArray:
        """(n_answers,) whether a person gave it, no model."""
        human = np.array([person.kind != "model" for person in self.people], dtype=bool)
        return human[self.annotators] if self.annotators.size else np.zeros(0, dtype=bool)

    def compared(self, basis: Basis) -> BoolArray:
        """Which answers agreement rests on: people's votes.

        On the random sample everybody's first answer; elsewhere what they say now.
        """
        chosen = self.is_vote & self.is_person
        if basis == "random_sample":
            early = chosen if self.is_early is None else chosen & self.is_early
            return early & self.is_first & self.is_random[self.items]
        return chosen & self.is_current & ~self.is_random[self.items]

    def votes(self) -> BoolArray:
        """Return which answers count now, on all items, models' among them."""
        return self.is_vote & self.is_current

    def is_right(self, rows: npt.NDArray[Any]) -> BoolArray:
        """Whether the answers `rows`, to items of known truth, are right."""
        right = self.given[rows] == self.truth[self.items[rows]]
        for place in np.flatnonzero(~right):
            others = self.also_right.get(int(self.items[rows[place]]), frozenset())
            right[place] = int(self.given[rows[place]]) in others
        return np.asarray(right, dtype=bool)
