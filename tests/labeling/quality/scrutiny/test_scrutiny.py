"""Evidence about annotators, guideline and items: found where it is, and not where it is not."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from labeling.quality.arrays import IntArray
from labeling.quality.scrutiny import (
    coinciding_errors,
    confused_pairs,
    find_drift,
    likely_errors,
    merge_effect,
    peer_agreement,
    suspicions,
)

N_ITEMS, N_PEOPLE, N_CLASSES = 300, 5, 4


@dataclass(frozen=True, eq=False)
class Crowd:
    """Everybody answers every item in order; `answers` is (n_items, n_people)."""

    truth: IntArray
    answers: IntArray

    @property
    def arguments(self) -> tuple[IntArray, IntArray, IntArray, int]:
        """Items, annotators, answers, number of classes; oldest first."""
        n_items, n_people = self.answers.shape
        items = np.repeat(np.arange(n_items), n_people)
        people = np.tile(np.arange(n_people), n_items)
        return items, people, self.answers.ravel(), N_CLASSES


def make_crowd(seed: int = 0, accuracy: float = 0.85) -> Crowd:
    """Draw honest people who err independently."""
    rng = np.random.default_rng(seed)
    truth = rng.integers(N_CLASSES, size=N_ITEMS)
    wrong = (truth[:, None] + rng.integers(1, N_CLASSES, (N_ITEMS, N_PEOPLE))) % N_CLASSES
    right = rng.random((N_ITEMS, N_PEOPLE)) < accuracy
    return Crowd(truth, np.where(right, truth[:, None], wrong))


def with_person(crowd: Crowd, place: int, answers: IntArray) -> Crowd:
    """Put other answers in one person's place."""
    changed = crowd.answers.copy()
    changed[:, place] = answers
    return replace(crowd, answers=changed)


class TestPeerAgreement:
    """Agreement with the others, adjusted for what was given."""

    def test_the_expert_on_hard_items_does_not_look_worst(self) -> None:
        """One who is given only disputed items has a low plain figure and a fair adjusted one."""
        rng = np.random.default_rng(0)
        hard = np.arange(N_ITEMS) < 60
        accuracy = np.where(hard[:, None], 0.5, 0.95)
        truth = rng.integers(N_CLASSES, size=N_ITEMS)
        wrong = (truth[:, None] + rng.integers(1, N_CLASSES, (N_ITEMS, N_PEOPLE))) % N_CLASSES
        right = rng.random((N_ITEMS, N_PEOPLE)) < accuracy
        right[:, 0] = rng.random(N_ITEMS) < 0.9
        items, people, answers, k = Crowd(truth, np.where(right, truth[:, None], wrong)).arguments
        asked = (people != 0) | hard[items]
        found = peer_agreement(items[asked], people[asked], answers[asked], k)
        plain = [one.plain or 0.0 for one in found]
        adjusted = [one.adjusted or 0.0 for one in found]
        assert np.argmin(plain) == 0
        assert np.argmax(adjusted) == 0

    def test_intervals_hold_the_figure_and_shrink(self) -> None:
        """Low ≤ adjusted ≤ high; four times the items, half the width."""
        few, many = (peer_agreement(*crowd) for crowd in (_first(30), _first(300)))
        for one in [*few, *many]:
            assert one.low is not None
            assert one.high is not None
            assert one.adjusted is not None
            assert one.low <= one.adjusted <= one.high
        assert _width(many[0]) < 0.6 * _width(few[0])

    def test_nobody_to_agree_with(self) -> None:
        """A person alone on their items has no figure, and the count says so."""
        (found,) = peer_agreement([0, 1], [7, 7], [0, 1], 2)
        assert (found.annotator, found.n, found.plain, found.adjusted) == (7, 0, None, None)


def _first(n_items: int) -> tuple[IntArray, IntArray, IntArray, int]:
    items, people, answers, k = make_crowd().arguments
    kept = items < n_items
    return items[kept], people[kept], answers[kept], k


def _width(found: object) -> float:
    return float(getattr(found, "high") - getattr(found, "low"))  # noqa: B009


