"""Bad input: every figure is defined, or undefined with a reason; none fails and none is zero."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

import pytest

from labeling.quality.figures import read_answers, read_structured
from labeling.quality.figures.report import (
    REPORT,
    QualityReport,
    quality_report,
    structured_report,
)
from labeling.schema.label_config import parse_label_config
from tests.labeling.quality.figures.exports import CLASSES, crowd_export, export_row
from tests.support.kinds import ANSWERS, CONFIGS, region

PAIR: Final = ("p", "q")
PARTS: Final = ("classes", "slices", "pairs", "periods")
KINDS: Final = [kind for kind in CONFIGS if kind != "choice"]


def kind_cases(kind: str) -> dict[str, list[dict[str, Any]]]:
    """Return bad exports of answers to a question of a kind."""
    same = {"result": ANSWERS[kind], "split": "test"}
    return {
        "nothing": [],
        "all missing": [export_row("i", who, None, kind="skip") for who in PAIR],
        "one annotator": [export_row(f"i{n}", "p", None, **same) for n in range(4)],
        "constant answers": [export_row(f"i{n}", w, None, **same) for n in range(4) for w in PAIR],
        "no overlap": [export_row(f"{w}{n}", w, None, **same) for n in range(4) for w in PAIR],
        "an annotator with one answer": [
            *(export_row(f"i{n}", w, None, **same) for n in range(4) for w in PAIR),
            export_row("i0", "x", None, **same),
        ],
        "nothing marked by anybody": [
            export_row(f"i{n}", w, None, result=[]) for n in range(4) for w in PAIR
        ],
        "confidence of zero": [
            export_row("i", w, None, confidence=0.0, **same) for w in (*PAIR, "r")
        ],
    }


MANY: Final = tuple(f"class {n}" for n in range(10_000))
CASES: Final[dict[str, tuple[list[dict[str, Any]], tuple[str, ...]]]] = {
    "nothing": ([], CLASSES),
    "no classes declared": ([], ()),
    "all missing": ([export_row("i", who, None, kind="skip") for who in PAIR], CLASSES),
    "one annotator": ([export_row(f"i{n}", "p", CLASSES[n % 3]) for n in range(9)], CLASSES),
    "one class": ([export_row(f"i{n}", w, "ant") for n in range(9) for w in PAIR], ("ant",)),
    "constant answers": ([export_row(f"i{n}", w, "ant") for n in range(9) for w in PAIR], CLASSES),
    "no overlap": (
        [export_row(f"i{n}{who}", who, CLASSES[n % 3]) for n in range(9) for who in PAIR],
        CLASSES,
    ),
    "an annotator with one answer": ([*crowd_export(), export_row("i000", "x", "bee")], CLASSES),
    "classes never used": (crowd_export(), (*CLASSES, "dog", "elk")),
    "ten thousand classes": (
        [
            export_row(f"i{n}", w, MANY[(n * 7 + k) % 9_999])
            for n in range(60)
            for k, w in enumerate(PAIR)
        ],
        MANY,
    ),
    "confidence of zero": ([{**row, "confidence": 0.0} for row in crowd_export(30)], CLASSES),
}


def figures_in(value: Any) -> Iterator[Any]:
    """Yield every dataclass within a report that has a value and a reason."""
    if is_dataclass(value):
        names = {field.name for field in fields(value)}
        if {"value", "reason"} <= names:
            yield value
        for name in names:
            yield from figures_in(getattr(value, name))
    elif isinstance(value, tuple):
        for part in value:
            yield from figures_in(part)


@pytest.mark.parametrize("case", CASES)
def test_every_figure_is_defined_or_says_why_not(case: str) -> None:
    """No NaN, no bare None, no interval that leaves its value out; and it survives as JSON."""
    rows, classes = CASES[case]
    report = quality_report(read_answers(rows, classes=classes))
    assert_all_told(report)


@pytest.mark.parametrize("kind", KINDS)
def test_every_figure_of_a_kind_is_defined_or_says_why_not(kind: str) -> None:
    """The same bad input to every question that is no single choice."""
    question = parse_label_config(CONFIGS[kind]).target()
    for rows in kind_cases(kind).values():
        assert_all_told(structured_report(read_structured(rows, question)))


def test_ten_thousand_classes_of_a_set_are_no_ten_thousand_figures() -> None:
    """The most used ones are shown, and nothing grows with the declared ones squared."""
    names = "".join(f'<Choice value="{name}"/>' for name in MANY)
    config = (
        '<View><Text name="item" value="$text"/><Choices name="q" toName="item" choice="multiple" '
        f'required="false">{names}</Choices></View>'
    )
    rows = [
        export_row(
            f"i{n}", who, None, result=[region("choices", {"choices": [MANY[n], MANY[n + k]]})]
        )
        for n in range(60)
        for k, who in enumerate(PAIR, 1)
    ]
    report = structured_report(read_structured(rows, parse_label_config(config).target()))
    assert_all_told(report)
    assert 0 < len(report.agreement.classes) <= 50


def assert_all_told(report: QualityReport) -> None:
    """Check every figure of a report, and that a part that is empty says why it is."""
    found = list(figures_in(report))
    assert found
    for figure in found:
        assert (figure.value is None) == bool(figure.reason), figure
        if figure.value is not None:
            assert math.isfinite(figure.value)
            if figure.low is not None:
                assert figure.low <= figure.value <= figure.high, figure
    parts = {name: getattr(report.agreement, name) for name in PARTS}
    assert {name for name, part in parts.items() if not part} == set(report.agreement.why_empty)
    assert all(report.agreement.why_empty.values())
    assert REPORT.validate_json(REPORT.dump_json(report)) == report
