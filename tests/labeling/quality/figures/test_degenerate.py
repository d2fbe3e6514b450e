"""Bad input: every figure is defined, or undefined with a reason; none fails and none is zero."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Any, Final

import pytest

from labeling.quality.figures import read_answers
from labeling.quality.figures.report import REPORT, quality_report
from tests.labeling.quality.figures.exports import CLASSES, crowd_export, export_row

PAIR: Final = ("p", "q")
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
    found = list(figures_in(report))
    assert found
    for figure in found:
        assert (figure.value is None) == bool(figure.reason), figure
        if figure.value is not None:
            assert math.isfinite(figure.value)
            if figure.low is not None:
                assert figure.low <= figure.value <= figure.high, figure
    assert REPORT.validate_json(REPORT.dump_json(report)) == report
