"""Rule 3 for every kind of question: what fits is read, what does not is refused by its place."""

from __future__ import annotations

import math
from typing import Any

import pytest

from labeling.errors import InvalidAnswerError
from labeling.schema.answers import read_answer
from labeling.schema.label_config import parse_label_config
from labeling.schema.questions import GIVEN
from tests.support.kinds import ANSWERS, CONFIGS, TEXT, box, polygon, region, span

SAID = "Ann 🎈 works at Acme."
"""Its balloon is one character, though two units in a browser's strings."""


def read(kind: str, result: list[Any]) -> dict[str, str]:
    """Read a result as an answer to a kind's question, asked about the same text."""
    return read_answer(parse_label_config(CONFIGS[kind]), result, lambda _name: SAID)


class TestReadAnswer:
    """`read_answer`."""

    @pytest.mark.parametrize("kind", ANSWERS)
    def test_an_answer_of_its_kind_fits(self, kind: str) -> None:
        """Shows what each kind's answer votes for: a choice its class, all else that it counts."""
        assert read(kind, ANSWERS[kind]) == {"q": "a" if kind == "choice" else GIVEN}

    @pytest.mark.parametrize("kind", ["choices", "spans", "boxes", "polygons"])
    def test_nothing_marked_is_an_answer(self, kind: str) -> None:
        """Shows an empty result where nothing must be given."""
        assert read(kind, []) == {"q": GIVEN}

    @pytest.mark.parametrize("kind", ["choice", "rating", "number", "text", "pair"])
    def test_nothing_said_is_no_answer(self, kind: str) -> None:
        """Shows that every other question must be answered."""
        with pytest.raises(InvalidAnswerError, match="not answered"):
            read(kind, [])

    def test_a_remark_may_be_left_out(self) -> None:
        """Shows `required="false"`: without the remark it is no answer to that question."""
        config = (
            f'<View>{TEXT}<Rating name="q" toName="item"/>'
            '<TextArea name="why" toName="item" required="false"/></View>'
        )
        assert read_answer(parse_label_config(config), ANSWERS["rating"]) == {"q": GIVEN}

    def test_a_span_counts_characters(self) -> None:
        """Shows a span behind a character that browsers count as two."""
        assert read("spans", [span(15, 19, "ORG", text="Acme")]) == {"q": GIVEN}

    def test_of_a_text_that_is_not_known_only_the_form_is_checked(self) -> None:
        """Shows a span far out where nobody says how long the text is."""
        schema = parse_label_config(CONFIGS["spans"])
        assert read_answer(schema, [span(500, 900)]) == {"q": GIVEN}

    @pytest.mark.parametrize(
        ("kind", "result", "place"),
        [
            ("choices", [region("choices", {"choices": ["a", "a"]})], "value.choices[1]"),
            ("choices", [region("choices", {"choices": ["z"]})], "value.choices[0]"),
            ("choices", [region("choices", {"choices": [["a"]]})], "value.choices[0]"),
            ("choices", [region("choices", {"choices": "a"})], "value.choices"),
            ("rating", [region("rating", {"rating": 6})], "value.rating"),
            ("rating", [region("rating", {"rating": 2.5})], "value.rating"),
            ("rating", [region("rating", {"rating": True})], "value.rating"),
            ("rating", [region("rating", {})], "value.rating"),
            ("rating", [region("rating", {"rating": 4}, type="number")], ""),
            ("rating", [region("rating", {"rating": 4}, to_name="other")], ""),
            ("number", [region("number", {"number": math.nan})], "value.number"),
            ("number", [region("number", {"number": -0.5})], "value.number"),
            ("number", [region("number", {"number": 10.5})], "value.number"),
            ("number", [region("number", {"number": 0.3})], "value.number"),
            ("number", [region("number", {"number": "3"})], "value.number"),
            ("text", [region("text", {"text": ["x" * 41]})], "value.text"),
            ("text", [region("text", {"text": [" "]})], "value.text"),
            ("text", [region("text", {"text": ["a", "b"]})], "value.text"),
            ("spans", [span(4, 4)], "value.start"),
            ("spans", [span(-1, 4)], "value.start"),
            (
                "spans",
                [region("spans", {"start": 0.5, "end": 2, "labels": ["PER"]})],
                "value.start",
            ),
            ("spans", [span(0, len(SAID) + 1)], "value.end"),
            ("spans", [span(16, 20, text="Acme")], "value.text"),
            ("spans", [span(0, 3, "LOC")], "value.labels[0]"),
            ("spans", [region("spans", {"start": 0, "end": 3})], "value.labels"),
            ("boxes", [box(-1, 0, 10, 10)], "value.x"),
            ("boxes", [box(0, 95, 10, 10)], "value.y"),
            ("boxes", [box(0, 0, 0, 10)], "value.x"),
            ("boxes", [box(0, math.inf, 1, 1)], "value.y"),
            ("boxes", [box(0, 0, 1, math.nan)], "value.height"),
            ("boxes", [box(0, 0, 10, 10, "dog")], "value.rectanglelabels[0]"),
            ("polygons", [polygon([[0, 0], [1, 1]])], "value.points"),
            ("polygons", [polygon([[0, 0], [1, 1], [101, 3]])], "value.points[2]"),
            ("polygons", [polygon([[0, 0], [1, 1], [3]])], "value.points[2]"),
            ("pair", [region("pair", {"selected": "both"})], "value.selected"),
        ],
    )
    def test_what_does_not_fit_is_refused_by_its_place(
        self, kind: str, result: list[Any], place: str
    ) -> None:
        """Shows each limit of each kind."""
        with pytest.raises(InvalidAnswerError) as refused:
            read(kind, result)
        assert refused.value.extra["place"] == f"result[0].{place}".rstrip(".")

    def test_a_question_is_answered_once(self) -> None:
        """Shows two ratings of one item."""
        with pytest.raises(InvalidAnswerError) as refused:
            read("rating", ANSWERS["rating"] * 2)
        assert refused.value.extra["place"] == "result[1]"

    def test_so_many_regions_and_no_more(self) -> None:
        """Shows the limit of what is marked."""
        assert read("spans", [span(0, 3)] * 500) == {"q": GIVEN}
        with pytest.raises(InvalidAnswerError) as refused:
            read("spans", [span(0, 3)] * 501)
        assert refused.value.extra["place"] == "result[500]"
