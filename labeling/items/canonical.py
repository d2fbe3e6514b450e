"""An item's data as text: as it came, and in the canonical form that is hashed.

Rows of one file have the same columns, so what depends on names alone is made once; a JSON encoder
called a million times costs more than everything else that an import computes.
"""

from __future__ import annotations

import json
from functools import lru_cache
from json.encoder import encode_basestring
from typing import Any, Final

SEPARATORS: Final = (",", ":")
FLAT: Final = frozenset({str, int, float, bool, type(None)})
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=SEPARATORS).encode
_encode_sorted = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=SEPARATORS, sort_keys=True
).encode


@lru_cache(maxsize=1_024)
def _plan(names: tuple[str, ...]) -> tuple[list[str], list[int] | None]:
    """Return each name as it begins a member, and the sorted order where it is another."""
    order = sorted(range(len(names)), key=names.__getitem__)
    return [encode_basestring(name) + ":" for name in names], (
        None if order == list(range(len(names))) else order
    )


def data_text(data: dict[str, Any]) -> str:
    """Return data as compact JSON, its members in their order.

    Raises
    ------
    ValueError
        A number that JSON cannot hold.

    """
    return both_texts(data)[0]


def canonical_text(data: dict[str, Any]) -> str:
    """Return data as compact JSON with sorted names: the same for the same content."""
    return both_texts(data)[1]


def both_texts(data: dict[str, Any]) -> tuple[str, str]:
    """Return `data_text` and `canonical_text` at the price of one."""
    begins, order = _plan(tuple(data))
    members = [
        begin + (encode_basestring(value) if type(value) is str else _encode(value))
        for begin, value in zip(begins, data.values(), strict=True)
    ]
    text = "{" + ",".join(members) + "}"
    if not all(type(value) in FLAT for value in data.values()):
        return text, _encode_sorted(data)
    if order is None:
        return text, text
    return text, "{" + ",".join([members[place] for place in order]) + "}"
