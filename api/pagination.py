"""Pages by keyset: a cursor is the last key seen, never an offset."""

from __future__ import annotations

import base64
import binascii
from typing import TYPE_CHECKING, Annotated, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel

from labeling.errors import InvalidInputError

if TYPE_CHECKING:
    from collections.abc import Sequence

T = TypeVar("T")
MOST: Final = 1_000
MOST_KEY: Final = 2**63 - 1
NOT_OURS: Final = "This cursor was not made by this hub."

Cursor = Annotated[str | None, Query(max_length=100, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=MOST)]


class Page(BaseModel, Generic[T]):
    """Part of a list; `next` is the cursor of the rest, null at the end."""

    items: list[T]
    next: str | None


def after_cursor(cursor: str | None) -> int:
    """Return the key after which a page begins, 0 for the first page."""
    if cursor is None:
        return 0
    try:
        key = int(base64.urlsafe_b64decode(cursor.encode()).decode())
    except (binascii.Error, ValueError) as error:
        raise InvalidInputError(NOT_OURS, place="cursor") from error
    if not 0 <= key <= MOST_KEY:
        raise InvalidInputError(NOT_OURS, place="cursor")
    return key


def next_cursor(keys: Sequence[int], limit: int) -> str | None:
    """Return the cursor after a full page, None where the list has ended."""
    if len(keys) < limit:
        return None
    return cursor_of(keys[-1])


def cursor_of(key: int) -> str:
    """Return the cursor of a key."""
    return base64.urlsafe_b64encode(str(key).encode()).decode()
