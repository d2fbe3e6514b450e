"""Checks an answer against the questions it was given to (rule 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.errors import InvalidAnswerError
from labeling.schema.questions import GIVEN, REGIONS
from labeling.schema.values import CHECKS, Given, refusal

if TYPE_CHECKING:
    from collections.abc import Callable

    from labeling.schema.questions import LabelSchema, Question

SKIP_REASONS: Final = ("unsure", "none_fits", "cannot_see", "rather_not")
"""Different things with different consequences, never one bare skip."""


def choices_result(question: Question, key: str) -> list[dict[str, Any]]:
    """Return the Label Studio result that gives class `key` to a question."""
    value = {"choices": [key]}
    return [
        {"from_name": question.name, "to_name": question.to_name, "type": "choices", "value": value}
    ]


def read_answer(
    schema: LabelSchema, result: list[Any], text_of: Callable[[str], str | None] | None = None
) -> dict[str, str]:
    """Return the class key that a Label Studio result gives to each question it answers.

    For a question that is no single choice it is `GIVEN`: the answer fits.

    Parameters
    ----------
    schema
        What was asked.
    result
        The answer, as Label Studio writes it.
    text_of
        The text of a shown object, by its name; called only where spans were marked in it.

    Raises
    ------
    InvalidAnswerError
        A region that is no object, an unknown question, class or label, a value beyond its
        question's limits, a question answered twice or not at all. `extra["place"]` is the path
        inside the result.

    """
    given = _by_question(schema, result)
    answers: dict[str, str] = {}
    for question in schema.questions:
        found = given[question.name]
        if len(found) > 1 and question.kind not in REGIONS:
            raise refusal(f"{question.name!r} is answered twice.", found[1][0])
        if found:
            answers[question.name] = _check(question, found, text_of)
        elif question.required:
            raise InvalidAnswerError(f"{question.name!r} is not answered.", place="result")
        elif question.may_be_empty:
            answers[question.name] = GIVEN
    return answers


def _by_question(schema: LabelSchema, result: list[Any]) -> dict[str, list[Given]]:
    given: dict[str, list[Given]] = {question.name: [] for question in schema.questions}
    for index, region in enumerate(result):
        place = f"result[{index}]"
        if not isinstance(region, dict):
            raise InvalidAnswerError("Every region of a result is an object.", place=place)
        found = given.get(str(region.get("from_name")))
        if found is None:
            raise InvalidAnswerError(
                f"{region.get('from_name')!r} is not asked; asked are {sorted(given)}.",
                place=f"{place}.from_name",
            )
        found.append((place, region))
    return given


def _check(
    question: Question, found: list[Given], text_of: Callable[[str], str | None] | None
) -> str:
    """Check the regions that answer one question; return the key of the class they vote for."""
    if question.max_regions is not None and len(found) > question.max_regions:
        raise refusal(
            f"{question.name!r} takes at most {question.max_regions} regions.", found[-1][0]
        )
    text = text_of(question.to_name) if text_of is not None and question.kind == "spans" else None
    key = GIVEN
    for place, region in found:
        key = CHECKS[question.kind](question, region, place, text)
    return key
