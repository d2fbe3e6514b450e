"""Content hashes, groups, splits and the fixed random order of the pool."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from json.encoder import encode_basestring
from typing import Any, Final, Literal

from labeling.items.canonical import canonical_text

Split = Literal["train", "validation", "test"]
SPLIT_SHARES: Final[tuple[tuple[Split, float], ...]] = (
    ("train", 0.6),
    ("validation", 0.2),
    ("test", 0.2),
)
"""Shares of the splits; `inclusion_probability` of an item is the share of its split."""
INCLUSION: Final[dict[str, float]] = dict(SPLIT_SHARES)
_SPACE: Final = 2**63


def content_hash(data: dict[str, Any]) -> str:
    """Return the SHA-256 of an item's data in canonical JSON."""
    return hash_of(canonical_text(data))


def normalised_text(data: dict[str, Any]) -> str:
    """Return a text that copies share although case, width or white space differ."""
    return canonical_text({name: _fold(value) for name, value in data.items()})


def normaliser(shown: tuple[str, ...]) -> Callable[[dict[str, Any]], str]:
    """Return `normalised_text` of these fields of an item's data, sorted by name; of all if none.

    An import asks it of every row; most show one text.
    """
    if len(shown) != 1:
        return lambda data: normalised_text({name: data[name] for name in shown} or data)
    (name,) = shown
    begin = "{" + encode_basestring(name) + ":"

    def normalise(data: dict[str, Any]) -> str:
        value = data[name]
        if not isinstance(value, str):
            return normalised_text({name: value})
        return begin + encode_basestring(fold_text(value)) + "}"

    return normalise


def _fold(value: Any) -> Any:
    return fold_text(value) if isinstance(value, str) else value


def fold_text(text: str) -> str:
    """Return a text without case, width and repeated white space."""
    plain = text if text.isascii() else unicodedata.normalize("NFKC", text)
    return " ".join(plain.casefold().split())


def hash_of(text: str) -> str:
    """Return the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def group_of_name(group: str) -> str:
    """Return the hash of a declared group."""
    return hash_of(f"group:{group}")


def group_hash(group: str | None, shown: dict[str, Any]) -> str:
    """Return the hash of the declared group, else of the content, so that copies share a side."""
    return hash_of(normalised_text(shown)) if group is None else group_of_name(group)


def place(salt: str, purpose: str, name: str) -> int:
    """Return a fixed random integer in [0, 2^63) for a name under a project's salt."""
    digest = hashlib.sha256(f"{salt}:{purpose}:{name}".encode()).digest()
    return int.from_bytes(digest[:8], "big") % _SPACE


def split_of(salt: str, group: str) -> Split:
    """Return the split of a group; it depends on salt and group alone and so never moves."""
    share = place(salt, "split", group) / _SPACE
    for name, width in SPLIT_SHARES:
        if share < width:
            return name
        share -= width
    return "test"