class TestDrift:
    """Changes of agreement over time."""

    def test_one_who_stops_caring_is_found(self) -> None:
        """Right until two thirds of the way, then at random: the place is about right."""
        rng = np.random.default_rng(1)
        crowd = make_crowd(1)
        answers = crowd.answers[:, 2].copy()
        answers[200:] = rng.integers(N_CLASSES, size=100)
        (found,) = find_drift(*with_person(crowd, 2, answers).arguments)
        assert found.annotator == 2
        assert 150 <= found.after <= 250
        assert found.after_mean < found.before_mean

    def test_honest_people_are_not_named(self) -> None:
        """Twenty steady crowds: nobody in any of them."""
        assert not any(find_drift(*make_crowd(seed).arguments) for seed in range(20))

    def test_harder_items_are_no_drift(self) -> None:
        """When the last third is hard for all, nobody has changed."""
        crowd, hard = make_crowd(3, 0.95), make_crowd(4, 0.5)
        answers = np.where((np.arange(N_ITEMS) < 200)[:, None], crowd.answers, hard.answers)
        assert find_drift(*Crowd(crowd.truth, answers).arguments) == []

    def test_too_few_votes(self) -> None:
        """Ten votes cannot show a change."""
        assert find_drift(*_first(10)) == []


class TestCoincidingErrors:
    """Copying."""

    def test_a_copier_is_found(self) -> None:
        """Four answers of five copied, errors and all."""
        crowd = make_crowd(0, 0.7)
        copied = np.where(np.arange(N_ITEMS) % 5 > 0, crowd.answers[:, 0], crowd.answers[:, 1])
        crowd = with_person(crowd, 1, copied)
        found = coinciding_errors(*crowd.arguments[:3], crowd.truth, N_CLASSES)
        assert (found[0].first, found[0].second) == (0, 1)
        assert found[0].n_same > 2 * found[0].expected

    def test_honest_people_are_not_named(self) -> None:
        """Ten crowds of independent errors: no pair."""
        for seed in range(10):
            crowd = make_crowd(seed, 0.7)
            assert coinciding_errors(*crowd.arguments[:3], crowd.truth, N_CLASSES) == []

    def test_a_trap_that_catches_all_is_no_evidence(self) -> None:
        """When one class is always taken for another, alike errors are what anybody makes."""
        crowd = make_crowd(5, 0.95)
        trapped = np.where((crowd.truth == 1)[:, None], 2, crowd.answers)
        assert coinciding_errors(*Crowd(crowd.truth, trapped).arguments[:3], crowd.truth, 4) == []

    def test_without_reference_nothing_is_said(self) -> None:
        """Items whose truth nobody knows show no errors."""
        crowd = make_crowd(0, 0.5)
        assert coinciding_errors(*crowd.arguments[:3], np.full(N_ITEMS, -1), N_CLASSES) == []


class TestSuspicions:
    """Answers that do not depend on the question."""

    @pytest.mark.parametrize(
        ("kind", "answers"),
        [
            ("constant", np.zeros(N_ITEMS, dtype=np.int64)),
            ("pattern", np.arange(N_ITEMS) % 3),
            ("unrelated", np.random.default_rng(9).integers(N_CLASSES, size=N_ITEMS)),
        ],
    )
    def test_each_kind_is_found(self, kind: str, answers: IntArray) -> None:
        """The one who clicks is named with the way they do it, and nobody else."""
        found = suspicions(*with_person(make_crowd(0), 3, answers).arguments)
        assert [(one.annotator, one.kind) for one in found] == [(3, kind)]

    def test_honest_people_are_not_named(self) -> None:
        """Twenty crowds of middling people: nobody."""
        assert not any(suspicions(*make_crowd(seed, 0.6).arguments) for seed in range(20))

    def test_a_rare_class_makes_nobody_constant(self) -> None:
        """Where nearly all is one class, giving it always is what honest people do."""
        crowd = make_crowd(0)
        mostly = np.where((np.arange(N_ITEMS) % 50 == 0)[:, None], crowd.answers, 0)
        assert suspicions(*Crowd(crowd.truth, mostly).arguments) == []

    def test_who_was_looked_at_counts(self) -> None:
        """Forty equal answers where eight of ten are: odd for one of four, not one of 200."""
        items, people = np.tile(np.arange(40), 200), np.repeat(np.arange(200), 40)
        answers = np.where(np.arange(40) % 10 < 8, 0, 1 + np.arange(40) % 3)[items]
        answers[people == 0] = 0
        few = people < 4
        named = suspicions(items[few], people[few], answers[few], 4)
        assert [(one.annotator, one.kind) for one in named] == [(0, "constant")]
        assert suspicions(items, people, answers, 4) == []

    def test_too_few_votes(self) -> None:
        """Ten constant answers are no pattern."""
        items, people, _, k = _first(10)
        assert suspicions(items, people, np.zeros(items.size, dtype=np.int64), k) == []


