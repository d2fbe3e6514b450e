"""Votes, weighted votes, and the choice of a method."""

from __future__ import annotations

import re

import numpy as np
import pytest

from labeling.quality.truth import infer_truth, vote_share
from tests.labeling.quality.crowds import make_crowd

VOTES = ([0, 0, 0, 1, 1], [1, 2, 3, 1, 2], [0, 1, 1, 0, 1])


class TestMajorityVote:
    """Shares of answers."""

    def test_shares(self) -> None:
        """The posterior is the share of answers, as `vote_share` has it."""
        found = infer_truth(*VOTES, 2, method="majority_vote")
        assert found.posterior == pytest.approx(np.array([[1 / 3, 2 / 3], [0.5, 0.5]]))
        assert vote_share(VOTES[0], VOTES[2], 2) == pytest.approx(found.posterior)

    def test_share_of_an_item_without_answers(self) -> None:
        """Zeros: nothing was voted."""
        assert vote_share([0], [1], 2, n_items=2).tolist() == [[0, 1], [0, 0]]


class TestWeightedVote:
    """Votes by weight."""

    def test_given_weights_decide(self) -> None:
        """One heavy vote beats two light ones."""
        weights = {1: 3.0, 2: 1.0, 3: 1.0}
        found = infer_truth(*VOTES, 2, method="weighted_vote", weights=weights)
        assert found.posterior[0] == pytest.approx([0.6, 0.4])

    @pytest.mark.parametrize("weights", [{}, {1: 0.0, 2: 0.0, 3: 0.0}])
    def test_weights_of_zero_leave_the_plain_vote(self, weights: dict[int, float]) -> None:
        """Where everybody weighs nothing, everybody weighs the same."""
        found = infer_truth(*VOTES, 2, method="weighted_vote", weights=weights)
        assert found.posterior[0] == pytest.approx([1 / 3, 2 / 3])

    @pytest.mark.parametrize("weight", [-1.0, float("nan"), float("inf")])
    def test_impossible_weights_are_refused(self, weight: float) -> None:
        """A weight is finite and not negative."""
        with pytest.raises(ValueError, match="weights"):
            infer_truth(*VOTES, 2, method="weighted_vote", weights={1: weight})


def weights_in(reason: str) -> dict[str, float]:
    """Return the weights that a reason tells."""
    return {name: float(weight) for name, weight in re.findall(r"(\w+) (\d\.\d+)", reason)}


def heaviest(reason: str) -> str:
    """Return the candidate that weighs most."""
    found = weights_in(reason)
    return max(found, key=found.__getitem__)


class TestAuto:
    """The weights, and why."""

    def test_below_two_answers_it_votes(self) -> None:
        """One answer per item: no model of the annotators."""
        found = infer_truth([0, 1, 2], [0, 0, 1], [1, 0, 1], 2, method="auto")
        assert found.method == "majority_vote"
        assert found.reason == "1.0 answers per item: below 2 only a vote"

    def test_annotators_with_habits_want_confusions(self) -> None:
        """Where people mistake one class for another, Dawid–Skene weighs most, on evidence."""
        crowd = make_crowd(1, n_items=1000)
        found = infer_truth(*crowd.arguments, method="auto")
        assert found.method == "blend"
        assert found.reason.startswith("weights by 3000 held-out answers: ")
        assert heaviest(found.reason) == "dawid_skene"

    def test_many_classes_and_even_mistakes_want_one_coin(self) -> None:
        """Where mistakes are spread evenly over twelve classes, one number per person is enough."""
        rng = np.random.default_rng(0)
        truth = rng.integers(12, size=400)
        items, people = np.repeat(np.arange(400), 5), rng.integers(40, size=2000)
        right = rng.random(2000) < rng.uniform(0.3, 0.9, 40)[people]
        answers = np.where(right, truth[items], rng.integers(12, size=2000))
        found = infer_truth(items, people, answers, 12, method="auto")
        assert heaviest(found.reason) == "one_coin"

    def test_gold_moves_the_weights(self) -> None:
        """Where pinned items side with the vote, the blend leans to it more than without them."""
        crowd = make_crowd(1)
        votes = infer_truth(*crowd.arguments, method="majority_vote").labels
        pinned = dict(enumerate(votes[:200].tolist()))
        with_gold = infer_truth(*crowd.arguments, method="auto", pinned=pinned).reason
        without = infer_truth(*crowd.arguments, method="auto").reason
        assert "and 200 gold items" in with_gold
        assert weights_in(with_gold)["majority_vote"] > weights_in(without)["majority_vote"]
