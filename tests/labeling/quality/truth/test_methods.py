"""The contract of every truth method in the registry."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeling.quality.truth import METHODS, infer_truth
from tests.labeling.quality.crowds import Crowd, make_crowd

every_method = pytest.mark.parametrize("method", METHODS)
close = pytest.approx


def infer(crowd: Crowd, method: str, **options: Any) -> Any:
    """Infer the truth of a crowd."""
    return infer_truth(*crowd.arguments, method=method, **options)


@every_method
class TestContract:
    """What holds for each method."""

    def test_shapes_and_probabilities(self, method: str) -> None:
        """Posterior rows and confusion rows are probabilities; labels are their arg-max."""
        crowd = make_crowd(0)
        found = infer(crowd, method)
        assert found.posterior.shape == (300, 4)
        assert found.posterior.min() >= 0
        assert found.posterior.sum(axis=1) == close(1.0)
        assert (found.posterior[np.arange(300), found.labels] == found.posterior.max(axis=1)).all()
        assert found.confusion(3).shape == (4, 4)
        assert found.confusion(3).sum(axis=1) == close(1.0)
        assert found.class_prior.sum() == close(1.0)
        assert found.n_iterations >= 0

    def test_it_beats_one_answer(self, method: str) -> None:
        """Three answers together are righter than each on its own."""
        crowd = make_crowd(1)
        alone = (crowd.answers == crowd.truth[crowd.items]).mean()
        assert (infer(crowd, method).labels == crowd.truth).mean() > alone

    def test_inputs_are_unchanged_and_the_result_repeats(self, method: str) -> None:
        """Nothing is drawn at random and nothing is written into the arguments."""
        crowd = make_crowd(2)
        before = [part.copy() for part in crowd.arguments[:3]]
        first, again = infer(crowd, method), infer(crowd, method)
        assert np.array_equal(first.posterior, again.posterior)
        for part, copy in zip(crowd.arguments[:3], before, strict=True):
            assert np.array_equal(part, copy)

    @given(seed=st.integers(0, 10_000))
    @settings(max_examples=8, deadline=None)
    def test_relabelling_relabels_the_result(self, method: str, seed: int) -> None:
        """Renaming items, annotators and classes renames posterior, labels and confusions."""
        crowd = make_crowd(seed % 7, n_items=60)
        rng = np.random.default_rng(seed)
        items, people, classes = rng.permutation(60), rng.permutation(12), rng.permutation(4)
        before = infer(crowd, method)
        after = infer_truth(
            items[crowd.items],
            people[crowd.annotators],
            classes[crowd.answers],
            4,
            method=method,
        )
        assert after.posterior[np.ix_(items, classes)] == close(before.posterior, abs=1e-5)
        assert after.confusion(int(people[5]))[np.ix_(classes, classes)] == close(
            before.confusion(5), abs=1e-5
        )
        clear = np.sort(before.posterior, axis=1)[:, -1] - np.sort(before.posterior)[:, -2] > 1e-4
        assert (after.labels[items] == classes[before.labels])[clear].all()

    def test_reviewed_items_are_certain(self, method: str) -> None:
        """A pinned item keeps its class, also one that nobody answered."""
        crowd = make_crowd(3)
        pinned = {0: 3, 1: 2, 300: 1}
        found = infer(crowd, method, pinned=pinned, n_items=301)
        for item, klass in pinned.items():
            assert found.posterior[item].tolist() == [float(k == klass) for k in range(4)]
            assert found.labels[item] == klass

    def test_an_item_without_answers_has_its_prior(self, method: str) -> None:
        """The own prior of an item where there is one, else the class shares."""
        crowd = make_crowd(4)
        plain = infer(crowd, method, n_items=301)
        assert plain.posterior[300] == close(plain.class_prior, abs=0.02)
        prior = np.full((301, 4), 0.25)
        prior[300] = [0.1, 0.2, 0.3, 0.4]
        assert infer(crowd, method, n_items=301, item_prior=prior).posterior[300] == close(
            [0.1, 0.2, 0.3, 0.4]
        )


@every_method
class TestDegenerate:
    """Arrays that say little: a defined answer without warnings."""

    def test_no_answers(self, method: str) -> None:
        """Empty arrays give an empty result; with items declared, an even one."""
        assert infer_truth([], [], [], 3, method=method).posterior.shape == (0, 3)
        found = infer_truth([], [], [], 3, method=method, n_items=2)
        assert found.posterior == close(1 / 3)
        assert found.labels.tolist() == [0, 0]

    def test_one_annotator(self, method: str) -> None:
        """One person's answers are the labels."""
        answers = [0, 2, 1, 1, 0, 2]
        assert infer_truth(range(6), [7] * 6, answers, 3, method=method).labels.tolist() == answers

    def test_one_class(self, method: str) -> None:
        """A question with one class has one answer."""
        found = infer_truth([0, 0, 1], [0, 1, 0], [0, 0, 0], 1, method=method)
        assert found.posterior.tolist() == [[1.0], [1.0]]
        assert found.confusion(0).tolist() == [[1.0]]

    def test_constant_answers_and_unused_classes(self, method: str) -> None:
        """Everybody always answering class 1 of five makes everything class 1."""
        items, people = np.repeat(np.arange(10), 3), np.tile(np.arange(3), 10)
        found = infer_truth(items, people, np.ones(30, dtype=int), 5, method=method)
        assert (found.labels == 1).all()
        assert np.isfinite(found.posterior).all()

    def test_an_annotator_with_one_answer_and_a_stranger(self, method: str) -> None:
        """Both have a confusion matrix; the stranger's is the smoothed default."""
        found = infer_truth([0, 0, 1, 1, 1], [0, 1, 0, 1, 9], [0, 0, 1, 1, 1], 2, method=method)
        assert found.confusion(9)[1, 1] > found.confusion(9)[0, 0] > 0.5
        assert found.confusion(123_456).tolist() == [[0.8, 0.2], [0.2, 0.8]]

    def test_large_annotator_numbers(self, method: str) -> None:
        """Annotators are named by any number; memory does not follow it."""
        found = infer_truth([0, 0, 1], [10**15, 3, 10**15], [1, 1, 0], 2, method=method)
        assert found.labels.tolist() == [1, 0]

    def test_a_tie_goes_to_the_first_answer(self, method: str) -> None:
        """Two strangers who disagree once: the class answered first."""
        found = infer_truth([0, 0, 1, 1], [0, 1, 2, 3], [2, 1, 1, 2], 3, method=method)
        assert found.labels.tolist() == [2, 1]


