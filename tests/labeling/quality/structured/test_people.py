"""What a full fit learns of people, kind by kind, against combining by likeness alone."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from labeling.quality.structured import people
from labeling.quality.structured.kinds import kind_of
from labeling.quality.structured.people import METHODS, Given, Learned, combine, learn
from labeling.quality.truth.fusing import fuse
from labeling.quality.truth.label_sets import infer_sets
from labeling.quality.truth.pairs import infer_pairs
from labeling.quality.truth.ratings import infer_ratings
from labeling.schema.label_config import parse_label_config
from labeling.schema.questions import Question
from tests.support.kinds import CONFIGS

N_ITEMS, N_PEOPLE = 120, 5


def asked(kind: str) -> Question:
    """Return the question of a kind's config."""
    return parse_label_config(CONFIGS[kind]).target()


def crowd(values: list[Any], pairs: list[Any] | None = None) -> Given:
    """Return everybody's answers to all items; values item by item, person by person."""
    items = np.repeat(np.arange(N_ITEMS), N_PEOPLE)
    return Given(items, np.tile(np.arange(N_PEOPLE), N_ITEMS), values, pairs or ())


def right(question: Question, given: Given, learned: Learned | None, truth: list[Any]) -> float:
    """Return the share of items that come out right from three of five answers each."""
    kind, n = kind_of(question), 0
    skill = fuse(given.items, given.people, given.values, kind).skill
    for item in range(N_ITEMS):
        rows = [item * N_PEOPLE + (item + k) % N_PEOPLE for k in range(3)]
        who, said = [int(given.people[row]) for row in rows], [given.values[row] for row in rows]
        found = combine(question, learned, who, said)
        if found is None:
            found, _ = kind.combine(said, np.array([skill[one] ** 2 for one in who]))
        n += found == truth[item]
    return n / N_ITEMS


def rated() -> tuple[Given, list[float]]:
    """Draw ratings: two people are steady, two rate a point too high, one says anything."""
    rng = np.random.default_rng(0)
    truth = rng.integers(1, 6, N_ITEMS).astype(float)
    bias, spread = [0, 0, 1.2, 1.2, 0], [0.3, 0.3, 0.3, 0.3, 2.5]
    said = truth[:, None] + rng.normal(bias, spread, (N_ITEMS, N_PEOPLE))
    return crowd(said.round().clip(1, 5).ravel().tolist()), truth.tolist()


def named() -> tuple[Given, list[frozenset[str]]]:
    """Draw sets: three people overlook most of what is there and make nothing up."""
    rng = np.random.default_rng(1)
    truth = rng.random((N_ITEMS, 3)) < 0.4
    finds, makes_up = np.array([0.95, 0.95, 0.35, 0.35, 0.35]), np.full(5, 0.02)
    chance = np.where(truth[:, None, :], finds[:, None], makes_up[:, None])
    said = rng.random(chance.shape) < chance
    sets = [frozenset("abc"[k] for k in np.flatnonzero(row)) for row in said.reshape(-1, 3)]
    return crowd(sets), [frozenset("abc"[k] for k in np.flatnonzero(row)) for row in truth]


def chosen() -> tuple[Given, list[str]]:
    """Draw choices between twelve objects that come up again: two people choose by a coin."""
    rng = np.random.default_rng(2)
    pairs = [tuple(map(str, rng.choice(12, 2, replace=False).tolist())) for _ in range(N_ITEMS)]
    truth = ["left" if int(left) > int(other) else "right" for left, other in pairs]
    good = np.array([0.95, 0.95, 0.95, 0.5, 0.5])
    is_right = rng.random((N_ITEMS, N_PEOPLE)) < good
    other_side = {"left": "right", "right": "left"}
    said = [
        truth[item] if is_right[item, who] else other_side[truth[item]]
        for item in range(N_ITEMS)
        for who in range(N_PEOPLE)
    ]
    return crowd(said, pairs), truth


