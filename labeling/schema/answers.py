"""Checks an answer against the question it was given to (rule 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from labeling.errors import InvalidAnswerError

if TYPE_CHECKING:
    from labeling.schema.label_config import ChoicesQuestion, LabelSchema

SKIP_REASONS: Final = ("unsure", "none_fits", "cannot_see", "rather_not")
"""Different things with different consequences, never one bare skip."""


def choices_result(question: ChoicesQuestion, key: str) -> list[dict[str, Any]]:
    """Return the Label Studio result that gives class `key` to a question."""
    value = {"choices": [key]}
    return [
        {"from_name": question.name, "to_name": question.to_name, "type": "choices", "value": value}
    ]


def read_answer(schema: LabelSchema, result: list[Any]) -> dict[str, str]:
    """Return the class key that a Label Studio result gives to each question.

    Raises
    ------
    InvalidAnswerError
        A region that is no object, an unknown question or class, not exactly one class, a question
        answered twice or not at all. `extra["place"]` is the path inside the result.

    """
    answers: dict[str, str] = {}
    questions = {question.name: question for question in schema.questions}
    for index, region in enumerate(result):
        place = f"result[{index}]"
        if not isinstance(region, dict):
            raise InvalidAnswerError("Every region of a result is an object.", place=place)
        question = questions.get(str(region.get("from_name")))
        if question is None:
            raise InvalidAnswerError(
                f"{region.get('from_name')!r} is not asked; asked are {sorted(questions)}.",
                place=f"{place}.from_name",
            )
        if question.name in answers:
            raise InvalidAnswerError(f"{question.name!r} is answered twice.", place=place)
        answers[question.name] = _read_choice(question, region, place)
    missing = sorted(questions.keys() - answers.keys())
    if missing:
        raise InvalidAnswerError(f"{missing[0]!r} is not answered.", place="result")
    return answers


def _read_choice(question: ChoicesQuestion, region: dict[str, Any], place: str) -> str:
    if region.get("type") != "choices" or region.get("to_name") != question.to_name:
        raise InvalidAnswerError(
            f"{question.name!r} takes type 'choices' and to_name {question.to_name!r}.", place=place
        )
    value = region.get("value")
    chosen = value.get("choices") if isinstance(value, dict) else None
    if not isinstance(chosen, list) or len(chosen) != 1:
        raise InvalidAnswerError(
            f"{question.name!r} takes a list of exactly one class.", place=f"{place}.value.choices"
        )
    if chosen[0] not in question.class_keys():
        raise InvalidAnswerError(
            f"{chosen[0]!r} is not a class of {question.name!r}.", place=f"{place}.value.choices[0]"
        )
    return str(chosen[0])