class TestRefused:
    """Arguments that do not fit name themselves."""

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"items": [0, 1]}, "equally long"),
            ({"items": [[0, 1, 2]]}, "items must be one-dimensional"),
            ({"items": [-1, 0, 1]}, "items"),
            ({"items": [0, 1, 2], "n_items": 2}, "items"),
            ({"answers": [0.5, 1, 0]}, "answers must be integers"),
            ({"answers": [0, 1, 2]}, "answers must be from 0 to 1"),
            ({"n_classes": 0}, "n_classes"),
            ({"method": "oracle"}, "method"),
            ({"colour": "red"}, "no option colour"),
            ({"pinned": {5: 0}}, "pinned"),
            ({"pinned": {0: 9}}, "pinned"),
            ({"item_prior": np.ones((3, 2))}, "item_prior must have shape"),
            ({"item_prior": np.zeros((2, 2))}, "item_prior"),
            ({"max_iterations": 0}, "max_iterations"),
            ({"tolerance": float("nan")}, "tolerance"),
        ],
    )
    def test_bad_arguments(self, change: dict[str, Any], named: str) -> None:
        """A ValueError says which argument is wrong."""
        good: dict[str, Any] = {
            "items": [0, 0, 1],
            "annotators": [0, 1, 0],
            "answers": [0, 1, 0],
            "n_classes": 2,
        }
        with pytest.raises(ValueError, match=named):
            infer_truth(**(good | change))
