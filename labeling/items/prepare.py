"""From a source's row to a row of the pool: texts, hashes, split and place; no store, no clock.

Everything that costs CPU for each row is here, so that it can run in a process of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from labeling.items.canonical import both_texts, data_text
from labeling.items.hashing import group_of_name, hash_of, normaliser, place, split_of

MOST_DATA_CHARACTERS: Final = 65_536
MOST_KEY_CHARACTERS: Final = 500


class Prepared(NamedTuple):
    """A row as the pool keeps it; `line` above 0 says where in the source it stands.

    `extra` is what else the row brings: a label, a score; None where nothing was asked for.
    """

    line: int
    key: str
    data: str
    content_hash: str
    group_hash: str
    is_grouped: bool
    split: str
    shuffle: int
    attributes: str = "{}"
    extra: dict[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the items' data; without `visible_to` only owners see it."""

    name: str
    kind: str
    visible_to: tuple[str, ...] = ("owner",)


@dataclass(frozen=True, slots=True)
class NewItem:
    """One row on its way into the pool; without a key its content hash is its key."""

    data: dict[str, Any]
    key: str | None = None
    group: str | None = None
    attributes: dict[str, Any] = field(default_factory=dict)
    line: int = 0


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not taken, and why."""

    line: int
    key: str | None
    reason: str


class NotTakenError(ValueError):
    """Why a row cannot be kept; the text goes to whoever imports it."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How the rows of one project are prepared.

    Attributes
    ----------
    salt
        The project's, for splits and places.
    shown
        The fields that annotators see, sorted; none of them may be empty.

    """

    salt: str
    shown: tuple[str, ...]


Prepare = Callable[..., Prepared]


def preparer(recipe: Recipe) -> Prepare:
    """Return the function that prepares rows by a recipe.

    Its parameters are `line`, `data`, `key`, `group`, `attributes` and `extra`; without a key the
    content hash is the key. It raises `NotTakenError`.
    """
    salt, shown = recipe.salt, recipe.shown
    sha256, normalise = hashlib.sha256, normaliser(recipe.shown)

    def prepare(
        line: int,
        data: dict[str, Any],
        key: str | None = None,
        group: str | None = None,
        attributes: dict[str, Any] | None = None,
        extra: dict[str, Any] | None = None,
    ) -> Prepared:
        try:
            text, canonical = both_texts(data)
            content = canonical.encode()
            if key is not None:
                key.encode()
        except (ValueError, RecursionError) as error:
            message = f"cannot be stored: {error}"
            raise NotTakenError(message) from error
        if len(text) > MOST_DATA_CHARACTERS:
            message = f"longer than {MOST_DATA_CHARACTERS:,} characters"
            raise NotTakenError(message)
        for name in shown:
            if data.get(name) in (None, ""):
                message = f"{name!r} is empty"
                raise NotTakenError(message)
        hashed = sha256(content).hexdigest()
        key = _checked_key(key) or hashed
        grouped = group_of_name(group) if group is not None else hash_of(normalise(data))
        return Prepared(
            line,
            key,
            text,
            hashed,
            grouped,
            group is not None,
            split_of(salt, grouped),
            place(salt, "shuffle", key),
            data_text(attributes) if attributes else "{}",
            extra,
        )

    return prepare


def _checked_key(key: str | None) -> str | None:
    if key is not None and (len(key) > MOST_KEY_CHARACTERS or "\0" in key):
        message = f"its key is longer than {MOST_KEY_CHARACTERS} characters or holds a NUL"
        raise NotTakenError(message)
    return key
