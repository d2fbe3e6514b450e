"""Label Studio's XML config, parsed once into typed questions.

Source: the tags of https://labelstud.io/tags; those that ask something are read in `tags.py`. XML
entities and external documents are refused (rule 12).
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from labeling.errors import InvalidLabelConfigError
from labeling.schema.questions import LabelSchema, ShownObject
from labeling.schema.tags import TAGS, read_question, refuse_repeats

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from xml.etree.ElementTree import Element

    from labeling.schema.questions import ObjectKind, Question

MAX_CONFIG_CHARACTERS: Final = 1_000_000
OBJECT_TAGS: Final = {"Text": "text", "Image": "picture", "HyperText": "text"}
LAYOUT_TAGS: Final = frozenset({"View", "Header", "Style"})
CLASS_TAGS: Final = frozenset({"Choice", "Label"})


def parse_label_config(config_xml: str) -> LabelSchema:
    """Parse a Label Studio config into typed questions.

    Parameters
    ----------
    config_xml
        The config, at most a million characters.

    Raises
    ------
    InvalidLabelConfigError
        Not XML, an entity or DTD, an unknown tag, a question without classes, without a known
        `toName` or with limits that are none, two classes or objects of one name.
        `extra["element"]` names the place.

    """
    root = _read_xml(config_xml)
    objects = tuple(_objects(root))
    if not objects:
        raise InvalidLabelConfigError(
            'The config shows nothing: add a <Text> or <Image> with value="$field".'
        )
    refuse_repeats("object", [found.name for found in objects])
    questions = _questions(root, {found.name: found.kind for found in objects})
    if not questions:
        raise InvalidLabelConfigError(
            "The config asks nothing: add <Choices> with at least two <Choice>, or another of "
            f"{', '.join(sorted(TAGS))}."
        )
    refuse_repeats("question", [found.name for found in questions])
    return LabelSchema(tuple(questions), objects)


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
    known = LAYOUT_TAGS | CLASS_TAGS | OBJECT_TAGS.keys() | TAGS.keys()
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


def _questions(root: Element, objects: dict[str, ObjectKind]) -> list[Question]:
    """Return the questions in the order of the config, each under the header before it."""
    found: list[Question] = []
    title = ""
    for element in root.iter():
        if element.tag == "Header":
            title = element.get("value") or (element.text or "").strip()
        elif element.tag in TAGS:
            found.append(read_question(element, objects, title))
            title = ""
    if found and not any(one.required or one.may_be_empty for one in found):
        found[0] = replace(found[0], required=True)  # a project needs one that is always answered
    return found


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
