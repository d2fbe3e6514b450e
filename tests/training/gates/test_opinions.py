"""The gate where there is no single truth."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from training.gates import Verdict, compare, compare_opinions
from training.gates.report import OpinionReport


def opinions(n: int, seed: int = 0) -> Any:
    """Return n distributions of ten answers over two classes, from all agreed to split in two."""
    rng = np.random.default_rng(seed)
    first = rng.binomial(10, rng.beta(0.5, 0.5, n)) / 10
    return np.column_stack([first, 1 - first])


def commonest(shares: Any) -> Any:
    """Return what a model says that is sure of the commonest answer."""
    return np.eye(2)[shares.argmax(axis=1)]


def judge(champion: Any, challenger: Any, shares: Any, **changes: Any) -> OpinionReport:
    """Compare at margin .02 and alpha .05."""
    settings = {"margin": 0.02, "alpha": 0.05} | changes
    return compare_opinions(champion, challenger, shares, **settings)


class TestVerdict:
    """Pass, fail or inconclusive, by the distance to what people answered."""

    def test_a_model_of_the_opinions_beats_one_of_the_commonest_answer(self) -> None:
        """By accuracy the two are the same and the gate could not tell; here one is nearer."""
        shares = opinions(200)
        by_share, by_vote = shares * 0.9 + 0.05, commonest(shares)
        report = judge(by_vote, by_share, shares)
        assert report.verdict is Verdict.PASS
        assert "nearer to the distributions of the answers" in report.reason
        truth = shares.argmax(axis=1)
        old = compare(truth, by_share.argmax(axis=1), truth, margin=0.0, alpha=0.05)
        assert old.verdict is Verdict.INCONCLUSIVE

    def test_a_model_that_hides_the_disagreement_fails(self) -> None:
        """Always as right as the champion about the commonest answer, and shown to be farther."""
        shares = opinions(200)
        report = judge(shares, commonest(shares), shares)
        assert report.verdict is Verdict.FAIL
        assert "farther" in report.reason
        assert report.high is not None
        assert report.high < 0
        assert report.nearer == 0

    def test_identical_models_pass_only_with_enough_items(self) -> None:
        """Twenty items prove little, and the report says how many do."""
        few = judge(opinions(20), opinions(20), opinions(20))
        assert few.verdict is Verdict.INCONCLUSIVE
        assert few.needs_n is not None
        assert str(few.needs_n) in few.reason
        many = opinions(few.needs_n)
        assert judge(many, many, many).verdict is Verdict.PASS

    def test_false_verdicts_are_as_rare_as_alpha(self) -> None:
        """Simulated at n = 200: worse by the margin rarely passes, equal rarely fails."""
        rng = np.random.default_rng(0)
        passed = failed = 0
        truth = np.tile([0.0, 1.0], (200, 1))
        for _ in range(300):
            # Each model's losses are u² with u uniform, and shifted by the margin in the mean.
            old, new = rng.random((2, 200)) * 0.9
            worse = np.sqrt(new**2 + 0.1)
            passed += judge(_at(old), _at(worse), truth, margin=0.1).verdict is Verdict.PASS
            failed += judge(_at(old), _at(new), truth, margin=0.1).verdict is Verdict.FAIL
        assert passed / 300 < 0.06
        assert failed / 300 < 0.06

    def test_where_all_agree_and_models_are_sure_it_is_the_gate_of_accuracy(self) -> None:
        """The difference is that of the accuracies, so the margin means the same."""
        rng = np.random.default_rng(2)
        truth, old, new = (np.eye(2)[rng.integers(0, 2, 300)] for _ in range(3))
        report = judge(old, new, truth)
        twin = compare(
            old.argmax(axis=1), new.argmax(axis=1), truth.argmax(axis=1), margin=0.02, alpha=0.05
        )
        assert report.difference == pytest.approx(twin.difference)
        assert (report.nearer, report.farther) == (twin.wins, twin.losses)
        assert report.low == pytest.approx(twin.low, abs=0.01)
        assert report.verdict is twin.verdict

    def test_changing_sides_never_passes_both_as_nearer(self) -> None:
        """If one is shown to be nearer, the other way round it fails."""
        shares = opinions(100)
        assert judge(commonest(shares), shares, shares, margin=0).verdict is Verdict.PASS
        assert judge(shares, commonest(shares), shares, margin=0).verdict is Verdict.FAIL


class TestFirstModel:
    """Without a champion the shares of the classes are the ones to beat."""

    def test_a_useful_model_passes(self) -> None:
        """Nearer than always saying how often each class is given."""
        shares = opinions(200)
        report = judge(None, shares * 0.8 + 0.1, shares)
        assert (report.verdict, report.baseline) == (Verdict.PASS, "class_shares")
        assert report.margin == 0

    def test_saying_the_shares_of_the_classes_does_not_pass(self) -> None:
        """A model that is the baseline is not shown to be nearer than it."""
        shares = opinions(500)
        always = np.tile(shares.mean(axis=0), (500, 1))
        assert judge(None, always, shares).verdict is Verdict.INCONCLUSIVE

    def test_no_items_are_inconclusive_with_a_number(self) -> None:
        """A gate before the first test label says how many to ask for."""
        report = judge(None, [], [])
        assert report.verdict is Verdict.INCONCLUSIVE
        assert report.needs_n is not None
        assert (report.difference, report.challenger_brier) == (None, None)


class TestEvidence:
    """What the report keeps, and what it refuses."""

    def test_it_goes_through_json_and_names_its_measure(self) -> None:
        """No accuracy is among it."""
        shares = opinions(30)
        kept = json.loads(json.dumps(judge(None, shares, shares).evidence))
        assert kept["measure"] == "brier"
        assert not [name for name in kept if "accuracy" in name]

    def test_weights_count(self) -> None:
        """Oversampled items count for what they stand for, and fewer items than there are."""
        shares = np.array([[0.0, 1.0]] * 40)
        right, wrong = [0.0, 1.0], [1.0, 0.0]
        old, new = [right] * 20 + [wrong] * 20, [wrong] * 20 + [right] * 20
        even = judge(old, new, shares)
        tilted = judge(old, new, shares, weights=[1.0] * 20 + [9.0] * 20)
        assert even.difference == pytest.approx(0)
        assert tilted.difference == pytest.approx(0.8)

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"margin": -0.1}, "^margin: "),
            ({"alpha": 1}, "^alpha: "),
            ({"weights": [1.0]}, "^weights: "),
            ({"challenger": [[0.5, 0.5]]}, "^challenger_probabilities: shape"),
            ({"champion": [[0.9, 0.9]] * 2}, "^champion_probabilities: every row"),
        ],
    )
    def test_what_is_wrong_is_named(self, changes: dict[str, Any], message: str) -> None:
        """Settings, weights, and rows that are no distributions."""
        given: dict[str, Any] = dict.fromkeys(
            ("champion", "challenger", "shares"), [[0.5, 0.5]] * 2
        )
        with pytest.raises(ValueError, match=message):
            judge(**given | changes)


def _at(distance: Any) -> Any:
    """Return probabilities whose half Brier score against (0, 1) is the square of a distance."""
    return np.column_stack([distance, 1 - distance])