class TestConfusedPairs:
    """The guideline debugger."""

    def test_two_classes_that_good_people_confuse(self) -> None:
        """Half of the people call class 1 what the others call 2: that pair comes first."""
        crowd = make_crowd(0, 0.97)
        answers = crowd.answers.copy()
        answers[:, 3:] = np.where(answers[:, 3:] == 1, 2, answers[:, 3:])
        found = confused_pairs(*Crowd(crowd.truth, answers).arguments, trusted=range(N_PEOPLE))
        assert (found[0].first, found[0].second) == (1, 2)
        assert found[0].share > 3 * found[0].expected
        assert {int(crowd.truth[item]) for item in found[0].items} == {1}

    def test_only_the_trusted_count(self) -> None:
        """One whose accuracy is poor shows nothing about the guideline."""
        crowd = with_person(make_crowd(0, 1.0), 4, np.ones(N_ITEMS, dtype=np.int64))
        assert confused_pairs(*crowd.arguments, trusted=[0, 1, 2, 3]) == []

    def test_nobody_trusted(self) -> None:
        """No evidence, no pairs."""
        assert confused_pairs(*make_crowd().arguments, trusted=[]) == []
        assert confused_pairs([], [], [], 2, trusted=[0]) == []


class TestMergeEffect:
    """What a merge would do."""

    def test_merging_what_is_confused_raises_agreement(self) -> None:
        """Alpha before and after, with intervals; another merge would not help."""
        crowd = make_crowd(0, 0.97)
        answers = crowd.answers.copy()
        answers[:, 3:] = np.where(answers[:, 3:] == 1, 2, answers[:, 3:])
        arguments = Crowd(crowd.truth, answers).arguments
        right, wrong = merge_effect(*arguments, [1, 2]), merge_effect(*arguments, [0, 3])
        assert (right.after.value or 0) > (right.before.value or 1) + 0.1
        assert (wrong.after.value or 1) < (right.after.value or 0)

    def test_merging_everything_is_undefined(self) -> None:
        """One class only: no coefficient, and the reason."""
        found = merge_effect(*make_crowd().arguments, range(N_CLASSES)).after
        assert (found.value, "no variation" in str(found.reason)) == (None, True)

    def test_an_unknown_class_is_refused(self) -> None:
        """The message names the range."""
        with pytest.raises(ValueError, match="from 0 to 3"):
            merge_effect(*make_crowd().arguments, [0, 4])


class TestLikelyErrors:
    """Accepted labels that are likely wrong."""

    def test_planted_errors_come_first(self) -> None:
        """Of 400 labels 40 are wrong: most of the first 40 doubted are these."""
        rng = np.random.default_rng(0)
        truth = rng.integers(3, size=400)
        labels = truth.copy()
        planted = rng.choice(400, 40, replace=False)
        labels[planted] = (labels[planted] + 1) % 3
        logits = rng.normal(0, 1, (400, 3)) + 3 * np.eye(3)[truth]
        probabilities = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        by_class = [np.flatnonzero(truth == k) for k in range(3)]
        neighbours = np.array([rng.choice(by_class[k], 5) for k in truth])
        found = likely_errors(labels, probabilities, neighbours)
        hits = len({error.row for error in found[:40]} & set(planted.tolist()))
        assert hits >= 34
        assert all(error.suggested != error.label for error in found)

    def test_a_model_that_agrees_doubts_nothing(self) -> None:
        """No label stands against its own model."""
        assert likely_errors([0, 1, 1], np.eye(2)[[0, 1, 1]]) == []
        assert likely_errors([], np.zeros((0, 2))) == []

    def test_items_without_neighbours(self) -> None:
        """-1 means none: the model alone decides, and says so."""
        sure = [[0.9, 0.1], [0.1, 0.9], [0.05, 0.95]]
        found = likely_errors([0, 1, 0], sure, [[-1, -1]] * 3)
        assert [(error.row, error.by_neighbours) for error in found] == [(2, None)]

    @pytest.mark.parametrize(
        ("labels", "probabilities", "neighbours", "message"),
        [
            ([0], [[0.5, 0.4]], None, "sum to one"),
            ([2], [[0.5, 0.5]], None, "labels"),
            ([0, 1], [[0.5, 0.5]], None, "equally long"),
            ([0], [0.5, 0.5], None, "n_classes"),
            ([0], [[0.5, 0.5]], [[1]], "neighbours"),
            ([0], [[0.5, 0.5]], [0], "neighbours"),
        ],
    )
    def test_bad_arrays(
        self, labels: object, probabilities: object, neighbours: object, message: str
    ) -> None:
        """Each is refused by name."""
        with pytest.raises(ValueError, match=message):
            likely_errors(labels, probabilities, neighbours)  # type: ignore[arg-type]
