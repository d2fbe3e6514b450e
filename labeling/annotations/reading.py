"""Reads what was sent: a skip's reason, a flag's text, an answer's classes (rule 3)."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from labeling.errors import InvalidAnswerError
from labeling.items import store as items
from labeling.schema import store as schema_store
from labeling.schema.answers import SKIP_REASONS, read_answer

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.schema.questions import LabelSchema

FLAG_REASON_CHARACTERS: Final = 1_000
MOST_RESULT_BYTES: Final = 65_536


def read_classes(
    tx: Transaction, project: Row, task: Row, kind: str, reason: str | None, result: list[Any]
) -> dict[str, int]:
    """Return the class id that an answer gives to each question; nothing for a skip or a flag.

    Raises
    ------
    InvalidAnswerError
        It does not fit the schema version it was asked under, or gives no reason where one is due.

    """
    if kind == "skip" and reason not in SKIP_REASONS:
        raise InvalidAnswerError(f"A skip gives one of {', '.join(SKIP_REASONS)}.", place="reason")
    if kind == "flag" and not 0 < len(reason or "") <= FLAG_REASON_CHARACTERS:
        raise InvalidAnswerError(
            f"Say what is wrong in 1 to {FLAG_REASON_CHARACTERS} characters.", place="reason"
        )
    if kind != "answer":
        return {}
    _refuse_unstorable(result)
    asked = schema_store.asked(tx, project, task.schema_version)
    keys = read_answer(asked.schema, result, partial(_text_of, tx, asked.schema, task.item_id))
    return {question: asked.class_ids[question][key] for question, key in keys.items()}


def _text_of(tx: Transaction, schema: LabelSchema, item_id: int, name: str) -> str | None:
    """Return the text that an annotator saw as the object of that name."""
    field = next(found.field for found in schema.objects if found.name == name)
    text = items.read_data(items.get_or_raise(tx, item_id)).get(field)
    return text if isinstance(text, str) else None


def _refuse_unstorable(result: list[Any]) -> None:
    try:
        size = len(json.dumps(result, ensure_ascii=False, allow_nan=False).encode())
    except ValueError as error:
        raise InvalidAnswerError(
            f"The result cannot be stored: {error}.", place="result"
        ) from error
    if size > MOST_RESULT_BYTES:
        raise InvalidAnswerError(
            f"A result has at most {MOST_RESULT_BYTES:,} bytes.", place="result"
        )
