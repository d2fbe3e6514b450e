"""Exported answers to questions that are no single choice, read once for all their figures."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from labeling.quality.figures.measures import Scope, scope_of
from labeling.quality.figures.reading import read_answers
from labeling.quality.structured.values import Value, parse_value, value_result

if TYPE_CHECKING:
    from labeling.quality.figures.answers import Answers
    from labeling.schema.questions import Question


@dataclass(frozen=True, eq=False)
class Said:
    """Exported answers to a question that is no single choice; make it with `read_structured`.

    Attributes
    ----------
    question
        What was asked.
    answers
        Who said what when: every different answer is a class of its own.
    values
        (n_classes,) what each of them means.
    """

    question: Question
    answers: Answers
    values: tuple[Value, ...]

    @property
    def scope(self) -> Scope:
        """How much the figures rest on."""
        return replace(scope_of(self.answers), n_classes=len(self.question.classes))


def read_structured(
    rows: Iterable[Mapping[str, Any]],
    question: Question,
    *,
    n_total: int | None = None,
    is_subjective: bool = False,
    first_n: int | None = None,
) -> Said:
    """Read exported answers to a question that is no single choice, oldest first.

    Parameters
    ----------
    rows
        As `labelloop export --answers` gives them.
    question
        What was asked: of the project's schema.
    n_total, is_subjective, first_n
        As for `read_answers`.
    """
    labelled = (_labelled(row, question) for row in rows)
    about = {"n_total": n_total, "is_subjective": is_subjective, "first_n": first_n}
    answers = read_answers(labelled, question=question.name, **about)  # type: ignore[arg-type]
    values = tuple(parse_value(question, json.loads(key)) for key in answers.classes)
    return Said(question, answers, values)


def _labelled(row: Mapping[str, Any], question: Question) -> dict[str, Any]:
    """Return a row whose label is its answer, in one order of its parts."""
    given, believed = _json(row.get("result")), _json(row.get("consensus_answer"))
    is_answer = (row.get("kind") or "answer") == "answer" and given is not None
    named = [part for part in given or () if part.get("from_name") == question.name]
    is_said = is_answer and (named or question.may_be_empty)
    return {
        **row,
        "label": _key(question, named) if is_said else None,
        "consensus": None if believed is None else _key(question, believed),
        "result": None,
        "truth": None,
    }


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) and value else value


def _key(question: Question, result: list[dict[str, Any]]) -> str:
    return json.dumps(value_result(question, parse_value(question, result)), ensure_ascii=False)
