"""HTML and SVG as nested calls; whatever is not markup already is escaped."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

VOID: Final = frozenset({"meta", "br", "hr"})
Child = str | int | float | None | Sequence["Child"]


class Markup(str):
    """Text that is markup and safe as it is."""

    __slots__ = ()


def el(name: str, /, *children: Child, **attributes: str | float | None) -> Markup:
    """Return an element; `class_` is `class`, and underscores in other attributes are hyphens.

    Attributes that are None are left out; so are children.
    """
    parts = [
        f' {key.rstrip("_").replace("_", "-")}="{escape(_number(value))}"'
        for key, value in attributes.items()
        if value is not None
    ]
    opened = f"<{name}{''.join(parts)}>"
    if name in VOID:
        return Markup(opened)
    return Markup(f"{opened}{text(children)}</{name}>")


def text(child: Child) -> Markup:
    """Return a child as markup, escaped where it is none."""
    if child is None:
        return Markup("")
    if isinstance(child, Markup):
        return child
    if isinstance(child, str | int | float):
        return Markup(escape(_number(child)))
    return Markup("".join(text(part) for part in child))


def _number(value: str | float) -> str:
    """Return a coordinate with two digits, a text as it is."""
    return f"{value:.2f}".rstrip("0").rstrip(".") if isinstance(value, float) else str(value)
