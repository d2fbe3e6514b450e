"""Strategies for other questions: several labels, numbers, spans, boxes, and rare classes."""

from __future__ import annotations

import numpy as np
import pytest

from active_learning.strategies import scores, select


def rng(seed: int = 0) -> np.random.Generator:
    """Return a fresh generator in a known state."""
    return np.random.default_rng(seed)


class TestClassBalanced:
    """More of the classes with few labels."""

    def test_the_rare_class_is_asked_for_first(self) -> None:
        """With 50, 50 and 1 labels the likeliest of the third come first."""
        probabilities = rng().dirichlet(np.ones(3), size=200)
        labels = np.repeat([0, 1, 2], [50, 50, 1])
        picked = select("class_balanced", 8, probabilities=probabilities, labels=labels, rng=rng())
        likeliest = np.argsort(-probabilities[:, 2])[:8]
        assert set(picked.tolist()) == set(likeliest.tolist())

    def test_without_labels_all_classes_get_alike(self) -> None:
        """Of a pool that is nearly all of one class, a batch is not."""
        sure = np.full((300, 3), 0.05)
        kinds = np.repeat([0, 1, 2], [280, 10, 10])
        sure[np.arange(300), kinds] = 0.9
        picked = select("class_balanced", 15, probabilities=sure, rng=rng())
        assert np.bincount(kinds[picked]).min() >= 4


class TestMultiLabel:
    """Several labels at once."""

    def test_doubt_is_counted_label_by_label(self) -> None:
        """Two labels in doubt score more than one, one more than none."""
        values = scores(
            "multi_label", label_probabilities=[[0.5, 0.5], [0.5, 0.99], [0.99, 0.01]], rng=rng()
        )
        assert values[0] > values[1] > values[2]

    def test_a_number_of_labels_unlike_the_pools_scores_more(self) -> None:
        """At equal doubt the item with no likely label goes before one with the usual number."""
        values = scores(
            "multi_label",
            label_probabilities=[[0.1, 0.1, 0.1], *[[0.9, 0.9, 0.1]] * 20],
            rng=rng(),
        )
        assert values[0] > values[1:].max()


class TestRegression:
    """Numbers."""

    def test_it_asks_where_the_members_differ(self) -> None:
        """The standard deviation, by hand."""
        members = np.array([[1.0, 2.0, 5.0], [1.0, 4.0, 5.0]])
        assert scores("regression", predicted_values=members, rng=rng()).tolist() == [0, 1, 0]

    def test_a_batch_is_spread(self) -> None:
        """Of two equal groups that differ most, one item each."""
        places = np.repeat([[0.0], [10.0]], 5, axis=0)
        members = np.stack([np.zeros(10), np.linspace(1, 1.1, 10)])
        picked = select("regression", 2, predicted_values=members, embeddings=places, rng=rng())
        assert len(set(places[picked, 0])) == 2


class TestSequence:
    """Spans."""

    def test_length_alone_is_no_doubt(self) -> None:
        """Ten tokens as sure as one score the same; a doubtful token raises it."""
        sure, unsure = np.array([0.9, 0.1]), np.array([0.5, 0.5])
        values = scores(
            "sequence", token_probabilities=[[sure], [sure] * 10, [sure, unsure]], rng=rng()
        )
        assert values[0] == pytest.approx(0.1)
        assert values[1] == pytest.approx(0.1)
        assert values[2] == pytest.approx(1 - np.sqrt(0.45))


class TestBoxes:
    """Detections."""

    def test_doubts_add_up_unless_asked_otherwise(self) -> None:
        """By hand: a margin of .2 is a doubt of .64, of .8 one of .04."""
        items = [[[0.6, 0.4], [0.9, 0.1]], [[0.9, 0.1]], []]
        for aggregate, first in (("sum", 0.68), ("mean", 0.34), ("max", 0.64)):
            values = scores("boxes", box_probabilities=items, aggregate=aggregate, rng=rng())
            assert values[:2].tolist() == pytest.approx([first, 0.04])

    def test_an_item_without_a_box_is_not_overlooked(self) -> None:
        """It has the median of the others."""
        items = [[[0.6, 0.4]], [[0.9, 0.1]], [[0.7, 0.3]], []]
        assert np.argsort(scores("boxes", box_probabilities=items, rng=rng()))[0] == 1
        assert scores("boxes", box_probabilities=[[], []], rng=rng()).tolist() == [0, 0]

    def test_an_unknown_aggregate_lists_the_known(self) -> None:
        """By name."""
        with pytest.raises(ValueError, match=r"^aggregate: 'product' is unknown; known are sum"):
            select("boxes", 1, box_probabilities=[[[1.0]]], aggregate="product", rng=rng())
