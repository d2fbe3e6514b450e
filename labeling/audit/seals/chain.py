"""The mathematics of the seal: canonical rows, marks, links. No SQL, no clock."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from labeling.database import Row

GENESIS: Final = "0" * 64
"""What the first link follows."""
HALF: Final = 12
"""Bytes of a mark for the event, and as many for the rows it vouches for."""
ID_BYTES: Final = 8
ENTRY: Final = ID_BYTES + 2 * HALF
EVENT_COLUMNS: Final = (
    "id",
    "project_id",
    "created_at",
    "actor_kind",
    "actor_id",
    "action",
    "object_kind",
    "object_id",
    "salt",
    "digest",
    "vouches",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """What the chain keeps of an event: its id, its digest, that of the rows it vouches for."""

    event_id: int
    event: bytes
    vouched: bytes


def canonical(values: Any) -> bytes:
    """Return the one JSON text of a value, the same from both stores."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


def row_of(row: Row, columns: Sequence[str]) -> dict[str, Any]:
    """Return a row's content by column; what is null is left out, truth is 0 or 1.

    So that a column which comes later, null in older rows, changes no digest.
    """
    found = ((name, getattr(row, name)) for name in columns)
    return {
        name: int(value) if isinstance(value, bool) else value
        for name, value in found
        if value is not None
    }


def mark_of(event: Row, vouched: Sequence[tuple[str, Row, Sequence[str]]]) -> Mark:
    """Return the mark of an event and of the rows it vouches for, as they are now."""
    own = hashlib.sha256(canonical(row_of(event, EVENT_COLUMNS))).digest()[:HALF]
    if not vouched:
        return Mark(event.id, own, bytes(HALF))
    rows = [[table, row_of(row, columns)] for table, row, columns in vouched]
    return Mark(event.id, own, hashlib.sha256(canonical(rows)).digest()[:HALF])


def pack(marks: Iterable[Mark]) -> str:
    """Return marks as the text that a seal keeps."""
    packed = b"".join(
        mark.event_id.to_bytes(ID_BYTES, "big") + mark.event + mark.vouched for mark in marks
    )
    return base64.b64encode(packed).decode()


def unpack(text: str) -> Iterator[Mark]:
    """Yield the marks of a seal.

    Raises
    ------
    ValueError
        The text was not made by `pack`.

    """
    packed = base64.b64decode(text, validate=True)
    if len(packed) % ENTRY:
        message = "the marks are cut off"
        raise ValueError(message)
    for at in range(0, len(packed), ENTRY):
        entry = packed[at : at + ENTRY]
        event, vouched = entry[ID_BYTES : ID_BYTES + HALF], entry[ID_BYTES + HALF :]
        yield Mark(int.from_bytes(entry[:ID_BYTES], "big"), event, vouched)


def link_digest(
    *,
    n: int,
    created_at: int,
    project_id: int | None,
    n_events: int,
    marks: str,
    previous: str,
) -> str:
    """Return the digest of a link, which the next one follows."""
    listed = hashlib.sha256(marks.encode()).hexdigest()
    return hashlib.sha256(
        canonical([n, created_at, project_id, n_events, listed, previous])
    ).hexdigest()


def payload_digest(salt: str, content: str) -> str:
    """Return the digest that an event keeps of its payload."""
    return hashlib.sha256(f"{salt}\n{content}".encode()).hexdigest()
