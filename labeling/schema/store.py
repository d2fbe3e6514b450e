"""SQL of the label schema and the guideline."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from labeling.errors import NotFoundError, QuestionKindError
from labeling.schema.questions import LabelSchema

if TYPE_CHECKING:
    from labeling.database import Row, Transaction
    from labeling.schema.questions import Question

ADD_VERSION = """
INSERT INTO schema_version (project_id, created_at, n, config_xml, questions, digest, class_map)
VALUES (:project_id, :now, :n, :config_xml, :questions, :digest, '{}')
"""
GET_VERSION = (
    "SELECT n, config_xml, questions FROM schema_version WHERE project_id = :project_id AND n = :n"
)
ADD_CLASS = """
INSERT INTO label_class (project_id, question, key, names) VALUES (:project_id, :question, :key,
    :names)
ON CONFLICT (project_id, question, key) DO NOTHING
"""
LIST_CLASSES = (
    "SELECT id, question, key, names FROM label_class WHERE project_id = :project_id ORDER BY id"
)
ADD_GUIDELINE = """
INSERT INTO guideline_version (project_id, created_at, n, text, changes, meaning_changed)
VALUES (:project_id, :now, :n, :text, :changes, :meaning_changed)
"""
MEANING_CHANGED = """
SELECT n FROM guideline_version WHERE project_id = :project_id AND n > :n AND meaning_changed
LIMIT 1
"""
GET_GUIDELINE = "SELECT n, text FROM guideline_version WHERE project_id = :project_id AND n = :n"


class ClassIds(NamedTuple):
    """The stable ids of one question's classes, in the order of their ids."""

    by_key: dict[str, int]
    by_id: dict[int, str]


def add_version(
    tx: Transaction, project_id: int, n: int, config_xml: str, schema: LabelSchema
) -> None:
    """Add a schema version and the classes it brings; existing classes keep their ids."""
    tx.run(
        ADD_VERSION,
        project_id=project_id,
        now=tx.now,
        n=n,
        config_xml=config_xml,
        questions=schema.to_json(),
        digest=schema.digest(config_xml),
    )
    tx.run_many(
        ADD_CLASS,
        [
            {
                "project_id": project_id,
                "question": question.name,
                "key": found.key,
                "names": json.dumps(found.names, ensure_ascii=False),
            }
            for question in schema.questions
            for found in question.counted_classes()
        ],
    )


def get_version(tx: Transaction, project_id: int, n: int) -> Row:
    """Return config and questions of one version."""
    found = tx.row(GET_VERSION, project_id=project_id, n=n)
    if found is None:
        raise NotFoundError(f"There is no schema version {n}.")
    return found


@lru_cache(maxsize=256)
def _parsed(questions: str) -> LabelSchema:
    return LabelSchema.from_json(questions)


def get_schema(tx: Transaction, project_id: int, n: int) -> LabelSchema:
    """Return the typed questions of one version."""
    return _parsed(get_version(tx, project_id, n).questions)


def target(tx: Transaction, project: Row) -> Question:
    """Return the question that a project trains and selects for."""
    return get_schema(tx, project.id, project.schema_version).question(project.target_question)


def require_choice(tx: Transaction, project: Row, what: str) -> None:
    """Refuse what only questions of one choice have.

    Raises
    ------
    QuestionKindError
        The project's target question is of another kind; the detail says what to do instead.

    """
    asked = target(tx, project)
    if not asked.is_choice:
        raise QuestionKindError(
            f"{what} needs a question with one choice; {asked.name!r} is of the kind "
            f"{asked.kind!r}. Take its answers and what they come to from the export.",
            kind=asked.kind,
        )


def class_ids(tx: Transaction, project_id: int, question: str) -> ClassIds:
    """Return the ids of a question's classes."""
    rows = [row for row in tx.rows(LIST_CLASSES, project_id=project_id) if row.question == question]
    return ClassIds({row.key: row.id for row in rows}, {row.id: row.key for row in rows})


class Asked(NamedTuple):
    """What one schema version asks, with the ids of the classes that answer it."""

    schema: LabelSchema
    class_ids: dict[str, dict[str, int]]


def asked(tx: Transaction, project: Row, n: int) -> Asked:
    """Return what a schema version asks; read once per process, as a version never changes."""
    return tx.once(_load_asked, project.id, project.created_at, n)


def _load_asked(tx: Transaction, project_id: int, _created_at: int, n: int) -> Asked:
    schema = get_schema(tx, project_id, n)
    names = [question.name for question in schema.questions]
    return Asked(schema, {name: class_ids(tx, project_id, name).by_key for name in names})


def add_guideline(
    tx: Transaction,
    project_id: int,
    n: int,
    text: str,
    *,
    changes: str = "",
    meaning_changed: bool = False,
) -> None:
    """Add a guideline version."""
    tx.run(
        ADD_GUIDELINE,
        project_id=project_id,
        now=tx.now,
        n=n,
        text=text,
        changes=changes,
        meaning_changed=meaning_changed,
    )


def meaning_changed_since(tx: Transaction, project_id: int, n: int) -> bool:
    """Return whether a version after `n` changed what answers mean."""
    return tx.row(MEANING_CHANGED, project_id=project_id, n=n) is not None


def get_guideline(tx: Transaction, project_id: int, n: int) -> Row:
    """Return the text of one guideline version."""
    found = tx.row(GET_GUIDELINE, project_id=project_id, n=n)
    if found is None:
        raise NotFoundError(f"There is no guideline version {n}.")
    return found
