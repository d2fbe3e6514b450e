"""Content hashes, groups, splits and the fixed random order of the pool."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from typing import Any, Final, Literal

Split = Literal["train", "validation", "test"]
SPLIT_SHARES: Final[tuple[tuple[Split, float], ...]] = (
    ("train", 0.6),
    ("validation", 0.2),
    ("test", 0.2),
)
"""Shares of the splits; `inclusion_probability` of an item is the share of its split."""
_SPACE: Final = 2**63


def content_hash(data: dict[str, Any]) -> str:
    """Return the SHA-256 of an item's data in canonical JSON."""
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def normalised_hash(data: dict[str, Any]) -> str:
    """Return a hash that copies share although case, width or white space differ."""
    folded = {name: _fold(value) for name, value in data.items()}
    return content_hash(folded)


def _fold(value: Any) -> Any:
    if isinstance(value, str):
        return " ".join(unicodedata.normalize("NFKC", value).casefold().split())
    return value


def group_hash(group: str | None, shown: dict[str, Any]) -> str:
    """Return the hash of the declared group, else of the content, so that copies share a side."""
    if group is not None:
        return hashlib.sha256(f"group:{group}".encode()).hexdigest()
    return normalised_hash(shown)


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
