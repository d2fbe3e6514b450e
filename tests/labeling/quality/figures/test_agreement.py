"""Agreement from an export: what counts, on which basis, and that it equals the coefficient's."""

from __future__ import annotations

import numpy as np
import pytest

from labeling.quality.agreement import krippendorff_alpha
from labeling.quality.figures import agreement_figures, read_answers
from tests.labeling.quality.figures.exports import CLASSES, WEEK, crowd_export, export_row


class TestBasis:
    """Rule 13: the random sample and first answers in front, chosen items by their name."""

    def test_the_headline_equals_alpha_on_first_answers_of_the_random_sample(self) -> None:
        """Whatever is corrected later or chosen by a model does not enter it."""
        rows = crowd_export()
        random = [row for row in rows if row["split"] == "test"]
        people, items = (sorted({row[name] for row in random}) for name in ("annotator", "item"))
        table = np.full((len(people), len(items)), np.nan)
        for row in random:
            place = people.index(row["annotator"]), items.index(row["item"])
            table[place] = CLASSES.index(row["label"])
        wanted = krippendorff_alpha(table)
        corrections = [{**row, "revision": 2, "label": "ant"} for row in random]
        found = agreement_figures(read_answers([*rows, *corrections], classes=CLASSES)).headline
        assert found.basis == "random_sample"
        assert (found.value, found.low, found.high) == pytest.approx(
            (wanted.value, wanted.low, wanted.high)
        )

    def test_chosen_items_rest_on_what_people_say_now(self) -> None:
        """A corrected answer counts there as corrected, a retracted one not at all."""
        rows = [export_row(f"i{n}", who, CLASSES[n % 2]) for n in range(4) for who in ("p", "q")]
        rows.append(export_row("i0", "q", "cat", revision=2))
        rows.append(export_row("i1", "q", None, revision=2, kind="retract"))
        found = agreement_figures(read_answers(rows, classes=CLASSES))
        chosen = {one.coefficient: one for one in found.measures if one.basis == "chosen_items"}
        assert chosen["percent_agreement"].value == pytest.approx(2 / 3)
        assert chosen["percent_agreement"].n_items == 3
        assert found.headline.value is None
        assert found.headline.reason == "no answers yet"

    def test_models_known_items_and_legacy_labels_are_no_votes(self) -> None:
        """Only people's independent answers are compared."""
        rows = [export_row(f"i{n}", "p", "ant") for n in range(3)]
        rows += [export_row("i0", "m", "bee", workforce_kind="model")]
        rows += [export_row("i1", "l", "bee", source="legacy")]
        rows += [export_row("i2", "q", "bee", task_kind="gold")]
        found = agreement_figures(read_answers(rows, classes=CLASSES))
        assert {one.reason for one in found.measures} == {"no answers yet", "one person so far"}

    def test_what_was_asked_because_people_differed_is_not_compared(self) -> None:
        """With a third answer where two differ, agreement is that of the first two."""
        two = [export_row(f"i{n}", "p", "ant", split="test") for n in range(8)]
        two += [export_row(f"i{n}", "q", "bee" if n < 3 else "ant", split="test") for n in range(8)]
        third = [export_row(f"i{n}", "r", "ant", split="test") for n in range(3)]
        wanted, found, all_of_them = (
            agreement_figures(read_answers(rows, classes=CLASSES, first_n=first_n)).headline.value
            for rows, first_n in ((two, None), ([*two, *third], 2), ([*two, *third], None))
        )
        assert found == wanted != all_of_them


class TestParts:
    """By class, slice, pair and time."""

    def test_each_part_is_there_with_its_interval_or_reason(self) -> None:
        """Classes, slices, pairs and weeks add up to the whole."""
        answers = read_answers(crowd_export(), classes=CLASSES)
        found = agreement_figures(answers)
        random = [one for one in found.classes if one.measure.basis == "random_sample"]
        assert [one.key for one in random] == list(CLASSES)
        assert sum(one.n_answers for one in random) == int(answers.compared("random_sample").sum())
        assert {(one.attribute, one.value) for one in found.slices} == {
            ("place", "land"),
            ("place", "sea"),
        }
        assert found.period == "week"
        weeks = [one for one in found.periods if one.measure.basis == "random_sample"]
        assert sum(one.measure.n_items for one in weeks) == found.headline.n_items
        assert all(one.end - one.start == WEEK for one in weeks)
        assert found.n_pairs == len(found.pairs) == 15
        assert all(one.n_same <= one.n_shared == one.measure.n_items for one in found.pairs)

    def test_two_people_get_the_coefficients_of_two(self) -> None:
        """Cohen and Scott need exactly two; numbers as classes bring their order."""
        rows = [
            export_row(f"i{n}", who, str((n + (n % 4 == 0) * (who == "q")) % 3 + 1))
            for n in range(20)
            for who in ("p", "q")
        ]
        found = agreement_figures(read_answers(rows, classes=("1", "2", "3"))).measures
        names = {one.coefficient for one in found if one.basis == "chosen_items"}
        assert {"cohen_kappa", "scott_pi", "krippendorff_alpha_ordinal"} <= names

    def test_an_item_that_hundreds_answered_costs_no_table_of_hundreds(self) -> None:
        """Of very many answers to an item the first are compared."""
        rows = [export_row("gold", f"p{n}", "ant") for n in range(500)]
        rows += [export_row("other", "p1", "bee"), export_row("other", "p2", "ant")]
        found = agreement_figures(read_answers(rows, classes=CLASSES))
        chosen = {one.coefficient: one for one in found.measures if one.basis == "chosen_items"}
        assert chosen["percent_agreement"].value == pytest.approx(0.5)
