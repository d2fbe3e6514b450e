"""What an answer to each kind of question may say: one check for each, over one region."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Final

from labeling.errors import InvalidAnswerError
from labeling.schema.questions import GIVEN, Question, QuestionKind

Given = tuple[str, dict[str, Any]]
"""A region and its place in the result."""
Check = Callable[[Question, dict[str, Any], str, str | None], str]
"""(question, region, place, the marked text where it is known) → the key of the class it votes."""
TYPES: Final[dict[QuestionKind, str]] = {
    "choice": "choices",
    "choices": "choices",
    "rating": "rating",
    "number": "number",
    "text": "textarea",
    "spans": "labels",
    "boxes": "rectanglelabels",
    "polygons": "polygonlabels",
    "pair": "pairwise",
}
"""The `type` of the regions that answer a kind of question."""
WHOLE: Final = 100.0
"""Regions of a picture are measured in per cent of its sides."""
ROUNDING: Final = 1e-6
LEAST_CORNERS: Final = 3
MOST_CORNERS: Final = 500
SIDES: Final = ("left", "right")


def refusal(detail: str, place: str) -> InvalidAnswerError:
    """Return the error that names the place where an answer does not fit."""
    return InvalidAnswerError(detail, place=place)


def _value(question: Question, region: dict[str, Any], place: str) -> dict[str, Any]:
    kind = TYPES[question.kind]
    if region.get("type") != kind or region.get("to_name") != question.to_name:
        raise refusal(
            f"{question.name!r} takes type {kind!r} and to_name {question.to_name!r}.", place
        )
    value = region.get("value")
    return value if isinstance(value, dict) else {}


def _choice(question: Question, region: dict[str, Any], place: str, _text: str | None) -> str:
    chosen = _value(question, region, place).get("choices")
    if not isinstance(chosen, list) or len(chosen) != 1:
        raise refusal(
            f"{question.name!r} takes a list of exactly one class.", f"{place}.value.choices"
        )
    if chosen[0] not in question.class_keys():
        raise refusal(
            f"{chosen[0]!r} is not a class of {question.name!r}.", f"{place}.value.choices[0]"
        )
    return str(chosen[0])


def _choices(question: Question, region: dict[str, Any], place: str, _text: str | None) -> str:
    chosen = _value(question, region, place).get("choices")
    least = 1 if question.required else 0
    if not isinstance(chosen, list) or len(chosen) < least:
        raise refusal(
            f"{question.name!r} takes a list of {least} or more classes.", f"{place}.value.choices"
        )
    known = frozenset(question.class_keys())
    for n, key in enumerate(chosen):
        if not isinstance(key, str) or key not in known or key in chosen[:n]:
            raise refusal(
                f"{key!r} is not a class of {question.name!r}, or given twice.",
                f"{place}.value.choices[{n}]",
            )
    return GIVEN


def _rating(question: Question, region: dict[str, Any], place: str, _text: str | None) -> str:
    here = f"{place}.value.rating"
    value = _finite(_value(question, region, place).get("rating"), here)
    if not value.is_integer() or not 1 <= value <= (question.max_rating or 1):
        raise refusal(f"{question.name!r} takes 1 to {question.max_rating}, whole.", here)
    return GIVEN


def _number(question: Question, region: dict[str, Any], place: str, _text: str | None) -> str:
    here = f"{place}.value.number"
    value = _finite(_value(question, region, place).get("number"), here)
    low, high, step = question.minimum, question.maximum, question.step
    if (low is not None and value < low) or (high is not None and value > high):
        raise refusal(f"{question.name!r} takes a number from {low} to {high}.", here)
    if step is not None:
        steps = (value - (low or 0.0)) / step
        if abs(steps - round(steps)) > ROUNDING * max(abs(steps), 1.0):
            raise refusal(f"{question.name!r} takes steps of {step} from {low or 0.0}.", here)
    return GIVEN


def _text(question: Question, region: dict[str, Any], place: str, _marked: str | None) -> str:
    here = f"{place}.value.text"
    given = _value(question, region, place).get("text")
    text = given[0] if isinstance(given, list) and len(given) == 1 else given
    if not isinstance(text, str) or not text.strip():
        raise refusal(f"{question.name!r} takes one text that says something.", here)
    if len(text) > (question.max_characters or 0):
        raise refusal(
            f"{question.name!r} takes at most {question.max_characters} characters, not "
            f"{len(text)}.",
            here,
        )
    return GIVEN


def _span(question: Question, region: dict[str, Any], place: str, text: str | None) -> str:
    value = _value(question, region, place)
    _label(question, value, place)
    start, end = _whole(value.get("start")), _whole(value.get("end"))
    if not 0 <= start < end:
        raise refusal(
            "A span needs whole numbers 0 ≤ start < end, in characters.", f"{place}.value.start"
        )
    if text is not None and end > len(text):
        raise refusal(
            f"The text ends at {len(text)}, the span at {end}; count characters (code points).",
            f"{place}.value.end",
        )
    words = value.get("text")
    if text is not None and words is not None and words != text[start:end]:
        raise refusal(
            f"From {start} to {end} the text says {text[start:end][:80]!r}; count characters "
            "(code points).",
            f"{place}.value.text",
        )
    return GIVEN


def _box(question: Question, region: dict[str, Any], place: str, _text: str | None) -> str:
    value = _value(question, region, place)
    _label(question, value, place)
    for side, size in (("x", "width"), ("y", "height")):
        start = _finite(value.get(side), f"{place}.value.{side}")
        extent = _finite(value.get(size), f"{place}.value.{size}")
        if start < 0 or extent <= 0 or start + extent > WHOLE + ROUNDING:
            raise refusal(
                f"A box lies within the picture: 0 ≤ {side}, {size} above 0, {side} + {size} ≤ "
                "100, in per cent.",
                f"{place}.value.{side}",
            )
    if value.get("rotation", 0) != 0:
        raise refusal("A box is not rotated.", f"{place}.value.rotation")
    return GIVEN


def _polygon(question: Question, region: dict[str, Any], place: str, _text: str | None) -> str:
    value = _value(question, region, place)
    _label(question, value, place)
    here, points = f"{place}.value.points", value.get("points")
    if not isinstance(points, list) or not LEAST_CORNERS <= len(points) <= MOST_CORNERS:
        raise refusal(f"A polygon has {LEAST_CORNERS} to {MOST_CORNERS} points.", here)
    for n, point in enumerate(points):
        pair = point if isinstance(point, list) else []
        inside = [0 <= _finite(one, f"{here}[{n}]") <= WHOLE + ROUNDING for one in pair]
        if inside != [True, True]:
            raise refusal("A point is [x, y] from 0 to 100, in per cent.", f"{here}[{n}]")
    return GIVEN


def _pair(question: Question, region: dict[str, Any], place: str, _text: str | None) -> str:
    if _value(question, region, place).get("selected") not in SIDES:
        raise refusal(f"{question.name!r} takes 'left' or 'right'.", f"{place}.value.selected")
    return GIVEN


def _label(question: Question, value: dict[str, Any], place: str) -> None:
    kind = TYPES[question.kind]
    labels = value.get(kind)
    if not isinstance(labels, list) or len(labels) != 1:
        raise refusal("Every region has exactly one label.", f"{place}.value.{kind}")
    if labels[0] not in question.class_keys():
        raise refusal(
            f"{labels[0]!r} is not a label of {question.name!r}.", f"{place}.value.{kind}[0]"
        )


def _whole(value: Any) -> int:
    """Return a whole number as it is, and -1 for what is none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else -1


def _finite(value: Any, place: str) -> float:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if not is_number or not math.isfinite(value):
        raise refusal(f"A finite number is needed, not {value!r:.80}.", place)
    return float(value)


CHECKS: Final[dict[QuestionKind, Check]] = {
    "choice": _choice,
    "choices": _choices,
    "rating": _rating,
    "number": _number,
    "text": _text,
    "spans": _span,
    "boxes": _box,
    "polygons": _polygon,
    "pair": _pair,
}
"""How the answers to each kind of question are checked."""
