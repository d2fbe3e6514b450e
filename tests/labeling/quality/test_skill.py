"""Rates of annotators with their intervals."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality import skill


class TestAccuracy:
    """Right answers out of all, with Jeffreys' interval."""

    def test_a_published_interval(self) -> None:
        """Brown, Cai and DasGupta's Jeffreys interval of 5 in 20."""
        found = skill.accuracy(5, 20)
        assert found.value == 0.25
        assert (found.low, found.high) == pytest.approx((0.1024, 0.4640), abs=5e-4)

    @pytest.mark.parametrize(("right", "ends"), [(0, (0.0, 0.217)), (10, (0.783, 1.0))])
    def test_the_ends(self, right: int, ends: tuple[float, float]) -> None:
        """Nothing right reaches down to 0, everything right up to 1."""
        found = skill.accuracy(right, 10)
        assert (found.low, found.high) == pytest.approx(ends, abs=1e-3)

    def test_it_covers_as_often_as_it_says(self) -> None:
        """Over 2,000 annotators of 30 answers each a 95 % interval holds their rate that often."""
        rng = np.random.default_rng(0)
        rates = rng.uniform(0.3, 1.0, size=2000)
        found = [skill.accuracy(int(right), 30) for right in rng.binomial(30, rates)]
        pairs = zip(found, rates.tolist(), strict=True)
        hits = np.mean([(s.low or 0) <= rate <= (s.high or 0) for s, rate in pairs])
        assert 0.94 <= hits <= 0.96

    def test_nothing_answered(self) -> None:
        """No answers: undefined, because."""
        assert skill.accuracy(0, 0) == skill.Skill(None, None, None, 0, "no answer to compare yet")

    @pytest.mark.parametrize("counts", [(-1, 5), (6, 5), (1, float("inf"))])
    def test_impossible_counts(self, counts: tuple[float, float]) -> None:
        """More right than answered makes no sense."""
        with pytest.raises(ValueError, match="n_correct"):
            skill.accuracy(*counts)

    def test_impossible_confidence(self) -> None:
        """A confidence of 95 is a slip."""
        with pytest.raises(ValueError, match="confidence"):
            skill.accuracy(1, 2, confidence=95)

    def test_by_annotator(self) -> None:
        """Gold answers are counted for each annotator."""
        found = skill.accuracy_against_gold([7, 7, 3], [True, False, True])
        assert (found[7].value, found[7].n, found[3].value) == (0.5, 2, 1.0)


class TestAgreementWithConsensus:
    """Expected share of answers equal to the truth."""

    posterior = np.array([[0.9, 0.1], [0.2, 0.8], [1.0, 0.0]])

    def test_expected_counts(self) -> None:
        """The posterior of one's answers, averaged over the items that somebody else answered."""
        items, people, answers = [0, 0, 1, 1, 2], [1, 2, 1, 2, 1], [0, 1, 1, 1, 0]
        found = skill.agreement_with_consensus(items, people, answers, self.posterior)
        assert found[1].value == pytest.approx((0.9 + 0.8) / 2)
        assert found[2].value == pytest.approx((0.1 + 0.8) / 2)
        assert found[1].n == 2

    def test_alone(self) -> None:
        """Who shares no item agrees with nobody, not perfectly with themselves."""
        found = skill.agreement_with_consensus([0, 1, 1], [1, 1, 1], [0, 1, 1], self.posterior)
        assert found[1].value is None
        assert found[1].reason == "nobody else has answered the same items yet"

    def test_an_answer_out_of_range(self) -> None:
        """Answers must be classes of the posterior."""
        with pytest.raises(ValueError, match="answers"):
            skill.agreement_with_consensus([0], [1], [2], self.posterior)


class TestMeanRecall:
    """Mean of the confusion's diagonal."""

    def test_classes_count_the_same(self) -> None:
        """Always answering the common class is half right of two classes."""
        found = skill.mean_recall(np.array([[90.0, 0.0], [10.0, 0.0]]))
        assert found.value == 0.5
        assert found.low is not None
        assert found.high is not None
        assert found.low < 0.5 < found.high
        assert found.n == 100

    def test_unseen_classes_are_left_out(self) -> None:
        """A class that was never met says nothing."""
        found = skill.mean_recall(np.array([[3.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, 0.0, 0.1]]))
        assert found.value == 0.75

    def test_nothing_seen(self) -> None:
        """No answers: undefined, because."""
        assert skill.mean_recall(np.zeros((2, 2))).reason == "no answer to compare yet"
