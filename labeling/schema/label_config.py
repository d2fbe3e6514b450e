"""Label Studio's XML config, parsed once into typed questions.

Source: the tags `View`, `Header`, `Text`, `Image`, `Choices` and `Choice` of
https://labelstud.io/tags. XML entities and external documents are refused (rule 12).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Final, Literal
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from labeling.errors import InvalidLabelConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

MAX_CONFIG_CHARACTERS: Final = 1_000_000
MAX_CLASSES: Final = 10_000
HOTKEYS: Final = "1234567890qwertyuiopasdfghjklzxcvbnm"
OBJECT_TAGS: Final = {"Text": "text", "Image": "picture", "HyperText": "text"}
LAYOUT_TAGS: Final = frozenset({"View", "Header", "Style"})
ObjectKind = Literal["text", "picture"]


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


@dataclass(frozen=True, slots=True)
class ChoicesQuestion:
    """One choice among classes about one shown object."""

    name: str
    to_name: str
    title: str
    classes: tuple[ChoiceClass, ...]

    def class_keys(self) -> tuple[str, ...]:
        """Return the class keys in the order of the config."""
        return tuple(found.key for found in self.classes)


@dataclass(frozen=True, slots=True)
class LabelSchema:
    """The typed form of a config."""

    questions: tuple[ChoicesQuestion, ...]
    objects: tuple[ShownObject, ...]

    def question(self, name: str) -> ChoicesQuestion:
        """Return the question of that name; KeyError where there is none."""
        return {found.name: found for found in self.questions}[name]

    def to_json(self) -> str:
        """Return the canonical JSON that `from_json` reads back."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @staticmethod
    def from_json(text: str) -> LabelSchema:
        """Read what `to_json` wrote."""
        data = json.loads(text)
        questions = tuple(
            ChoicesQuestion(
                **{**found, "classes": tuple(ChoiceClass(**each) for each in found["classes"])}
            )
            for found in data["questions"]
        )
        return LabelSchema(questions, tuple(ShownObject(**found) for found in data["objects"]))

    def digest(self, config_xml: str) -> str:
        """Return the SHA-256 that tells schema versions apart."""
        return hashlib.sha256((config_xml + self.to_json()).encode()).hexdigest()


def parse_label_config(config_xml: str) -> LabelSchema:
    """Parse a Label Studio config into typed questions.

    Parameters
    ----------
    config_xml
        The config, at most a million characters.

    Raises
    ------
    InvalidLabelConfigError
        Not XML, an entity or DTD, an unknown tag, a `Choices` without choices or without a known
        `toName`, two classes or objects of one name. `extra["element"]` names the place.

    """
    root = _read_xml(config_xml)
    objects = tuple(_objects(root))
    if not objects:
        raise InvalidLabelConfigError(
            'The config shows nothing: add a <Text> or <Image> with value="$field".'
        )
    _refuse_repeats("object", [found.name for found in objects])
    titles = [element.get("value", "") for element in root.iter("Header")]
    questions = tuple(_questions(root, {found.name for found in objects}, titles))
    if not questions:
        raise InvalidLabelConfigError(
            "The config asks nothing: add <Choices> with at least two <Choice>."
        )
    _refuse_repeats("question", [found.name for found in questions])
    return LabelSchema(questions, objects)


def _read_xml(config_xml: str) -> Element:
    if len(config_xml) > MAX_CONFIG_CHARACTERS:
        raise InvalidLabelConfigError(
            f"The config is longer than {MAX_CONFIG_CHARACTERS:,} characters."
        )
    try:
        root = fromstring(config_xml, forbid_dtd=True)
    except ParseError as error:
        raise InvalidLabelConfigError(f"The config is not well-formed XML: {error}.") from error
    except DefusedXmlException as error:
        raise InvalidLabelConfigError(
            "The config declares an entity or a DTD, which is refused."
        ) from error
    known = LAYOUT_TAGS | OBJECT_TAGS.keys() | {"Choices", "Choice"}
    for element in root.iter():
        if element.tag not in known:
            raise InvalidLabelConfigError(
                f"<{element.tag}> is not supported; known tags are {', '.join(sorted(known))}.",
                element=element.tag,
            )
    return root  # type: ignore[no-any-return]


