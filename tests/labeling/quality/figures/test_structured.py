"""Figures of every kind of question from an export, equal to the coefficients that fit it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from labeling.quality.agreement import krippendorff_alpha, region_agreement, set_alpha
from labeling.quality.figures import (
    read_structured,
    structured_agreement,
    structured_annotators,
    structured_items,
)
from labeling.quality.figures.report import REPORT, structured_report
from labeling.quality.structured.values import parse_value
from labeling.schema.label_config import parse_label_config
from labeling.schema.questions import Question
from tests.labeling.quality.figures.exports import export_row
from tests.support.kinds import ANSWERS, CONFIGS, box, region

KINDS = [kind for kind in CONFIGS if kind != "choice"]


def asked(kind: str) -> Question:
    """Return the question of a kind's config."""
    return parse_label_config(CONFIGS[kind]).target()


def rows_of_ratings(table: list[list[int]], split: str = "test") -> list[dict[str, Any]]:
    """Return exported ratings, a list for each item, one of each person."""
    return [
        export_row(
            f"i{item}", f"p{who}", None, split=split, result=[region("rating", {"rating": given})]
        )
        for item, ratings in enumerate(table)
        for who, given in enumerate(ratings)
    ]


class TestAgreement:
    """`structured_agreement`."""

    def test_ratings_are_compared_by_their_order(self) -> None:
        """The headline is the ordinal alpha on the random sample; chosen items have none."""
        table = [[1, 2], [3, 3], [5, 4], [2, 2], [4, 1]]
        found = structured_agreement(read_structured(rows_of_ratings(table), asked("rating")))
        wanted = krippendorff_alpha(np.array(table).T, level="ordinal")
        head = found.headline
        assert (head.coefficient, head.basis) == ("krippendorff_alpha_ordinal", "random_sample")
        assert (head.value, head.low, head.high) == (wanted.value, wanted.low, wanted.high)
        chosen = [one for one in found.measures if one.basis == "chosen_items"]
        assert {one.reason for one in chosen} == {"no answers yet"}

    def test_sets_by_masi_and_each_class_alone(self) -> None:
        """The alpha over sets equals the function's, and each class has its own."""
        sets = [(["a"], ["a", "b"]), (["b"], ["b"]), ([], ["c"]), (["a"], ["a"])]
        rows = [
            export_row(f"i{n}", who, None, result=[region("choices", {"choices": given})])
            for n, pair in enumerate(sets)
            for who, given in zip("pq", pair, strict=True)
        ]
        found = structured_agreement(read_structured(rows, asked("choices")))
        wanted = set_alpha([[frozenset(pair[who]) for pair in sets] for who in (0, 1)])
        by_name = {one.coefficient: one for one in found.measures if one.basis == "chosen_items"}
        assert by_name["set_alpha_masi"].value == pytest.approx(wanted.value)
        assert [one.key for one in found.classes] == ["a", "b", "c"]

    def test_boxes_by_their_overlap(self) -> None:
        """The IoU equals the function's, and nothing drawn by both is agreement."""
        drawn = [([box(0, 0, 10, 10)], [box(0, 0, 10, 20)]), ([], []), ([box(5, 5, 9, 9)], [])]
        rows = [
            export_row(f"i{n}", who, None, result=given)
            for n, pair in enumerate(drawn)
            for who, given in zip("pq", pair, strict=True)
        ]
        question = asked("boxes")
        found = structured_agreement(read_structured(rows, question))
        values: Any = [[parse_value(question, pair[who]) for pair in drawn] for who in (0, 1)]
        by_name = {one.coefficient: one for one in found.measures if one.basis == "chosen_items"}
        assert by_name["region_iou"].value == region_agreement(values).value == 0.5

    @pytest.mark.parametrize("kind", KINDS)
    def test_identical_answers_agree_or_say_why_not(self, kind: str) -> None:
        """Every kind has its figures; a coefficient without variation is undefined, in words."""
        rows = [
            export_row(f"i{n}", who, None, result=json.dumps(ANSWERS[kind]), split="test")
            for n in range(3)
            for who in "pqr"
        ]
        report = structured_report(read_structured(rows, asked(kind)))
        for one in report.agreement.measures:
            reasons = (one.reason or "").split(":")[0] in {"no variation", "no answers yet"}
            assert one.value == 1.0 or reasons, one
        assert report.items.unanimous.value == 1.0
        assert (report.items.n_compared, report.items.n_differing) == (3, 0)
        assert {one.reason for one in report.confusions.maps} == {
            f"answers of the kind {kind!r} are no single class"
        }
        assert REPORT.validate_json(REPORT.dump_json(report)) == report


