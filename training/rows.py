"""What a model may see of an item: the fields that annotators see, pictures by their digest."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

KINDS: Final = {"picture": "image", "text": "text", "category": "category", "number": "number"}
"""A declared field's kind → the data type that chooses its featurizer."""


def row_for_models(data: Mapping[str, Any], fields: Iterable[str]) -> dict[str, Any]:
    """Return an item's data with nothing but `fields`, each picture as its blob's digest."""
    return {name: _plain(data[name]) for name in fields if name in data}


def canonical(document: Mapping[str, Any]) -> str:
    """Return a row as JSON: sorted keys, no spaces; the same row gives the same bytes."""
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping) and "blob" in value:
        return value["blob"]
    return value
