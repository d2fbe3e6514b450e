"""Label Studio's configs: each tag a typed question, all else refused by name."""

from __future__ import annotations

import json

import pytest
from label_studio_sdk.label_interface.interface import LabelInterface

from labeling.errors import InvalidLabelConfigError
from labeling.schema.label_config import parse_label_config
from labeling.schema.questions import GIVEN, LabelSchema
from tests.support.kinds import CONFIGS, LABELS, PICTURE, TEXT


class TestParse:
    """`parse_label_config`."""

    @pytest.mark.parametrize("kind", CONFIGS)
    def test_each_tag_is_a_question_of_its_kind(self, kind: str) -> None:
        """Shows the kind, and that the typed form comes back from its JSON as it was."""
        schema = parse_label_config(CONFIGS[kind])
        assert [(one.name, one.to_name, one.kind) for one in schema.questions] == [
            ("q", "item", kind)
        ]
        assert LabelSchema.from_json(schema.to_json()) == schema

    @pytest.mark.parametrize("kind", CONFIGS)
    def test_label_studio_reads_the_same_names_and_classes(self, kind: str) -> None:
        """Compares the parse with that of Label Studio's own library."""
        question = parse_label_config(CONFIGS[kind]).questions[0]
        theirs = LabelInterface(CONFIGS[kind]).get_control("q")  # type: ignore[no-untyped-call]
        assert theirs.to_name[0] == question.to_name
        assert tuple(theirs.labels) == question.class_keys()

    def test_limits_are_read(self) -> None:
        """Shows the limits of every kind that has some, and the second object of a pair."""
        asked = {kind: parse_label_config(text).questions[0] for kind, text in CONFIGS.items()}
        assert asked["rating"].max_rating == 5
        number = asked["number"]
        assert (number.minimum, number.maximum, number.step) == (0.0, 10.0, 0.5)
        assert asked["text"].max_characters == 40
        assert asked["boxes"].max_regions == 500
        assert asked["pair"].beside == "other"
        assert [one.color for one in asked["spans"].classes] == ["red", None]

    def test_votes_of_what_is_no_choice_are_of_one_class(self) -> None:
        """Shows that an answer of such a kind counts as given, and a choice by its class."""
        counted = {
            kind: [one.key for one in parse_label_config(text).questions[0].counted_classes()]
            for kind, text in CONFIGS.items()
        }
        assert counted["choice"] == ["a", "b"]
        assert {tuple(keys) for kind, keys in counted.items() if kind != "choice"} == {(GIVEN,)}

    def test_a_version_written_before_there_were_kinds_is_read(self) -> None:
        """Shows a stored schema without the newer members: one choice that must be answered."""
        old = {"name": "q", "to_name": "t", "title": "", "classes": []}
        text = json.dumps({"questions": [old], "objects": []})
        (question,) = LabelSchema.from_json(text).questions
        assert (question.kind, question.required) == ("choice", True)

    def test_a_question_stands_under_the_header_before_it(self) -> None:
        """Shows titles of two questions, the header as text and as a value."""
        config = (
            f'<View><Header value="Read"/>{TEXT}<Header>Rate</Header><Rating name="r" toName="item"'
            '/><TextArea name="why" toName="item" required="false"/></View>'
        )
        schema = parse_label_config(config)
        assert [one.title for one in schema.questions] == ["Rate", ""]

    def test_the_target_is_the_first_that_is_always_answered(self) -> None:
        """Shows a remark before the question that matters, and one that would be alone."""
        remark = '<TextArea name="why" toName="item" required="false"/>'
        both = parse_label_config(f'<View>{TEXT}{remark}<Rating name="r" toName="item"/></View>')
        alone = parse_label_config(f"<View>{TEXT}{remark}</View>")
        assert (both.target().name, alone.target().name) == ("r", "why")
        assert alone.questions[0].required

    @pytest.mark.parametrize(
        ("config", "element"),
        [
            (f'<View>{TEXT}<Rating name="q" toName="item" maxRating="1"/></View>', "q"),
            (f'<View>{TEXT}<Rating name="q" toName="item" maxRating="2.5"/></View>', "q"),
            (f'<View>{TEXT}<Rating name="q" toName="item" maxRating="nan"/></View>', "q"),
            (f'<View>{TEXT}<Number name="q" toName="item" min="3" max="3"/></View>', "q"),
            (f'<View>{TEXT}<Number name="q" toName="item" step="0"/></View>', "q"),
            (f'<View>{TEXT}<Number name="q" toName="item" min="many"/></View>', "q"),
            (f'<View>{TEXT}<TextArea name="q" toName="item" maxLength="0"/></View>', "q"),
            (f'<View>{TEXT}<TextArea name="q" toName="item" perRegion="true"/></View>', "q"),
            (f'<View>{TEXT}<Labels name="q" toName="item"/></View>', "q"),
            (f'<View>{PICTURE}<Labels name="q" toName="item">{LABELS}</Labels></View>', "q"),
            (
                (
                    f'<View>{TEXT}<RectangleLabels name="q" toName="item">{LABELS}'
                    "</RectangleLabels></View>"
                ),
                "q",
            ),
            (
                (
                    f'<View>{PICTURE}<RectangleLabels name="q" toName="item" canRotate="true">'
                    f"{LABELS}</RectangleLabels></View>"
                ),
                "q",
            ),
            (
                (
                    f'<View>{TEXT}<Labels name="q" toName="item" choice="multiple">{LABELS}'
                    "</Labels></View>"
                ),
                "q",
            ),
            (f'<View>{TEXT}<Pairwise name="q" toName="item"/></View>', "q"),
            (f'<View>{TEXT}<Pairwise name="q" toName="item,item"/></View>', "q"),
            (f'<View>{TEXT}<Ranker name="q" toName="item"/></View>', "Ranker"),
        ],
    )
    def test_what_cannot_be_asked_is_refused_by_name(self, config: str, element: str) -> None:
        """Shows impossible limits, a wrong object, an option and a tag that are not asked."""
        with pytest.raises(InvalidLabelConfigError) as refused:
            parse_label_config(config)
        assert refused.value.extra["element"] == element
