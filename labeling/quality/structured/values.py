"""Label Studio's results and the values that they mean, both ways."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from labeling.quality.agreement.regions import Box, Polygon
from labeling.quality.agreement.spans import Span
from labeling.schema.values import TYPES

if TYPE_CHECKING:
    from labeling.schema.questions import Question

Value = frozenset[str] | frozenset[Span] | frozenset[Box | Polygon] | float | str
"""A set of classes, spans, boxes or polygons; a rating or a number; a text, or the side chosen."""
DIGITS: Final = 4
"""Sides of combined boxes are kept to so many digits, in per cent."""


def parse_value(question: Question, result: Sequence[dict[str, Any]]) -> Value:
    """Return what a result that fits says to a question (`schema.answers.read_answer` checked it).

    Nothing given is the empty set: none of the classes, nothing to mark.
    """
    kind = question.kind
    found = [region["value"] for region in result if region["from_name"] == question.name]
    if kind in {"choice", "choices"}:
        return frozenset(key for value in found for key in value["choices"])
    if kind == "spans":
        return frozenset(Span(v["start"], v["end"], v["labels"][0]) for v in found)
    if kind == "boxes":
        return frozenset(
            Box(v["x"], v["y"], v["width"], v["height"], v["rectanglelabels"][0]) for v in found
        )
    if kind == "polygons":
        return frozenset(
            Polygon(tuple((x, y) for x, y in v["points"]), v["polygonlabels"][0]) for v in found
        )
    (value,) = found
    if kind == "text":
        text = value["text"]
        return str(text[0] if isinstance(text, list) else text)
    return str(value["selected"]) if kind == "pair" else float(value[kind])


def value_result(question: Question, value: Value) -> list[dict[str, Any]]:
    """Return the Label Studio result that says a value; regions in the order of their places."""
    return [
        {
            "from_name": question.name,
            "to_name": question.to_name,
            "type": TYPES[question.kind],
            "value": part,
        }
        for part in _parts(question, value)
    ]


def _parts(question: Question, value: Value) -> list[dict[str, Any]]:
    if isinstance(value, str):
        return [{"selected": value} if question.kind == "pair" else {"text": [value]}]
    if isinstance(value, float):
        return [{question.kind: int(value) if value.is_integer() else value}]
    if question.kind in {"choice", "choices"}:
        order = {key: place for place, key in enumerate(question.class_keys())}
        return [{"choices": sorted(map(str, value), key=order.__getitem__)}] if value else []
    return [_region(region) for region in sorted(value, key=_place)]


def _place(region: Any) -> tuple[Any, ...]:
    return (region.points, region.label) if isinstance(region, Polygon) else tuple(region)


def _region(region: Any) -> dict[str, Any]:
    if isinstance(region, Span):
        return {"start": region.start, "end": region.end, "labels": [region.label]}
    if isinstance(region, Polygon):
        points = [list(point) for point in region.points]
        return {"points": points, "closed": True, "polygonlabels": [region.label]}
    sides = {name: round(getattr(region, name), DIGITS) for name in ("x", "y", "width", "height")}
    return {**sides, "rotation": 0, "rectanglelabels": [region.label]}