class TestLearn:
    """`learn` and `combine`."""

    @pytest.mark.parametrize(
        ("kind", "drawn", "gain"), [("rating", rated, 0.1), ("choices", named, 0.05)]
    )
    def test_more_items_come_out_right_than_by_likeness(
        self, kind: str, drawn: Any, gain: float
    ) -> None:
        """Three answers of a crowd with biases: what is known of people is worth something."""
        given, truth = drawn()
        learned = learn(asked(kind), given)
        assert learned is not None
        assert learned["method"] == METHODS[asked(kind).kind].name
        by_likeness = right(asked(kind), given, None, truth)
        assert right(asked(kind), given, learned, truth) > by_likeness + gain

    def test_pairs_are_no_worse_and_careless_people_count_less(self) -> None:
        """One order of all objects tells who chooses by a coin."""
        given, truth = chosen()
        learned = learn(asked("pair"), given)
        assert learned is not None
        by_likeness = right(asked("pair"), given, None, truth)
        assert right(asked("pair"), given, learned, truth) >= by_likeness
        shares = [learned["people"][str(who)] for who in range(N_PEOPLE)]
        assert min(shares[:3]) > max(shares[3:]) + 0.2
        assert combine(asked("pair"), learned, [0, 3, 4], ["left", "right", "right"]) == "left"

    def test_what_is_learned_is_what_the_public_functions_say(self) -> None:
        """The biases of `infer_ratings`, reliability of `infer_pairs`, sets of `infer_sets`."""
        given, _ = rated()
        ratings = infer_ratings(given.items, given.people, given.values)
        learned = learn(asked("rating"), given)
        assert learned is not None
        assert [pair[0] for pair in learned["people"].values()] == pytest.approx(
            ratings.bias, abs=1e-4
        )
        given, _ = chosen()
        places: dict[Any, int] = {}
        sides = [tuple(places.setdefault(one, len(places)) for one in pair) for pair in given.pairs]
        won = [sides[i][v == "right"] for i, v in zip(given.items, given.values, strict=True)]
        lost = [sides[i][v == "left"] for i, v in zip(given.items, given.values, strict=True)]
        pairs = infer_pairs(won, lost, given.people, len(places))
        learned = learn(asked("pair"), given)
        assert learned is not None
        assert list(learned["people"].values()) == pytest.approx(pairs.reliability, abs=0.01)
        given, _ = named()
        learned = learn(asked("choices"), given)
        sets = infer_sets(
            given.items, given.people, [["abc".index(key) for key in v] for v in given.values], 3
        ).sets
        same = 0
        for item in range(N_ITEMS):
            rows = slice(item * N_PEOPLE, (item + 1) * N_PEOPLE)
            found = combine(asked("choices"), learned, list(range(N_PEOPLE)), given.values[rows])
            same += found == frozenset("abc"[k] for k in sets[item])
        assert same >= 0.97 * N_ITEMS

    def test_what_all_say_is_what_it_comes_to(self) -> None:
        """No bias moves an item on which nobody differs, and no rating leaves what was said."""
        given, _ = rated()
        learned = learn(asked("rating"), given)
        assert combine(asked("rating"), learned, [2, 3], [5.0, 5.0]) == 5.0
        assert combine(asked("rating"), learned, [2, 3], [5.0, 4.0]) in {4.0, 5.0}

    def test_it_is_json(self) -> None:
        """The record of the fit keeps it, and what is read back combines alike."""
        given, truth = named()
        learned = learn(asked("choices"), given)
        again = json.loads(json.dumps(learned))
        assert right(asked("choices"), given, again, truth) == right(
            asked("choices"), given, learned, truth
        )


class TestBadInput:
    """Too little, too much, and what the fit has not seen: likeness has to do, in words."""

    @pytest.mark.parametrize("kind", sorted(METHODS))
    def test_nothing_one_person_and_no_overlap_teach_nothing(self, kind: str) -> None:
        """Below `LEAST_ITEMS` items with two answers there is no model."""
        value: Any = {"choices": frozenset("a"), "pair": "left"}.get(kind, 3.0)
        empty = Given(np.array([], np.int64), np.array([], np.int64), [])
        alone = Given(np.arange(50), np.zeros(50, np.int64), [value] * 50)
        apart = Given(np.arange(50), np.arange(50), [value] * 50)
        assert [learn(asked(kind), one) for one in (empty, alone, apart)] == [None] * 3
        assert combine(asked(kind), None, [1], [value]) is None

    @pytest.mark.parametrize("kind", sorted(METHODS))
    def test_constant_answers_and_strangers_are_combined(self, kind: str) -> None:
        """Nobody ever differs, then somebody new does: a defined answer."""
        value: Any = {"choices": frozenset("a"), "pair": "left"}.get(kind, 3.0)
        other: Any = {"choices": frozenset("ab"), "pair": "right"}.get(kind, 5.0)
        given = crowd([value] * (N_ITEMS * N_PEOPLE))
        learned = learn(asked(kind), given)
        assert combine(asked(kind), learned, [0, 77], [value, value]) == value
        found = combine(asked(kind), learned, [0, 1, 77], [value, value, other])
        assert found in {None, value}

    def test_a_class_that_the_fit_has_not_seen_is_left_to_likeness(self) -> None:
        """Its confusions are not known, so nobody guesses them."""
        given, _ = named()
        learned = learn(asked("choices"), given)
        assert combine(asked("choices"), learned, [0, 1], [frozenset("d"), frozenset()]) is None

    def test_too_many_numbers_are_not_kept(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Thousands of classes times thousands of people stay likeness."""
        monkeypatch.setattr(people, "MOST_NUMBERS", 10)
        assert learn(asked("choices"), named()[0]) is None

    def test_nobody_named_anything(self) -> None:
        """Empty sets alone: the answer is none of the classes."""
        given = crowd([frozenset()] * (N_ITEMS * N_PEOPLE))
        assert learn(asked("choices"), given) is None
        assert combine(asked("choices"), None, [0], [frozenset()]) is None

    def test_the_same_object_on_both_sides_teaches_nothing(self) -> None:
        """A pair of equals is passed over."""
        given = crowd(["left"] * (N_ITEMS * N_PEOPLE), [("x", "x")] * N_ITEMS)
        learned = learn(asked("pair"), given)
        assert learned is not None
        assert learned["people"] == {}
