"""What further answers are worth: the expected gain, against sums over every way they may fall."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from labeling.quality.arrays import FloatArray
from labeling.quality.service import QuestionTruth, gain_of_asking
from labeling.quality.store import Heard
from labeling.quality.truth import Confusions, gain_per_answer, infer_truth
from labeling.quality.truth import worth as worth_module
from tests.labeling.quality.crowds import make_crowd


def by_enumeration(posterior: FloatArray, matrix: FloatArray, n_more: int) -> float:
    """Best gain per answer by summing over all ordered answers: the definition itself."""
    n_classes, best = posterior.size, 0.0
    for n in range(1, n_more + 1):
        expected = 0.0
        for fall in product(range(n_classes), repeat=n):
            expected += float((posterior * matrix[:, list(fall)].prod(axis=1)).max())
        best = max(best, (expected - float(posterior.max())) / n)
    return best


def some_confusions(n_classes: int) -> Confusions:
    """Two annotators who confuse neighbouring classes."""
    cells = {(true, true): 9.0 for true in range(n_classes)}
    cells |= {(true, (true + 1) % n_classes): 3.0 for true in range(n_classes)}
    return Confusions.from_weights(n_classes, {3: cells, 8: {(0, 0): 5.0}})


def pooled_matrix(confusions: Confusions) -> FloatArray:
    """P(given | true) of the pooled annotators, dense."""
    true, given = np.indices((confusions.n_classes, confusions.n_classes))
    return confusions.pooled.chance(true, given)


class TestGainPerAnswer:
    """`gain_per_answer`."""

    @pytest.mark.parametrize("n_classes", [2, 3, 4])
    def test_it_is_the_sum_over_all_ways_the_answers_may_fall(self, n_classes: int) -> None:
        """Counting outcomes without their order loses nothing."""
        confusions = some_confusions(n_classes)
        posterior = np.random.default_rng(0).dirichlet(np.ones(n_classes), 6)
        found = gain_per_answer(posterior, confusions.pooled, 3)
        matrix = pooled_matrix(confusions)
        assert found == pytest.approx([by_enumeration(row, matrix, 3) for row in posterior])

    def test_one_more_never_overturns_two_that_agree(self) -> None:
        """One is worth nothing, two may only tie, three are worth something."""
        posterior = np.array([[16 / 17, 1 / 17]])
        gains = [float(gain_per_answer(posterior, Confusions(2).pooled, n)[0]) for n in range(4)]
        assert gains[:3] == pytest.approx([0.0, 0.0, 0.0])
        assert gains[3] > 0.005

    def test_a_tie_is_worth_an_answer(self) -> None:
        """A stranger right in four of five turns an even guess into .8."""
        found = gain_per_answer(np.array([[0.5, 0.5]]), Confusions(2).pooled, 1)
        assert found == pytest.approx([0.3])

    def test_nothing_is_gained_from_people_who_guess(self) -> None:
        """Answers that do not depend on the truth change nothing."""
        even = {(true, given): 1e6 for true in range(2) for given in range(2)}
        pooled = Confusions.from_weights(2, {0: even}).pooled
        assert gain_per_answer(np.array([[0.5, 0.5]]), pooled, 5) == pytest.approx([0.0], abs=1e-5)

    def test_the_names_of_the_classes_do_not_matter(self) -> None:
        """Permuting classes permutes posterior and confusions, and the gain stays."""
        confusions, order = some_confusions(6), np.array([3, 0, 5, 1, 4, 2])
        posterior = np.random.default_rng(1).dirichlet(np.ones(6), 5)
        turned = {
            who: {
                (int(order[true]), int(order[given])): weight
                for (true, given), weight in confusions.weights(who).items()
            }
            for who in confusions.annotators
        }
        moved = np.empty_like(posterior)
        moved[:, order] = posterior
        found = gain_per_answer(moved, Confusions.from_weights(6, turned).pooled, 4)
        assert found == pytest.approx(gain_per_answer(posterior, confusions.pooled, 4))

    def test_blocks_do_not_show(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is handled a few items at a time is the same."""
        posterior = np.random.default_rng(2).dirichlet(np.ones(3), 7)
        pooled = some_confusions(3).pooled
        whole = gain_per_answer(posterior, pooled, 2)
        monkeypatch.setattr(worth_module, "BLOCK", 3)
        assert gain_per_answer(posterior, pooled, 2) == pytest.approx(whole)

    @pytest.mark.parametrize("n_classes", [1, 10_000])
    def test_one_class_and_ten_thousand(self, n_classes: int) -> None:
        """One class leaves nothing to gain, ten thousand are no matrix."""
        posterior = np.full((1, n_classes), 1.0 / n_classes)
        (gain,) = gain_per_answer(posterior, Confusions(n_classes).pooled, 5).tolist()
        assert gain == 0.0 if n_classes == 1 else 0.0 < gain < 1.0

    def test_one_answer_at_a_time_it_is_the_same(self) -> None:
        """What the hub asks at a submit is what the replay asks of a whole fit."""
        crowd = make_crowd(0, n_items=60)
        even = np.full((60, 4), 0.25)
        fit = infer_truth(*crowd.arguments, item_prior=even, tolerance=1e-9, max_iterations=2000)
        whole = gain_per_answer(fit.posterior, fit.confusions.pooled, 2)
        truth = QuestionTruth("q", (10, 11, 12, 13), fit.confusions, fit_n=1)
        for item in range(60):
            mine = np.flatnonzero(crowd.items == item)
            votes = [(int(crowd.annotators[k]), 10 + int(crowd.answers[k])) for k in mine]
            found = gain_of_asking(truth, Heard(votes, None), 2)
            assert found == pytest.approx(whole[item], abs=1e-5)

    def test_no_items_have_no_gains(self) -> None:
        """An empty batch is an empty batch."""
        assert gain_per_answer(np.empty((0, 3)), Confusions(3).pooled, 5).shape == (0,)


class TestPooled:
    """`Confusions.pooled`."""

    def test_rows_are_probabilities_and_add_up_everybody(self) -> None:
        """It is the smoothed sum of all counts, and each row sums to one."""
        crowd = make_crowd(0)
        confusions = infer_truth(*crowd.arguments).confusions
        matrix = pooled_matrix(confusions)
        assert matrix.sum(axis=1) == pytest.approx(np.ones(confusions.n_classes))
        total = sum(confusions.counts(who) for who in confusions.annotators)
        ratio = confusions.pooled.totals - confusions.smoothing.row_total(confusions.n_classes)
        assert ratio == pytest.approx(np.asarray(total).sum(axis=1))

    def test_the_capped_are_left_out(self) -> None:
        """A model that nothing has proven says nothing of what people answer."""
        confusions = some_confusions(3).capping([3])
        alone = Confusions.from_weights(3, {8: {(0, 0): 5.0}})
        assert pooled_matrix(confusions) == pytest.approx(pooled_matrix(alone))
