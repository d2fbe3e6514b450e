"""The gate: better passes, worse fails, too few items are inconclusive with a number."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from training.gates import GateReport, Verdict, compare


def outcome(n: int, both: int, wins: int, losses: int) -> tuple[Any, Any, Any]:
    """Return champion, challenger and truth with these counts of right answers."""
    truth = np.ones(n, dtype=int)
    champion, challenger = np.zeros(n, dtype=int), np.zeros(n, dtype=int)
    champion[: both + losses] = 1
    challenger[:both] = 1
    challenger[both + losses : both + losses + wins] = 1
    return champion, challenger, truth


def judge(n: int, both: int, wins: int, losses: int, **changes: Any) -> GateReport:
    """Compare at margin .02 and alpha .05."""
    settings = {"margin": 0.02, "alpha": 0.05} | changes
    return compare(*outcome(n, both, wins, losses), **settings)


class TestVerdict:
    """Pass, fail or inconclusive."""

    def test_a_clearly_better_challenger_passes(self) -> None:
        """Even on 200 items, and the sentence says better."""
        report = judge(200, 150, 30, 5)
        assert report.verdict is Verdict.PASS
        assert report.verdict.value == "pass"
        assert "better" in report.reason
        assert report.needs_n is None

    def test_a_worse_challenger_fails(self) -> None:
        """Five wins against thirty losses."""
        report = judge(200, 150, 5, 30)
        assert report.verdict is Verdict.FAIL
        assert "worse" in report.reason

    def test_equal_models_on_few_items_are_inconclusive(self) -> None:
        """A hundred items cannot show a loss of under two points; the report says what can."""
        report = judge(100, 80, 5, 5)
        assert report.verdict is Verdict.INCONCLUSIVE
        assert report.needs_n is not None
        assert report.needs_n > 100
        assert str(report.needs_n) in report.reason

    def test_equal_models_on_many_items_pass(self) -> None:
        """Not worse by two points is then shown."""
        assert judge(4000, 3400, 200, 200).verdict is Verdict.PASS

    def test_the_asked_number_of_items_decides(self) -> None:
        """The same rates on needs_n items are no longer inconclusive."""
        report = judge(100, 80, 5, 5)
        n = int(report.needs_n or 0)
        share = n // 20
        assert judge(n, n - 2 * share, share, share).verdict is Verdict.PASS

    def test_shown_to_be_worse_fails_even_within_the_margin(self) -> None:
        """The margin is for what cannot be seen, not a licence to get worse each time."""
        report = judge(20_000, 18_000, 100, 200)
        assert report.low is not None
        assert report.low > -0.02
        assert report.verdict is Verdict.FAIL

    def test_identical_predictions_pass_only_with_enough_items(self) -> None:
        """Twenty equal answers prove little; five hundred prove two points."""
        assert judge(20, 15, 0, 0).verdict is Verdict.INCONCLUSIVE
        assert judge(500, 400, 0, 0).verdict is Verdict.PASS

    def test_false_verdicts_are_as_rare_as_alpha(self) -> None:
        """Simulated at n = 300: worse by the margin rarely passes, equal rarely fails."""
        rng = np.random.default_rng(0)
        passed = failed = 0
        for _ in range(400):
            wins, losses, rest = rng.multinomial(300, [0.05, 0.10, 0.85])
            passed += judge(300, rest, wins, losses, margin=0.05).verdict is Verdict.PASS
            wins, losses, rest = rng.multinomial(300, [0.07, 0.07, 0.86])
            failed += judge(300, rest, wins, losses, margin=0.05).verdict is Verdict.FAIL
        assert passed / 400 < 0.05
        assert failed / 400 < 0.05

    def test_no_items_are_inconclusive_with_a_number(self) -> None:
        """A gate before the first test label says how many to ask for."""
        report = compare([], [], [], margin=0.02, alpha=0.05)
        assert report.verdict is Verdict.INCONCLUSIVE
        assert report.needs_n is not None
        assert report.difference is None

    @given(st.integers(1, 120), st.integers(0, 10_000))
    def test_changing_sides_never_passes_both_as_better(self, n: int, seed: int) -> None:
        """If one is shown better, the other way round it fails."""
        rng = np.random.default_rng(seed)
        old, new, truth = rng.integers(0, 3, size=(3, n))
        report = compare(old, new, truth, margin=0, alpha=0.05)
        mirrored = compare(new, old, truth, margin=0, alpha=0.05)
        if report.verdict is Verdict.PASS:
            assert mirrored.verdict is Verdict.FAIL

    def test_the_same_inputs_give_the_same_report(self) -> None:
        """Closed form: nothing is drawn."""
        assert judge(100, 80, 7, 5) == judge(100, 80, 7, 5)


class TestFirstModel:
    """Without a champion the most frequent class is the one to beat."""

    def test_a_useful_model_passes(self) -> None:
        """Ninety of a hundred right where guessing gives fifty."""
        truth = np.arange(100) % 2
        predictions = truth.copy()
        predictions[:10] = 1 - predictions[:10]
        report = compare(None, predictions, truth, margin=0.02, alpha=0.05)
        assert report.verdict is Verdict.PASS
        assert report.baseline == "majority_class"
        assert report.champion_accuracy == 0.5
        assert report.margin == 0

    def test_always_the_same_answer_does_not_pass(self) -> None:
        """A model that is the baseline is not shown better than it."""
        truth = np.arange(500) % 2
        report = compare(None, np.zeros(500, dtype=int), truth, margin=0.02, alpha=0.05)
        assert report.verdict is Verdict.INCONCLUSIVE

    def test_worse_than_guessing_fails(self) -> None:
        """A tenth right where guessing gives half."""
        truth = np.arange(100) % 2
        predictions = 1 - truth
        predictions[:10] = truth[:10]
        assert compare(None, predictions, truth, margin=0, alpha=0.05).verdict is Verdict.FAIL

    def test_few_items_are_inconclusive(self) -> None:
        """Four right of five prove nothing."""
        report = compare(None, [0, 1, 0, 1, 1], [0, 1, 0, 1, 0], margin=0, alpha=0.05)
        assert report.verdict is Verdict.INCONCLUSIVE


class TestSlices:
    """What the mean hides."""

    def test_a_slice_that_loses_much_fails_the_whole(self) -> None:
        """Better overall, much worse at night."""
        champion, challenger, truth = outcome(400, 300, 80, 20)
        night = np.zeros(400, dtype=np.bool_)
        night[290:320] = True
        report = compare(
            champion, challenger, truth, margin=0.02, alpha=0.05, slices={"night": night}
        )
        assert report.verdict is Verdict.FAIL
        assert "'night'" in report.reason
        assert report.slices[0].n == 30

    def test_names_per_item_do_too(self) -> None:
        """One slice name for each item gives one piece of evidence for each name, in order."""
        champion, challenger, truth = outcome(200, 150, 30, 5)
        names = np.where(np.arange(200) % 2 == 0, "even", "odd")
        report = compare(champion, challenger, truth, margin=0.02, alpha=0.05, slices=names)
        assert [part.name for part in report.slices] == ["even", "odd"]
        assert report.verdict is Verdict.PASS

    def test_many_slices_do_not_fail_a_good_model(self) -> None:
        """Equal models cut into twenty slices pass."""
        rng = np.random.default_rng(0)
        champion, challenger, truth = outcome(4000, 3400, 200, 200)
        names = rng.integers(0, 20, 4000)
        report = compare(champion, challenger, truth, margin=0.02, alpha=0.05, slices=names)
        assert report.verdict is Verdict.PASS

    def test_a_floor_shown_to_be_missed_fails(self) -> None:
        """Better than the champion but shown to be under .9 in a slice that asks for it."""
        champion, challenger, truth = outcome(200, 100, 60, 0)
        report = compare(
            champion,
            challenger,
            truth,
            margin=0.02,
            alpha=0.05,
            slices={"all": np.ones(200, dtype=np.bool_)},
            floors={"all": 0.9},
        )
        assert report.verdict is Verdict.FAIL
        assert "floor" in report.reason

    def test_an_empty_slice_is_no_evidence(self) -> None:
        """It is listed with n = 0 and decides nothing."""
        champion, challenger, truth = outcome(200, 150, 30, 5)
        none = np.zeros(200, dtype=np.bool_)
        report = compare(
            champion, challenger, truth, margin=0.02, alpha=0.05, slices={"none": none}
        )
        assert report.slices[0].challenger_accuracy is None
        assert report.verdict is Verdict.PASS


class TestEvidence:
    """What the report keeps."""

    def test_it_goes_through_json(self) -> None:
        """The evidence column can hold it, slices included."""
        champion, challenger, truth = outcome(200, 150, 30, 5)
        report = compare(champion, challenger, truth, margin=0.02, alpha=0.05, slices=["a"] * 200)
        document = json.loads(json.dumps(report.evidence))
        assert document["wins"] == 30
        assert document["slices"][0]["name"] == "a"
        assert "verdict" not in document

    def test_counts_add_up(self) -> None:
        """Accuracies and difference are those of the counts."""
        report = judge(200, 150, 30, 5)
        assert (report.n, report.wins, report.losses) == (200, 30, 5)
        assert report.champion_accuracy == pytest.approx(155 / 200)
        assert report.challenger_accuracy == pytest.approx(180 / 200)
        assert report.difference == pytest.approx(25 / 200)

    def test_classes_may_be_words(self) -> None:
        """Class keys compare as well as indices."""
        report = compare(["a"] * 50, ["b"] * 50, ["b"] * 50, margin=0, alpha=0.05)
        assert report.verdict is Verdict.PASS


class TestInputs:
    """Wrong inputs get an error that names the argument."""

    @pytest.mark.parametrize(
        ("changes", "message"),
        [
            ({"margin": -0.1}, "^margin: "),
            ({"margin": float("nan")}, "^margin: "),
            ({"alpha": 0}, "^alpha: "),
            ({"slices": [1, 2]}, "^slices: 10 names"),
            ({"slices": {"a": np.ones(10)}}, "^slices: 'a' must be 10 booleans"),
            ({"floors": {"b": 0.9}}, "^floors: there is no slice 'b'"),
        ],
    )
    def test_settings_are_named(self, changes: dict[str, Any], message: str) -> None:
        """Margin, alpha, slices, floors."""
        with pytest.raises(ValueError, match=message):
            judge(10, 5, 1, 1, **changes)

    @pytest.mark.parametrize(
        ("champion", "challenger", "message"),
        [
            ([1], [1, 1], "^champion_predictions: 1 items, but truth has 2"),
            ([1, 1], [1], "^challenger_predictions: 1 items, but truth has 2"),
            ([1, None], [1, 1], "^champion_predictions: a value is missing"),
            ([1, 1], [1, float("nan")], "^challenger_predictions: a value is missing"),
            ([[1, 1]], [1, 1], "^champion_predictions: one class per item"),
        ],
    )
    def test_predictions_are_named(
        self, champion: list[Any], challenger: list[Any], message: str
    ) -> None:
        """Lengths, missing values, axes."""
        with pytest.raises(ValueError, match=message):
            compare(champion, challenger, [1, 1], margin=0.02, alpha=0.05)