def _objects(root: Element) -> Iterator[ShownObject]:
    for element in root.iter():
        if element.tag in OBJECT_TAGS:
            name, value = element.get("name"), element.get("value", "")
            if not name or not value.startswith("$"):
                raise InvalidLabelConfigError(
                    f"<{element.tag}> needs a name and a value that starts with $.",
                    element=element.tag,
                )
            kind: Any = OBJECT_TAGS[element.tag]
            yield ShownObject(name, kind, value.removeprefix("$"))


def _questions(root: Element, objects: set[str], titles: list[str]) -> Iterator[ChoicesQuestion]:
    for position, element in enumerate(root.iter("Choices")):
        name, to_name = element.get("name"), element.get("toName")
        if not name or to_name not in objects:
            raise InvalidLabelConfigError(
                f"<Choices name={name!r}> needs a name and a toName among {sorted(objects)}.",
                element=name,
            )
        if element.get("choice", "single") not in {"single", "single-radio"}:
            raise InvalidLabelConfigError(
                f'<Choices name={name!r}>: only choice="single" can be asked.', element=name
            )
        title = titles[position] if position < len(titles) else ""
        yield ChoicesQuestion(name, to_name, title, _classes(name, element))


def _classes(question: str, element: Element) -> tuple[ChoiceClass, ...]:
    keys = [choice.get("value", "") for choice in element.iter("Choice")]
    if len(keys) < 2 or len(keys) > MAX_CLASSES or not all(keys):  # noqa: PLR2004 - one is no choice
        raise InvalidLabelConfigError(
            f"<Choices name={question!r}> needs 2 to {MAX_CLASSES:,} <Choice> with a value.",
            element=question,
        )
    _refuse_repeats(f"choice of {question!r}", keys)
    hotkeys = _hotkeys(
        [
            (choice.get("hotkey"), key)
            for choice, key in zip(element.iter("Choice"), keys, strict=True)
        ]
    )
    return tuple(
        ChoiceClass(key, _names(choice, key), hotkey)
        for choice, key, hotkey in zip(element.iter("Choice"), keys, hotkeys, strict=True)
    )


def _names(choice: Element, key: str) -> dict[str, str]:
    """Return what people read: `alias` for both languages, `zh` where the config gives one."""
    shown = choice.get("alias") or key
    return {"en": shown, "zh": choice.get("zh") or shown}


def _hotkeys(choices: list[tuple[str | None, str]]) -> list[str | None]:
    """Give each class its key: the declared one, its own name if a digit, the next free one."""
    digits = all(len(key) == 1 and key.isdigit() for _, key in choices)
    wanted = [declared or (key if digits else None) for declared, key in choices]
    free = iter([key for key in HOTKEYS if key not in wanted])
    return [key or next(free, None) for key in wanted]


def _refuse_repeats(what: str, names: Sequence[str]) -> None:
    repeated = (
        {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    )
    if repeated:
        raise InvalidLabelConfigError(
            f"The {what} {min(repeated)!r} occurs twice.", element=min(repeated)
        )


def choices_config(labels: Sequence[str], field: str, kind: ObjectKind, title: str = "") -> str:
    """Return the config of one choice among `labels` about one field, with every value escaped."""
    from xml.sax.saxutils import quoteattr

    tag = "Image" if kind == "picture" else "Text"
    choices = "".join(f"<Choice value={quoteattr(label)}/>" for label in labels)
    header = f"<Header value={quoteattr(title)}/>" if title else ""
    return (
        f'<View>{header}<{tag} name="item" value={quoteattr("$" + field)}/>'
        f'<Choices name="label" toName="item" choice="single">{choices}</Choices></View>'
    )
