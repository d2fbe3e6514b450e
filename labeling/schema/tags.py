"""Label Studio's control tags, each read into the question that it asks.

Source: https://labelstud.io/tags. What a tag may say and the hub cannot ask is refused by name.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from labeling.errors import InvalidLabelConfigError
from labeling.schema.questions import (
    MOST_CHARACTERS,
    MOST_POLYGONS,
    MOST_REGIONS,
    ChoiceClass,
    ObjectKind,
    Question,
    QuestionKind,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from xml.etree.ElementTree import Element

MAX_CLASSES: Final = 10_000
MAX_RATING: Final = 100
HOTKEYS: Final = "1234567890qwertyuiopasdfghjklzxcvbnm"
DEFAULT_RATING: Final = 5.0
Limits = Callable[["Element"], dict[str, Any]]


def read_question(element: Element, objects: Mapping[str, ObjectKind], title: str) -> Question:
    """Return the question that a control tag asks; `objects` are the shown ones and their kinds.

    Raises
    ------
    InvalidLabelConfigError
        A missing name, a `toName` that is not shown or of another kind than the tag marks, limits
        that are none, or an option that the hub cannot ask.

    """
    kind, limits = TAGS[element.tag]
    names = [name.strip() for name in element.get("toName", "").split(",")]
    wanted = 2 if kind == "pair" else 1
    known = all(name in objects for name in names) and len(set(names)) == wanted == len(names)
    if not element.get("name") or not known:
        raise _refusal(element, f"needs a name and {wanted} toName among {sorted(objects)}")
    marks = MARKED.get(kind)
    if marks is not None and objects[names[0]] != marks:
        raise _refusal(element, f"marks a {marks}; {names[0]!r} is a {objects[names[0]]}")
    for option in UNASKED:
        if element.get(option, "false") != "false":
            raise _refusal(element, f"cannot be asked {option}")
    found: dict[str, Any] = {"kind": kind, "required": _is_required(element, kind)}
    found |= limits(element)
    found["beside"] = names[1] if kind == "pair" else None
    return Question(str(element.get("name")), names[0], title, **found)


MARKED: Final[dict[QuestionKind, ObjectKind]] = {
    "spans": "text",
    "boxes": "picture",
    "polygons": "picture",
}
"""What kind of object regions are marked in."""
UNASKED: Final = ("perRegion", "perItem")
"""Options under which a tag asks about each region, which is another question every time."""


def _is_required(element: Element, kind: QuestionKind) -> bool:
    """Whether it must be answered: all but regions, unless the tag says otherwise."""
    return element.get("required", "false" if kind in MARKED else "true") != "false"


def _choices(element: Element) -> dict[str, Any]:
    choice = element.get("choice", "single")
    if choice not in {"single", "single-radio", "multiple"}:
        raise _refusal(element, 'takes choice="single" or choice="multiple"')
    many = choice == "multiple"
    found: dict[str, Any] = {"classes": _classes(element, "Choice", 1 if many else 2)}
    kind: QuestionKind = "choices" if many else "choice"
    return {**found, "kind": kind}


def _labels(element: Element) -> dict[str, Any]:
    if element.get("choice", "single") != "single":
        raise _refusal(element, "gives every region one label")
    if element.get("canRotate", "false") != "false":
        raise _refusal(element, "cannot compare rotated boxes: ask for <PolygonLabels>")
    most = MOST_POLYGONS if element.tag == "PolygonLabels" else MOST_REGIONS
    return {"classes": _classes(element, "Label", 1), "max_regions": most}


def _rating(element: Element) -> dict[str, Any]:
    most = _number(element, "maxRating")
    most = DEFAULT_RATING if most is None else most
    if most not in range(2, MAX_RATING + 1):  # one star rates nothing
        raise _refusal(element, f"needs a whole maxRating from 2 to {MAX_RATING}")
    return {"max_rating": int(most)}


def _numbers(element: Element) -> dict[str, Any]:
    low, high, step = (_number(element, name) for name in ("min", "max", "step"))
    if low is not None and high is not None and low >= high:
        raise _refusal(element, "needs a min below its max")
    if step is not None and step <= 0:
        raise _refusal(element, "needs a step above 0")
    return {"minimum": low, "maximum": high, "step": step}


def _text(element: Element) -> dict[str, Any]:
    most = _number(element, "maxLength")
    if most is not None and not 1 <= most <= MOST_CHARACTERS:
        raise _refusal(element, f"needs a maxLength from 1 to {MOST_CHARACTERS:,}")
    return {"max_characters": MOST_CHARACTERS if most is None else int(most)}


def _pair(_element: Element) -> dict[str, Any]:
    return {}


TAGS: Final[dict[str, tuple[QuestionKind, Limits]]] = {
    "Choices": ("choice", _choices),
    "Rating": ("rating", _rating),
    "Number": ("number", _numbers),
    "TextArea": ("text", _text),
    "Labels": ("spans", _labels),
    "RectangleLabels": ("boxes", _labels),
    "PolygonLabels": ("polygons", _labels),
    "Pairwise": ("pair", _pair),
}
"""What each control tag asks, and how its limits are read."""


def _number(element: Element, name: str) -> float | None:
    text = element.get(name)
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _refusal(element, f"needs a number as {name}, not {text!r}")
    return value


def _refusal(element: Element, what: str) -> InvalidLabelConfigError:
    name = element.get("name")
    return InvalidLabelConfigError(f"<{element.tag} name={name!r}> {what}.", element=name)


def _classes(element: Element, tag: str, least: int) -> tuple[ChoiceClass, ...]:
    found = list(element.iter(tag))
    keys = [choice.get("value", "") for choice in found]
    if not least <= len(keys) <= MAX_CLASSES or not all(keys):
        raise _refusal(element, f"needs {least} to {MAX_CLASSES:,} <{tag}> with a value")
    refuse_repeats(f"{tag.lower()} of {element.get('name')!r}", keys)
    hotkeys = _hotkeys([(one.get("hotkey"), key) for one, key in zip(found, keys, strict=True)])
    return tuple(
        ChoiceClass(key, _names(one, key), hotkey, one.get("background"))
        for one, key, hotkey in zip(found, keys, hotkeys, strict=True)
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


def refuse_repeats(what: str, names: Sequence[str]) -> None:
    """Refuse two things of one name."""
    repeated = (
        {name for name in names if names.count(name) > 1} if len(set(names)) < len(names) else set()
    )
    if repeated:
        raise InvalidLabelConfigError(
            f"The {what} {min(repeated)!r} occurs twice.", element=min(repeated)
        )
