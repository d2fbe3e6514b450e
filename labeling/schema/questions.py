"""Typed questions: what a config asks of an item, of what kind, and within which limits."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

ObjectKind = Literal["text", "picture"]
QuestionKind = Literal[
    "choice", "choices", "rating", "number", "text", "spans", "boxes", "polygons", "pair"
]
MARKING: Final = frozenset({"choices", "spans", "boxes", "polygons"})
"""Kinds whose answer is a set: where nothing must be given, an empty answer is one too."""
REGIONS: Final = frozenset({"spans", "boxes", "polygons"})
GIVEN: Final = "answered"
"""The one class of a question that is no single choice: a vote of it says that an answer counts.

What was answered is in the annotation; what the answers come to, in the consensus' `answer`.
"""
MOST_CHARACTERS: Final = 10_000
MOST_REGIONS: Final = 500
MOST_POLYGONS: Final = 100
"""Each pair of them is compared on a grid of cells."""


@dataclass(frozen=True, slots=True)
class ShownObject:
    """A part of the item that the annotator sees: `field` names the key in the item's data."""

    name: str
    kind: ObjectKind
    field: str


@dataclass(frozen=True, slots=True)
class ChoiceClass:
    """One class of a question: `key` is what results carry, `names` what people read."""

    key: str
    names: dict[str, str]
    hotkey: str | None = None
    color: str | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """One question about one shown object, and the limits of its answers.

    `classes` are the choices, or the labels of regions. `minimum`, `maximum` and `step` are a
    number's, `max_rating` a rating's, `max_characters` a text's, `max_regions` of what is marked.
    A pair is asked of two objects: `to_name` stands on the left, `beside` on the right.
    """

    name: str
    to_name: str
    title: str
    classes: tuple[ChoiceClass, ...] = ()
    kind: QuestionKind = "choice"
    required: bool = True
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    max_rating: int | None = None
    max_characters: int | None = None
    max_regions: int | None = None
    beside: str | None = None

    @staticmethod
    def from_document(document: dict[str, Any]) -> Question:
        """Read what `asdict` wrote."""
        classes = tuple(ChoiceClass(**each) for each in document["classes"])
        return Question(**{**document, "classes": classes})

    def class_keys(self) -> tuple[str, ...]:
        """Return the class keys in the order of the config."""
        return tuple(found.key for found in self.classes)

    @property
    def is_choice(self) -> bool:
        """Whether it asks for exactly one class, so that answers can be counted by class."""
        return self.kind == "choice"

    @property
    def may_be_empty(self) -> bool:
        """Whether giving nothing is an answer: no class fits, nothing is to be marked."""
        return self.kind in MARKING and not self.required

    def counted_classes(self) -> tuple[ChoiceClass, ...]:
        """Return the classes that a vote can be of."""
        if self.is_choice:
            return self.classes
        return (ChoiceClass(GIVEN, {"en": "answered", "zh": "已回答"}),)


@dataclass(frozen=True, slots=True)
class LabelSchema:
    """The typed form of a config."""

    questions: tuple[Question, ...]
    objects: tuple[ShownObject, ...]

    def question(self, name: str) -> Question:
        """Return the question of that name; KeyError where there is none."""
        return {found.name: found for found in self.questions}[name]

    def target(self) -> Question:
        """Return the question that a project trains and selects for: the first always answered."""
        return next(found for found in self.questions if found.required or found.may_be_empty)

    def to_json(self) -> str:
        """Return the canonical JSON that `from_json` reads back."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> LabelSchema:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        questions = tuple(Question.from_document(found) for found in data["questions"])
        return LabelSchema(questions, tuple(ShownObject(**found) for found in data["objects"]))

    def digest(self, config_xml: str) -> str:
        """Return the SHA-256 that tells schema versions apart."""
        return hashlib.sha256((config_xml + self.to_json()).encode()).hexdigest()