class TestPairs:
    """Two people on what both answered."""

    def test_they_are_compared_by_the_kinds_coefficient(self) -> None:
        """Equal to the public function on the two rows; those who share most come first."""
        table = [[1, 2, 3], [3, 3, 3], [5, 4, 5], [2, 2, 2], [4, 1, 5]]
        rows = [row for row in rows_of_ratings(table) if row["annotator"] != "p2"]
        rows += [row for row in rows_of_ratings(table[:3]) if row["annotator"] == "p2"]
        found = structured_agreement(read_structured(rows, asked("rating")))
        first = found.pairs[0]
        wanted = krippendorff_alpha(np.array(table).T[:2], level="ordinal")
        assert (first.first, first.second, first.n_shared, first.n_same) == ("p0", "p1", 5, 2)
        assert (first.measure.value, first.measure.low) == (wanted.value, wanted.low)
        assert found.n_pairs == 3
        assert "pairs" not in found.why_empty

    def test_what_is_empty_says_why(self) -> None:
        """No second person, no attribute; and figures of workforces compare no two people."""
        said = read_structured(rows_of_ratings([[1], [2]]), asked("rating"))
        assert structured_agreement(said).why_empty == {
            "classes": "answers of the kind 'rating' name no class",
            "slices": "no answered item has an attribute to slice by",
            "pairs": "one person so far",
        }
        two = read_structured(rows_of_ratings([[1, 2], [2, 2]]), asked("rating"))
        report = structured_report(two, by="workforce")
        assert report.agreement.pairs == ()
        assert "workforces only" in report.agreement.why_empty["pairs"]


class TestPeople:
    """`structured_annotators`."""

    def test_whoever_gets_the_disputed_items_does_not_look_worst(self) -> None:
        """Two pairs of equal annotators on easy and on hard items: adjusted they come out alike."""
        easy = rows_of_ratings([[3, 3]] * 4 + [[4, 3]])
        hard = [
            {**row, "item": f"h{row['item']}", "annotator": f"h{row['annotator']}"}
            for row in rows_of_ratings([[1, 5]] * 4 + [[2, 2]])
        ]
        found = structured_annotators(read_structured([*easy, *hard], asked("rating")))
        figures = {one.name: one.agreement for one in found.annotators}
        assert (figures["hp0"].plain or 0.0) < (figures["p0"].plain or 0.0)
        assert figures["hp0"].value == pytest.approx(figures["p0"].value)
        assert {one.gold.reason for one in found.annotators} == {
            "known answers are for questions with one choice"
        }

    def test_one_person_is_compared_with_nobody(self) -> None:
        """The figure is undefined, in words."""
        found = structured_annotators(read_structured(rows_of_ratings([[1], [2]]), asked("rating")))
        (one,) = found.annotators
        assert one.agreement.value is None
        assert one.agreement.reason == "nobody else has answered the same items yet"


class TestItems:
    """`structured_items`."""

    def test_the_hardest_come_first_with_what_was_said(self) -> None:
        """Items are ordered by how far apart the answers are; agreed ones are not listed."""
        found = structured_items(
            read_structured(rows_of_ratings([[1, 5], [3, 3], [3, 4]]), asked("rating"))
        )
        assert [one.item for one in found.hardest] == ["i0", "i2"]
        assert [(one.key, one.n) for one in found.hardest[0].answers] == [("1", 1), ("5", 1)]
        assert (found.n_compared, found.n_differing) == (3, 2)
