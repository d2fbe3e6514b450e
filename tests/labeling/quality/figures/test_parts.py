"""Confusions, guideline, items and confidence from an export."""

from __future__ import annotations

import pytest

from labeling.quality.figures import (
    confidence_figures,
    confusion_figures,
    guideline_figures,
    item_figures,
    read_answers,
)
from tests.labeling.quality.figures.exports import CLASSES, crowd_export, export_row


class TestConfusions:
    """The heat map's cells."""

    def test_cells_add_up_and_shares_are_of_the_true_class(self) -> None:
        """Each row's shares sum to one, on every map that has answers."""
        found = confusion_figures(read_answers(crowd_export(300), classes=CLASSES))
        assert [one.against for one in found.maps] == ["known", "consensus", "consensus"]
        for one in found.maps:
            assert sum(cell.n for cell in one.cells) == one.n_answers > 0
            for key in one.classes:
                shares = [cell.share for cell in one.cells if cell.true == key]
                assert sum(shares) == pytest.approx(1.0)

    def test_of_very_many_classes_the_most_confused_are_shown(self) -> None:
        """The map fits a screen whatever the schema; the number of classes is told."""
        keys = [f"k{n}" for n in range(200)]
        known = {"truth_from": "gold", "task_kind": "gold"}
        rows = [export_row(f"i{n}", "p", keys[n], truth=[keys[n]], **known) for n in range(200)]
        rows += [export_row(f"j{n}", "p", "k8", truth=["k9"], **known) for n in range(5)]
        one = confusion_figures(read_answers(rows, classes=keys)).maps[0]
        assert (len(one.classes), one.n_classes) == (30, 200)
        assert {"k8", "k9"} <= set(one.classes)
        assert one.words == "Most often k9 is called k8: 5 times, 83% of it"


class TestGuideline:
    """The guideline debugger on the page."""

    def test_each_change_of_rule_raises_agreement(self) -> None:
        """Good people split on bee and cat: cases, and what merge, rule and split would do."""
        rows = []
        for n in range(200):
            true = CLASSES[n % 3]
            for place, who in enumerate("pqrs"):
                said = "cat" if true == "bee" and place % 2 and n % 2 else true
                rows.append(export_row(f"i{n}", who, said))
        found = guideline_figures(read_answers(rows, classes=CLASSES))
        (pair,) = found.pairs
        assert (pair.first, pair.second) == ("bee", "cat")
        assert {(case.n_first, case.n_second) for case in pair.examples} == {(2, 2)}
        now = found.agreement.value or 1.0
        for change in (pair.merged, pair.ruled, pair.split):
            assert (change.value or 0.0) > now + 0.05
        assert found.words.startswith("bee and cat need a rule")

    def test_careless_people_are_not_the_guidelines_fault(self) -> None:
        """Independent errors of good people point at no pair."""
        found = guideline_figures(read_answers(crowd_export(400), classes=CLASSES))
        assert (found.pairs, found.n_pairs) == ((), 0)


class TestItems:
    """Difficulty."""

    def test_the_hardest_comes_first_and_the_unanimous_not_at_all(self) -> None:
        """More people who differ weigh more than two."""
        said = {"easy": "aaa", "two": "ab", "all": "abc", "most": "aab"}
        keys = dict(zip("abc", CLASSES, strict=True))
        rows = [
            export_row(item, f"p{n}", keys[letter], split="test")
            for item, letters in said.items()
            for n, letter in enumerate(letters)
        ]
        found = item_figures(read_answers(rows, classes=CLASSES))
        assert [one.item for one in found.hardest] == ["all", "two", "most"]
        assert (found.n_differing, found.n_compared) == (3, 4)
        assert found.unanimous.value == 0.25
        assert found.unanimous.basis == "random_sample"


class TestConfidence:
    """Confidence against truth."""

    def test_bins_hold_all_checked_items_and_the_audit_stands_in_front(self) -> None:
        """Random reviews first, then everything that was checked; both with their error."""
        found = confidence_figures(read_answers(crowd_export(600), classes=CLASSES))
        random, checked = found.curves
        assert (random.basis, checked.basis) == ("random_sample", "chosen_items")
        assert (random.n_checked, checked.n_checked) == (60, 120)
        for curve in found.curves:
            assert sum(one.n for one in curve.bins) == curve.n_checked
            assert all(one.low <= one.right <= one.high for one in curve.bins)
            assert curve.error is not None
            assert curve.error < 0.2

    def test_nothing_checked_is_called_a_stop_score(self) -> None:
        """The figure is undefined, and the words say what the confidence is until then."""
        rows = [{**row, "truth": None, "truth_from": None} for row in crowd_export()]
        for curve in confidence_figures(read_answers(rows, classes=CLASSES)).curves:
            assert (curve.right.value, curve.bins) == (None, ())
            assert "stop score" in curve.words
