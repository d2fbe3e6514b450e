"""What goes out of the record."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel


class AuditEventOut(BaseModel):
    """One change: who, when, from (`was`), to (`now`), why; microseconds in UTC.

    Both are null where nothing changed by name, and where they were erased with somebody's data.
    """

    id: int
    created_at: int
    actor_kind: str
    actor_id: int
    actor_name: str | None
    action: str
    object_kind: str
    object_id: int
    was: dict[str, Any] | None
    now: dict[str, Any] | None
    reason: str | None
    is_erased: bool
